/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/bond.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/base/buf.h"
#include "t/tap.h"

/* Open vSwitch 3.1, cut; the second as 2.13 has it. */
static const char captured[] =
    "---- bond0 ----\nbond_mode: balance-tcp\nbond may use recirculation: yes, Recirc-ID : 1\n"
    "bond-hash-basis: 0\nupdelay: 0 ms\nlacp_status: negotiated\nactive-backup primary: "
    "<none>\nactive member mac: 00:00:00:00:00:00(none)\n\nmember b1: disabled\n"
    "  may_enable: false\n\nmember b2: enabled\n  active member\n  may_enable: true\n\n"
    "---- bond 1 ----\nbond_mode: active-backup\nlacp_status: off\n\nslave eth0: enabled\n"
    "  active slave\nslave eth1: disabled\nslave eth2: disabled\n";

static int parse(const char *text, size_t size, struct bonds *ret)
{
	char *exact = malloc(size ? size : 1);
	int r;

	memcpy(exact, text, size);
	r = bonds_parse(exact, size, ret, NULL);
	free(exact);
	return r;
}

static void test_captured(void)
{
	CLEANUP_BONDS struct bonds bonds = BONDS_INIT;

	is_num(parse(captured, sizeof(captured) - 1, &bonds), 0, "two bonds");
	if (!ok(bonds.n_items == 2, "are two"))
		return;
	is_str(bonds.items[0].name, "bond0", "name");
	is_str(bonds.items[0].mode, "balance-tcp", "mode");
	is_str(bonds.items[0].lacp, "negotiated", "LACP");
	is_num(bonds.items[0].n_members, 2, "members");
	is_num(bonds.items[0].n_disabled, 1, "disabled ones");
	is_str(bonds.items[0].disabled, "b1", "by name");
	is_str(bonds.items[1].name, "bond 1", "a name with a blank");
	is_num(bonds.items[1].n_members, 3, "slaves are members");
	is_str(bonds.items[1].disabled, "eth1, eth2", "two names");
}

static void test_hostile(void)
{
	static const char *const texts[] = { "", "\n\n", "member a: disabled\n", "----  ----",
		"---- ----", "---- a ----\nmember : disabled", "---- a ----\nmember" };
	CLEANUP_BUF struct buf many = BUF_INIT, long_one = BUF_INIT;
	struct bonds bonds = BONDS_INIT;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		ok(parse(texts[i], strlen(texts[i]), &bonds) == 0 && bonds.n_items <= 1,
		    "odd text %zu", i);
		bonds_free(&bonds);
	}
	buf_adds(&long_one, "---- a ----\n");
	for (int i = 0; i < 100; i++)
		buf_addf(&long_one, "member interface%d: disabled\n", i);
	is_num(parse(buf_text(&long_one), long_one.size, &bonds), 0, "many members");
	is_num(bonds.items[0].n_disabled, 100, "are counted");
	is_num(strlen(bonds.items[0].disabled), BOND_MEMBERS_SIZE - 1, "their names are cut");
	bonds_free(&bonds);
	for (int i = 0; i <= BONDS_MAX; i++)
		buf_addf(&many, "---- b%d ----\n", i);
	is_num(parse(buf_text(&many), many.size, &bonds), -E2BIG, "too many bonds");
	ok(bonds.items == NULL, "give none");
}

int main(void)
{
	test_captured();
	test_hostile();
	return tap_done();
}
