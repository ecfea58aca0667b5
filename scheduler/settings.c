/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/conf.h"
#include "lib/base/confset.h"
#include "lib/base/log.h"
#include "lib/base/trusted.h"
#include "scheduler/probetype.h"

/* What the files are read into, and settings are made of. */
struct draft {
	const struct conf_item *database, *scheduler, *probetypes, *retention; /* of one file */
	const struct conf_item *agentx; /* the subagent's, not read here */
	struct settings settings;
	char *socket, *db_host, *db_user, *db_name;
	char *tls_ca, *tls_cert, *tls_key, *my_cnf, *my_cnf_group;
	char *log, *log_level;
};

#define KEY(key, kind, field, low, high)                                                \
	{                                                                               \
		.name = (key), .type = (kind), .offset = offsetof(struct draft, field), \
		.least = (low), .most = (high)                                          \
	}

static const struct conf_key file_keys[] = {
	KEY("database", CONF_ITEM, database, 0, 0),
	KEY("scheduler", CONF_ITEM, scheduler, 0, 0),
	KEY("probetypes", CONF_ITEM, probetypes, 0, 0),
	KEY("retention", CONF_ITEM, retention, 0, 0),
	KEY("agentx", CONF_ITEM, agentx, 0, 0),
};

static const struct conf_key database_keys[] = {
	KEY("socket", CONF_TEXT, socket, 0, 0),
	KEY("host", CONF_TEXT, db_host, 0, 0),
	KEY("port", CONF_UNSIGNED, settings.db.port, 1, 65535),
	KEY("user", CONF_TEXT, db_user, 0, 0),
	KEY("password_file", CONF_TEXT, settings.password_file, 0, 0),
	KEY("name", CONF_TEXT, db_name, 0, 0),
	KEY("tls_ca", CONF_TEXT, tls_ca, 0, 0),
	KEY("tls_cert", CONF_TEXT, tls_cert, 0, 0),
	KEY("tls_key", CONF_TEXT, tls_key, 0, 0),
	KEY("my_cnf", CONF_TEXT, my_cnf, 0, 0),
	KEY("my_cnf_group", CONF_TEXT, my_cnf_group, 0, 0),
	KEY("connect_timeout", CONF_UNSIGNED, settings.db.connect_timeout_s, 1, 300),
	KEY("capacity", CONF_BYTES, settings.capacity, 0, 0),
	KEY("io_timeout", CONF_UNSIGNED, settings.db.io_timeout_s, 15, 3600),
};

#define HOUR_MS ((int64_t)3600 * 1000)
#define DAY_MS	(24 * HOUR_MS)

/* An hour's partition is a week's, so that a day is rolled up from hours that are there. */
static const struct conf_key retention_keys[] = {
	KEY("raw", CONF_MS, settings.retention.raw_ms, DAY_MS, 1000 * DAY_MS),
	KEY("events", CONF_MS, settings.retention.events_ms, DAY_MS, 3650 * DAY_MS),
	KEY("hour", CONF_MS, settings.retention.hour_ms, 2 * DAY_MS, 3650 * DAY_MS),
	KEY("day", CONF_MS, settings.retention.day_ms, 2 * DAY_MS, 36500 * DAY_MS),
};

static const struct conf_key scheduler_keys[] = {
	KEY("host", CONF_TEXT, settings.host, 0, 0),
	KEY("spool", CONF_TEXT, settings.spool, 0, 0),
	KEY("user", CONF_TEXT, settings.user, 0, 0),
	KEY("max_running", CONF_UNSIGNED, settings.max_running, 1, 10000),
	KEY("window", CONF_MS, settings.window_ms, 5000, HOUR_MS),
	KEY("hold", CONF_MS, settings.hold_ms, 0, 24 * HOUR_MS),
	KEY("late", CONF_MS, settings.late_ms, 1, HOUR_MS),
	/* With the rest of its record it fits into a frame (lib/base/pack.h). */
	KEY("output_max", CONF_BYTES, settings.output_max, 1024, 2 << 20),
	KEY("capture_max", CONF_BYTES, settings.capture_max, 1024, (int64_t)1 << 30),
	KEY("spool_alarm", CONF_UNSIGNED, settings.spool_alarm, 1, 100),
	KEY("spool_stop", CONF_UNSIGNED, settings.spool_stop, 1, 100),
	KEY("spool_max", CONF_BYTES, settings.spool_max, 0, (int64_t)1 << 50),
	KEY("spool_reserve", CONF_BYTES, settings.spool_reserve, 0, (int64_t)1 << 50),
	KEY("path", CONF_TEXT, settings.path, 0, 0),
	KEY("log", CONF_TEXT, log, 0, 0),
	KEY("log_level", CONF_TEXT, log_level, 0, 0),
};

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])

void settings_free(struct settings *settings)
{
	/* These texts are owned here; db_conf borrows what it points to. */
	free((char *)(uintptr_t)settings->db.socket);
	free((char *)(uintptr_t)settings->db.host);
	free((char *)(uintptr_t)settings->db.user);
	free((char *)(uintptr_t)settings->db.database);
	free((char *)(uintptr_t)settings->db.tls_ca);
	free((char *)(uintptr_t)settings->db.tls_cert);
	free((char *)(uintptr_t)settings->db.tls_key);
	free((char *)(uintptr_t)settings->db.my_cnf);
	free((char *)(uintptr_t)settings->db.my_cnf_group);
	if (settings->db.password)
		explicit_bzero(
		    (char *)(uintptr_t)settings->db.password, strlen(settings->db.password));
	free((char *)(uintptr_t)settings->db.password);
	free(settings->password_file);
	free(settings->host);
	free(settings->spool);
	free(settings->user);
	free(settings->path);
	for (size_t i = 0; i < settings->n_probetypes; i++)
		probetype_free(&settings->probetypes[i]);
	free(settings->probetypes);
	*settings = (struct settings){ 0 };
}

static void draft_free(struct draft *draft)
{
	settings_free(&draft->settings);
	free(draft->socket);
	free(draft->db_host);
	free(draft->db_user);
	free(draft->db_name);
	free(draft->tls_ca);
	free(draft->tls_cert);
	free(draft->tls_key);
	free(draft->my_cnf);
	free(draft->my_cnf_group);
	free(draft->log);
	free(draft->log_level);
}

/* --- files ------------------------------------------------------------------------------ */

static int read_file(const struct conf_item *root, void *context, struct err *err)
{
	struct draft *draft = context;
	int r;

	draft->database = NULL;
	draft->scheduler = NULL;
	draft->probetypes = NULL;
	draft->retention = NULL;
	r = conf_group_read(root, ROWS(file_keys), draft, err);
	if (r == 0 && draft->database)
		r = conf_group_read(draft->database, ROWS(database_keys), draft, err);
	if (r == 0 && draft->scheduler)
		r = conf_group_read(draft->scheduler, ROWS(scheduler_keys), draft, err);
	if (r == 0 && draft->retention)
		r = conf_group_read(draft->retention, ROWS(retention_keys), draft, err);
	if (r == 0 && draft->probetypes)
		r = probetypes_read(draft->probetypes, &draft->settings, err);
	return r;
}

static int read_files(const char *file, struct draft *draft, struct err *err)
{
	char *host = NULL;
	int r = confset_read(file, true, read_file, draft, &host, err);

	if (r < 0)
		return r;
	free(draft->settings.host);
	draft->settings.host = host;
	return 0;
}

/* --- all together ------------------------------------------------------------------------ */

static int set_default(char **field, const char *value)
{
	if (*field)
		return 0;
	*field = strdup(value);
	return *field ? 0 : -ENOMEM;
}

static int set_defaults(struct draft *draft, struct err *err)
{
	if (set_default(&draft->db_name, "haetae") < 0 ||
	    set_default(&draft->settings.spool, HAETAE_SPOOLDIR) < 0 ||
	    set_default(&draft->settings.path, "/usr/local/bin:/usr/bin:/bin") < 0 ||
	    set_default(&draft->log, "stderr") < 0 ||
	    set_default(&draft->log_level, "info") < 0)
		return err_sys(err, -ENOMEM, "cannot keep the settings");
	/* An option file may say where the server is. */
	if (!draft->socket && !draft->db_host && !draft->my_cnf)
		draft->socket = strdup("/run/mysqld/mysqld.sock");
	return 0;
}

static int check_text(const char *key, const char *text, bool absolute, struct err *err)
{
	if (!text)
		return 0;
	if (!*text)
		return err_set(err, -EINVAL, "%s is empty", key);
	if (absolute && *text != '/')
		return err_set(err, -EINVAL, "%s: '%.100s' is not absolute", key, text);
	return 0;
}

static int check_draft(const struct draft *draft, struct err *err)
{
	const struct {
		const char *key, *text;
		bool absolute;
	} texts[] = {
		{ "database.socket", draft->socket, true },
		{ "database.host", draft->db_host, false },
		{ "database.user", draft->db_user, false },
		{ "database.name", draft->db_name, false },
		{ "database.password_file", draft->settings.password_file, true },
		{ "database.tls_ca", draft->tls_ca, true },
		{ "database.tls_cert", draft->tls_cert, true },
		{ "database.tls_key", draft->tls_key, true },
		{ "database.my_cnf", draft->my_cnf, true },
		{ "database.my_cnf_group", draft->my_cnf_group, false },
		{ "scheduler.host", draft->settings.host, false },
		{ "scheduler.spool", draft->settings.spool, true },
		{ "scheduler.user", draft->settings.user, false },
		{ "scheduler.path", draft->settings.path, true },
	};
	int r;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		r = check_text(texts[i].key, texts[i].text, texts[i].absolute, err);
		if (r < 0)
			return r;
	}
	if (draft->settings.spool_alarm > draft->settings.spool_stop)
		return err_set(err, -EINVAL,
		    "scheduler.spool_alarm is %u, above scheduler.spool_stop, which is %u",
		    draft->settings.spool_alarm, draft->settings.spool_stop);
	if (strlen(draft->settings.host) > SPEC_NAME_SIZE_MAX)
		return err_set(
		    err, -EINVAL, "scheduler.host is longer than %d bytes", SPEC_NAME_SIZE_MAX);
	return 0;
}

/* What the client library reads by itself, when it connects: who could change it would say whom
 * we trust, and a key or a password is read by nobody else. */
static int check_files(const struct draft *draft, struct err *err)
{
	const struct {
		const char *key, *path;
		bool secret;
	} files[] = {
		{ "database.tls_ca", draft->tls_ca, false },
		{ "database.tls_cert", draft->tls_cert, false },
		{ "database.tls_key", draft->tls_key, true },
		{ "database.my_cnf", draft->my_cnf, true },
	};
	int r = 0;

	if (!draft->tls_ca && (draft->tls_cert || draft->tls_key))
		return err_set(err, -EINVAL, "database.tls_cert and tls_key need tls_ca");
	if (!draft->tls_cert != !draft->tls_key)
		return err_set(
		    err, -EINVAL, "database.tls_cert and tls_key: one needs the other");
	for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(files[0]); i++) {
		CLEANUP_BUF struct buf text = BUF_INIT;

		if (!files[i].path)
			continue;
		r = files[i].secret
			? trusted_read_secret(files[i].path, draft->settings.user, &text, err)
			: trusted_read(files[i].path, &text, err);
		if (text.data)
			explicit_bzero(text.data, text.size);
		if (r < 0)
			err_prefix(err, "%s", files[i].key);
	}
	return r;
}

static int read_password(struct settings *settings, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(8192);
	int r;

	if (!settings->password_file)
		return 0;
	r = trusted_read_secret(settings->password_file, settings->user, &text, err);
	if (r < 0)
		return r;
	settings->db.password = strndup(buf_text(&text), strcspn(buf_text(&text), "\r\n"));
	if (text.data)
		explicit_bzero(text.data, text.size);
	return settings->db.password ? 0 : err_sys(err, -ENOMEM, "cannot keep the settings");
}

static int set_log(struct draft *draft, struct err *err)
{
	static const char *const levels[] = { [LOG_LEVEL_ERROR] = "error",
		[LOG_LEVEL_WARNING] = "warning",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_DEBUG] = "debug" };
	size_t level = 0, n_levels = sizeof(levels) / sizeof(levels[0]);

	while (level < n_levels && strcmp(levels[level], draft->log_level) != 0)
		level++;
	if (level == n_levels)
		return err_set(err, -EINVAL,
		    "scheduler.log_level: '%.40s' is not one of error, warning, info, debug",
		    draft->log_level);
	draft->settings.log_level = (int)level;
	draft->settings.log_syslog = strcmp(draft->log, "syslog") == 0;
	if (!draft->settings.log_syslog && strcmp(draft->log, "stderr") != 0)
		return err_set(err, -EINVAL,
		    "scheduler.log: '%.40s' is neither \"stderr\" nor \"syslog\"", draft->log);
	return 0;
}

static int finish(struct draft *draft, bool with_password, struct err *err)
{
	struct db_conf *db = &draft->settings.db;
	int r = set_defaults(draft, err);

	if (r == 0)
		r = check_draft(draft, err);
	if (r == 0)
		r = set_log(draft, err);
	if (r == 0 && with_password)
		r = check_files(draft, err);
	if (r == 0 && with_password)
		r = read_password(&draft->settings, err);
	if (r < 0)
		return r;
	db->socket = draft->socket;
	db->host = draft->db_host;
	db->user = draft->db_user;
	db->database = draft->db_name;
	db->tls_ca = draft->tls_ca;
	db->tls_cert = draft->tls_cert;
	db->tls_key = draft->tls_key;
	db->my_cnf = draft->my_cnf;
	db->my_cnf_group = draft->my_cnf_group;
	draft->socket = draft->db_host = draft->db_user = NULL;
	draft->db_name = draft->tls_ca = draft->tls_cert = draft->tls_key = NULL;
	draft->my_cnf = draft->my_cnf_group = NULL;
	return 0;
}

static int read_settings(
    const char *file, bool with_password, struct settings *ret, struct err *err)
{
	CLEANUP(draft_free) struct draft draft = {
		.settings = {
			.db = { .connect_timeout_s = 5, .io_timeout_s = 30 },
			.retention = { .raw_ms = 14 * DAY_MS,
			    .events_ms = 400 * DAY_MS,
			    .hour_ms = 400 * DAY_MS,
			    .day_ms = 3650 * DAY_MS },
			.max_running = 64,
			.window_ms = 120000,
			.hold_ms = 300000,
			.late_ms = 1000,
			.output_max = 64 << 10,
			.capture_max = 1 << 20,
			.spool_alarm = 80,
			.spool_stop = 95,
			.spool_reserve = 32 << 20,
		},
	};
	int r = read_files(file ? file : HAETAE_SYSCONFDIR "/haetae.conf", &draft, err);

	if (r == 0)
		r = finish(&draft, with_password, err);
	if (r < 0)
		return r;
	*ret = draft.settings;
	draft.settings = (struct settings){ 0 };
	return 0;
}

int settings_read(const char *file, struct settings *ret, struct err *err)
{
	return read_settings(file, true, ret, err);
}

int settings_read_local(const char *file, struct settings *ret, struct err *err)
{
	return read_settings(file, false, ret, err);
}
