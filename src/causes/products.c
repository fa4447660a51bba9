#include "causes/products.h"

/* Sources: [C] Chromium's list of man-in-the-middle software (ssl_error_assistant); [D] the product's own
 * documentation of its CA; [M] seen in certificates that the program made. */
static const struct product products[] = {
    {"Blue Coat", PRODUCT_GATEWAY, "Blue Coat"},                            /* [C] */
    {"Cisco Umbrella", PRODUCT_GATEWAY, "Cisco Umbrella"},                  /* [C] */
    {"ContentKeeper", PRODUCT_GATEWAY, "ContentKeeper"},                    /* [C] */
    {"Cyberoam", PRODUCT_GATEWAY, "Cyberoam"},                              /* [C] */
    {"Forcepoint", PRODUCT_GATEWAY, "Forcepoint"},                          /* [C] */
    {"Fortinet FortiGate", PRODUCT_GATEWAY, "FortiGate"},                   /* [C] */
    {"Fortinet FortiGate", PRODUCT_GATEWAY, "Fortinet"},                    /* [C] */
    {"McAfee Web Gateway", PRODUCT_GATEWAY, "McAfee Web Gateway"},          /* [C] */
    {"NetSpark", PRODUCT_GATEWAY, "NetSpark"},                              /* [C] */
    {"Smoothwall", PRODUCT_GATEWAY, "Smoothwall"},                          /* [C] */
    {"SonicWall", PRODUCT_GATEWAY, "SonicWall"},                            /* [C] */
    {"Sophos", PRODUCT_GATEWAY, "Sophos"},                                  /* [C] */
    {"Palo Alto Networks", PRODUCT_GATEWAY, "Palo Alto Networks"},          /* [D] */
    {"WatchGuard", PRODUCT_GATEWAY, "WatchGuard"},                          /* [D] */
    {"Check Point", PRODUCT_GATEWAY, "Check Point"},                        /* [D] */
    {"Netskope", PRODUCT_GATEWAY, "goskope.com"},                           /* [D] */
    {"Trend Micro InterScan Web Security", PRODUCT_GATEWAY, "IWSS.TREND"},  /* [C] */
    {"Zscaler", PRODUCT_GATEWAY, "Zscaler"},                                /* [C] */
    {"Avast", PRODUCT_ANTIVIRUS, "Avast Web/Mail Shield"},                  /* [C] */
    {"AVG", PRODUCT_ANTIVIRUS, "AVG Web/Mail Shield"},                      /* [D] */
    {"AdGuard", PRODUCT_ANTIVIRUS, "Adguard Personal CA"},                  /* [D] */
    {"Bitdefender", PRODUCT_ANTIVIRUS, "Bitdefender"},                      /* [C] */
    {"ESET", PRODUCT_ANTIVIRUS, "ESET SSL Filter CA"},                      /* [D] */
    {"Kaspersky", PRODUCT_ANTIVIRUS, "Kaspersky Anti-Virus Personal Root"}, /* [C] */
    {"Burp Suite", PRODUCT_DEBUGGER, "PortSwigger CA"},                     /* [D] */
    {"Charles", PRODUCT_DEBUGGER, "Charles Proxy CA"},                      /* [D] */
    {"Fiddler", PRODUCT_DEBUGGER, "DO_NOT_TRUST_FiddlerRoot"},              /* [D] */
    {"HTTP Toolkit", PRODUCT_DEBUGGER, "HTTP Toolkit CA"},                  /* [D] */
    {"mitmproxy", PRODUCT_DEBUGGER, "mitmproxy"},                           /* [M] */
    {"Proxyman", PRODUCT_DEBUGGER, "Proxyman CA"},                          /* [D] */
    {"ZAP", PRODUCT_DEBUGGER, "OWASP Root CA"},                             /* [D] */
    {"ZAP", PRODUCT_DEBUGGER, "Zed Attack Proxy Root CA"},                  /* [D] */
    {"Caddy", PRODUCT_LOCAL_CA, "Caddy Local Authority"},                   /* [D] */
    {"mkcert", PRODUCT_LOCAL_CA, "mkcert development CA"},                  /* [D] */
    {"minica", PRODUCT_LOCAL_CA, "minica root ca"},                         /* [D] */
    {"Smallstep", PRODUCT_LOCAL_CA, "Smallstep"},                           /* [D] */
};

static bool holds(const char *s, const char *part) {
    return s && strcasestr(s, part) != NULL;
}

const struct product *product_of_issuer(const struct cert_info *issued) {
    for (size_t i = 0; i < TW_COUNT(products); i++)
        if (holds(issued->issuer_o, products[i].in_issuer) || holds(issued->issuer_cn, products[i].in_issuer))
            return &products[i];
    return NULL;
}
