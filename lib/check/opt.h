/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Option tables: the rows say what is parsed and are the text of --help. Values are
 * stored into a struct of the plugin's by offset, so a plugin has no parsing code.
 */
#ifndef HAETAE_CHECK_OPT_H
#define HAETAE_CHECK_OPT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"

enum opt_kind {
	OPT_FLAG,    /* bool: set to true */
	OPT_STRING,  /* const char *: borrowed from argv, not empty */
	OPT_UINT,    /* uint64_t */
	OPT_SECONDS, /* double, with unit (5m) */
	OPT_LIST,    /* struct opt_list: may repeat */
	OPT_COUNT,   /* unsigned: times given */
	OPT_CALL,    /* opt_call_fn: for what needs its own parser */
};

struct opt_list {
	const char **items; /* borrowed from argv */
	size_t n_items;
};
void opt_list_free(struct opt_list *list);

/* Takes one value of an OPT_CALL row. target is the struct that opt_parse was given. */
typedef int opt_call_fn(void *target, const char *value, struct err *err);

struct opt {
	char letter;	      /* 0: long form only */
	const char *name;     /* without dashes */
	const char *argument; /* its name in the help; "[NAME]" when it may be left out (long
	                       * form only, the value is then ""); NULL when it takes none */
	enum opt_kind kind;
	size_t offset; /* where the value goes in the struct */
	opt_call_fn *call;
	const char *help; /* one sentence, lower case, no full stop; wrapped by opt_help */
};

/* Parses argv by up to two tables, each with the struct its offsets mean. Positional
 * arguments are refused. On failure err names the option: "option -w: ...". */
struct opt_set {
	const struct opt *rows;
	size_t n_rows;
	void *target;
};
int opt_parse(const struct opt_set *sets, size_t n_sets, int argc, char **argv,
    struct err *err) ATTR_MUST_CHECK;

/* "  -w, --warning=RANGE  text", wrapped at 80 columns, a row an option. */
void opt_help(const struct opt *rows, size_t n_rows, struct buf *buf);

/* The words of text and a newline, wrapped at 80 columns. The line begins at column; the
 * next ones are indented. */
void opt_wrap(const char *text, size_t column, size_t indent, struct buf *buf);

#endif
