/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compiler attributes, named once. Nothing else belongs here.
 */
#ifndef HAETAE_BASE_ATTR_H
#define HAETAE_BASE_ATTR_H

#define ATTR_PRINTF(fmt, first) __attribute__((__format__(__printf__, fmt, first)))
#define ATTR_NONNULL(...)	__attribute__((__nonnull__(__VA_ARGS__)))
#define ATTR_MUST_CHECK		__attribute__((__warn_unused_result__))
#define ATTR_NORETURN		__attribute__((__noreturn__))
#define ATTR_UNUSED		__attribute__((__unused__))

#endif
