/* Inside of probe: what factor.c (finding the differences) and factor_apply.c (making a hello of them) share.
 */
#ifndef TW_PROBE_FACTOR_INTERNAL_H
#define TW_PROBE_FACTOR_INTERNAL_H

#include "probe/factor.h"

bool items_has(const struct items *l, uint16_t x);
void items_add(struct items *l, uint16_t x);
void items_drop(struct items *l, uint16_t x);
bool items_same_set(const struct items *x, const struct items *y);

/* Lists of a trial that are compared item by item, GREASE apart. */
struct items
items_versions(const struct trial *t); /* as its server and its own policy see them, newest first */
struct items items_suites(const struct hello *h);
struct items items_listed(const struct hello *h, uint16_t type);              /* of factor_list() */
struct items items_extensions(const struct hello *h);                         /* those that are sent */
struct items items_protocols(const struct factors *f, const struct hello *h); /* as places in f->protocol */

/* The list that the body of an extension is made of: of supported_groups, key_share and both of signature
 * schemes. */
const struct u16_list *factor_list(const struct hello *h, uint16_t type);
/* legacy_version where it is not what follows from the versions on offer; else 0. */
uint16_t factor_odd_legacy(const struct trial *t);
/* The extension is written, with something in it. */
bool factor_sends(const struct hello *h, uint16_t type);
/* Both send it as a list that is compared item by item. */
bool factor_listed(const struct factors *f, uint16_t type);
/* The extension comes and goes with the versions on offer: the lowest version that brings it. 0: it is a
 * factor of its own. */
uint16_t factor_version_of_ext(const struct factors *f, uint16_t type);
bool factor_suite_fits(uint16_t suite, const struct items *versions);

#endif
