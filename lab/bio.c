/* The link as a BIO, so that what was read before is read again, and what goes out takes the case's shape. */
#include "honest.h"

#include <openssl/bio.h>

static BIO_METHOD *method;

static int read_link(BIO *b, char *room, size_t cap, size_t *ret_n) {
    *ret_n = lab_read(BIO_get_data(b), (uint8_t *)room, cap);
    return *ret_n > 0;
}

static int write_link(BIO *b, const char *p, size_t n, size_t *ret_n) {
    *ret_n = n;
    return lab_write(BIO_get_data(b), bytes_of(p, n));
}

static long control_link(BIO *b, int cmd, long num, void *ptr) {
    (void)b, (void)num, (void)ptr;
    return cmd == BIO_CTRL_FLUSH || cmd == BIO_CTRL_DUP;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void make_method(void) {
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "lab link");
    if (!method) return;
    BIO_meth_set_read_ex(method, read_link);
    BIO_meth_set_write_ex(method, write_link);
    BIO_meth_set_ctrl(method, control_link);
}

BIO *lab_bio_new(struct lab_link *l) {
    pthread_once(&once, make_method);
    BIO *b = method ? BIO_new(method) : NULL;
    if (!b) return NULL;
    BIO_set_data(b, l);
    BIO_set_init(b, 1);
    return b;
}

void lab_bio_global_done(void) {
    BIO_meth_free(method);
    method = NULL;
}
