/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/vswitch.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/base/fsroot.h"
#include "lib/client/ovsdb.h"
#include "t/tap.h"

static int parse(const char *text, size_t size, struct vswitch *ret, struct err *err)
{
	struct json *answer = NULL;
	int r = json_parse(text, size, &answer, err);

	return r < 0 ? r : vswitch_parse(answer, ret, err);
}

static const struct vswitch_interface *find(const struct vswitch *vswitch, const char *name)
{
	for (size_t i = 0; i < vswitch->n_interfaces; i++) {
		if (strcmp(vswitch->interfaces[i].name, name) == 0)
			return &vswitch->interfaces[i];
	}
	return NULL;
}

/* An OpenStack node's, with a port whose device is gone. */
static void test_captured(void)
{
	CLEANUP_VSWITCH struct vswitch vswitch = VSWITCH_INIT;
	CLEANUP_BUF struct buf path = BUF_INIT, text = BUF_INIT;
	const struct fsroot live = FSROOT_LIVE;
	const struct vswitch_interface *one;
	const struct vswitch_bridge *bridge;
	struct err err = ERR_INIT;
	const char *srcdir = getenv("srcdir");

	buf_addf(&path, "%s/t/data/ovs/switch.json", srcdir ? srcdir : ".");
	if (!ok(fsroot_read(&live, buf_text(&path), &text, &err) == 0 &&
		    parse(buf_text(&text), text.size, &vswitch, &err) == 0,
		"a captured switch: %s", err.text))
		return;
	ok(vswitch.n_bridges == 3 && vswitch.n_controllers == 3 && vswitch.n_managers == 0,
	    "three bridges and their controllers");
	ok(vswitch.n_interfaces == 12 && vswitch.n_ports == 12, "twelve ports");
	is_str(vswitch.version, "3.1.0", "version");
	is_str(vswitch.schema, "8.3.1", "schema");
	ok(vswitch.has_config && vswitch.current == 32 && vswitch.next == 32, "configuration");
	bridge = vswitch_bridge_find(&vswitch, "br-int");
	ok(bridge && bridge->n_ports == 8 && bridge->n_controllers == 1 &&
		bridge->n_connected == 1,
	    "a bridge with its ports and its controller");
	is_str(bridge ? bridge->fail_mode : NULL, "secure", "fail mode");
	one = find(&vswitch, "tb-missing");
	ok(one && one->has_ofport && one->ofport == -1 && one->link == VSWITCH_LINK_UNKNOWN,
	    "a port that does not work");
	is_str(one ? one->error : NULL,
	    "could not open network device tb-missing (No such device)", "and why");
	is_str(one ? vswitch_bridge_name(&vswitch, one->bridge) : NULL, "br-int", "and where");
	one = find(&vswitch, "patch-tun");
	ok(one && one->link == VSWITCH_LINK_UP && !one->counters.known,
	    "a patch port counts no errors");
	one = find(&vswitch, "br-ex");
	ok(one && one->admin == VSWITCH_LINK_DOWN && one->counters.out_drops > 0,
	    "an internal port counts drops");
	is_str(vswitch.controllers[0].state, "ACTIVE", "the state of a controller");
}

/* Each is an answer of six tables, of which one has this row. */
static int parse_row(size_t table, const char *row, struct vswitch *ret)
{
	CLEANUP_BUF struct buf text = BUF_INIT;

	buf_adds(&text, "{\"error\":null,\"result\":[");
	for (size_t i = 0; i < 6; i++)
		buf_addf(&text, "%s{\"rows\":[%s]}", i ? "," : "", i == table ? row : "");
	buf_adds(&text, "],\"id\":1}");
	return parse(buf_text(&text), text.size, ret, NULL);
}

static void test_odd_rows(void)
{
	static const char *const rows[] = { "", "{}", "[]", "null", "{\"name\":7}",
		"{\"name\":[\"set\",[]]}", "{\"name\":[\"set\",[\"a\",\"b\"]]}",
		"{\"ports\":[\"set\",7]}", "{\"ports\":[\"uuid\"]}",
		"{\"ports\":[\"set\",[[\"uuid\",\"x\"],7,null]]}", "{\"_uuid\":[\"uuid\",7]}",
		"{\"statistics\":[\"map\",[[\"rx_errors\",-1],[\"rx_dropped\"],[7,7],7]]}",
		"{\"ofport\":\"x\",\"admin_state\":{},\"cur_cfg\":1.5}",
		"{\"interfaces\":[\"set\",[[\"uuid\",\"i\"]]],\"controller\":7,\"status\":["
		"\"map\",7]}" };
	size_t wrong = 0;

	for (size_t table = 0; table < 6; table++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct vswitch vswitch = VSWITCH_INIT;

			wrong += parse_row(table, rows[i], &vswitch) != 0;
			vswitch_free(&vswitch);
		}
	}
	is_num(wrong, 0, "rows of any shape are rows with nothing in them");
}

static void test_sets(void)
{
	CLEANUP_VSWITCH struct vswitch vswitch = VSWITCH_INIT;

	is_num(
	    parse_row(3,
		"{\"name\":[\"set\",[\"p1\"]],\"ofport\":[\"set\",[]],\"error\":[\"set\",[]],"
		"\"link_state\":[\"set\",[\"down\"]],\"_uuid\":[\"uuid\",\"nowhere\"]}",
		&vswitch),
	    0, "an interface without a bridge");
	is_str(vswitch.interfaces[0].name, "p1", "a set of one");
	ok(!vswitch.interfaces[0].has_ofport && *vswitch.interfaces[0].error == '\0',
	    "an empty set is nothing");
	ok(vswitch.interfaces[0].link == VSWITCH_LINK_DOWN, "link");
	is_str(vswitch_bridge_name(&vswitch, vswitch.interfaces[0].bridge), "", "no bridge");
}

static void test_refused(void)
{
	static const struct {
		const char *text;
		int code;
		const char *says;
	} rows[] = {
		{ "{\"id\":12,\"error\":{\"details\":\"no db Nope\",\"error\":\"unknown "
		  "database\"}}",
		    -EREMOTEIO, "unknown database: no db Nope" },
		{ "{\"id\":13,\"error\":\"unknown method\"}", -EREMOTEIO, "unknown method" },
		{ "{\"id\":1,\"error\":7}", -EREMOTEIO, "an error without words" },
		{ "{\"id\":1}", -EBADMSG, "the answer has no result" },
		{ "{\"id\":1,\"result\":7,\"error\":null}", -EBADMSG,
		    "the database answers with an integer, not with 6 tables" },
		{ "{\"id\":1,\"result\":[{\"rows\":[]}],\"error\":null}", -EBADMSG,
		    "the database answers with an array, not with 6 tables" },
		{ "{\"id\":1,\"result\":[{\"error\":\"syntax error\",\"details\":\"No table "
		  "named "
		  "Nope.\"}],\"error\":null}",
		    -ENOENT, "syntax error: No table named Nope." },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vswitch vswitch = VSWITCH_INIT;
		struct err err = ERR_INIT;

		is_num(parse(rows[i].text, strlen(rows[i].text), &vswitch, &err), rows[i].code,
		    "refused");
		is_str(err.text, rows[i].says, "and why");
	}
}

int main(void)
{
	test_captured();
	test_odd_rows();
	test_sets();
	test_refused();
	return tap_done();
}
