/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/monitor.h"

#include <errno.h>

#include "t/tap.h"

static int parse(const char *line, struct monitor *ret)
{
	return monitor_parse(line, strlen(line), ret);
}

static void test_titles(void)
{
	struct monitor monitor;

	is_num(parse("ovs-vswitchd: monitoring pid 4538 (healthy)", &monitor), 0, "healthy");
	is_str(monitor.name, "ovs-vswitchd", "its daemon");
	is_num(monitor.pid, 4538, "and its pid");
	is_num(monitor.crashes, 0, "without a crash");
	is_str(monitor.status, "healthy", "in its own word");
	is_num(parse("ovsdb-server: monitoring pid 7 (2 crashes: pid 6 died, killed "
		     "(Segmentation fault), core dumped)",
		   &monitor),
	    0, "crashed");
	is_num(monitor.crashes, 2, "twice");
	is_str(monitor.status,
	    "2 crashes: pid 6 died, killed (Segmentation fault), core dumped", "and how");
	is_num(parse("ovs-vswitchd: monitoring pid 1 (strange)", &monitor), 0, "another word");
	is_num(monitor.crashes, 0, "is no crash");
	is_str(monitor.status, "strange", "and is kept");
	is_num(parse("a: monitoring pid 1 ()", &monitor), 0, "no word");
	is_str(monitor.status, "", "is none");
}

static void test_others(void)
{
	static const char *const lines[] = { "", "ovs-vswitchd unix:/run/db.sock",
		"grep ovs-vswitchd: monitoring pid 1 (healthy)",
		"/bin/ovs-vswitchd: monitoring pid 1 (healthy)", ": monitoring pid 1 (healthy)",
		"a: monitoring pid 0 (healthy)", "a: monitoring pid x (healthy)",
		"a: monitoring pid 99999999999 (healthy)", "a: monitoring pid 1 healthy",
		"a: monitoring pid 1", "a: monitoring pid 1 (",
		"a: monitoring pid 1 (healthy" };
	struct monitor monitor = { .pid = 4242 };
	char line[400], name[100];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ok(parse(lines[i], &monitor) == -ENOENT, "no monitor: '%s'", lines[i]);
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	(void)snprintf(line, sizeof(line), "%s: monitoring pid 1 (healthy)", name);
	is_num(parse(line, &monitor), -ENOENT, "a name that is too long");
	is_num(monitor.pid, 4242, "nothing was touched");
	(void)snprintf(
	    line, sizeof(line), "a: monitoring pid 1 (3 crashes: %s%s%s)", name, name, name);
	is_num(parse(line, &monitor), 0, "a long status");
	is_num(strlen(monitor.status), MONITOR_STATUS_SIZE - 1, "is cut");
	is_num(monitor.crashes, 3, "its crashes are counted");
	is_num(parse("a: monitoring pid 1 (99999999999999999999 crashes: x)", &monitor), 0,
	    "crashes past counting");
}

int main(void)
{
	test_titles();
	test_others();
	return tap_done();
}
