/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings of a spec as rows of a table: their keys in toolspecs files, and their values as
 * people read them. What compares, shows or writes a spec goes through it, so that no setting is
 * forgotten anywhere.
 */
#ifndef HAETAE_STORE_SPEC_FIELD_H
#define HAETAE_STORE_SPEC_FIELD_H

#include <stdbool.h>

#include "lib/base/buf.h"
#include "lib/store/spec.h"

/* The words of a key, each with its number in struct spec; the first is the default. */
struct spec_words {
	const char *key;
	struct {
		const char *text;
		int value;
	} words[4];
};
extern const struct spec_words spec_testtypes, spec_overruns, spec_catchups, spec_judges;
/* The word of a number, "?" for one that has none. */
const char *spec_word(const struct spec_words *words, int value);

enum spec_kind {
	SPEC_TEXT,
	SPEC_ARGS,
	SPEC_MS,
	SPEC_NUMBER, /* unsigned */
	SPEC_BOOL,
	SPEC_WORD, /* an enum, by its words */
};

struct spec_field {
	const char *key;
	enum spec_kind kind;
	size_t offset;
	const struct spec_words *words;
};
enum { SPEC_FIELDS = 21 };
/* All but node, group and name, in the order of haetae-toolspecs(5). */
extern const struct spec_field spec_fields[SPEC_FIELDS];

/* A text that is NULL is one that is "". */
bool spec_field_same(
    const struct spec_field *field, const struct spec *a, const struct spec *b);
/* Appends "30 s", "skip", "yes", "-w load1=5"; a phase below 0 is "by name". */
void spec_field_text(const struct spec_field *field, const struct spec *spec, struct buf *ret);
/* Whether all fields are the same. */
bool spec_same(const struct spec *a, const struct spec *b);

/* "30 s", "1500 ms": as toolspecs files take it. */
void spec_ms_text(int64_t ms, struct buf *ret);
/* Command and arguments on one line: an argument with a blank or nothing in it stands in quotes,
 * and a newline is "\n". */
void spec_command_text(const struct spec *spec, struct buf *ret);

#endif
