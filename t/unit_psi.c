/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/psi.h"

#include <errno.h>
#include <stdlib.h>

#include "t/tap.h"

/* Parses exactly size bytes, so that a sanitizer sees one byte too many. */
static int parse(const char *text, struct psi *ret, struct err *err)
{
	size_t size = strlen(text);
	char *exact = malloc(size ? size : 1);
	int r;

	memcpy(exact, text, size);
	r = psi_parse(exact, size, ret, err);
	free(exact);
	return r;
}

static void test_parse(void)
{
	struct psi psi;
	struct err err = ERR_INIT;

	is_num(parse("some avg10=8.81 avg60=10.84 avg300=20.24 total=599369424\n"
		     "full avg10=0.50 avg60=1.00 avg300=99.99 total=7\n",
		   &psi, &err),
	    0, "two lines");
	is_num(psi.some.avg10, 8.81, "some, 10 s");
	is_num(psi.some.avg60, 10.84, "some, 60 s");
	is_num(psi.some.avg300, 20.24, "some, 300 s");
	is_num(psi.some.total_us, 599369424, "some, since boot");
	ok(psi.has_full, "full is there");
	is_num(psi.full.avg300, 99.99, "full, 300 s");
	is_num(psi.full.total_us, 7, "full, since boot");

	is_num(parse("some avg10=0.00 avg60=0.00 avg300=0.00 total=0", &psi, &err), 0,
	    "cpu of a kernel before 5.13");
	ok(!psi.has_full, "has no full");
}

static void test_hostile(void)
{
	static const char *const rows[] = {
		"",
		"full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
		"some\n",
		"some avg10=0.00 avg60=0.00 avg300=0.00 total=",
		"some avg10=0.00 avg60=0.00\navg300=0.00 total=0\n",
		"some avg10=101 avg60=0.00 avg300=0.00 total=0\n",
		"some avg10=-1 avg60=0.00 avg300=0.00 total=0\n",
		"some avg10=nan avg60=0.00 avg300=0.00 total=0\n",
		"some avg10=0.00 avg60=0.00 avg300=0.00 total=99999999999999999999\n",
		"some avg10=0 avg60=0 avg300=0 total=0\nfull avg10=0",
	};
	struct psi psi;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(parse(rows[i], &psi, NULL) == -EBADMSG, "refused: row %zu", i);
}

static void test_read(void)
{
	CLEANUP_BUF struct buf path = BUF_INIT;
	const char *srcdir = getenv("srcdir") ? getenv("srcdir") : ".";
	struct fsroot root;
	struct err err = ERR_INIT;
	struct psi psi;

	buf_addf(&path, "%s/t/data/root-zed", srcdir);
	is_num(fsroot_open(path.data, &root, &err), 0, "a captured node");
	is_num(psi_read(&root, PSI_IO, &psi, &err), 0, "its io pressure is read");
	is_num(psi.full.avg300, 0.33, "the right file");
	is_num(psi_read(&root, PSI_CPU, &psi, &err), 0, "its cpu pressure");
	is_num(psi_read(&root, PSI_MEMORY, &psi, &err), 0, "its memory pressure");
	fsroot_close(&root);

	is_num(fsroot_open(srcdir, &root, &err), 0, "a tree without /proc");
	is_num(psi_read(&root, PSI_IO, &psi, &err), -ENOENT, "has no pressure");
	fsroot_close(&root);
}

int main(void)
{
	test_parse();
	test_hostile();
	test_read();
	return tap_done();
}
