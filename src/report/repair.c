#include "report/report_internal.h"

size_t report_repairs(struct arena *a, const struct verdict *v, struct repair_file ret[REPAIR_MAX_FILES]) {
    if (v->n_repaired_chain == 0) return 0;
    struct text pem;
    text_init(&pem, a);
    for (size_t i = 0; i < v->n_repaired_chain; i++) text_add(&pem, cert_pem(a, v->repaired_chain[i]));
    ret[0] = (struct repair_file){
        .name = "fullchain.pem",
        .body = bytes_str(pem.s),
        .summary = text_f(a, "the server's certificate and the %zu that must follow it, in order",
                          v->n_repaired_chain - 1),
    };
    return 1;
}
