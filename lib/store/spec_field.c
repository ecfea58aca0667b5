/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/spec_field.h"

#include <string.h>

const struct spec_words spec_testtypes = { "testtype",
	{ { "background", TESTTYPE_BACKGROUND },
	    { "background-syn", TESTTYPE_BACKGROUND_SYN } } };
const struct spec_words spec_overruns = { "overrun",
	{ { "skip", OVERRUN_SKIP }, { "queue1", OVERRUN_QUEUE1 },
	    { "replace", OVERRUN_REPLACE } } };
const struct spec_words spec_catchups = { "catchup",
	{ { "none", CATCHUP_NONE }, { "last", CATCHUP_LAST }, { "all", CATCHUP_ALL } } };
const struct spec_words spec_judges = { "judge",
	{ { "own", JUDGE_OWN }, { "worst", JUDGE_WORST },
	    { "thresholds", JUDGE_THRESHOLDS } } };

#define FIELD(name, type, member)                                                      \
	{                                                                              \
		.key = (name), .kind = (type), .offset = offsetof(struct spec, member) \
	}
#define WORD(member, list)                                                                  \
	{                                                                                   \
		.key = #member, .kind = SPEC_WORD, .offset = offsetof(struct spec, member), \
		.words = &(list)                                                            \
	}

const struct spec_field spec_fields[SPEC_FIELDS] = {
	FIELD("probetype", SPEC_TEXT, probetype),
	FIELD("command", SPEC_TEXT, command),
	FIELD("args", SPEC_ARGS, args),
	FIELD("interval", SPEC_MS, interval_ms),
	FIELD("phase", SPEC_MS, phase_ms),
	FIELD("timeout", SPEC_MS, timeout_ms),
	FIELD("killgrace", SPEC_MS, killgrace_ms),
	FIELD("maxlate", SPEC_MS, maxlate_ms),
	WORD(testtype, spec_testtypes),
	FIELD("synchgroup", SPEC_TEXT, synchgroup),
	WORD(overrun, spec_overruns),
	WORD(catchup, spec_catchups),
	FIELD("catchup_max", SPEC_NUMBER, catchup_max),
	FIELD("jitter", SPEC_MS, jitter_ms),
	FIELD("priority", SPEC_NUMBER, priority),
	FIELD("attempts", SPEC_NUMBER, attempts),
	FIELD("retry", SPEC_MS, retry_ms),
	FIELD("backoff", SPEC_MS, backoff_ms),
	FIELD("alive", SPEC_BOOL, alive),
	WORD(judge, spec_judges),
	FIELD("enabled", SPEC_BOOL, enabled),
};

static const void *place(const struct spec_field *field, const struct spec *spec)
{
	return (const char *)spec + field->offset;
}

static const char *text_of(const struct spec_field *field, const struct spec *spec)
{
	const char *text = *(char *const *)place(field, spec);

	return text ? text : "";
}

static bool same_args(const struct spec *a, const struct spec *b)
{
	if (a->n_args != b->n_args)
		return false;
	for (size_t i = 0; i < a->n_args; i++) {
		if (strcmp(a->args[i], b->args[i]) != 0)
			return false;
	}
	return true;
}

bool spec_field_same(const struct spec_field *field, const struct spec *a, const struct spec *b)
{
	const void *x = place(field, a), *y = place(field, b);

	switch (field->kind) {
	case SPEC_TEXT:
		return strcmp(text_of(field, a), text_of(field, b)) == 0;
	case SPEC_ARGS:
		return same_args(a, b);
	case SPEC_MS:
		return *(const int64_t *)x == *(const int64_t *)y;
	case SPEC_NUMBER:
		return *(const unsigned *)x == *(const unsigned *)y;
	case SPEC_BOOL:
		return *(const bool *)x == *(const bool *)y;
	case SPEC_WORD:
		return memcmp(x, y, sizeof(enum judge)) == 0;
	}
	return false;
}

bool spec_same(const struct spec *a, const struct spec *b)
{
	for (size_t i = 0; i < SPEC_FIELDS; i++) {
		if (!spec_field_same(&spec_fields[i], a, b))
			return false;
	}
	return true;
}

const char *spec_word(const struct spec_words *words, int value)
{
	for (size_t i = 0; i < 4 && words->words[i].text; i++) {
		if (words->words[i].value == value)
			return words->words[i].text;
	}
	return "?";
}

void spec_ms_text(int64_t ms, struct buf *ret)
{
	if (ms < 0)
		(void)buf_adds(ret, "by name");
	else if (ms % 1000)
		(void)buf_addf(ret, "%lld ms", (long long)ms);
	else
		(void)buf_addf(ret, "%lld s", (long long)(ms / 1000));
}

static void add_argument(const char *text, struct buf *ret)
{
	const char *quote = !*text || strpbrk(text, " \t\n") ? "'" : "";

	(void)buf_adds(ret, quote);
	for (const char *p = text; *p; p++) {
		if (*p == '\n')
			(void)buf_adds(ret, "\\n");
		else
			(void)buf_addc(ret, *p);
	}
	(void)buf_adds(ret, quote);
}

static void add_args(const struct spec *spec, bool behind, struct buf *ret)
{
	for (size_t i = 0; i < spec->n_args; i++) {
		if (behind || i)
			(void)buf_addc(ret, ' ');
		add_argument(spec->args[i], ret);
	}
}

void spec_command_text(const struct spec *spec, struct buf *ret)
{
	const char *command = spec->command ? spec->command : "";

	(void)buf_adds(ret, command);
	add_args(spec, *command != '\0', ret);
}

void spec_field_text(const struct spec_field *field, const struct spec *spec, struct buf *ret)
{
	const void *at = place(field, spec);
	int word = 0;

	switch (field->kind) {
	case SPEC_TEXT:
		(void)buf_adds(ret, text_of(field, spec));
		break;
	case SPEC_ARGS:
		add_args(spec, false, ret);
		break;
	case SPEC_MS:
		spec_ms_text(*(const int64_t *)at, ret);
		break;
	case SPEC_NUMBER:
		(void)buf_addf(ret, "%u", *(const unsigned *)at);
		break;
	case SPEC_BOOL:
		(void)buf_adds(ret, *(const bool *)at ? "yes" : "no");
		break;
	case SPEC_WORD:
		memcpy(&word, at, sizeof(enum judge));
		(void)buf_adds(ret, spec_word(field->words, word));
		break;
	}
}
