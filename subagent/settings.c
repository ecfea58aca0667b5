/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/base/confset.h"
#include "lib/base/log.h"

/* Groups of the file that are other programs', and what one file is read into. */
struct draft {
	const struct conf_item *agentx, *collectors, *other;
	struct settings settings;
	char *log, *log_level;
};

#define KEY(key, kind, field, low, high)                                                \
	{                                                                               \
		.name = (key), .type = (kind), .offset = offsetof(struct draft, field), \
		.least = (low), .most = (high)                                          \
	}

static const struct conf_key file_keys[] = {
	KEY("agentx", CONF_ITEM, agentx, 0, 0),
	KEY("database", CONF_ITEM, other, 0, 0),
	KEY("scheduler", CONF_ITEM, other, 0, 0),
	KEY("probetypes", CONF_ITEM, other, 0, 0),
	KEY("retention", CONF_ITEM, other, 0, 0),
};

#define DAY_MS ((int64_t)24 * 3600 * 1000)

static const struct conf_key agentx_keys[] = {
	KEY("socket", CONF_TEXT, settings.socket, 0, 0),
	KEY("ping", CONF_MS, settings.ping_ms, 1000, 60000),
	KEY("user", CONF_TEXT, settings.user, 0, 0),
	KEY("root", CONF_TEXT, settings.root, 0, 0),
	KEY("state_dir", CONF_TEXT, settings.state_dir, 0, 0),
	KEY("role", CONF_TEXT, settings.role, 0, 0),
	KEY("collectors", CONF_ITEM, collectors, 0, 0),
	KEY("exclude_paths", CONF_TEXTS, settings.exclude_paths, 0, 0),
	KEY("exclude_types", CONF_TEXTS, settings.exclude_types, 0, 0),
	KEY("profiles", CONF_TEXTS, settings.profiles, 0, 0),
	KEY("profile_dirs", CONF_TEXTS, settings.profile_dirs, 0, 0),
	KEY("ovs_rundir", CONF_TEXT, settings.ovs_rundir, 0, 0),
	KEY("ovs_db", CONF_TEXT, settings.ovs_db, 0, 0),
	KEY("ovs_interfaces", CONF_NUMBER, settings.ovs_interfaces, 1, 20000),
	KEY("rabbitmq_host", CONF_TEXT, settings.rabbitmq_host, 0, 0),
	KEY("rabbitmq_config", CONF_TEXT, settings.rabbitmq_config, 0, 0),
	KEY("rabbitmq_ca", CONF_TEXT, settings.rabbitmq_ca, 0, 0),
	KEY("rabbitmq_tls", CONF_BOOL, settings.rabbitmq_tls, 0, 0),
	KEY("rabbitmq_queues", CONF_NUMBER, settings.rabbitmq_queues, 1, 20000),
	KEY("rabbitmq_queue", CONF_TEXTS, settings.rabbitmq_queue, 0, 0),
	KEY("rabbitmq_ignore", CONF_TEXTS, settings.rabbitmq_ignore, 0, 0),
	KEY("libvirt_uri", CONF_TEXT, settings.libvirt_uri, 0, 0),
	KEY("probes", CONF_BOOL, settings.probes, 0, 0),
	/* Read by the collector of probes, each time that it connects. */
	KEY("database", CONF_ITEM, other, 0, 0),
	KEY("probes_node", CONF_TEXT, settings.probes_node, 0, 0),
	KEY("probes_rows", CONF_NUMBER, settings.probes_rows, 1, 20000),
	KEY("notifications", CONF_BOOL, settings.notifications, 0, 0),
	KEY("notification_rate", CONF_NUMBER, settings.notification_rate, 1, 1000),
	KEY("notification_burst", CONF_NUMBER, settings.notification_burst, 1, 10000),
	KEY("notification_queue", CONF_NUMBER, settings.notification_queue, 1, 100000),
	KEY("notification_repeat", CONF_MS, settings.notification_repeat_ms, 0, DAY_MS),
	KEY("log", CONF_TEXT, log, 0, 0),
	KEY("log_level", CONF_TEXT, log_level, 0, 0),
};

#define KEY_COLLECTOR(key, kind, field, low, high)                                    \
	{                                                                             \
		.name = (key), .type = (kind),                                        \
		.offset = offsetof(struct settings_collector, field), .least = (low), \
		.most = (high)                                                        \
	}
static const struct conf_key collector_keys[] = {
	KEY_COLLECTOR("name", CONF_TEXT, name, 0, 0),
	KEY_COLLECTOR("interval", CONF_MS, interval_ms, 1000, DAY_MS),
	KEY_COLLECTOR("limit", CONF_MS, limit_ms, 2000, 10 * DAY_MS),
	KEY_COLLECTOR("off", CONF_BOOL, off, 0, 0),
};

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])

void settings_free(struct settings *settings)
{
	free(settings->socket);
	free(settings->user);
	free(settings->root);
	free(settings->state_dir);
	free(settings->role);
	for (size_t i = 0; i < settings->n_collectors; i++) {
		free(settings->collectors[i].name);
		free(settings->collectors[i].where);
	}
	free(settings->collectors);
	conf_texts_free(&settings->exclude_paths);
	conf_texts_free(&settings->exclude_types);
	conf_texts_free(&settings->profiles);
	conf_texts_free(&settings->profile_dirs);
	free(settings->ovs_rundir);
	free(settings->ovs_db);
	free(settings->rabbitmq_host);
	free(settings->rabbitmq_config);
	free(settings->rabbitmq_ca);
	conf_texts_free(&settings->rabbitmq_queue);
	conf_texts_free(&settings->rabbitmq_ignore);
	free(settings->libvirt_uri);
	free(settings->probes_node);
	free(settings->file);
	*settings = (struct settings){ 0 };
}

static void draft_free(struct draft *draft)
{
	settings_free(&draft->settings);
	free(draft->log);
	free(draft->log_level);
}

const struct settings_collector *settings_collector(
    const struct settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->n_collectors; i++) {
		if (strcmp(settings->collectors[i].name, name) == 0)
			return &settings->collectors[i];
	}
	return NULL;
}

/* --- one file --------------------------------------------------------------------------- */

/* The entry of that name, a new one if there is none. NULL without memory. */
static struct settings_collector *entry_of(struct settings *settings, const char *name)
{
	struct settings_collector *entry;
	size_t n = settings->n_collectors;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(settings->collectors[i].name, name) == 0)
			return &settings->collectors[i];
	}
	entry = realloc(settings->collectors, (n + 1) * sizeof(*entry));
	if (!entry)
		return NULL;
	settings->collectors = entry;
	entry += n;
	*entry = (struct settings_collector){ .name = strdup(name) };
	if (!entry->name)
		return NULL;
	settings->n_collectors++;
	return entry;
}

/* A later file changes single fields of a collector. */
static int read_collector(
    const struct conf_item *group, struct settings *settings, struct err *err)
{
	const struct conf_item *item = conf_member(group, "name");
	const char *name = item ? conf_text(item) : NULL;
	struct settings_collector *entry;
	char where[512];
	int r;

	if (!name || !*name) {
		(void)err_set(err, -EBADMSG, "a collector needs a name");
		return conf_error(group, err);
	}
	entry = entry_of(settings, name);
	if (!entry)
		return err_sys(err, -ENOMEM, "cannot keep the settings");
	r = conf_group_read(group, ROWS(collector_keys), entry, err);
	if (r < 0)
		return r;
	(void)snprintf(where, sizeof(where), "%s:%u", conf_file(group), conf_line(group));
	free(entry->where);
	entry->where = strdup(where);
	return entry->where ? 0 : err_sys(err, -ENOMEM, "cannot keep the settings");
}

static int read_collectors(
    const struct conf_item *list, struct settings *settings, struct err *err)
{
	int r = 0;

	if (!conf_is_list(list)) {
		(void)err_set(err, -EBADMSG,
		    "expected a list of groups, such as ( { name = \"services\"; interval = "
		    "60; } )");
		return conf_error(list, err);
	}
	for (size_t i = 0; r == 0 && i < conf_count(list); i++)
		r = read_collector(conf_at(list, i), settings, err);
	return r;
}

static const struct {
	const char *key;
	size_t offset;
	bool absolute;
} texts[] = {
	{ "socket", offsetof(struct settings, socket), false },
	{ "user", offsetof(struct settings, user), false },
	{ "root", offsetof(struct settings, root), true },
	{ "state_dir", offsetof(struct settings, state_dir), true },
	{ "ovs_rundir", offsetof(struct settings, ovs_rundir), true },
	{ "ovs_db", offsetof(struct settings, ovs_db), false },
	{ "rabbitmq_host", offsetof(struct settings, rabbitmq_host), false },
	{ "rabbitmq_config", offsetof(struct settings, rabbitmq_config), true },
	{ "rabbitmq_ca", offsetof(struct settings, rabbitmq_ca), true },
	{ "libvirt_uri", offsetof(struct settings, libvirt_uri), false },
	{ "probes_node", offsetof(struct settings, probes_node), false },
};

/* What this file says; a later one has its own line. */
static int check_texts(
    const struct conf_item *group, const struct settings *settings, struct err *err)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *text = *(char *const *)((const char *)settings + texts[i].offset);

		if (!text || !conf_member(group, texts[i].key))
			continue;
		if (!*text)
			(void)err_set(err, -EINVAL, "it is empty");
		else if (texts[i].absolute && *text != '/')
			(void)err_set(err, -EINVAL, "'%.100s' is not absolute", text);
		else
			continue;
		return conf_error_key(group, texts[i].key, err);
	}
	return 0;
}

static int set_log(const struct conf_item *group, struct draft *draft, struct err *err)
{
	static const char *const levels[] = { [LOG_LEVEL_ERROR] = "error",
		[LOG_LEVEL_WARNING] = "warning",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_DEBUG] = "debug" };
	size_t level = 0, n_levels = sizeof(levels) / sizeof(levels[0]);

	while (draft->log_level && level < n_levels &&
	       strcmp(levels[level], draft->log_level) != 0)
		level++;
	if (level == n_levels) {
		(void)err_set(err, -EINVAL, "'%.40s' is not one of error, warning, info, debug",
		    draft->log_level);
		return conf_error_key(group, "log_level", err);
	}
	if (draft->log_level)
		draft->settings.log_level = (int)level;
	if (!draft->log)
		return 0;
	draft->settings.log_syslog = strcmp(draft->log, "syslog") == 0;
	if (draft->settings.log_syslog || strcmp(draft->log, "stderr") == 0)
		return 0;
	(void)err_set(err, -EINVAL, "'%.40s' is neither \"stderr\" nor \"syslog\"", draft->log);
	return conf_error_key(group, "log", err);
}

static int read_file(const struct conf_item *root, void *context, struct err *err)
{
	struct draft *draft = context;
	int r;

	draft->agentx = NULL;
	draft->collectors = NULL;
	r = conf_group_read(root, ROWS(file_keys), draft, err);
	if (r < 0 || !draft->agentx)
		return r;
	r = conf_group_read(draft->agentx, ROWS(agentx_keys), draft, err);
	if (r == 0)
		r = check_texts(draft->agentx, &draft->settings, err);
	if (r == 0)
		r = set_log(draft->agentx, draft, err);
	if (r == 0 && draft->collectors)
		r = read_collectors(draft->collectors, &draft->settings, err);
	return r;
}

/* --- all together ------------------------------------------------------------------------ */

static int set_default(char **field, const char *value)
{
	if (*field)
		return 0;
	*field = strdup(value);
	return *field ? 0 : -ENOMEM;
}

int settings_read(const char *file, struct settings *ret, struct err *err)
{
	CLEANUP(draft_free)
	struct draft draft = {
		.settings = { .ping_ms = 5000,
		    .ovs_interfaces = 500,
		    .rabbitmq_queues = 200,
		    .probes_rows = 1000,
		    .notifications = true,
		    .notification_rate = 20,
		    .notification_burst = 50,
		    .notification_queue = 1000,
		    .log_level = LOG_LEVEL_INFO },
	};
	const char *path = file ? file : HAETAE_SYSCONFDIR "/haetae.conf";
	int r = confset_read(path, file != NULL, read_file, &draft, NULL, err);

	if (r < 0)
		return r;
	if (set_default(&draft.settings.socket, SETTINGS_SOCKET) < 0 ||
	    set_default(&draft.settings.user, SETTINGS_USER) < 0 ||
	    set_default(&draft.settings.role, "") < 0 ||
	    set_default(&draft.settings.file, path) < 0)
		return err_sys(err, -ENOMEM, "cannot keep the settings");
	*ret = draft.settings;
	draft.settings = (struct settings){ 0 };
	return 0;
}
