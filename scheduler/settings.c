/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/base/conf.h"
#include "lib/base/confset.h"
#include "lib/base/log.h"
#include "scheduler/probetype.h"

/* What the files are read into, and settings are made of. */
struct draft {
	const struct conf_item *database, *scheduler, *probetypes, *retention; /* of one file */
	const struct conf_item *agentx; /* the subagent's, not read here */
	struct settings settings;
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
	db_settings_free(&settings->database);
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
	if (r == 0)
		r = db_settings_group(&draft->settings.database, draft->database, err);
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
	if (set_default(&draft->settings.spool, HAETAE_SPOOLDIR) < 0 ||
	    set_default(&draft->settings.path, "/usr/local/bin:/usr/bin:/bin") < 0 ||
	    set_default(&draft->log, "stderr") < 0 ||
	    set_default(&draft->log_level, "info") < 0)
		return err_sys(err, -ENOMEM, "cannot keep the settings");
	return db_settings_finish(&draft->settings.database, err);
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
	struct settings *settings = &draft->settings;
	int r = set_defaults(draft, err);

	if (r == 0)
		r = check_draft(draft, err);
	if (r == 0)
		r = set_log(draft, err);
	if (r == 0 && with_password)
		r = db_settings_secrets(&settings->database, settings->user, err);
	if (r < 0)
		return r;
	settings->db = db_settings_conf(&settings->database);
	return 0;
}

static int read_settings(
    const char *file, bool with_password, struct settings *ret, struct err *err)
{
	CLEANUP(draft_free) struct draft draft = {
		.settings = {
			.database = DB_SETTINGS_INIT,
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
