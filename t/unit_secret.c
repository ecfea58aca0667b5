/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/health/secret.h"
#include "t/tap.h"

static void test_environment(void)
{
	CLEANUP_SECRET struct secret secret = SECRET_INIT;
	struct err err = ERR_INIT;

	unsetenv("HAETAE_UNIT_USER");
	unsetenv("HAETAE_UNIT_PASSWORD");
	is_num(secret_read(NULL, "HAETAE_UNIT", &secret, &err), 0, "no variables are no error");
	ok(!secret.user && !secret.password, "and no secret");
	setenv("HAETAE_UNIT_USER", "me", 1);
	setenv("HAETAE_UNIT_PASSWORD", "", 1);
	is_num(secret_read(NULL, "HAETAE_UNIT", &secret, &err), 0, "variables are read");
	is_str(secret.user, "me", "the user");
	is_str(secret.password, "", "an empty password is one");
}

#ifdef HAVE_LIBCONFIG
static void put(const char *file, const char *text, mode_t mode)
{
	FILE *out = fopen(file, "w");

	if (!out || fputs(text, out) < 0 || fclose(out) != 0 || chmod(file, mode) < 0)
		abort();
}

static void test_file(void)
{
	char folder[] = "/tmp/haetae-t.XXXXXX", file[64];
	CLEANUP_SECRET struct secret secret = SECRET_INIT;
	struct err err = ERR_INIT;

	if (!mkdtemp(folder))
		abort();
	(void)snprintf(file, sizeof(file), "%s/secret.cfg", folder);
	put(file, "user = \"me\"; password = \"kiwi\";\n", 0640);
	is_num(secret_read(file, "HAETAE_UNIT", &secret, &err), 0, "a private file is read");
	is_str(secret.password, "kiwi", "its password");
	put(file, "password = \"kiwi\";\n", 0644);
	is_num(secret_read(file, "HAETAE_UNIT", &secret, &err), -EPERM,
	    "one that others may read is refused");
	ok(strstr(err.text, "chmod o= ") != NULL, "with what to do");
	ok(!secret.user && !secret.password, "what was there is gone");
	put(file, "password = \"kiwi\"; pasword = \"kiwi\";\n", 0600);
	is_num(secret_read(file, "HAETAE_UNIT", &secret, &err), -EBADMSG, "an unknown key");
	ok(!strstr(err.text, "kiwi") && strstr(err.text, ":1: "), "is named without a secret");
	put(file, "password = \"kiwi\n", 0600);
	is_num(secret_read(file, "HAETAE_UNIT", &secret, &err), -EBADMSG, "a cut text");
	ok(!strstr(err.text, "kiwi"), "is named without a secret");
	put(file, "password = 17;\n", 0600);
	is_num(secret_read(file, "HAETAE_UNIT", &secret, &err), -EBADMSG, "a number");
	unlink(file);
	is_num(secret_read(file, "HAETAE_UNIT", &secret, &err), -ENOENT, "no such file");
	is_num(mkfifo(file, 0600), 0, "a fifo");
	is_num(secret_read(file, "HAETAE_UNIT", &secret, &err), -EINVAL, "is not waited for");
	unlink(file);
	is_num(
	    secret_read(folder, "HAETAE_UNIT", &secret, &err), -EINVAL, "nor is a folder one");
	rmdir(folder);
}
#else
static void test_file(void)
{
	CLEANUP_SECRET struct secret secret = SECRET_INIT;

	is_num(secret_read("/dev/null", "HAETAE_UNIT", &secret, NULL), -ENOTSUP,
	    "without libconfig no file is read");
}
#endif

int main(void)
{
	test_environment();
	test_file();
	return tap_done();
}
