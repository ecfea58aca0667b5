/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/trusted.h"

#define KEY(key, kind, field, low, high)                                                      \
	{                                                                                     \
		.name = (key), .type = (kind), .offset = offsetof(struct db_settings, field), \
		.least = (low), .most = (high)                                                \
	}

static const struct conf_key database_keys[] = {
	KEY("socket", CONF_TEXT, socket, 0, 0),
	KEY("host", CONF_TEXT, host, 0, 0),
	KEY("port", CONF_UNSIGNED, port, 1, 65535),
	KEY("user", CONF_TEXT, user, 0, 0),
	KEY("password_file", CONF_TEXT, password_file, 0, 0),
	KEY("name", CONF_TEXT, name, 0, 0),
	KEY("tls_ca", CONF_TEXT, tls_ca, 0, 0),
	KEY("tls_cert", CONF_TEXT, tls_cert, 0, 0),
	KEY("tls_key", CONF_TEXT, tls_key, 0, 0),
	KEY("my_cnf", CONF_TEXT, my_cnf, 0, 0),
	KEY("my_cnf_group", CONF_TEXT, my_cnf_group, 0, 0),
	KEY("connect_timeout", CONF_UNSIGNED, connect_timeout_s, 1, 300),
	KEY("capacity", CONF_BYTES, capacity, 0, 0),
	KEY("io_timeout", CONF_UNSIGNED, io_timeout_s, 15, 3600),
};

int db_settings_group(
    struct db_settings *settings, const struct conf_item *group, struct err *err)
{
	if (!group)
		return 0;
	return conf_group_read(group, database_keys,
	    sizeof(database_keys) / sizeof(database_keys[0]), settings, err);
}

void db_settings_free(struct db_settings *settings)
{
	free(settings->socket);
	free(settings->host);
	free(settings->user);
	free(settings->name);
	free(settings->password_file);
	free(settings->tls_ca);
	free(settings->tls_cert);
	free(settings->tls_key);
	free(settings->my_cnf);
	free(settings->my_cnf_group);
	if (settings->password)
		explicit_bzero(settings->password, strlen(settings->password));
	free(settings->password);
	*settings = (struct db_settings){ 0 };
}

static int check_texts(const struct db_settings *settings, struct err *err)
{
	const struct {
		const char *key, *text;
		bool absolute;
	} texts[] = {
		{ "socket", settings->socket, true },
		{ "host", settings->host, false },
		{ "user", settings->user, false },
		{ "name", settings->name, false },
		{ "password_file", settings->password_file, true },
		{ "tls_ca", settings->tls_ca, true },
		{ "tls_cert", settings->tls_cert, true },
		{ "tls_key", settings->tls_key, true },
		{ "my_cnf", settings->my_cnf, true },
		{ "my_cnf_group", settings->my_cnf_group, false },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!texts[i].text)
			continue;
		if (!*texts[i].text)
			return err_set(err, -EINVAL, "database.%s is empty", texts[i].key);
		if (texts[i].absolute && *texts[i].text != '/')
			return err_set(err, -EINVAL, "database.%s: '%.100s' is not absolute",
			    texts[i].key, texts[i].text);
	}
	return 0;
}

int db_settings_finish(struct db_settings *settings, struct err *err)
{
	if (!settings->name)
		settings->name = strdup("haetae");
	/* An option file may say where the server is. */
	if (!settings->socket && !settings->host && !settings->my_cnf)
		settings->socket = strdup("/run/mysqld/mysqld.sock");
	if (!settings->name || (!settings->socket && !settings->host && !settings->my_cnf))
		return err_sys(err, -ENOMEM, "cannot keep the settings");
	return check_texts(settings, err);
}

/* What the client library reads: a key or an option file is read by nobody else. */
static int check_files(const struct db_settings *settings, const char *user, struct err *err)
{
	const struct {
		const char *key, *path;
		bool secret;
	} files[] = {
		{ "database.tls_ca", settings->tls_ca, false },
		{ "database.tls_cert", settings->tls_cert, false },
		{ "database.tls_key", settings->tls_key, true },
		{ "database.my_cnf", settings->my_cnf, true },
	};
	int r = 0;

	if (!settings->tls_ca && (settings->tls_cert || settings->tls_key))
		return err_set(err, -EINVAL, "database.tls_cert and tls_key need tls_ca");
	if (!settings->tls_cert != !settings->tls_key)
		return err_set(
		    err, -EINVAL, "database.tls_cert and tls_key: one needs the other");
	for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(files[0]); i++) {
		CLEANUP_BUF struct buf text = BUF_INIT;

		if (!files[i].path)
			continue;
		r = files[i].secret ? trusted_read_secret(files[i].path, user, &text, err)
				    : trusted_read(files[i].path, &text, err);
		if (text.data)
			explicit_bzero(text.data, text.size);
		if (r < 0)
			err_prefix(err, "%s", files[i].key);
	}
	return r;
}

int db_settings_secrets(struct db_settings *settings, const char *user, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(8192);
	int r = check_files(settings, user, err);

	if (r < 0 || !settings->password_file)
		return r;
	r = trusted_read_secret(settings->password_file, user, &text, err);
	if (r < 0)
		return r;
	free(settings->password);
	settings->password = strndup(buf_text(&text), strcspn(buf_text(&text), "\r\n"));
	if (text.data)
		explicit_bzero(text.data, text.size);
	return settings->password ? 0 : err_sys(err, -ENOMEM, "cannot keep the settings");
}

struct db_conf db_settings_conf(const struct db_settings *settings)
{
	return (struct db_conf){ .socket = settings->socket,
		.host = settings->host,
		.port = settings->port,
		.user = settings->user,
		.password = settings->password,
		.database = settings->name,
		.tls_ca = settings->tls_ca,
		.tls_cert = settings->tls_cert,
		.tls_key = settings->tls_key,
		.my_cnf = settings->my_cnf,
		.my_cnf_group = settings->my_cnf_group,
		.connect_timeout_s = settings->connect_timeout_s,
		.io_timeout_s = settings->io_timeout_s };
}
