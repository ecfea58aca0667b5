/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/load_parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check/perf.h"
#include "lib/check/state.h"
#include "lib/check/text.h"

enum { LABEL_SIZE_MAX = 190, RANGE_SIZE_MAX = 63, UNIT_SIZE_MAX = 8 };

/* What a probe's output consists of; the parts point into it. */
struct output {
	const char *text;
	size_t text_size;
	const char *details;
	size_t details_size;
	const char *perf[2]; /* behind the '|' of line 1, and behind that of a later line */
	size_t perf_size[2];
};

/*
 * As Nagios reads it: line 1 is text up to the first '|' and performance data behind it; later
 * lines are text up to the first '|', and all that follows is performance data.
 */
static void output_split(const char *p, size_t size, struct output *ret)
{
	const char *end = p + size, *newline, *bar;

	*ret = (struct output){ 0 };
	newline = memchr(p, '\n', size);
	ret->text = p;
	ret->text_size = (size_t)((newline ? newline : end) - p);
	bar = memchr(p, '|', ret->text_size);
	if (bar) {
		ret->perf[0] = bar + 1;
		ret->perf_size[0] = ret->text_size - (size_t)(bar + 1 - p);
		ret->text_size = (size_t)(bar - p);
	}
	if (!newline)
		return;
	ret->details = newline + 1;
	ret->details_size = (size_t)(end - ret->details);
	bar = memchr(ret->details, '|', ret->details_size);
	if (bar) {
		ret->perf[1] = bar + 1;
		ret->perf_size[1] = (size_t)(end - ret->perf[1]);
		ret->details_size = (size_t)(bar - ret->details);
	}
}

/* Units of others that are ours times or by a whole number, so that 5us is 0.000005 s and not
 * what is next to it. */
static const struct {
	const char *uom, *unit;
	double times, by;
} units[] = {
	{ "", "", 1, 1 },
	{ "s", "s", 1, 1 },
	{ "ms", "s", 1, 1e3 },
	{ "us", "s", 1, 1e6 },
	{ "%", "%", 1, 1 },
	{ "c", "c", 1, 1 },
	{ "B", "B", 1, 1 },
	{ "KB", "B", 1024, 1 },
	{ "MB", "B", 1048576, 1 },
	{ "GB", "B", 1073741824, 1 },
	{ "TB", "B", 1099511627776, 1 },
};

/* --- strings of the values ----------------------------------------------------------------- */

const char *loadable_keep(struct loadable *loadable, const char *text, size_t size)
{
	struct buf copy = BUF_INIT;
	char **strings;

	if (size == 0)
		return "";
	strings = reallocarray(loadable->strings, loadable->n_strings + 1, sizeof(*strings));
	if (!strings)
		return NULL;
	loadable->strings = strings;
	text_clean(text, size, &copy);
	if (copy.error) {
		buf_free(&copy);
		return NULL;
	}
	strings[loadable->n_strings++] = copy.data;
	return copy.data;
}

/* The next field of "warn;crit;min;max". */
static const char *keep_field(struct loadable *loadable, const char **p, const char *end)
{
	const char *start = *p, *semicolon = memchr(start, ';', (size_t)(end - start));
	size_t size = (size_t)((semicolon ? semicolon : end) - start);

	*p = semicolon ? semicolon + 1 : end;
	return size > RANGE_SIZE_MAX ? "" : loadable_keep(loadable, start, size);
}

static int add_value(struct loadable *loadable, const struct perf_item *item)
{
	struct db_value value = { .value = item->value };
	const char *rest = item->rest, *rest_end = item->rest + item->rest_size;
	bool converted = false;

	if (item->label_size > LABEL_SIZE_MAX || item->uom_size > UNIT_SIZE_MAX)
		return 0;
	value.label = loadable_keep(loadable, item->label, item->label_size);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strlen(units[i].uom) == item->uom_size &&
		    memcmp(units[i].uom, item->uom, item->uom_size) == 0) {
			value.unit = units[i].unit;
			value.value = value.value * units[i].times / units[i].by;
			converted = units[i].times > 1 || units[i].by > 1;
		}
	}
	if (!value.unit)
		value.unit = loadable_keep(loadable, item->uom, item->uom_size);
	/* Limits of a value that is converted would be in another unit than it. */
	if (converted)
		rest = rest_end;
	value.warn = keep_field(loadable, &rest, rest_end);
	value.crit = keep_field(loadable, &rest, rest_end);
	value.min = keep_field(loadable, &rest, rest_end);
	value.max = keep_field(loadable, &rest, rest_end);
	if (!value.label || !value.unit || !value.warn || !value.crit || !value.min ||
	    !value.max)
		return -ENOMEM;
	loadable->values[loadable->run.n_values++] = value;
	return 0;
}

static size_t count_equals(const char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += text[i] == '=';
	return n;
}

static int add_values(struct loadable *loadable, const struct output *output)
{
	size_t room = count_equals(output->perf[0], output->perf_size[0]) +
		      count_equals(output->perf[1], output->perf_size[1]);
	int r = 0;

	if (room > LOAD_VALUES_MAX)
		room = LOAD_VALUES_MAX;
	loadable->values = calloc(room + 1, sizeof(*loadable->values));
	if (!loadable->values)
		return -ENOMEM;
	for (int part = 0; part < 2 && r >= 0; part++) {
		const char *p = output->perf[part] ? output->perf[part] : "";
		const char *end = p + output->perf_size[part];
		struct perf_item item;

		while (loadable->run.n_values < room && (r = perf_next(&p, end, &item)) != 0) {
			/* What is no item is left out; the others count. */
			if (r > 0 && add_value(loadable, &item) < 0)
				return -ENOMEM;
		}
		r = 0;
	}
	loadable->run.values = loadable->values;
	return 0;
}

/* --- state and text --------------------------------------------------------------------------- */

static enum state run_state(const struct record *record)
{
	if (record->outcome != OUTCOME_RUN || record->exit_code < 0 || record->exit_code > 3)
		return STATE_UNKNOWN;
	return (enum state)record->exit_code;
}

/* Cut to fit, not inside a character. */
static void cut_utf8(struct buf *buf, size_t max)
{
	size_t size = max;

	if (buf->size <= max)
		return;
	while (size > 0 && ((unsigned char)buf->data[size] & 0xC0) == 0x80)
		size--;
	buf_cut(buf, size);
}

static char *line1(const struct record *record, const struct output *output)
{
	struct buf text = BUF_INIT;

	text_clean(record->reason, record->reason_size, &text);
	if (record->outcome == OUTCOME_RUN && record->exit_code > 3)
		buf_addf(&text, "exit code %d", record->exit_code);
	if (output->text_size) {
		buf_adds(&text, text.size ? ": " : "");
		text_clean(output->text, output->text_size, &text);
	} else if (record->outcome == OUTCOME_RUN) {
		buf_addf(&text, "%sno output", text.size ? ", " : "");
	}
	while (text.size && text.data[text.size - 1] == ' ')
		buf_cut(&text, text.size - 1);
	cut_utf8(&text, LOAD_TEXT_MAX);
	return text.error ? NULL : text.data ? text.data : strdup("");
}

static char *further_lines(const struct record *record, const struct output *output)
{
	struct buf text = BUF_INIT;

	if (output->details_size)
		text_clean_lines(output->details, output->details_size, &text);
	while (
	    text.size && (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == ' '))
		buf_cut(&text, text.size - 1);
	cut_utf8(&text, LOAD_DETAILS_MAX);
	if (record->cut)
		buf_addf(&text, "%s(output cut)", text.size ? "\n" : "");
	return text.error ? NULL : text.data ? text.data : strdup("");
}

int loadable_set_text(struct loadable *loadable, struct buf *text)
{
	cut_utf8(text, LOAD_TEXT_MAX);
	if (text->error || !text->data) {
		buf_free(text);
		return -ENOMEM;
	}
	free(loadable->text);
	loadable->text = text->data;
	loadable->run.text = loadable->text;
	*text = (struct buf)BUF_INIT;
	return 0;
}

int loadable_init(struct loadable *loadable, const struct record *record, struct err *err)
{
	struct output output;

	output_split(record->output, record->output_size, &output);
	*loadable = (struct loadable){ .run = {
					   .scheduleid = record->scheduleid,
					   .due_ms = record->due_ms,
					   .last_due_ms = record->last_due_ms,
					   .n_slots = record->n_slots,
					   .outcome = record->outcome,
					   .state = (int)run_state(record),
					   .exit_code = record->exit_code,
					   .signo = record->signo,
					   .started_ms = record->started_ms,
					   .duration_ms = record->duration_ms,
					   .rss_kb = record->rss_kb,
					   .cpu_ms = record->cpu_ms,
					   .attempts = record->attempts,
					   .cut = record->cut,
				       } };
	loadable->text = line1(record, &output);
	loadable->details = further_lines(record, &output);
	loadable->run.text = loadable->text;
	loadable->run.details = loadable->details;
	if (!loadable->text || !loadable->details || add_values(loadable, &output) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	return 0;
}

void loadable_free(struct loadable *loadable)
{
	for (size_t i = 0; i < loadable->n_strings; i++)
		free(loadable->strings[i]);
	free(loadable->strings);
	free(loadable->values);
	free(loadable->text);
	free(loadable->details);
	*loadable = (struct loadable){ 0 };
}
