/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/health/profile.h"
#include "t/tap.h"

/* Two folders, the site's in front of the shipped ones. */
static char work[] = "/tmp/haetae-profile.XXXXXX";
static char site[64], shipped[64];

static struct profile_path path_of(void)
{
	return (struct profile_path){ .dirs = { site, shipped }, .n_dirs = 2 };
}

static void put(const char *dir, const char *name, const char *text)
{
	char file[128];
	FILE *out;

	(void)snprintf(file, sizeof(file), "%s/%s.cfg", dir, name);
	out = fopen(file, "we");
	if (!out || fputs(text, out) < 0 || fclose(out) != 0)
		ok(false, "cannot write %s", file);
}

static int parse(const char *text, struct profile *ret, struct err *err)
{
	const struct profile_path path = path_of();

	return profile_parse(text, strlen(text), "f.cfg", &path, ret, err);
}

static const char whole[] =
    "name = \"whole\"; title = \"Whole \\\"one\\\"\";\n"
    "services = (\n"
    "{ name = \"a\"; component = \"c\"; match = \"/a( |$)\"; exe = \"/a$\"; user = \"0\";\n"
    "  unit = \"a.service\"; unit_state = true; lsb = \"a\"; cgroup = \"a\"; place = "
    "\"host\";\n"
    "  optional = false; assumed = true; advice = \"look\\nthere\";\n"
    "  count = \"2:\"; workers = \"1:\"; defunct = \"\"; age = \"5m:\"; age_min = \"10:\";\n"
    "  restarts = \"3\"; threads = \"100\"; rss = \"1G\"; cpu = \"150%\"; fds = \"1000\";\n"
    "  fds_pct = \"90\"; stale = \"0\"; warn = { count = \"3:\"; rss = \"500M\"; };\n"
    "  healthy = \"\\\\(healthy\\\\)$\";\n"
    "  listen = ( { proto = \"tcp\"; port = 80; address = \"any\"; }, { port = 81; owned = "
    "false; },\n"
    "    { proto = \"unix\"; path = \"@x*\"; type = \"dgram\"; optional = true; } );\n"
    "  depends = ( { kind = \"db\"; port = 3306; address = \"10.0.0.0/8\"; established = "
    "\"2:\";\n"
    "      stalled = \"0\"; warn = { established = \"3:\"; }; optional = true; },\n"
    "    { kind = \"x\"; proto = \"unix\"; path = \"/run/x\"; } );\n"
    "  ping = ( \"redis\", \"-H\", \"[::1]:6379\" ); },\n"
    "{ name = \"k\"; kthread = \"k\"; owner = \"root\"; unwanted = true; } );\n";

static void check_whole(const struct profile *profile, const char *when)
{
	const struct service_spec *a = profile_find(profile, "a");

	ok(profile->n_services == 2 && a, "two services %s", when);
	if (!a)
		return;
	is_str(profile->title, "Whole \"one\"", "the title");
	ok(a->match_pattern.text && a->exe_pattern.text && a->place == PROC_ON_HOST &&
		a->unit_state && a->assumed && !a->optional,
	    "what it is");
	is_str(a->advice, "look\nthere", "advice");
	ok(a->crit[SERVICE_COUNT].is_set && a->crit[SERVICE_COUNT].range.start == 2 &&
		a->warn[SERVICE_COUNT].range.start == 3,
	    "ranges");
	ok(a->crit[SERVICE_AGE].range.start == 300 &&
		a->crit[SERVICE_RSS].range.end == 1024.0 * 1024 * 1024,
	    "with units");
	ok(!a->crit[SERVICE_DEFUNCT].is_set, "an empty range is none");
	ok(a->n_listens == 3 && a->listens[0].address.where == SERVICE_ANY &&
		a->listens[1].is_shared && a->listens[1].proto == SERVICE_TCP &&
		a->listens[2].optional,
	    "listeners");
	ok(a->n_depends == 2 && a->depends[0].optional &&
		a->depends[0].established.start == 2 && a->depends[0].has_stalled &&
		a->depends[0].has_warn_established && a->depends[1].established.start == 1,
	    "dependencies");
	ok(a->ping.n == 3, "a ping");
}

static void test_whole(void)
{
	CLEANUP(profile_free) struct profile first = { 0 }, second = { 0 };
	CLEANUP_BUF struct buf text = BUF_INIT, again = BUF_INIT;
	struct err err = ERR_INIT;

	ok(parse(whole, &first, &err) == 0, "every key %s", err.text);
	check_whole(&first, "as written");
	ok(profile_write(&first, &text) == 0, "it is written");
	ok(parse(buf_text(&text), &second, &err) == 0, "and read again %s", err.text);
	check_whole(&second, "as read again");
	(void)profile_write(&second, &again);
	/* But for the comments that say where a service stands. */
	ok(strstr(buf_text(&text), "# f.cfg:3\n"), "its place is a comment");
	ok(strstr(buf_text(&again), "listen = ("), "and the same again");
}

static void test_defaults(void)
{
	CLEANUP(profile_free) struct profile profile = { 0 };
	const struct service_spec *spec;

	ok(parse("name = \"d\"; services = ( { name = \"a\"; match = \"a\"; }, { name = \"o\"; "
		 "match = \"o\"; optional = true; }, { name = \"z\"; match = \"z\"; "
		 "defunct = \"5\"; } );",
	       &profile, NULL) == 0,
	    "defaults");
	spec = profile_find(&profile, "a");
	ok(spec->crit[SERVICE_COUNT].is_set && spec->crit[SERVICE_COUNT].range.start == 1,
	    "one must run");
	ok(spec->warn[SERVICE_DEFUNCT].is_set && spec->warn[SERVICE_DEFUNCT].range.end == 0,
	    "no zombies");
	ok(!profile_find(&profile, "o")->crit[SERVICE_COUNT].is_set, "an optional one may not");
	ok(!profile_find(&profile, "z")->warn[SERVICE_DEFUNCT].is_set,
	    "a range of its own is no default");
	is_str(profile.title, "d", "without a title the name");
}

static void test_includes(void)
{
	CLEANUP(profile_free) struct profile profile = { 0 };
	const struct profile_path path = path_of();
	struct err err = ERR_INIT;
	const struct service_spec *a;

	put(shipped, "base",
	    "name = \"base\"; title = \"Base\"; services = (\n"
	    "{ name = \"a\"; match = \"a\"; component = \"c\"; count = \"1:2\"; listen = ( { "
	    "port = 1; }, "
	    "{ port = 2; } ); warn = { rss = \"1G\"; }; },\n"
	    "{ name = \"b\"; match = \"b\"; } );");
	put(shipped, "main",
	    "name = \"main\"; include = ( \"base\", \"base\" ); services = ( { name = \"m\"; "
	    "match = "
	    "\"m\"; } );");
	put(site, "main",
	    "name = \"main\"; title = \"Ours\"; include = ( \"main\" );\nservices = (\n"
	    "{ name = \"a\"; count = \"5:\"; component = \"\"; listen = ( { port = 3; } ); "
	    "warn = { "
	    "count = \"6:\"; }; },\n{ name = \"b\"; remove = true; } );");
	ok(profile_read(&path, "main", &profile, &err) == 0,
	    "a site's file over the shipped %s", err.text);
	a = profile_find(&profile, "a");
	ok(a && profile.n_services == 2 && !profile_find(&profile, "b") &&
		profile_find(&profile, "m"),
	    "one is removed, the others stay");
	ok(a && a->crit[SERVICE_COUNT].range.start == 5 && strcmp(a->match, "a") == 0 &&
		a->n_listens == 1 && a->listens[0].port == 3 && a->warn[SERVICE_RSS].is_set &&
		a->warn[SERVICE_COUNT].is_set,
	    "fields one by one, lists as a whole");
	ok(a && a->component[0] == '\0', "an empty text takes a field back");
	ok(a && a->n_origins == 2 && strstr(a->origins[0], "site/main.cfg:3") &&
		strstr(a->origins[1], "shipped/base.cfg:2"),
	    "both places are known");
	is_str(profile.title, "Ours", "the title of the file itself");
	profile_free(&profile);
	ok(profile_read(&path, "base,main", &profile, &err) == 0 &&
		strcmp(profile.name, "base+main") == 0 && profile.n_services == 2,
	    "several at once %s", err.text);
}

static void test_files(void)
{
	CLEANUP(profile_free) struct profile profile = { 0 };
	CLEANUP(profile_list_free) struct profile_list list = { 0 };
	const struct profile_path path = path_of();
	struct err err = ERR_INIT;
	char file[128];

	put(work, "alone",
	    "name = \"other\"; include = ( \"./beside.cfg\", \"base\" ); services = ();");
	put(work, "beside",
	    "name = \"beside\"; services = ( { name = \"s\"; match = \"s\"; } );");
	(void)snprintf(file, sizeof(file), "%s/alone.cfg", work);
	ok(profile_read(&path, file, &profile, &err) == 0 && profile_find(&profile, "s") &&
		profile_find(&profile, "a"),
	    "a file by its path, its includes from its folder %s", err.text);
	put(site, ".hidden", "");
	put(site, "not a name", "");
	ok(profile_list_read(&path, &list, &err) == 0 && list.n == 2, "a list of names %s",
	    err.text);
	ok(list.n == 2 && strcmp(list.items[1].name, "main") == 0 &&
		strstr(list.items[1].file, "/site/"),
	    "sorted, the first folder's");
}

/* What is wrong with one service: TEXT stands behind match = "x". */
static const struct {
	const char *text, *message;
} service_errors[] = {
	{ "bogus = 1;", "f.cfg:3: unknown key 'bogus'; known are name, component" },
	{ "match = \"a(\";", "f.cfg:3: key 'match': cannot use pattern 'a(': " },
	{ "healthy = \"[\";", "f.cfg:3: key 'healthy': cannot use pattern" },
	{ "count = \"5:1\";", "f.cfg:3: key 'count': " },
	{ "count = 2;", "f.cfg:3: key 'count': expected a text in quotes" },
	{ "rss = \"1X\";", "f.cfg:3: key 'rss': " },
	{ "warn = { bogus = \"1\"; };", "f.cfg:3: unknown key 'bogus'; known are count, rss" },
	{ "warn = { cpu = \"a\"; };", "f.cfg:3: key 'cpu': " },
	{ "warn = ( );", "f.cfg:3: expected a group { … }" },
	{ "place = \"moon\";",
	    "f.cfg:3: key 'place': expected any, host or container, found 'moon'" },
	{ "lsb = \"../x\";", "f.cfg:3: key 'lsb': expected a name" },
	{ "listen = { port = 1; };", "f.cfg:3: expected a list ( { … }, … )" },
	{ "listen = ( { port = 70000; } );",
	    "f.cfg:3: key 'port': 70000 is not between 1 and 65535" },
	{ "listen = ( { proto = \"tcp\"; } );", "f.cfg:3: key 'port': expected a port from 1" },
	{ "listen = ( { proto = \"icmp\"; port = 1; } );",
	    "f.cfg:3: key 'proto': expected tcp, udp or unix, found 'icmp'" },
	{ "listen = ( { proto = \"unix\"; port = 1; } );",
	    "f.cfg:3: key 'port': expected a path and no port with proto unix" },
	{ "listen = ( { proto = \"unix\"; path = \"x\"; } );",
	    "f.cfg:3: key 'path': expected a path that begins with" },
	{ "listen = ( { port = 1; type = \"dgram\"; } );",
	    "f.cfg:3: key 'type': only sockets of proto unix have a type" },
	{ "listen = ( { proto = \"unix\"; path = \"/x\"; type = \"raw\"; } );",
	    "f.cfg:3: key 'type': expected stream, dgram or seqpacket, found 'raw'" },
	{ "listen = ( { port = 1; address = \"10.0.0.0/33\"; } );",
	    "f.cfg:3: key 'address': expected" },
	{ "listen = ( { port = 1; address = \"here\"; } );",
	    "f.cfg:3: key 'address': expected any" },
	{ "listen = ( { proto = \"unix\"; path = \"/x\"; address = \"any\"; } );",
	    "f.cfg:3: key 'address': sockets of proto unix have no address" },
	{ "listen = ( { port = 1; kind = \"x\"; } );", "f.cfg:3: unknown key 'kind'" },
	{ "depends = ( { port = 1; } );", "f.cfg:3: key 'kind': expected a word such as db" },
	{ "depends = ( { kind = \"db\"; proto = \"udp\"; port = 1; } );",
	    "f.cfg:3: key 'proto': expected tcp or unix: udp has no connections" },
	{ "depends = ( { kind = \"db\"; port = 1; established = \"x\"; } );",
	    "f.cfg:3: key 'established': " },
	{ "depends = ( { kind = \"db\"; port = 1; warn = { stalled = \"x\"; }; } );",
	    "f.cfg:3: key 'stalled': " },
	{ "ping = ( \"gopher\" );", "f.cfg:3: key 'ping': expected one of tcp, unix, redis" },
	{ "ping = ( 5 );", "f.cfg:3: key 'ping': expected texts in quotes" },
	{ "kthread = \"k\";", "f.cfg:2: service 's': kthread excludes match and exe" },
	{ "user = \"a\"; owner = \"b\";", "f.cfg:2: service 's': user excludes owner" },
	{ "unwanted = true; count = \"1:\";",
	    "f.cfg:2: service 's': unwanted excludes optional and count" },
	{ "unit_state = true;", "f.cfg:2: service 's': unit_state needs unit" },
	{ "remove = true;", "f.cfg:3: key 'remove': no included profile has service 's'" },
	{ "match = \"\";",
	    "f.cfg:2: service 's': expected match, exe, kthread, cgroup or unit" },
};

static const struct {
	const char *text, *message;
} file_errors[] = {
	{ "services = ();", "f.cfg:1: key 'name': expected name = " },
	{ "name = \"a b\"; services = ();",
	    "f.cfg:1: key 'name': expected a name of at most 64" },
	{ "name = \"-x\";", "f.cfg:1: key 'name': expected a name" },
	{ "name = \"a\"; bogus = 1;", "f.cfg:1: unknown key 'bogus'; known are name, title" },
	{ "name = \"a\"; services = { };", "f.cfg:1: key 'services': expected a list" },
	{ "name = \"a\"; services = ( 5 );", "f.cfg:1: expected a service { name" },
	{ "name = \"a\"; services = ( { match = \"x\"; } );",
	    "f.cfg:1: expected a service { name" },
	{ "name = \"a\"; services = ( { name = 5; } );",
	    "f.cfg:1: key 'name': expected a text" },
	{ "name = \"a\"; services = ( { name = \"x=y\"; } );",
	    "f.cfg:1: key 'name': expected a name" },
	{ "name = \"a\"; services = (\n{ name = \"x\"; match = \"x\"; },\n\n{ name = \"x\"; "
	  "match = "
	  "\"x\"; } );",
	    "f.cfg:4: service 'x' stands on line 2 already" },
	{ "name = \"a\";\ninclude = ( \"nowhere\" );",
	    "f.cfg:2: key 'include': no profile 'nowhere' in " },
	{ "name = \"a\";\ninclude = ( \"../base\" );",
	    "f.cfg:2: key 'include': cannot read ../base" },
	{ "name = \"a\"; include = \"base\";",
	    "f.cfg:1: key 'include': expected a list of texts" },
	{ "name = \"a\"; services = ( { name = \"x\" }", "f.cfg:1: syntax error" },
	{ "name = \"a\"; name = \"b\";", "f.cfg:1: duplicate setting name" },
	{ "@include \"/etc/passwd\"\n", "f.cfg:1: @include is not taken" },
};

static void refuse(const char *text, const char *message)
{
	CLEANUP(profile_free) struct profile profile = { 0 };
	struct err err = ERR_INIT;
	int r = parse(text, &profile, &err);

	if (!ok(r < 0 && strncmp(err.text, message, strlen(message)) == 0, "%s", err.text))
		printf("# expected: %s\n", message);
	ok(!profile.services && !profile.name, "and nothing is returned");
}

static void test_errors(void)
{
	for (size_t i = 0; i < sizeof(service_errors) / sizeof(service_errors[0]); i++) {
		char text[1024];
		const char *more = service_errors[i].text;

		(void)snprintf(text, sizeof(text),
		    "name = \"p\"; services = (\n{ name = \"s\"; %s\n%s } );",
		    strncmp(more, "match", 5) == 0 ? "" : "match = \"x\";", more);
		refuse(text, service_errors[i].message);
	}
	for (size_t i = 0; i < sizeof(file_errors) / sizeof(file_errors[0]); i++)
		refuse(file_errors[i].text, file_errors[i].message);
}

static void refuse_name(const char *name, const char *message)
{
	CLEANUP(profile_free) struct profile profile = { 0 };
	const struct profile_path path = path_of();
	struct err err = ERR_INIT;
	int r = profile_read(&path, name, &profile, &err);

	if (!ok(r < 0 && strstr(err.text, message), "%s", err.text))
		printf("# expected: %s\n", message);
}

static void test_loops(void)
{
	char name[32], text[256];

	put(shipped, "loop-a", "name = \"loop-a\";\ninclude = ( \"loop-b\" );");
	put(shipped, "loop-b", "name = \"loop-b\";\n\ninclude = ( \"loop-a\" );");
	put(shipped, "self", "name = \"self\"; include = ( \"self\" );");
	put(shipped, "wrong", "name = \"right\"; services = ();");
	refuse_name("loop-b", "/loop-a.cfg:2: key 'include': ");
	refuse_name("loop-a", "/loop-b.cfg:3: key 'include': ");
	refuse_name("loop-a", "/loop-a.cfg includes itself");
	refuse_name("self", "/self.cfg:1: key 'include': no profile 'self'");
	refuse_name(
	    "wrong", "/wrong.cfg:1: key 'name': expected 'wrong' as the file is called");
	refuse_name("", "no profile ''");
	refuse_name("a,,b", "no profile 'a'");
	refuse_name("..", "no profile '..'");
	refuse_name("/nowhere/x.cfg", "cannot read /nowhere/x.cfg");
	for (int i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "deep%d", i);
		(void)snprintf(text, sizeof(text),
		    "name = \"deep%d\"; include = ( \"deep%d\" );", i, i + 1);
		put(shipped, name, text);
	}
	refuse_name("deep0", "profiles are included more than 16 deep");
}

static void test_limits(void)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	(void)buf_adds(&text, "name = \"big\"; services = (");
	for (int i = 0; i <= PROFILE_SERVICES_MAX; i++)
		(void)buf_addf(&text, "%s{ name = \"s%d\"; match = \"x\"; }", i ? "," : "", i);
	(void)buf_adds(&text, ");");
	refuse(buf_text(&text), "f.cfg:1: more than 512 services");
	buf_reset(&text);
	(void)buf_adds(
	    &text, "name = \"big\"; services = ( { name = \"s\"; match = \"x\"; advice = \"");
	for (int i = 0; i <= PROFILE_TEXT_MAX; i++)
		(void)buf_addc(&text, 'x');
	(void)buf_adds(&text, "\"; } );");
	refuse(buf_text(&text), "f.cfg:1: key 'advice': longer than 1024 bytes");
	buf_reset(&text);
	(void)buf_adds(
	    &text, "name = \"big\"; services = ( { name = \"s\"; match = \"x\"; listen = (");
	for (int i = 0; i <= PROFILE_LIST_MAX; i++)
		(void)buf_addf(&text, "%s{ port = 1; }", i ? "," : "");
	(void)buf_adds(&text, "); } );");
	refuse(buf_text(&text), "f.cfg:1: more than 32 elements");
}

static void clear(const char *dir)
{
	CLEANUP(profile_list_free) struct profile_list list = { 0 };
	struct profile_path path = { .dirs = { dir }, .n_dirs = 1 };

	if (profile_list_read(&path, &list, NULL) == 0) {
		for (size_t i = 0; i < list.n; i++)
			(void)unlink(list.items[i].file);
	}
}

int main(void)
{
	char file[128];

	if (!mkdtemp(work))
		return 1;
	(void)snprintf(site, sizeof(site), "%s/site", work);
	(void)snprintf(shipped, sizeof(shipped), "%s/shipped", work);
	if (mkdir(site, 0700) < 0 || mkdir(shipped, 0700) < 0)
		return 1;
	test_whole();
	test_defaults();
	test_includes();
	test_files();
	test_errors();
	test_loops();
	test_limits();
	clear(site);
	clear(shipped);
	clear(work);
	(void)snprintf(file, sizeof(file), "%s/.hidden.cfg", site);
	(void)unlink(file);
	(void)snprintf(file, sizeof(file), "%s/not a name.cfg", site);
	(void)unlink(file);
	(void)rmdir(site);
	(void)rmdir(shipped);
	(void)rmdir(work);
	return tap_done();
}
