#include "causes/finding.h"

const char *fixer_name(enum fixer f) {
    static const char *const names[] = {[FIXER_NONE] = "nobody",
                                        [FIXER_CLIENT] = "client",
                                        [FIXER_SERVER] = "server",
                                        [FIXER_NETWORK] = "network"};
    return names[f];
}

const char *certainty_name(enum certainty c) {
    static const char *const names[] = {[CERTAINTY_NONE] = "none",
                                        [CERTAINTY_POSSIBLE] = "possible",
                                        [CERTAINTY_LIKELY] = "likely",
                                        [CERTAINTY_PROVEN] = "proven"};
    return names[c];
}

void finding_evidence(struct finding *f, const char *sentence) {
    if (f->n_evidence < FINDING_MAX_EVIDENCE) f->evidence[f->n_evidence++] = sentence;
}

void finding_slot(struct finding *f, const char *name, const char *value) {
    if (f->n_slots < FINDING_MAX_SLOTS) f->slots[f->n_slots++] = (struct slot){name, value};
}
