/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/specfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/conf.h"
#include "lib/store/node.h"
#include "lib/store/spec_field.h"
#include "lib/store/spec_source.h"

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
	KEY("group", CONF_TEXT, spec.group),
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

static int find_word(
    const struct spec_words *words, const char *text, int *ret, struct err *err)
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
	int r = find_word(&spec_testtypes, entry->testtype, &testtype, err);

	if (r == 0)
		r = find_word(&spec_overruns, entry->overrun, &overrun, err);
	if (r == 0)
		r = find_word(&spec_catchups, entry->catchup, &catchup, err);
	if (r == 0)
		r = find_word(&spec_judges, entry->judge, &judge, err);
	spec->testtype = (enum testtype)testtype;
	spec->overrun = (enum overrun)overrun;
	spec->catchup = (enum catchup)catchup;
	spec->judge = (enum judge)judge;
	if (r == 0 && entry->has_catchup_max && spec->catchup != CATCHUP_ALL)
		r = err_set(err, -EINVAL, "key 'catchup_max': only catchup = \"all\" has one");
	return r;
}

void specfile_defaults(struct spec *spec)
{
	spec->timeout_ms = TIMEOUT_MS;
	spec->killgrace_ms = KILLGRACE_MS;
	spec->maxlate_ms =
	    spec->interval_ms > MAXLATE_LEAST_MS ? spec->interval_ms : MAXLATE_LEAST_MS;
	spec->testtype = (enum testtype)spec_testtypes.words[0].value;
	spec->overrun = (enum overrun)spec_overruns.words[0].value;
	spec->priority = SPEC_PRIORITY_DEFAULT;
	spec->attempts = 1;
	spec->catchup_max = spec->catchup == CATCHUP_ALL ? CATCHUP_MAX : 0;
	spec->enabled = true;
	spec->phase_ms = -1;
	if (!spec->group && spec->interval_ms > 0)
		spec->phase_ms = spec_default_phase(spec->node, spec->name, spec->interval_ms);
}

static int set_defaults(struct entry *entry, struct err *err)
{
	struct spec *spec = &entry->spec, defaults = *spec;

	specfile_defaults(&defaults);
	if (!entry->has_phase)
		spec->phase_ms = defaults.phase_ms;
	if (!entry->has_timeout)
		spec->timeout_ms = defaults.timeout_ms;
	if (!entry->has_killgrace)
		spec->killgrace_ms = defaults.killgrace_ms;
	if (!entry->has_maxlate)
		spec->maxlate_ms = defaults.maxlate_ms;
	if (!entry->has_priority)
		spec->priority = defaults.priority;
	if (!entry->has_attempts)
		spec->attempts = defaults.attempts;
	if (!entry->has_catchup_max)
		spec->catchup_max = defaults.catchup_max;
	if (!entry->has_enabled)
		spec->enabled = defaults.enabled;
	if (!spec->command)
		spec->command = strdup("");
	if (!spec->synchgroup)
		spec->synchgroup = strdup("");
	if (!spec->command || !spec->synchgroup)
		return err_sys(err, -ENOMEM, "cannot keep the specs");
	return 0;
}

/* A node, or the path of a group as it is kept. */
static int set_place(struct entry *entry, const char *host, struct err *err)
{
	struct spec *spec = &entry->spec;
	char *path;
	int r;

	if (!spec->group) {
		r = require(spec->node, "a node or a group", err);
		return r < 0 ? r : expand_node(&spec->node, host, err);
	}
	if (spec->node)
		return err_set(err, -EINVAL, "a spec has a node or a group, not both");
	r = require(spec->group, "a group", err);
	if (r == 0)
		r = node_path_parse(spec->group, &path, err);
	if (r < 0) {
		err_prefix(err, "key 'group'");
		return r;
	}
	free(spec->group);
	spec->group = path;
	spec->node = strdup("");
	return spec->node ? 0 : err_sys(err, -ENOMEM, "cannot keep the specs");
}

static int any_name(const char *name, void *context, struct err *err)
{
	(void)name;
	(void)context;
	(void)err;
	return 0;
}

static int complete(struct entry *entry, const char *host, struct err *err)
{
	struct spec *spec = &entry->spec;
	int r = set_place(entry, host, err);

	if (r == 0)
		r = require(spec->name, "a name", err);
	if (r == 0)
		r = require(spec->probetype, "a probetype", err);
	if (r == 0 && !entry->has_interval)
		r = err_set(err, -EINVAL, "a spec needs an interval");
	if (r == 0)
		r = set_words(entry, err);
	if (r == 0)
		r = set_defaults(entry, err);
	if (r < 0)
		return r;
	spec->args = entry->args.items;
	spec->n_args = entry->args.n;
	entry->args = (struct conf_texts){ 0 };
	r = spec_check(spec, err);
	return r < 0 ? r : spec_source_names(spec, any_name, NULL, err);
}

/* --- files ------------------------------------------------------------------------------- */

static int place_add(struct specfile *specs, const char *file, unsigned line, struct err *err)
{
	size_t n = specs->list.n - 1;
	struct specfile_place *places;

	/* The room doubles at each power of two. */
	if ((n & (n - 1)) == 0) {
		places = realloc(specs->places, (n ? n * 2 : 1) * sizeof(*places));
		if (!places)
			return err_sys(err, -ENOMEM, "cannot keep the specs");
		specs->places = places;
	}
	specs->places[n] = (struct specfile_place){ file, line };
	return 0;
}

void specfile_free(struct specfile *specs)
{
	spec_list_free(&specs->list);
	free(specs->places);
	*specs = (struct specfile){ 0 };
}

void specfile_prefix(const struct specfile *specs, size_t index, struct err *err)
{
	if (index < specs->list.n)
		err_prefix(err, "%s:%u", specs->places[index].file, specs->places[index].line);
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

static int read_file(
    const char *file, const char *host, struct specfile *specs, struct err *err)
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

		r = read_spec(item, host, &specs->list, err);
		if (r == 0)
			r = place_add(specs, file, conf_line(item), err);
	}
	return r;
}

/* A spec's number in the list, sorted by what names it. */
static int by_names(const void *a, const void *b, void *context)
{
	const struct spec_list *list = context;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int order = specfile_order(&list->items[x], &list->items[y]);

	return order ? order : (x > y) - (x < y);
}

int specfile_order(const struct spec *a, const struct spec *b)
{
	int order = (b->group != NULL) - (a->group != NULL);

	if (order == 0)
		order = a->group ? strcmp(a->group, b->group) : strcmp(a->node, b->node);
	return order ? order : strcmp(a->name, b->name);
}

static int refuse_twice(const struct specfile *specs, struct err *err)
{
	CLEANUP_FREE size_t *sorted = calloc(specs->list.n + 1, sizeof(*sorted));

	if (!sorted)
		return err_sys(err, -ENOMEM, "cannot keep the specs");
	for (size_t i = 0; i < specs->list.n; i++)
		sorted[i] = i;
	qsort_r(
	    sorted, specs->list.n, sizeof(*sorted), by_names, (void *)(uintptr_t)&specs->list);
	for (size_t i = 1; i < specs->list.n; i++) {
		const struct specfile_place *first = &specs->places[sorted[i - 1]];
		const struct spec *spec = &specs->list.items[sorted[i]];

		if (specfile_order(&specs->list.items[sorted[i - 1]], spec) != 0)
			continue;
		(void)err_set(err, -EBADMSG, "spec '%s' of %s '%s' stands in %s:%u already",
		    spec->name, spec->group ? "group" : "node",
		    !spec->group   ? spec->node
		    : *spec->group ? spec->group
				   : "/",
		    first->file, first->line);
		specfile_prefix(specs, sorted[i], err);
		return -EBADMSG;
	}
	return 0;
}

int specfile_read(
    char *const *files, size_t n_files, const char *host, struct specfile *ret, struct err *err)
{
	CLEANUP(specfile_free) struct specfile specs = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < n_files; i++)
		r = read_file(files[i], host, &specs, err);
	if (r == 0)
		r = refuse_twice(&specs, err);
	if (r < 0)
		return r;
	*ret = specs;
	specs = (struct specfile){ 0 };
	return 0;
}
