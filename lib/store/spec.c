/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"

enum { SPEC_LIST_MAX = 1 << 20 };

/* A week: longer than any deadline or grace that makes sense, and far from overflow. */
#define SPEC_TIME_MOST_MS ((int64_t)7 * 86400 * 1000)

void spec_args_free(char **args, size_t n_args)
{
	for (size_t i = 0; args && i < n_args; i++)
		free(args[i]);
	free(args);
}

void spec_free(struct spec *spec)
{
	free(spec->node);
	free(spec->group);
	free(spec->name);
	free(spec->probetype);
	free(spec->command);
	free(spec->synchgroup);
	spec_args_free(spec->args, spec->n_args);
	*spec = (struct spec){ 0 };
}

void spec_list_free(struct spec_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		spec_free(&list->items[i]);
	free(list->items);
	*list = (struct spec_list){ 0 };
}

/* The room doubles at each power of two. */
struct spec *spec_list_add(struct spec_list *list)
{
	size_t n = list->n;
	struct spec *items;

	if (n == SPEC_LIST_MAX)
		return NULL;
	if ((n & (n - 1)) == 0) {
		items = realloc(list->items, (n ? n * 2 : 1) * sizeof(*items));
		if (!items)
			return NULL;
		list->items = items;
	}
	list->items[n] = (struct spec){ 0 };
	list->n++;
	return &list->items[n];
}

static int check_name(
    const char *field, const char *text, size_t least, size_t most, struct err *err)
{
	size_t size = text ? strlen(text) : 0;

	if (size < least)
		return err_set(err, -EINVAL, "%s is empty", field);
	if (size > most)
		return err_set(err, -EINVAL, "%s is longer than %zu bytes", field, most);
	for (size_t i = 0; i < size; i++) {
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return err_set(err, -EINVAL, "%s has a control character in it", field);
	}
	if (size && (text[0] == ' ' || text[size - 1] == ' '))
		return err_set(err, -EINVAL, "%s has a blank at an end", field);
	return 0;
}

static int check_command(const char *command, struct err *err)
{
	int r = check_name("command", command, 0, SPEC_NAME_SIZE_MAX, err);

	if (r < 0)
		return r;
	if (command && strchr(command, '/'))
		return err_set(err, -EINVAL,
		    "command '%.60s' has a '/' in it: it is a file name in the folder of the "
		    "probe type",
		    command);
	if (command && command[0] == '.')
		return err_set(err, -EINVAL, "command begins with a dot");
	return 0;
}

static int check_args(const struct spec *spec, struct err *err)
{
	size_t size = 0;

	if (spec->n_args > SPEC_ARGS_MAX)
		return err_set(err, -EINVAL, "args are more than %d", SPEC_ARGS_MAX);
	for (size_t i = 0; i < spec->n_args; i++)
		size += strlen(spec->args[i]) + 1;
	if (size > SPEC_ARGS_SIZE_MAX)
		return err_set(
		    err, -EINVAL, "args are longer than %d bytes", SPEC_ARGS_SIZE_MAX);
	return 0;
}

static int check_time(
    const char *field, int64_t value_ms, int64_t least_ms, int64_t most_ms, struct err *err)
{
	if (value_ms < least_ms)
		return err_set(
		    err, -EINVAL, "%s is less than %lld ms", field, (long long)least_ms);
	if (value_ms > most_ms)
		return err_set(
		    err, -EINVAL, "%s is more than %lld ms", field, (long long)most_ms);
	return 0;
}

static int check_policies(const struct spec *spec, struct err *err)
{
	const struct {
		const char *field;
		unsigned value, least, most;
	} numbers[] = {
		{ "overrun", spec->overrun, OVERRUN_SKIP, OVERRUN_REPLACE },
		{ "catchup", spec->catchup, CATCHUP_NONE, CATCHUP_ALL },
		{ "catchup_max", spec->catchup_max, spec->catchup == CATCHUP_ALL,
		    spec->catchup == CATCHUP_ALL ? SPEC_CATCHUP_MAX : 0 },
		{ "priority", spec->priority, SPEC_PRIORITY_FIRST, SPEC_PRIORITY_LAST },
		{ "attempts", spec->attempts, 1, SPEC_ATTEMPTS_MAX },
		{ "judge", spec->judge, JUDGE_OWN, JUDGE_THRESHOLDS },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (numbers[i].value < numbers[i].least || numbers[i].value > numbers[i].most)
			return err_set(err, -EINVAL, "%s is %u, not from %u to %u",
			    numbers[i].field, numbers[i].value, numbers[i].least,
			    numbers[i].most);
	}
	return 0;
}

/* What is below a time that is not checked yet. */
static int64_t below(int64_t ms)
{
	return ms > 0 ? ms - 1 : 0;
}

int spec_check_row(const struct spec *spec, struct err *err)
{
	const struct {
		const char *field, *text;
		size_t least, most;
	} names[] = {
		{ "node", spec->node, spec->group ? 0 : 1, SPEC_NAME_SIZE_MAX },
		{ "name", spec->name, 1, SPEC_NAME_SIZE_MAX },
		{ "probetype", spec->probetype, 1, SPEC_TYPE_SIZE_MAX },
		{ "synchgroup", spec->synchgroup, 0, SPEC_NAME_SIZE_MAX },
	};
	const struct {
		const char *field;
		int64_t value_ms, least_ms, most_ms;
	} times[] = {
		{ "interval", spec->interval_ms, SPEC_INTERVAL_LEAST_MS, SPEC_TIME_MOST_MS },
		{ "phase", spec->phase_ms, spec->group ? -1 : 0, below(spec->interval_ms) },
		{ "timeout", spec->timeout_ms, 1, SPEC_TIME_MOST_MS },
		{ "killgrace", spec->killgrace_ms, 0, SPEC_TIME_MOST_MS },
		{ "maxlate", spec->maxlate_ms, 1, SPEC_TIME_MOST_MS },
		{ "jitter", spec->jitter_ms, 0, below(spec->maxlate_ms) },
		{ "retry", spec->retry_ms, 0, SPEC_TIME_MOST_MS },
		{ "backoff", spec->backoff_ms, 0, SPEC_TIME_MOST_MS },
	};
	int r;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		r = check_name(
		    names[i].field, names[i].text, names[i].least, names[i].most, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		r = check_time(times[i].field, times[i].value_ms, times[i].least_ms,
		    times[i].most_ms, err);
		if (r < 0)
			return r;
	}
	if (spec->testtype != TESTTYPE_BACKGROUND && spec->testtype != TESTTYPE_BACKGROUND_SYN)
		return err_set(err, -EINVAL, "testtype is unknown");
	return check_policies(spec, err);
}

int spec_check(const struct spec *spec, struct err *err)
{
	int r = spec_check_row(spec, err);

	if (r == 0)
		r = check_command(spec->command, err);
	return r < 0 ? r : check_args(spec, err);
}

/* FNV-1a, 64 bits; then mixed so that names which differ in their last byte spread over
 * the whole interval (the finalizer of MurmurHash3). */
int64_t spec_default_phase(const char *node, const char *name, int64_t interval_ms)
{
	const char *const texts[] = { node, "\n", name };
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (const char *p = texts[i]; *p; p++)
			hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
	}
	hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
	hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53u;
	hash ^= hash >> 33;
	return (int64_t)(hash % (uint64_t)interval_ms);
}

int64_t spec_slot_at_or_after(int64_t interval_ms, int64_t phase_ms, int64_t at_ms)
{
	int64_t behind = (at_ms - phase_ms) % interval_ms;

	if (behind < 0)
		behind += interval_ms;
	return behind == 0 ? at_ms : at_ms - behind + interval_ms;
}

uint64_t spec_slots_between(
    int64_t interval_ms, int64_t phase_ms, int64_t from_ms, int64_t until_ms)
{
	int64_t first = spec_slot_at_or_after(interval_ms, phase_ms, from_ms);

	if (first >= until_ms)
		return 0;
	return (uint64_t)((until_ms - 1 - first) / interval_ms) + 1;
}

uint64_t spec_scheduleid(uint32_t specid, int64_t due_ms)
{
	return (uint64_t)specid << 32 | (uint32_t)(due_ms / 1000);
}

int spec_args_text(char *const *args, size_t n_args, struct buf *ret)
{
	for (size_t i = 0; i < n_args; i++) {
		for (const char *p = args[i]; *p; p++) {
			if (*p == '\\')
				(void)buf_adds(ret, "\\\\");
			else if (*p == '\n')
				(void)buf_adds(ret, "\\n");
			else
				(void)buf_addc(ret, *p);
		}
		(void)buf_addc(ret, '\n');
	}
	return ret->error;
}

/* One line back to the argument that it was, in place. */
static int unescape(char *text, size_t size, struct err *err)
{
	size_t to = 0;

	for (size_t i = 0; i < size; i++) {
		char c = text[i];

		if (c == '\\') {
			c = i + 1 < size ? text[++i] : '\0';
			if (c != '\\' && c != 'n')
				return err_set(err, -EBADMSG,
				    "cannot parse arguments: '\\' is followed by neither "
				    "'\\' nor 'n'");
			if (c == 'n')
				c = '\n';
		} else if (c == '\0') {
			return err_set(
			    err, -EBADMSG, "cannot parse arguments: a NUL is among them");
		}
		text[to++] = c;
	}
	text[to] = '\0';
	return 0;
}

struct args {
	char **items;
	size_t n;
};

static size_t count_lines(const char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += text[i] == '\n';
	return n;
}

static void args_free(struct args *args)
{
	spec_args_free(args->items, args->n);
}

int spec_args_parse(
    const char *text, size_t size, char ***ret_args, size_t *ret_n, struct err *err)
{
	CLEANUP(args_free) struct args args = { 0 };
	const char *p = text, *end = text + size;
	size_t n_lines = count_lines(text, size);
	int r;

	if (n_lines > SPEC_ARGS_MAX)
		return err_set(
		    err, -EBADMSG, "cannot parse arguments: more than %d", SPEC_ARGS_MAX);
	args.items = calloc(n_lines + 1, sizeof(*args.items));
	if (!args.items)
		return err_sys(err, -ENOMEM, "cannot keep the arguments");
	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t length = (size_t)((newline ? newline : end) - p);
		char *copy;

		if (!newline)
			return err_set(err, -EBADMSG,
			    "cannot parse arguments: the last line does not end");
		copy = malloc(length + 1);
		if (!copy)
			return err_sys(err, -ENOMEM, "cannot keep the arguments");
		args.items[args.n++] = copy;
		memcpy(copy, p, length);
		r = unescape(copy, length, err);
		if (r < 0)
			return r;
		p = newline + 1;
	}
	*ret_args = args.items;
	*ret_n = args.n;
	args = (struct args){ 0 };
	return 0;
}
