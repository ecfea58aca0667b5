/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/given.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "subagent/collect.h"
#include "subagent/collector.h"
#include "subagent/privileges.h"

static int replace(char **field, const char *value, struct err *err)
{
	char *copy = value ? strdup(value) : NULL;

	if (!value)
		return 0;
	if (!copy)
		return err_sys(err, -ENOMEM, "cannot keep the settings");
	free(*field);
	*field = copy;
	return 0;
}

static int check_collectors(const struct settings *settings, struct err *err)
{
	for (size_t i = 0; i < settings->n_collectors; i++) {
		CLEANUP_BUF struct buf known = BUF_INIT;
		size_t k = 0;

		while (collectors[k] &&
		       strcmp(collectors[k]->name, settings->collectors[i].name) != 0) {
			(void)buf_addf(&known, "%s%s", k ? ", " : "", collectors[k]->name);
			k++;
		}
		if (!collectors[k])
			return err_set(err, -EBADMSG,
			    "%s: there is no collector '%.60s'; there are %s",
			    settings->collectors[i].where, settings->collectors[i].name,
			    buf_text(&known));
	}
	return 0;
}

int given_read(const struct given *given, struct settings *ret, struct err *err)
{
	struct settings settings = { 0 };
	struct stat st;
	int r = settings_read(given->config, &settings, err);

	if (r == 0)
		r = replace(&settings.socket, given->socket, err);
	if (r == 0)
		r = replace(&settings.root, given->root, err);
	if (r == 0 && given->ping_s > 0)
		settings.ping_ms = (int64_t)(given->ping_s * 1000);
	if (r == 0)
		r = check_collectors(&settings, err);
	if (r == 0 && settings.root && (stat(settings.root, &st) < 0 || !S_ISDIR(st.st_mode)))
		r = err_set(err, -ENOTDIR, "%s is no folder", settings.root);
	if (r < 0) {
		settings_free(&settings);
		return r;
	}
	*ret = settings;
	return 0;
}

int given_tell(const struct settings *settings)
{
	struct err err = ERR_INIT;

	(void)printf("the configuration is good: socket %s, collectors", settings->socket);
	for (size_t i = 0; collectors[i]; i++) {
		if (collect_is_wanted(collectors[i], settings))
			(void)printf(" %s", collectors[i]->name);
	}
	(void)printf("\n");
	/* Who writes the configuration may make the user later. */
	if (privileges_check(settings->user, &err) < 0)
		(void)fprintf(stderr, "but it would not start as root: %s\n", err.text);
	return 0;
}
