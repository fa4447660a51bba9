/* What was found: one entry of the report's `causes`, filled by a cause and shown by the report. */
#ifndef TW_CAUSES_FINDING_H
#define TW_CAUSES_FINDING_H

#include "base/text.h"

enum fixer { FIXER_NONE, FIXER_CLIENT, FIXER_SERVER, FIXER_NETWORK };
enum certainty { CERTAINTY_NONE, CERTAINTY_POSSIBLE, CERTAINTY_LIKELY, CERTAINTY_PROVEN };
const char *fixer_name(enum fixer f);
const char *certainty_name(enum certainty c);

/* A value for the {slots} of the cause's text: host, version, names, days … */
struct slot {
    const char *name, *value;
};
enum { FINDING_MAX_EVIDENCE = 12, FINDING_MAX_SLOTS = 16, FINDING_MAX_AFFECTS = 48 };
struct facts;
struct profile;
struct proof {
    const char *baseline, *change, *outcome;
};
struct finding {
    const char *id, *row; /* row may be NULL */
    enum fixer fixer;
    enum certainty certainty;
    const char *summary; /* one sentence with the actual values */
    const char *evidence[FINDING_MAX_EVIDENCE];
    size_t n_evidence;
    bool has_proof;
    struct proof proof;
    const struct facts *before, *after; /* the handshakes of the proof, where it is one of two handshakes */
    bool together;                      /* the change helps only beside others: more than this is wrong */
    bool of_certificate;
    bool spares_own;       /* this client is not among those that fail because of it */
    bool of_path;          /* what happens to bytes on the way: no other hello helps, but by chance */
    bool answers_no_hello; /* nobody speaks TLS here as it is: a ServerHello to any hello refutes it */
    bool comes_and_goes;   /* that it does is the finding: a repetition that did better speaks for it */
    bool (*befalls)(const struct profile *p); /* other clients; NULL: whoever fares the same */
    const char *affects[FINDING_MAX_AFFECTS];
    size_t n_affects;
    struct slot slots[FINDING_MAX_SLOTS];
    size_t n_slots;
    int order; /* rank by CONTRACT.md, "Order of causes" */
};

/* Each drops what is above its ceiling: evidence is for people, and twelve sentences are enough. */
void finding_evidence(struct finding *f, const char *sentence);
void finding_slot(struct finding *f, const char *name, const char *value);

#endif
