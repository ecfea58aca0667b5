/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/check/opt.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"

enum { OPT_ROWS_MAX = 96, OPT_LIST_MAX = 4096, OPT_LONG_BASE = 256 };

void opt_list_free(struct opt_list *list)
{
	free(list->items);
	list->items = NULL;
	list->n_items = 0;
}

static int opt_list_add(struct opt_list *list, const char *value, struct err *err)
{
	const char **items;

	if (list->n_items >= OPT_LIST_MAX)
		return err_set(err, -E2BIG, "given more than %d times", OPT_LIST_MAX);
	items = reallocarray(list->items, list->n_items + 1, sizeof(*items));
	if (!items)
		return err_set(err, -ENOMEM, "out of memory");
	list->items = items;
	items[list->n_items++] = value;
	return 0;
}

/* "[STATE]" may be left out; "[METRIC=]RANGE" may not. */
static bool may_take_argument(const struct opt *opt)
{
	return opt->argument && opt->argument[0] == '[' &&
	       opt->argument[strlen(opt->argument) - 1] == ']';
}

static bool takes_argument(const struct opt *opt)
{
	return opt->argument && !may_take_argument(opt);
}

static int opt_store(const struct opt *opt, void *target, const char *value, struct err *err)
{
	char *at = (char *)target + opt->offset;

	if (takes_argument(opt) && *value == '\0')
		return err_set(err, -EINVAL, "needs %s, found an empty text", opt->argument);
	switch (opt->kind) {
	case OPT_FLAG:
		*(bool *)(void *)at = true;
		return 0;
	case OPT_COUNT:
		++*(unsigned *)(void *)at;
		return 0;
	case OPT_STRING:
		*(const char **)(void *)at = value;
		return 0;
	case OPT_UINT:
		return num_u64(value, (uint64_t *)(void *)at, err);
	case OPT_SECONDS:
		return num_seconds(value, (double *)(void *)at, err);
	case OPT_LIST:
		return opt_list_add((struct opt_list *)(void *)at, value, err);
	case OPT_CALL:
		return opt->call(target, value, err);
	}
	return 0;
}

/* Every row of every set, and getopt's two forms of the same. */
struct opt_index {
	const struct opt *rows[OPT_ROWS_MAX];
	void *targets[OPT_ROWS_MAX];
	struct option longs[OPT_ROWS_MAX + 1];
	char shorts[3 * OPT_ROWS_MAX + 2];
	size_t n_rows;
};

static void opt_index_build(struct opt_index *index, const struct opt_set *sets, size_t n_sets)
{
	char *letters = index->shorts;

	memset(index, 0, sizeof(*index));
	*letters++ = ':';
	for (size_t s = 0; s < n_sets; s++) {
		for (size_t i = 0; i < sets[s].n_rows && index->n_rows < OPT_ROWS_MAX; i++) {
			const struct opt *opt = &sets[s].rows[i];
			size_t n = index->n_rows++;

			index->rows[n] = opt;
			index->targets[n] = sets[s].target;
			index->longs[n] = (struct option){ .name = opt->name,
				.has_arg = takes_argument(opt)	    ? required_argument
					   : may_take_argument(opt) ? optional_argument
								    : no_argument,
				.val = OPT_LONG_BASE + (int)n };
			if (!opt->letter)
				continue;
			*letters++ = opt->letter;
			if (takes_argument(opt))
				*letters++ = ':';
		}
	}
}

static const struct opt *opt_index_find(const struct opt_index *index, int c, void **ret_target)
{
	for (size_t i = 0; i < index->n_rows; i++) {
		if (c == OPT_LONG_BASE + (int)i || (c != 0 && c == index->rows[i]->letter)) {
			*ret_target = index->targets[i];
			return index->rows[i];
		}
	}
	return NULL;
}

/* The option as its user wrote it, for messages. */
static void opt_name(const struct opt *opt, int c, char *out, size_t size)
{
	if (c < OPT_LONG_BASE)
		(void)snprintf(out, size, "-%c", opt->letter);
	else
		(void)snprintf(out, size, "--%s", opt->name);
}

static int opt_complain(const struct opt_index *index, int c, char **argv, struct err *err)
{
	char name[80];
	void *target;
	const struct opt *opt;

	if (c == ':') {
		opt = opt_index_find(index, optopt, &target);
		if (opt) {
			opt_name(opt, optopt, name, sizeof(name));
			return err_set(
			    err, -EINVAL, "option %s: needs %s", name, opt->argument);
		}
	}
	/* A long option's text is in the word that getopt has just passed. */
	if (optopt == 0 || optopt >= OPT_LONG_BASE) {
		bool known = optopt >= OPT_LONG_BASE;

		return err_set(err, -EINVAL, "option %.60s: %s", argv[optind - 1],
		    known ? "takes no argument" : "unknown or ambiguous option");
	}
	return err_set(err, -EINVAL, "option -%c: unknown option",
	    optopt >= 0x20 && optopt < 0x7F ? optopt : '?');
}

int opt_parse(const struct opt_set *sets, size_t n_sets, int argc, char **argv, struct err *err)
{
	struct opt_index index;
	int c, r;

	opt_index_build(&index, sets, n_sets);
	opterr = 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, index.shorts, index.longs, NULL)) != -1) {
		void *target;
		const struct opt *opt = opt_index_find(&index, c, &target);
		char name[80];

		if (!opt || c == '?' || c == ':')
			return opt_complain(&index, c, argv, err);
		r = opt_store(opt, target, optarg ? optarg : "", err);
		if (r < 0) {
			opt_name(opt, c, name, sizeof(name));
			err_prefix(err, "option %s", name);
			return r;
		}
	}
	if (optind < argc)
		return err_set(
		    err, -EINVAL, "argument '%.60s': expected options only", argv[optind]);
	return 0;
}

enum { HELP_WIDTH = 80, HELP_INDENT = 26 };

void opt_wrap(const char *text, size_t column, size_t indent, struct buf *buf)
{
	while (*text) {
		size_t word = strcspn(text, " ");

		if (column > indent && column + 1 + word > HELP_WIDTH) {
			buf_addf(buf, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			buf_addc(buf, ' ');
			column++;
		}
		buf_add(buf, text, word);
		column += word;
		text += word;
		while (*text == ' ')
			text++;
	}
	buf_addc(buf, '\n');
}

void opt_help(const struct opt *rows, size_t n_rows, struct buf *buf)
{
	for (size_t i = 0; i < n_rows; i++) {
		CLEANUP_BUF struct buf head = BUF_INIT;

		if (rows[i].letter)
			buf_addf(&head, "  -%c, --%s", rows[i].letter, rows[i].name);
		else
			buf_addf(&head, "      --%s", rows[i].name);
		if (takes_argument(&rows[i]))
			buf_addf(&head, "=%s", rows[i].argument);
		else if (may_take_argument(&rows[i]))
			buf_addf(&head, "[=%s", rows[i].argument + 1);
		if (head.size + 2 > HELP_INDENT)
			buf_addf(&head, "\n%*s", HELP_INDENT, "");
		else
			buf_addf(&head, "%*s", (int)(HELP_INDENT - head.size), "");
		buf_add(buf, buf_text(&head), head.size);
		opt_wrap(rows[i].help, HELP_INDENT, HELP_INDENT, buf);
	}
}
