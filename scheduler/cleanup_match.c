/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/cleanup_match.h"

#include <string.h>

/*
 * How an interpreter's command line is read up to its script. A letter that is in none of the
 * lists stands alone. What is not understood gives no script: then nothing is killed by it.
 */
struct interpreter {
	const char *names;  /* each with a blank behind it; a version may follow: python3.11 */
	const char *none;   /* letters: there is no script, but code or standard input */
	const char *value;  /* letters with a value, in the same word or the next */
	const char *rest;   /* letters to which the rest of the word belongs */
	const char *script; /* letters whose value is the script */
	const char *words;  /* long options with a value, each with a blank behind it */
	bool apart;	    /* values are always in the next word */
	bool by_letter;	    /* no script without such a letter */
};

static const struct interpreter interpreters[] = {
	{ .names = "sh bash dash ash ksh mksh zsh ",
	    .none = "cs",
	    .value = "oO",
	    .words = "--rcfile --init-file ",
	    .apart = true },
	{ .names = "perl ", .none = "eE", .value = "I", .rest = "iFmMxdDV" },
	{ .names = "python pypy ",
	    .none = "cm",
	    .value = "WX",
	    .words = "--check-hash-based-pycs " },
	{ .names = "ruby ", .none = "e", .value = "IrCE", .rest = "FWKTxi" },
	{ .names = "php ", .none = "rBRE", .value = "dczS", .script = "fF" },
	{ .names = "lua luajit ", .none = "i", .value = "el" },
	{ .names = "expect ", .none = "i", .value = "cD", .script = "fb" },
	{ .names = "tclsh wish ", .none = "abcdefghijklmnopqrstuvwxyz" },
	{ .names = "awk gawk mawk ", .value = "vF", .script = "f", .by_letter = true },
};

static struct cleanup_span span_base(struct cleanup_span span)
{
	const char *slash = span.size ? memrchr(span.text, '/', span.size) : NULL;

	if (slash) {
		span.size -= (size_t)(slash + 1 - span.text);
		span.text = slash + 1;
	}
	return span;
}

static bool span_is(struct cleanup_span span, const char *text)
{
	return span.size == strlen(text) && memcmp(span.text, text, span.size) == 0;
}

/* Whether the span is one of the words, each of which has a blank behind it. */
static bool is_one_of(struct cleanup_span span, const char *words)
{
	while (words && *words) {
		size_t size = strcspn(words, " ");

		if (span.size == size && memcmp(span.text, words, size) == 0)
			return true;
		words += size + 1;
	}
	return false;
}

static const struct interpreter *find_interpreter(struct cleanup_span name)
{
	static const size_t n = sizeof(interpreters) / sizeof(interpreters[0]);

	/* A login shell has a dash in front. */
	if (name.size && name.text[0] == '-') {
		name.text++;
		name.size--;
	}
	name = span_base(name);
	while (name.size && strchr("0123456789.-", name.text[name.size - 1]))
		name.size--;
	for (size_t i = 0; i < n; i++) {
		if (is_one_of(name, interpreters[i].names))
			return &interpreters[i];
	}
	return NULL;
}

/* --- words ----------------------------------------------------------------------------------- */

struct words {
	const char *at, *end;
};

/* An argument that was cut is none: its rest is not known. */
static bool next_word(struct words *words, struct cleanup_span *ret)
{
	const char *nul = NULL;

	if (words->at < words->end)
		nul = memchr(words->at, '\0', (size_t)(words->end - words->at));
	if (!nul)
		return false;
	*ret = (struct cleanup_span){ words->at, (size_t)(nul - words->at) };
	words->at = nul + 1;
	return true;
}

static bool has_letter(const char *letters, char c)
{
	return letters && c && strchr(letters, c);
}

enum option { OPTION_ALONE, OPTION_NO_SCRIPT, OPTION_SCRIPT };

/* Reads a word of short options, and the words of their values. A script that is the value of
 * one goes to ret. */
static enum option read_letters(const struct interpreter *interpreter, struct cleanup_span word,
    struct words *words, struct cleanup_span *ret)
{
	for (size_t i = 1; i < word.size; i++) {
		char c = word.text[i];
		bool script = has_letter(interpreter->script, c);
		struct cleanup_span value = { word.text + i + 1, word.size - i - 1 };

		if (has_letter(interpreter->none, c))
			return OPTION_NO_SCRIPT;
		if (has_letter(interpreter->rest, c))
			return OPTION_ALONE;
		if (!script && !has_letter(interpreter->value, c))
			continue;
		if ((interpreter->apart || value.size == 0) && !next_word(words, &value))
			return OPTION_NO_SCRIPT;
		if (script)
			*ret = value;
		if (script)
			return OPTION_SCRIPT;
		if (!interpreter->apart)
			return OPTION_ALONE;
	}
	return OPTION_ALONE;
}

static bool is_option(const struct interpreter *interpreter, struct cleanup_span word)
{
	return word.size &&
	       (word.text[0] == '-' || (interpreter->apart && word.text[0] == '+'));
}

/* The script behind argv[0], or nothing. */
static struct cleanup_span find_script(
    const struct interpreter *interpreter, struct words words)
{
	const struct cleanup_span none = { "", 0 };
	struct cleanup_span word, value;

	while (next_word(&words, &word)) {
		if (span_is(word, "--"))
			return !interpreter->by_letter && next_word(&words, &word) ? word
										   : none;
		if (span_is(word, "-"))
			return none;
		if (!is_option(interpreter, word))
			return interpreter->by_letter ? none : word;
		if (word.size > 2 && memcmp(word.text, "--", 2) == 0) {
			if (is_one_of(word, interpreter->words) && !next_word(&words, &value))
				return none;
			continue;
		}
		switch (read_letters(interpreter, word, &words, &value)) {
		case OPTION_NO_SCRIPT:
			return none;
		case OPTION_SCRIPT:
			return value;
		case OPTION_ALONE:
			break;
		}
	}
	return none;
}

void cleanup_names_set(
    const char *exe, const char *args, size_t args_size, struct cleanup_names *ret)
{
	struct words words = { args, args + args_size };
	const struct interpreter *interpreter;
	struct cleanup_span argv0 = { "", 0 };
	struct cleanup_names names = { .exe = { exe, strlen(exe) }, .script = { "", 0 } };

	if (!next_word(&words, &argv0)) {
		argv0 = (struct cleanup_span){ args, args_size };
		words.at = words.end;
	}
	/* A process that writes its own title has it all in argv[0]: "nginx: worker process". */
	for (size_t i = 0; i < argv0.size; i++) {
		if (argv0.text[i] == ' ')
			argv0.size = i;
	}
	names.argv0 = argv0;
	interpreter = find_interpreter(names.exe);
	/* busybox and its like go by the name that they were started under. */
	if (!interpreter && (!names.exe.size || span_is(span_base(names.exe), "busybox")))
		interpreter = find_interpreter(argv0);
	if (interpreter)
		names.script = find_script(interpreter, words);
	*ret = names;
}

/* --- questions -------------------------------------------------------------------------------- */

const struct cleanup_span *cleanup_names_find(
    const struct cleanup_names *names, const char *pattern, const char **ret_where)
{
	const struct {
		const struct cleanup_span *span;
		const char *where;
	} places[] = { { &names->exe, "program" }, { &names->argv0, "argv[0]" },
		{ &names->script, "script" } };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (memmem(
			places[i].span->text, places[i].span->size, pattern, strlen(pattern))) {
			*ret_where = places[i].where;
			return places[i].span;
		}
	}
	return NULL;
}

static bool is_program(struct cleanup_span path, const char *program)
{
	size_t size = strlen(program);
	struct cleanup_span name = span_base(path);

	return name.size >= size && memcmp(name.text, program, size) == 0 &&
	       (name.size == size || name.text[size] == '.');
}

bool cleanup_names_have(const struct cleanup_names *names, const char *program)
{
	return is_program(names->exe, program) || is_program(names->argv0, program) ||
	       is_program(names->script, program);
}

int64_t cleanup_age_ms(uint64_t start_ticks, long ticks_per_s, int64_t now_boot_ms)
{
	uint64_t per_s = (uint64_t)ticks_per_s;
	/* Apart, so that no product overflows. */
	uint64_t start_ms = start_ticks / per_s * 1000 + start_ticks % per_s * 1000 / per_s;

	if (start_ticks / per_s > INT64_MAX / 2000 || (int64_t)start_ms > now_boot_ms)
		return 0;
	return now_boot_ms - (int64_t)start_ms;
}

bool cleanup_is_old(
    uint64_t start_ticks, long ticks_per_s, int64_t now_boot_ms, unsigned minutes)
{
	return cleanup_age_ms(start_ticks, ticks_per_s, now_boot_ms) >=
	       (int64_t)minutes * 60 * 1000;
}
