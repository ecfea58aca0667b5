/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/health/profile_private.h"

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])

const char *const profile_ping_kinds[] = { "tcp", "unix", "redis", "memcached", "http", "https",
	"mysql", "amqp", NULL };

/* A group while it is read: over the service that it changes. */
struct entry {
	struct service_spec spec;
	char *name;
	bool remove;
	const struct conf_item *warn, *listen, *depends;
};

#define KEY(key, kind, field)                                                          \
	{                                                                              \
		.name = (key), .type = (kind), .offset = offsetof(struct entry, field) \
	}
#define FACT(key, fact) KEY(key, CONF_TEXT, spec.crit[fact].text)
#define WARN(key, fact) KEY(key, CONF_TEXT, spec.warn[fact].text)

static const struct conf_key service_keys[] = {
	KEY("name", CONF_TEXT, name),
	KEY("component", CONF_TEXT, spec.component),
	KEY("remove", CONF_BOOL, remove),
	KEY("match", CONF_TEXT, spec.match),
	KEY("exe", CONF_TEXT, spec.exe),
	KEY("kthread", CONF_TEXT, spec.kthread),
	KEY("cgroup", CONF_TEXT, spec.cgroup),
	KEY("user", CONF_TEXT, spec.user),
	KEY("place", CONF_TEXT, spec.place_word),
	KEY("owner", CONF_TEXT, spec.owner),
	KEY("healthy", CONF_TEXT, spec.healthy),
	KEY("unit", CONF_TEXT, spec.unit),
	KEY("unit_state", CONF_BOOL, spec.unit_state),
	KEY("lsb", CONF_TEXT, spec.lsb),
	KEY("optional", CONF_BOOL, spec.optional),
	KEY("unwanted", CONF_BOOL, spec.unwanted),
	KEY("assumed", CONF_BOOL, spec.assumed),
	KEY("advice", CONF_TEXT, spec.advice),
	KEY("ping", CONF_TEXTS, spec.ping),
	KEY("warn", CONF_ITEM, warn),
	KEY("listen", CONF_ITEM, listen),
	KEY("depends", CONF_ITEM, depends),
	FACT("count", SERVICE_COUNT),
	FACT("rss", SERVICE_RSS),
	FACT("fds_pct", SERVICE_FDS_PCT),
	FACT("workers", SERVICE_WORKERS),
	FACT("defunct", SERVICE_DEFUNCT),
	FACT("age", SERVICE_AGE),
	FACT("age_min", SERVICE_AGE_MIN),
	FACT("restarts", SERVICE_RESTARTS),
	FACT("threads", SERVICE_THREADS),
	FACT("cpu", SERVICE_CPU),
	FACT("fds", SERVICE_FDS),
	FACT("fds_sockets", SERVICE_FDS_SOCKETS),
	FACT("fds_pipes", SERVICE_FDS_PIPES),
	FACT("fds_files", SERVICE_FDS_FILES),
	FACT("stale", SERVICE_STALE),
	FACT("listeners", SERVICE_LISTENERS),
	FACT("connections", SERVICE_CONNECTIONS),
	FACT("stalled", SERVICE_STALLED),
};

static const struct conf_key warn_keys[] = {
	WARN("count", SERVICE_COUNT),
	WARN("rss", SERVICE_RSS),
	WARN("fds_pct", SERVICE_FDS_PCT),
	WARN("workers", SERVICE_WORKERS),
	WARN("defunct", SERVICE_DEFUNCT),
	WARN("age", SERVICE_AGE),
	WARN("age_min", SERVICE_AGE_MIN),
	WARN("restarts", SERVICE_RESTARTS),
	WARN("threads", SERVICE_THREADS),
	WARN("cpu", SERVICE_CPU),
	WARN("fds", SERVICE_FDS),
	WARN("fds_sockets", SERVICE_FDS_SOCKETS),
	WARN("fds_pipes", SERVICE_FDS_PIPES),
	WARN("fds_files", SERVICE_FDS_FILES),
	WARN("stale", SERVICE_STALE),
	WARN("listeners", SERVICE_LISTENERS),
	WARN("connections", SERVICE_CONNECTIONS),
	WARN("stalled", SERVICE_STALLED),
};

void profile_service_free(struct service_spec *spec)
{
	char **const texts[] = { &spec->name, &spec->component, &spec->match, &spec->exe,
		&spec->kthread, &spec->cgroup, &spec->user, &spec->place_word, &spec->owner,
		&spec->healthy, &spec->advice, &spec->unit, &spec->lsb };

	pattern_free(&spec->match_pattern);
	pattern_free(&spec->exe_pattern);
	pattern_free(&spec->kthread_pattern);
	pattern_free(&spec->cgroup_pattern);
	pattern_free(&spec->healthy_pattern);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(*texts[i]);
	for (size_t i = 0; i < SERVICE_FACTS; i++) {
		free(spec->crit[i].text);
		free(spec->warn[i].text);
	}
	service_listens_free(spec->listens, spec->n_listens);
	service_depends_free(spec->depends, spec->n_depends);
	conf_texts_free(&spec->ping);
	for (size_t i = 0; i < spec->n_origins; i++)
		free(spec->origins[i]);
	free(spec->origins);
	*spec = (struct service_spec){ 0 };
}

/* --- one group -------------------------------------------------------------------------- */

/* Whether a text says something: "" takes an included profile's back. */
static bool is_given(const char *text)
{
	return text && *text;
}

static int check_texts(
    const struct conf_item *group, const struct entry *entry, struct err *err)
{
	for (size_t i = 0; i < sizeof(service_keys) / sizeof(service_keys[0]); i++) {
		const struct conf_key *key = &service_keys[i];
		char *const *text =
		    (char *const *)(const void *)((const char *)entry + key->offset);

		if (key->type != CONF_TEXT || !*text || strlen(*text) <= PROFILE_TEXT_MAX)
			continue;
		(void)err_set(err, -EBADMSG, "longer than %d bytes", PROFILE_TEXT_MAX);
		return conf_error_key(group, key->name, err);
	}
	return 0;
}

/* Patterns are compiled when all files were read; here is known on which line a bad one is. */
static int check_patterns(
    const struct conf_item *group, const struct service_spec *spec, struct err *err)
{
	const struct {
		const char *key, *text;
	} rows[] = { { "match", spec->match }, { "exe", spec->exe },
		{ "kthread", spec->kthread }, { "cgroup", spec->cgroup },
		{ "healthy", spec->healthy } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP_PATTERN struct pattern pattern = { 0 };

		if (conf_member(group, rows[i].key) && is_given(rows[i].text) &&
		    pattern_compile(rows[i].text, &pattern, err) < 0)
			return conf_error_key(group, rows[i].key, err);
	}
	return 0;
}

static int read_ranges(
    const struct conf_item *group, struct service_range ranges[SERVICE_FACTS], struct err *err)
{
	for (size_t i = 0; i < SERVICE_FACTS; i++) {
		const struct metric *metric = &service_metrics[i];
		struct service_range *range = &ranges[i];

		if (!conf_member(group, metric->name))
			continue;
		range->is_set = is_given(range->text);
		if (range->is_set &&
		    range_parse(range->text, metric->unit, &range->range, err) < 0)
			return conf_error_key(group, metric->name, err);
	}
	return 0;
}

static int set_place(const struct conf_item *group, struct service_spec *spec, struct err *err)
{
	const char *word = spec->place_word;

	if (!is_given(word) || strcmp(word, "any") == 0)
		spec->place = PROC_ANYWHERE;
	else if (strcmp(word, "host") == 0)
		spec->place = PROC_ON_HOST;
	else if (strcmp(word, "container") == 0)
		spec->place = PROC_IN_CONTAINER;
	else {
		(void)err_set(
		    err, -EBADMSG, "expected any, host or container, found '%.20s'", word);
		return conf_error_key(group, "place", err);
	}
	return 0;
}

static int check_ping(const struct conf_texts *ping, struct err *err)
{
	CLEANUP_BUF struct buf known = BUF_INIT;

	if (ping->n == 0)
		return 0;
	if (ping->n > PROFILE_LIST_MAX)
		return err_set(err, -EBADMSG, "more than %d words", PROFILE_LIST_MAX);
	for (size_t i = 0; i < ping->n; i++) {
		if (strlen(ping->items[i]) > PROFILE_TEXT_MAX)
			return err_set(err, -EBADMSG, "longer than %d bytes", PROFILE_TEXT_MAX);
	}
	for (size_t i = 0; profile_ping_kinds[i]; i++) {
		if (strcmp(profile_ping_kinds[i], ping->items[0]) == 0)
			return 0;
		(void)buf_addf(&known, "%s%s", i ? ", " : "", profile_ping_kinds[i]);
	}
	return err_set(err, -EBADMSG, "expected one of %s first, found '%.20s'",
	    buf_text(&known), ping->items[0]);
}

/* The name becomes a path below /etc/init.d. */
static int check_lsb(const struct service_spec *spec, struct err *err)
{
	return is_given(spec->lsb) ? profile_name_check(spec->lsb, err) : 0;
}

static int read_lists(const struct conf_item *group, struct entry *entry, struct err *err)
{
	struct service_spec *spec = &entry->spec;
	struct service_listen *listens;
	struct service_depend *depends;
	size_t n;
	int r = 0;

	if (entry->listen) {
		r = service_listens_read(entry->listen, &listens, &n, err);
		if (r < 0)
			return r;
		service_listens_free(spec->listens, spec->n_listens);
		spec->listens = listens;
		spec->n_listens = n;
	}
	if (entry->depends) {
		r = service_depends_read(entry->depends, &depends, &n, err);
		if (r < 0)
			return r;
		service_depends_free(spec->depends, spec->n_depends);
		spec->depends = depends;
		spec->n_depends = n;
	}
	if (check_ping(&spec->ping, err) < 0)
		return conf_error_key(group, "ping", err);
	return 0;
}

static int read_entry(const struct conf_item *group, struct entry *entry, struct err *err)
{
	int r = conf_group_read(group, ROWS(service_keys), entry, err);

	if (r == 0 && entry->warn)
		r = conf_group_read(entry->warn, ROWS(warn_keys), entry, err);
	if (r == 0)
		r = check_texts(group, entry, err);
	if (r == 0)
		r = check_patterns(group, &entry->spec, err);
	if (r == 0)
		r = read_ranges(group, entry->spec.crit, err);
	if (r == 0 && entry->warn)
		r = read_ranges(entry->warn, entry->spec.warn, err);
	if (r == 0)
		r = set_place(group, &entry->spec, err);
	if (r == 0 && check_lsb(&entry->spec, err) < 0)
		r = conf_error_key(group, "lsb", err);
	return r < 0 ? r : read_lists(group, entry, err);
}

int profile_service_read(
    const struct conf_item *group, struct service_spec *spec, bool *ret_remove, struct err *err)
{
	struct entry entry = { .spec = *spec };
	int r = read_entry(group, &entry, err);

	/* Also when it failed: the old texts may be gone. */
	*spec = entry.spec;
	*ret_remove = entry.remove;
	free(entry.name);
	return r;
}

/* --- the whole ---------------------------------------------------------------------------- */

static int complain(const struct service_spec *spec, const char *text, struct err *err)
{
	return err_set(err, -EBADMSG, "%s: service '%s': %s",
	    spec->n_origins ? spec->origins[0] : "profile", spec->name, text);
}

static int check_sense(const struct service_spec *spec, struct err *err)
{
	bool by_program = is_given(spec->match) || is_given(spec->exe);

	if (!by_program && !is_given(spec->kthread) && !is_given(spec->cgroup) &&
	    !is_given(spec->unit))
		return complain(spec,
		    "expected match, exe, kthread, cgroup or unit: nothing says which "
		    "processes it has",
		    err);
	if (by_program && is_given(spec->kthread))
		return complain(spec,
		    "kthread excludes match and exe: kernel threads have neither command line "
		    "nor program",
		    err);
	if (is_given(spec->user) && is_given(spec->owner))
		return complain(spec,
		    "user excludes owner: with user the processes of others are no match", err);
	if (spec->unwanted && (spec->optional || spec->crit[SERVICE_COUNT].is_set))
		return complain(spec, "unwanted excludes optional and count", err);
	if (spec->unit_state && !is_given(spec->unit))
		return complain(spec, "unit_state needs unit", err);
	if (is_given(spec->kthread) && (is_given(spec->healthy) || spec->n_depends))
		return complain(
		    spec, "kernel threads have neither titles nor connections", err);
	return 0;
}

static int compile(const char *text, struct pattern *pattern, struct err *err)
{
	pattern_free(pattern);
	return is_given(text) ? pattern_compile(text, pattern, err) : 0;
}

static int compile_all(struct service_spec *spec, struct err *err)
{
	int r = compile(spec->match, &spec->match_pattern, err);

	if (r == 0)
		r = compile(spec->exe, &spec->exe_pattern, err);
	if (r == 0)
		r = compile(spec->kthread, &spec->kthread_pattern, err);
	if (r == 0)
		r = compile(spec->cgroup, &spec->cgroup_pattern, err);
	if (r == 0)
		r = compile(spec->healthy, &spec->healthy_pattern, err);
	return r;
}

/* A range that nobody wrote. */
static void set_default(struct service_range *range, double start, double end)
{
	if (range->text)
		return;
	range->is_set = true;
	range->range = (struct range){ .start = start, .end = end };
}

int profile_service_complete(struct service_spec *spec, struct err *err)
{
	int r = check_sense(spec, err);

	if (r < 0)
		return r;
	if (!spec->optional && !spec->unwanted)
		set_default(&spec->crit[SERVICE_COUNT], 1, __builtin_inf());
	if (!spec->crit[SERVICE_DEFUNCT].text)
		set_default(&spec->warn[SERVICE_DEFUNCT], 0, 0);
	return compile_all(spec, err);
}
