/* cmocka's header wants these before it, in this order. */
#ifndef TW_TESTS_BASE_TEST_H
#define TW_TESTS_BASE_TEST_H

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#endif
