/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/mounts.h"

#include <errno.h>
#include <stdlib.h>

#include "t/tap.h"

static const char info[] =
    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    "27 1 8:1 / / rw,relatime shared:1 master:2 propagate_from:3 - ext4 /dev/sda1 "
    "rw,errors=remount-ro\n"
    "30 27 8:2 / /srv rw - xfs /dev/sda2 rw\n"
    "31 30 8:3 / /srv/data rw - xfs /dev/sda3 rw\n"
    "32 30 8:4 / /srv rw - xfs /dev/sda4 rw\n"
    "33 27 8:1 /var/lib/x /mnt rw - ext4 /dev/sda1 rw,errors=remount-ro\n"
    "34 27 8:5 / /a\\040b\\011c\\012d\\134e rw - ext4 /dev/sda5 rw\n"
    "35 27 0:40 / /net rw - autofs /etc/auto.net rw,fd=5\n"
    "36 35 0:41 / /net/h rw - nfs4 h:/export rw\n"
    "37 27 8:6 /sub /srvx rw - btrfs /dev/sda6 rw,subvol=/sub\n"
    "38 27 8:6 / /a/long/point rw - btrfs /dev/sda6 rw,subvol=/\n"
    "39 27 8:7 / /gone rw - ext4 /dev/sda7 ro,errors=remount-ro\n"
    "40 27 8:8 / /still ro - ext4 /dev/sda8 ro\n"
    "41 27 8:9 / /emerg rw - ext4 /dev/sda9 rw,emergency_ro\n"
    "42 27 0:50 / /run rw - tmpfs  rw,size=1k\n"
    "43 27 0:51 / /fuse rw - fuse.thing thing rw\n"
    "44 27 0:52 / /snap ro - squashfs /dev/loop0 ro\n"
    "45 27 0:53 / /odd rw - newfs /dev/x rw\n"
    "46 27 0:54 / /odd2 rw - newfs none rw\n"
    "bad line\n"
    "47 27 0:55 / /cut rw - ext4\n"
    "48 27 x:55 / /cut rw - ext4 /dev/y rw\n"
    "49 27 8:70 / relative rw - ext4 /dev/y rw\n"
    "50 27 8:77 / /last rw - ext4 /dev/z rw";

static void test_info(void)
{
	CLEANUP_MOUNTS struct mounts mounts = MOUNTS_INIT;
	const struct mount *mount;

	ok(mounts_parse(info, sizeof(info) - 1, false, &mounts, NULL) == 0, "mountinfo parses");
	is_num(mounts.n_items, 20, "bad lines are left out");

	mount = mounts_at(&mounts, "/");
	ok(mount && mount->major == 8 && mount->minor == 1, "optional fields are skipped");
	is_str(mount ? mount->source : NULL, "/dev/sda1", "source behind the dash");
	ok(mount && mounts_by_default(mount), "/ is shown by default");

	mount = mounts_at(&mounts, "/srv/");
	ok(mount && mount->minor == 4, "the last mount on a point counts");
	ok(!mounts_at(&mounts, "/srv/data"), "what is below a covered point is out of sight");
	mount = mounts_at(&mounts, "/srvx");
	ok(mount && !mount->hidden, "/srvx is not below /srv");
	ok(mount && mount->duplicate, "a folder of a file system gives way to its root");
	mount = mounts_at(&mounts, "/a/long/point");
	ok(mount && !mount->duplicate, "... though the root's path is longer");
	mount = mounts_at(&mounts, "/mnt");
	ok(mount && mount->duplicate, "a bind mount is a duplicate");

	ok(mounts_at(&mounts, "/a b\tc\nd\\e") != NULL, "octal escapes");
	mount = mounts_at(&mounts, "/run");
	ok(mount && mount->kind == FSTYPE_MEMORY, "an empty source");
	is_str(mount ? mount->source : NULL, "", "... is empty");
	ok(mounts_at(&mounts, "/last") != NULL, "a last line without newline");
	ok(!mounts_at(&mounts, "/nowhere"), "no mount there");

	mount = mounts_at(&mounts, "/gone");
	ok(mount && !mount->read_only && mount->super_read_only, "went read-only by itself");
	mount = mounts_at(&mounts, "/still");
	ok(mount && mount->read_only && mount->super_read_only, "read-only on purpose");
	mount = mounts_at(&mounts, "/emerg");
	ok(mount && mount->broken, "emergency_ro");

	mount = mounts_holding(&mounts, "/net/h/x/y");
	is_str(mount ? mount->point : NULL, "/net/h", "the mount that holds a path");
	mount = mounts_holding(&mounts, "/net/other");
	ok(mount && mount->kind == FSTYPE_AUTOFS, "... is the autofs point here");
	mount = mounts_holding(&mounts, "/network");
	is_str(mount ? mount->point : NULL, "/", "... whole names only");
}

static void test_defaults(void)
{
	static const struct {
		const char *point;
		bool shown;
	} rows[] = { { "/", true }, { "/proc", false }, { "/net", false }, { "/net/h", false },
		{ "/run", false }, { "/fuse", true }, { "/snap", false }, { "/odd", true },
		{ "/odd2", false }, { "/mnt", false } };
	CLEANUP_MOUNTS struct mounts mounts = MOUNTS_INIT;

	ok(mounts_parse(info, sizeof(info) - 1, false, &mounts, NULL) == 0, "mountinfo parses");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct mount *mount = mounts_at(&mounts, rows[i].point);

		ok(mount && mounts_by_default(mount) == rows[i].shown, "%s %s by default",
		    rows[i].point, rows[i].shown ? "is shown" : "is left out");
	}
}

static void test_hidden(void)
{
	static const struct {
		const char *name, *text;
		const char *seen[4], *unseen[4];
	} rows[] = {
		{ "a root that was moved there last",
		    "3 9 0:1 / /proc rw - proc proc rw\n9 1 8:1 / / rw - ext4 /dev/a rw\n",
		    { "/", "/proc" }, { NULL } },
		{ "a folder that was mounted over",
		    "9 1 8:1 / / rw - ext4 /dev/a rw\n10 9 8:2 / /a/b rw - ext4 /dev/b rw\n"
		    "11 9 8:3 / /a rw - ext4 /dev/c rw\n12 11 8:4 / /a/c rw - ext4 /dev/d rw\n",
		    { "/a", "/a/c" }, { "/a/b" } },
		{ "a root that was mounted over",
		    "9 1 8:1 / / rw - ext4 /dev/a rw\n10 9 8:2 / /a rw - ext4 /dev/b rw\n"
		    "11 10 8:2 / /a/b rw - ext4 /dev/b rw\n"
		    "12 9 8:3 / / rw - ext4 /dev/c rw\n13 12 8:4 / /x rw - ext4 /dev/d rw\n",
		    { "/", "/x" }, { "/a", "/a/b" } },
		{ "parents in a ring",
		    "1 2 8:1 / /a rw - ext4 /dev/a rw\n2 1 8:2 / /a/b rw - ext4 /dev/b rw\n",
		    { "/a" }, { NULL } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP_MOUNTS struct mounts mounts = MOUNTS_INIT;

		ok(mounts_parse(rows[i].text, strlen(rows[i].text), false, &mounts, NULL) == 0,
		    "%s", rows[i].name);
		for (size_t k = 0; rows[i].seen[k]; k++)
			ok(mounts_at(&mounts, rows[i].seen[k]) != NULL, "... %s is in sight",
			    rows[i].seen[k]);
		for (size_t k = 0; rows[i].unseen[k]; k++)
			ok(!mounts_at(&mounts, rows[i].unseen[k]), "... %s is not",
			    rows[i].unseen[k]);
	}
}

static void test_table(void)
{
	static const char table[] = "/dev/vda / ext4 rw,relatime 0 0\n"
				    "/dev/vda /run/netns ext4 rw,relatime 0 0\n"
				    "nsfs /run/netns/x nsfs rw 0 0\n"
				    "/dev/vdb /my\\040disk xfs ro,relatime 0 0\n"
				    " /nosource tmpfs rw 0 0\n"
				    "none /t tmpfs rw 0 0\n"
				    "none /u tmpfs rw 0 0\n";
	CLEANUP_MOUNTS struct mounts mounts = MOUNTS_INIT;
	const struct mount *mount;

	ok(mounts_parse(table, sizeof(table) - 1, true, &mounts, NULL) == 0,
	    "/proc/mounts parses");
	is_num(mounts.n_items, 6, "a line without source is left out");
	mount = mounts_at(&mounts, "/run/netns");
	ok(mount && mount->duplicate, "duplicates by source");
	mount = mounts_at(&mounts, "/my disk");
	ok(mount && mount->read_only && mount->super_read_only, "ro stands for both");
	mount = mounts_at(&mounts, "/u");
	ok(mount && !mount->duplicate, "'none' is no device");
}

static void test_limits(void)
{
	CLEANUP_MOUNTS struct mounts mounts = MOUNTS_INIT;
	CLEANUP_BUF struct buf text = BUF_INIT;
	size_t n_shown = 0;

	ok(mounts_parse("", 0, false, &mounts, NULL) == 0 && mounts.n_items == 0, "no mounts");
	mounts_free(&mounts);
	for (int i = 0; i < 10000; i++)
		buf_addf(&text, "%d 5 8:1 /%d /m/%d rw - ext4 /dev/sda1 rw\n", i + 10, i, i);
	buf_adds(&text, "4 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
	buf_adds(&text, "5 4 8:1 / /m rw - ext4 /dev/sda1 rw\n");
	ok(mounts_parse(buf_text(&text), text.size, false, &mounts, NULL) == 0,
	    "10,000 mounts");
	for (size_t i = 0; i < mounts.n_items; i++)
		n_shown += mounts_by_default(&mounts.items[i]);
	is_num(n_shown, 1, "10,000 views of one file system are one");
	mounts_free(&mounts);

	buf_reset(&text);
	for (int i = 0; i <= MOUNTS_MAX; i++)
		buf_adds(&text, "1 1 8:1 / / rw - a b rw\n");
	ok(mounts_parse(buf_text(&text), text.size, false, &mounts, NULL) == -E2BIG,
	    "too many are refused");
}

int main(void)
{
	test_info();
	test_defaults();
	test_hidden();
	test_table();
	test_limits();
	return tap_done();
}
