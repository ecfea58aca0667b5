/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the database is and who asks it: the group "database" of haetae.conf, see haetae.conf(5).
 * What the client library reads by itself when it connects is looked at before, for who could
 * change it would say whom we trust.
 */
#ifndef HAETAE_STORE_DB_SETTINGS_H
#define HAETAE_STORE_DB_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/conf.h"
#include "lib/store/db.h"

/* Owned texts; NULL: not said. */
struct db_settings {
	char *socket, *host, *user, *name;
	char *password_file; /* readable by nobody else */
	char *tls_ca, *tls_cert, *tls_key, *my_cnf, *my_cnf_group;
	unsigned port, connect_timeout_s, io_timeout_s;
	uint64_t capacity; /* bytes that the database may take; 0: nobody said */
	char *password;
};
#define DB_SETTINGS_INIT                                   \
	{                                                  \
		.connect_timeout_s = 5, .io_timeout_s = 30 \
	}

/* Reads one group over what is there: a later one replaces single settings. NULL: nothing. */
int db_settings_group(struct db_settings *settings, const struct conf_item *group,
    struct err *err) ATTR_MUST_CHECK;
/* When all groups are read: defaults, and whether the values make sense. */
int db_settings_finish(struct db_settings *settings, struct err *err) ATTR_MUST_CHECK;
/* Reads the password, and looks at the other files. user: whom root will become, or NULL. */
int db_settings_secrets(
    struct db_settings *settings, const char *user, struct err *err) ATTR_MUST_CHECK;
void db_settings_free(struct db_settings *settings);

/* What db_open wants; borrows from settings. */
struct db_conf db_settings_conf(const struct db_settings *settings);

#endif
