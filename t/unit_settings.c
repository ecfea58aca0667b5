/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/settings.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "t/tap.h"

static char folder[] = "/tmp/haetae-unit-settings.XXXXXX";

static const char *path_of(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(path_of(name), "w");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0 ||
	    chmod(path_of(name), mode) < 0)
		note("cannot write %s", path_of(name));
}

static int read_settings(struct settings *settings, struct err *err)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/haetae.conf", folder);
	return settings_read(path, settings, err);
}

static void refused(const char *text, int code, const char *message)
{
	struct settings settings;
	struct err err = ERR_INIT;

	put("haetae.conf", text, 0644);
	ok(read_settings(&settings, &err) == code && strstr(err.text, message), "refused: %s",
	    err.text);
}

static void test_defaults(void)
{
	struct settings settings;
	struct err err = ERR_INIT;

	put("haetae.conf", "", 0644);
	ok(read_settings(&settings, &err) == 0, "an empty file is enough %s", err.text);
	ok(settings.retention.raw_ms == INT64_C(14) * 86400000 &&
		settings.retention.day_ms == INT64_C(3650) * 86400000 &&
		settings.database.capacity == 0,
	    "retention has its defaults");
	ok(settings.max_running == 64 && settings.window_ms == 120000 &&
		settings.hold_ms == 300000 && settings.late_ms == 1000 &&
		settings.output_max == 65536 && settings.capture_max == 1048576,
	    "the defaults");
	is_str(settings.db.database, "haetae", "the database");
	ok(settings.db.socket && !settings.db.host && !settings.db.user, "by its socket");
	ok(settings.host && *settings.host, "this machine's name");
	is_num(settings.n_probetypes, 0, "nothing may run");
	settings_free(&settings);
	settings_free(&settings);
}

static void test_layers(void)
{
	struct settings settings;
	struct err err = ERR_INIT;

	(void)mkdir(path_of("conf.d"), 0755);
	(void)mkdir(path_of("hosts"), 0755);
	put("haetae.conf",
	    "database = { host = \"db\"; port = 3307; user = \"u\"; };\n"
	    "scheduler = { host = \"h1\"; max_running = 1; window = 60; log = \"syslog\"; };\n"
	    "probetypes = ( { name = \"plugin\"; folder = \"/a\"; },\n"
	    "  { name = \"one\"; command = \"/bin/one\"; } );",
	    0644);
	put("conf.d/20.cfg",
	    "scheduler = { max_running = 3; };\nretention = { raw = \"30 d\"; };\n"
	    "database = { capacity = \"200 GiB\"; };",
	    0644);
	put("conf.d/10.cfg", "scheduler = { max_running = 2; late = \"2 s\"; };", 0644);
	put("conf.d/30.cfg.old", "nonsense", 0644);
	put("hosts/h1.cfg", "probetypes = ( { name = \"plugin\"; folder = \"/b\"; } );", 0644);
	put("hosts/h2.cfg", "nonsense", 0644);
	ok(read_settings(&settings, &err) == 0, "files one over the other %s", err.text);
	is_num(settings.max_running, 3, "the last one in the order of names wins");
	ok(settings.retention.raw_ms == INT64_C(30) * 86400000 &&
		settings.retention.hour_ms == INT64_C(400) * 86400000 &&
		settings.database.capacity == (uint64_t)200 << 30,
	    "retention and capacity");
	ok(settings.late_ms == 2000 && settings.window_ms == 60000 && settings.log_syslog,
	    "single settings are replaced");
	is_str(settings_probetype(&settings, "plugin")->folder, "/b", "a host has its own");
	is_str(
	    settings_probetype(&settings, "one")->command, "/bin/one", "and what others have");
	ok(!settings_probetype(&settings, "two"), "and no more");
	ok(settings.db.port == 3307 && !settings.db.socket, "a server on the network");
	settings_free(&settings);
}

static void executable(
    const struct settings *settings, const char *type, const char *command, const char *want)
{
	struct spec spec = { .probetype = (char *)(uintptr_t)type,
		.command = (char *)(uintptr_t)command };
	CLEANUP_BUF struct buf path = BUF_INIT;
	struct err err = ERR_INIT;
	int r = settings_executable(settings, &spec, &path, &err);

	if (want)
		is_str(r == 0 ? buf_text(&path) : err.text, want, "what may be started");
	else
		ok(r == -EACCES && *err.text, "not allowed: %s", err.text);
}

static void test_executable(void)
{
	struct settings settings;
	struct err err = ERR_INIT;

	ok(read_settings(&settings, &err) == 0, "settings %s", err.text);
	executable(&settings, "plugin", "check_x", "/b/check_x");
	executable(&settings, "one", "", "/bin/one");
	executable(&settings, "one", NULL, "/bin/one");
	executable(&settings, "one", "check_x", NULL);
	executable(&settings, "plugin", "", NULL);
	executable(&settings, "plugin", "../bin/sh", NULL);
	executable(&settings, "plugin", "..", NULL);
	executable(&settings, "shell", "sh", NULL);
	settings_free(&settings);
}

static void test_owner(void)
{
	struct settings settings;
	struct err err = ERR_INIT;

	put("haetae.conf", "", 0664);
	ok(read_settings(&settings, &err) == -EACCES && strstr(err.text, "others may write"),
	    "refused: %s", err.text);
	put("haetae.conf", "", 0644);
	(void)chmod(path_of("conf.d"), 0777);
	ok(read_settings(&settings, &err) == -EACCES && strstr(err.text, "conf.d"),
	    "refused: %s", err.text);
	(void)chmod(path_of("conf.d"), 0755);
	(void)chmod(path_of("conf.d/10.cfg"), 0666);
	ok(read_settings(&settings, &err) == -EACCES && strstr(err.text, "10.cfg"),
	    "refused: %s", err.text);
	(void)chmod(path_of("conf.d/10.cfg"), 0644);
	if (geteuid() == 0) {
		if (chown(path_of("haetae.conf"), 65534, 65534) < 0)
			note("chown failed");
		ok(read_settings(&settings, &err) == -EACCES && strstr(err.text, "uid 65534"),
		    "refused: %s", err.text);
		if (chown(path_of("haetae.conf"), 0, 0) < 0)
			note("chown failed");
	} else {
		skip("not root");
	}
}

static void test_password(void)
{
	char text[512];
	struct settings settings;
	struct err err = ERR_INIT;

	(void)snprintf(
	    text, sizeof(text), "database = { password_file = \"%s\"; };", path_of("password"));
	put("haetae.conf", text, 0644);
	put("password", "s3cret with blanks \nsecond line\n", 0600);
	ok(read_settings(&settings, &err) == 0, "a password %s", err.text);
	is_str(settings.db.password, "s3cret with blanks ", "is the first line of its file");
	settings_free(&settings);
	(void)chmod(path_of("password"), 0640);
	ok(read_settings(&settings, &err) == -EACCES && strstr(err.text, "chmod 600"),
	    "refused: %s", err.text);
	(void)unlink(path_of("password"));
	ok(settings_read_local(path_of("haetae.conf"), &settings, &err) == 0 &&
		!settings.db.password,
	    "who does not connect does not read it");
	settings_free(&settings);
	ok(read_settings(&settings, &err) == -ENOENT, "a missing one is told: %s", err.text);
}

static void test_refused(void)
{
	refused("scheduler = { unknown = 1; };", -EBADMSG, "haetae.conf:1: unknown key");
	refused("database = ( );", -EBADMSG, "haetae.conf:1: expected a group");
	refused("\nscheduler = { max_running = 0; };", -EBADMSG, "haetae.conf:2: ");
	refused("scheduler = { spool = \"relative\"; };", -EINVAL, "not absolute");
	refused("scheduler = { host = \"\"; };", -EINVAL, "empty");
	refused("scheduler = { log = \"x\"; };", -EINVAL, "neither");
	refused("scheduler = { log_level = \"x\"; };", -EINVAL, "not one of");
	refused("probetypes = ( { name = \"x\"; } );", -EBADMSG, "folder or a command");
	refused("probetypes = ( { name = \"x\"; folder = \"/a\"; command = \"/b\"; } );",
	    -EBADMSG, "folder or a command");
	refused("probetypes = ( { name = \"x\"; folder = \"a\"; } );", -EBADMSG, "absolute");
	refused("probetypes = ( { name = \"X/\"; folder = \"/a\"; } );", -EBADMSG, "name");
	refused("probetypes = ( { folder = \"/a\"; } );", -EBADMSG, "name");
	refused("probetypes = { };", -EBADMSG, "expected a list");
}

static void clean_up(void)
{
	static const char *const files[] = { "conf.d/10.cfg", "conf.d/20.cfg",
		"conf.d/30.cfg.old", "hosts/h1.cfg", "hosts/h2.cfg", "haetae.conf" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlink(path_of(files[i]));
	(void)rmdir(path_of("conf.d"));
	(void)rmdir(path_of("hosts"));
	(void)rmdir(folder);
}

int main(void)
{
	struct settings settings;
	struct err err = ERR_INIT;

	if (!mkdtemp(folder)) {
		ok(false, "a folder of its own");
		return tap_done();
	}
	(void)umask(022);
	ok(settings_read("/nonexistent/haetae.conf", &settings, &err) == -ENOENT,
	    "a missing file is told: %s", err.text);
	test_defaults();
	test_layers();
	test_executable();
	test_owner();
	test_password();
	test_refused();
	clean_up();
	return tap_done();
}
