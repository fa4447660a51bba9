/* What the rows of judges share. Inside of the files that hold rows. */
#ifndef TW_PKI_JUDGE_ROWS_H
#define TW_PKI_JUDGE_ROWS_H

#include "pki/judge.h"

#define HASH(name) (1u << PKI_HASH_##name)
#define KEY(name) (1u << KEY_##name)
#define EXT(name) (1u << PKI_EXT_##name)
#define CURVE(number) (UINT64_C(1) << (number)) /* IANA, TLS Supported Groups */
#define FACTS(list) .facts = list, .n_facts = TW_COUNT(list)
#define FACTS_BELOW(list) .facts_below = list, .n_facts_below = TW_COUNT(list)
#define FACTS_ALWAYS(list) .facts_always = list, .n_facts_always = TW_COUNT(list)

/* What every client of today takes: SHA-2, and signatures that have their hash inside (EdDSA). */
#define HASHES_SHA2                                                                                          \
    (HASH(NONE) | HASH(SHA224) | HASH(SHA256) | HASH(SHA384) | HASH(SHA512) | HASH(SHA512_256) | HASH(SHA3))
#define CURVES_NIST (CURVE(23) | CURVE(24) | CURVE(25))
#define DER_ONLY UINT32_MAX /* every deviation of BER is refused */
#define ALL UINT32_MAX
/* What RFC 5280 tells every client to know (4.2, 6.1). */
#define CRITICAL_OF_RFC5280                                                                                  \
    (EXT(BASIC_CONSTRAINTS) | EXT(KEY_USAGE) | EXT(EXT_KEY_USAGE) | EXT(SAN) | EXT(NAME_CONSTRAINTS) |       \
     EXT(POLICIES) | EXT(POLICY_MAPPINGS) | EXT(POLICY_CONSTRAINTS) | EXT(INHIBIT_ANY))

/* Rows by file. */
extern const struct pki_judge pki_judges_libraries[], pki_judges_platforms[];
extern const size_t pki_n_judges_libraries, pki_n_judges_platforms;

#endif
