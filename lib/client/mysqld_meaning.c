/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stddef.h>

#include "lib/client/mysqld_box.h"

/*
 * What an error number means to a check. The numbers are those of "Server Error Message
 * Reference" and "Client Error Message Reference" in the MySQL manual and MariaDB's "MariaDB
 * Error Codes". A server's number that is not here is -EIO, a client's -ECONNRESET.
 */
static const struct {
	unsigned number;
	int code;
} meanings[] = {
	{ 1040, -EUSERS },	 /* too many connections */
	{ 1203, -EUSERS },	 /* of this user: max_user_connections */
	{ 1226, -EUSERS },	 /* of this user: a resource limit */
	{ 1044, -EACCES },	 /* no right to that database */
	{ 1045, -EACCES },	 /* wrong user or password */
	{ 1129, -EACCES },	 /* this host is blocked */
	{ 1130, -EACCES },	 /* this host may not connect */
	{ 1142, -EACCES },	 /* no right to that table */
	{ 1143, -EACCES },	 /* no right to that column */
	{ 1227, -EACCES },	 /* PROCESS, REPLICA MONITOR, … */
	{ 1251, -EACCES },	 /* old protocol of logging in */
	{ 1275, -EACCES },	 /* old password */
	{ 1370, -EACCES },	 /* no right to that routine */
	{ 1524, -EACCES },	 /* the account's plugin is not loaded */
	{ 1698, -EACCES },	 /* no password, and one is needed */
	{ 1820, -EACCES },	 /* the password must be reset */
	{ 1862, -EACCES },	 /* the password has expired */
	{ 2059, -EACCES },	 /* the account's plugin cannot be loaded here */
	{ 2061, -EACCES },	 /* the account's plugin needs TLS */
	{ 3118, -EACCES },	 /* the account is locked */
	{ 3159, -EACCES },	 /* require_secure_transport (MySQL) */
	{ 4151, -EACCES },	 /* the account is locked (MariaDB) */
	{ 1205, -EBUSY },	 /* lock wait timeout */
	{ 1213, -EBUSY },	 /* deadlock */
	{ 1317, -EBUSY },	 /* interrupted */
	{ 1969, -EBUSY },	 /* max_statement_time (MariaDB) */
	{ 3024, -EBUSY },	 /* max_execution_time (MySQL) */
	{ 1047, -EAGAIN },	 /* WSREP has not yet prepared this node */
	{ 1054, -EOPNOTSUPP },	 /* unknown column */
	{ 1064, -EOPNOTSUPP },	 /* syntax */
	{ 1109, -EOPNOTSUPP },	 /* unknown table in information_schema */
	{ 1146, -EOPNOTSUPP },	 /* no such table */
	{ 1193, -EOPNOTSUPP },	 /* unknown variable */
	{ 1235, -EOPNOTSUPP },	 /* not supported yet */
	{ 2002, -ECONNREFUSED }, /* unix socket, and MariaDB's for TCP */
	{ 2003, -ECONNREFUSED }, { 2007, -EPROTO }, /* protocol mismatch */
	{ 2012, -EPROTO },			    /* error in the greeting */
	{ 2026, -EKEYREJECTED },		    /* TLS */
	{ 2027, -EPROTO },			    /* malformed packet */
};

int mysqld_meaning(unsigned number)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].number == number)
			return meanings[i].code;
	}
	return number >= 2000 && number < 3000 ? -ECONNRESET : -EIO;
}
