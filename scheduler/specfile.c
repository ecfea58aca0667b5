/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/specfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/conf.h"

/* What a spec has that says nothing else. */
enum { TIMEOUT_MS = 10000, KILLGRACE_MS = 2000, MAXLATE_LEAST_MS = 1000, CATCHUP_MAX = 10 };

static const char host_variable[] = "$(host)";

/* One group as it stands in the file. */
struct entry {
	struct spec spec;
	struct conf_texts args;
	char *testtype, *overrun, *catchup, *judge;
	bool has_priority, has_attempts, has_catchup_max;
	bool has_interval, has_phase, has_timeout, has_killgrace, has_maxlate, has_enabled;
};

#define KEY(key, kind, field)                                                          \
	{                                                                              \
		.name = (key), .type = (kind), .offset = offsetof(struct entry, field) \
	}
#define KEY_SEEN(key, kind, field, seen)                                                \
	{                                                                               \
		.name = (key), .type = (kind), .offset = offsetof(struct entry, field), \
		.seen_offset = offsetof(struct entry, seen)                             \
	}

static const struct conf_key spec_keys[] = {
	KEY("node", CONF_TEXT, spec.node),
	KEY("name", CONF_TEXT, spec.name),
	KEY("probetype", CONF_TEXT, spec.probetype),
	KEY("command", CONF_TEXT, spec.command),
	KEY("args", CONF_TEXTS, args),
	KEY_SEEN("interval", CONF_MS, spec.interval_ms, has_interval),
	KEY_SEEN("phase", CONF_MS, spec.phase_ms, has_phase),
	KEY_SEEN("timeout", CONF_MS, spec.timeout_ms, has_timeout),
	KEY_SEEN("killgrace", CONF_MS, spec.killgrace_ms, has_killgrace),
	KEY_SEEN("maxlate", CONF_MS, spec.maxlate_ms, has_maxlate),
	KEY("testtype", CONF_TEXT, testtype),
	KEY("synchgroup", CONF_TEXT, spec.synchgroup),
	KEY("overrun", CONF_TEXT, overrun),
	KEY("catchup", CONF_TEXT, catchup),
	KEY_SEEN("catchup_max", CONF_UNSIGNED, spec.catchup_max, has_catchup_max),
	KEY("jitter", CONF_MS, spec.jitter_ms),
	KEY_SEEN("priority", CONF_UNSIGNED, spec.priority, has_priority),
	KEY_SEEN("attempts", CONF_UNSIGNED, spec.attempts, has_attempts),
	KEY("retry", CONF_MS, spec.retry_ms),
	KEY("backoff", CONF_MS, spec.backoff_ms),
	KEY("alive", CONF_BOOL, spec.alive),
	KEY("judge", CONF_TEXT, judge),
	KEY_SEEN("enabled", CONF_BOOL, spec.enabled, has_enabled),
};

struct top {
	const struct conf_item *specs;
};

static const struct conf_key top_keys[] = {
	{ .name = "specs", .type = CONF_ITEM, .offset = offsetof(struct top, specs) },
};

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])

static void entry_free(struct entry *entry)
{
	spec_free(&entry->spec);
	conf_texts_free(&entry->args);
	free(entry->testtype);
	free(entry->overrun);
	free(entry->catchup);
	free(entry->judge);
}

/* --- one spec ----------------------------------------------------------------------------- */

static int require(const char *text, const char *key, struct err *err)
{
	if (text && *text)
		return 0;
	return err_set(err, -EINVAL, "a spec needs %s", key);
}

/* Puts the host's name in the place of the variable. */
static int expand_node(char **node, const char *host, struct err *err)
{
	CLEANUP_BUF struct buf expanded = BUF_INIT;
	const char *p = *node;

	for (;;) {
		const char *variable = strstr(p, "$(");

		if (!variable)
			break;
		if (strncmp(variable, host_variable, strlen(host_variable)) != 0)
			return err_set(err, -EINVAL,
			    "key 'node': '%.40s' is unknown; only %s is replaced", variable,
			    host_variable);
		(void)buf_add(&expanded, p, (size_t)(variable - p));
		(void)buf_adds(&expanded, host);
		p = variable + strlen(host_variable);
	}
	if (buf_adds(&expanded, p) < 0)
		return err_sys(err, expanded.error, "cannot keep the specs");
	free(*node);
	*node = expanded.data;
	expanded = (struct buf)BUF_INIT;
	return 0;
}

/* The words of a key, each with its number in struct spec; the first is the default. */
struct words {
	const char *key;
	struct {
		const char *text;
		int value;
	} words[4];
};
static const struct words testtypes = { "testtype",
	{ { "background", TESTTYPE_BACKGROUND },
	    { "background-syn", TESTTYPE_BACKGROUND_SYN } } };
static const struct words overruns = { "overrun",
	{ { "skip", OVERRUN_SKIP }, { "queue1", OVERRUN_QUEUE1 },
	    { "replace", OVERRUN_REPLACE } } };
static const struct words catchups = { "catchup",
	{ { "none", CATCHUP_NONE }, { "last", CATCHUP_LAST }, { "all", CATCHUP_ALL } } };
static const struct words judges = { "judge", { { "own", JUDGE_OWN }, { "worst", JUDGE_WORST },
						  { "thresholds", JUDGE_THRESHOLDS } } };

static int find_word(const struct words *words, const char *text, int *ret, struct err *err)
{
	CLEANUP_BUF struct buf known = BUF_INIT;

	if (!text) {
		*ret = words->words[0].value;
		return 0;
	}
	for (size_t i = 0; i < 4 && words->words[i].text; i++) {
		if (strcmp(words->words[i].text, text) == 0) {
			*ret = words->words[i].value;
			return 0;
		}
		(void)buf_addf(&known, "%s\"%s\"", i ? ", " : "", words->words[i].text);
	}
	return err_set(err, -EINVAL, "key '%s': '%.40s' is not one of %s", words->key, text,
	    buf_text(&known));
}

static int set_words(struct entry *entry, struct err *err)
{
	struct spec *spec = &entry->spec;
	int testtype = 0, overrun = 0, catchup = 0, judge = 0;
	int r = find_word(&testtypes, entry->testtype, &testtype, err);

	if (r == 0)
		r = find_word(&overruns, entry->overrun, &overrun, err);
	if (r == 0)
		r = find_word(&catchups, entry->catchup, &catchup, err);
	if (r == 0)
		r = find_word(&judges, entry->judge, &judge, err);
	spec->testtype = (enum testtype)testtype;
	spec->overrun = (enum overrun)overrun;
	spec->catchup = (enum catchup)catchup;
	spec->judge = (enum judge)judge;
	if (r == 0 && entry->has_catchup_max && spec->catchup != CATCHUP_ALL)
		r = err_set(err, -EINVAL, "key 'catchup_max': only catchup = \"all\" has one");
	return r;
}

static int set_defaults(struct entry *entry, struct err *err)
{
	struct spec *spec = &entry->spec;

	if (!entry->has_phase && spec->interval_ms > 0)
		spec->phase_ms = spec_default_phase(spec->node, spec->name, spec->interval_ms);
	if (!entry->has_timeout)
		spec->timeout_ms = TIMEOUT_MS;
	if (!entry->has_killgrace)
		spec->killgrace_ms = KILLGRACE_MS;
	if (!entry->has_maxlate)
		spec->maxlate_ms =
		    spec->interval_ms > MAXLATE_LEAST_MS ? spec->interval_ms : MAXLATE_LEAST_MS;
	if (!entry->has_priority)
		spec->priority = SPEC_PRIORITY_DEFAULT;
	if (!entry->has_attempts)
		spec->attempts = 1;
	if (spec->catchup == CATCHUP_ALL && !entry->has_catchup_max)
		spec->catchup_max = CATCHUP_MAX;
	if (!entry->has_enabled)
		spec->enabled = true;
	if (!spec->command)
		spec->command = strdup("");
	if (!spec->synchgroup)
		spec->synchgroup = strdup("");
	if (!spec->command || !spec->synchgroup)
		return err_sys(err, -ENOMEM, "cannot keep the specs");
	return 0;
}

static int complete(struct entry *entry, const char *host, struct err *err)
{
	struct spec *spec = &entry->spec;
	int r = require(spec->node, "a node", err);

	if (r == 0)
		r = require(spec->name, "a name", err);
	if (r == 0)
		r = require(spec->probetype, "a probetype", err);
	if (r == 0 && !entry->has_interval)
		r = err_set(err, -EINVAL, "a spec needs an interval");
	if (r == 0)
		r = expand_node(&spec->node, host, err);
	if (r == 0)
		r = set_words(entry, err);
	if (r == 0)
		r = set_defaults(entry, err);
	if (r < 0)
		return r;
	spec->args = entry->args.items;
	spec->n_args = entry->args.n;
	entry->args = (struct conf_texts){ 0 };
	return spec_check(spec, err);
}

/* --- files ------------------------------------------------------------------------------- */

/* Where each spec of the list stands. */
struct places {
	struct place {
		size_t index;
		const char *file;
		unsigned line;
	} * items;
	size_t room;
};

static void places_free(struct places *places)
{
	free(places->items);
}

static int places_set(struct places *places, size_t index, const char *file, unsigned line)
{
	struct place *items;
	size_t room;

	if (index >= places->room) {
		room = places->room ? places->room * 2 : 64;
		items = realloc(places->items, room * sizeof(*items));
		if (!items)
			return -ENOMEM;
		places->items = items;
		places->room = room;
	}
	places->items[index] = (struct place){ index, file, line };
	return 0;
}

static int read_spec(
    const struct conf_item *item, const char *host, struct spec_list *list, struct err *err)
{
	CLEANUP(entry_free) struct entry entry = { 0 };
	struct spec *spec;
	int r = conf_group_read(item, ROWS(spec_keys), &entry, err);

	if (r < 0)
		return r;
	if (complete(&entry, host, err) < 0)
		return conf_error(item, err);
	spec = spec_list_add(list);
	if (!spec)
		return err_sys(err, -ENOMEM, "cannot keep the specs");
	*spec = entry.spec;
	entry.spec = (struct spec){ 0 };
	return 0;
}

static void cleanup_conf(struct conf **conf)
{
	conf_free(*conf);
}

static int read_file(const char *file, const char *host, struct spec_list *list,
    struct places *places, struct err *err)
{
	CLEANUP(cleanup_conf) struct conf *conf = NULL;
	struct top top = { 0 };
	int r = conf_read(file, &conf, err);

	if (r == 0)
		r = conf_group_read(conf_root(conf), ROWS(top_keys), &top, err);
	if (r < 0)
		return r;
	if (!top.specs)
		return err_set(err, -EBADMSG, "%s: expected specs = ( { … }, … ); in it", file);
	if (!conf_is_list(top.specs)) {
		(void)err_set(err, -EBADMSG, "key 'specs': expected a list ( { … }, … )");
		return conf_error(top.specs, err);
	}
	for (size_t i = 0; r == 0 && i < conf_count(top.specs); i++) {
		const struct conf_item *item = conf_at(top.specs, i);

		r = read_spec(item, host, list, err);
		if (r == 0 && places_set(places, list->n - 1, file, conf_line(item)) < 0)
			r = err_sys(err, -ENOMEM, "cannot keep the specs");
	}
	return r;
}

static int by_names(const void *a, const void *b, void *context)
{
	const struct spec_list *list = context;
	const struct place *x = a, *y = b;
	const struct spec *s = &list->items[x->index], *t = &list->items[y->index];
	int order = strcmp(s->node, t->node);

	if (order == 0)
		order = strcmp(s->name, t->name);
	if (order == 0)
		order = (x->index > y->index) - (x->index < y->index);
	return order;
}

static int refuse_twice(struct spec_list *list, struct places *places, struct err *err)
{
	qsort_r(places->items, list->n, sizeof(*places->items), by_names, list);
	for (size_t i = 1; i < list->n; i++) {
		const struct place *first = &places->items[i - 1], *second = &places->items[i];
		const struct spec *a = &list->items[first->index];
		const struct spec *b = &list->items[second->index];

		if (strcmp(a->node, b->node) == 0 && strcmp(a->name, b->name) == 0)
			return err_set(err, -EBADMSG,
			    "%s:%u: spec '%s' of node '%s' stands in %s:%u already",
			    second->file, second->line, b->name, b->node, first->file,
			    first->line);
	}
	return 0;
}

int specfile_read(char *const *files, size_t n_files, const char *host, struct spec_list *ret,
    struct err *err)
{
	CLEANUP(spec_list_free) struct spec_list list = { 0 };
	CLEANUP(places_free) struct places places = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < n_files; i++)
		r = read_file(files[i], host, &list, &places, err);
	if (r == 0 && list.n)
		r = refuse_twice(&list, &places, err);
	if (r < 0)
		return r;
	*ret = list;
	list = (struct spec_list){ 0 };
	return 0;
}
