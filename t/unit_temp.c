/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/temp.h"

#include <errno.h>
#include <stdlib.h>

#include "t/tap.h"

/* Parses exactly size bytes, so that a sanitizer sees one byte too many. */
static int parse(const char *text, double *ret, struct err *err)
{
	size_t size = strlen(text);
	char *exact = malloc(size ? size : 1);
	int r;

	memcpy(exact, text, size);
	r = temp_parse(exact, size, ret, err);
	free(exact);
	return r;
}

static void test_parse(void)
{
	static const char *const bad[] = { "", "\n", "x", "-", "1e3\n", "12 34\n", "1000001\n",
		"-1000001\n", "99999999999999999999999\n", "nan\n" };
	double value = 0;

	is_num(parse("45000\n", &value, NULL), 0, "a file of the kernel");
	is_num(value, 45, "degrees");
	is_num(parse("-1500", &value, NULL), 0, "without a newline");
	is_num(value, -1.5, "below zero");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;

		ok(parse(bad[i], &value, &err) == -EBADMSG, "refused: row %zu", i);
		ok(strncmp(err.text, "cannot parse a temperature", 26) == 0, "and says why");
	}
	is_num(value, -1.5, "the output is untouched");
}

static void read_tree(const char *name, struct temp *temp)
{
	CLEANUP_BUF struct buf path = BUF_INIT;
	struct fsroot root;
	struct err err = ERR_INIT;

	buf_addf(&path, "%s/t/data/%s", getenv("srcdir") ? getenv("srcdir") : ".", name);
	is_num(fsroot_open(path.data, &root, &err), 0, name);
	is_num(temp_read(&root, temp, &err), 0, "is read");
	fsroot_close(&root);
}

static void test_server(void)
{
	static const struct {
		const char *name;
		double celsius;
	} rows[] = {
		{ "coretemp.0/Core_0", 58 },
		{ "coretemp.0/Core_10", 60 },
		{ "coretemp.0/Package_id_0", 61 },
		{ "coretemp.1/Core_0", 63 },
		{ "coretemp.1/Package_id_1", 64 },
		{ "nct6775/SYSTIN", 34 },
		{ "nct6775/temp3", -1.5 },
		{ "nvme/Composite", 71.85 },
		{ "x86_pkg_temp/thermal_zone0", 62 },
	};
	struct temp temp;

	read_tree("root-sensors", &temp);
	is_num(temp.n_sensors, sizeof(rows) / sizeof(rows[0]), "the sensors that work");
	for (size_t i = 0; i < temp.n_sensors && i < sizeof(rows) / sizeof(rows[0]); i++) {
		is_str(temp.sensors[i].name, rows[i].name, "in the order of their names");
		is_num(temp.sensors[i].celsius, rows[i].celsius, "with their values");
	}
	is_num(temp.n_faulty, 3, "a fault, an empty file and garbage are counted");
	is_num(temp.sensors[0].max, 84, "the limit of a sensor");
	is_num(temp.sensors[0].crit, 94, "its critical limit");
	ok(isnan(temp.sensors[5].max), "one without limits");
	is_str(temp_hottest(&temp)->name, "coretemp.1/Package_id_1",
	    "the hottest of the CPU, though the disk is hotter");
	temp_free(&temp);
}

static void test_board(void)
{
	struct temp temp;

	read_tree("root-arm-board", &temp);
	is_num(temp.n_sensors, 3, "zones, without the one that hwmon has");
	is_str(temp.sensors[0].name, "acpitz/temp1", "that of hwmon");
	is_str(temp_hottest(&temp)->name, "cpu-thermal/thermal_zone0", "the CPU's zone");
	is_num(temp.n_faulty, 1, "a zone without a number");
	temp_free(&temp);
}

static void test_none(void)
{
	struct temp temp;

	read_tree("root-zed", &temp);
	is_num(temp.n_sensors, 0, "a node without sensors");
	ok(!temp_hottest(&temp), "has no hottest one");
	temp_free(&temp);
}

int main(void)
{
	test_parse();
	test_server();
	test_board();
	test_none();
	return tap_done();
}
