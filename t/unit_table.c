/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "scheduler/table.h"

#include <locale.h>

#include "t/tap.h"

static const char *red(const char *cell)
{
	return strcmp(cell, "BAD") == 0 ? "31" : NULL;
}

static const struct table_column columns[] = { { "NODE", TABLE_LEFT, NULL },
	{ "STATE", TABLE_LEFT, red }, { "AGE", TABLE_RIGHT, NULL },
	{ "TEXT", TABLE_LEFT, NULL } };

static void fill(struct table *table)
{
	static const char *const cells[] = { "서울 사무실", "BAD", "5s",
		"all is lost, and more", "b", "OK", "10m", "", "c\033[2J\n\xff", "OK", "",
		"불이야 불이야" };

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		table_add(table, cells[i]);
}

int main(void)
{
	CLEANUP(table_free) struct table table = TABLE_INIT(columns);
	CLEANUP_BUF struct buf text = BUF_INIT;
	struct table_terminal file = { 0 },
			      narrow = { .is_terminal = true, .coloured = true, .width = 40 };

	if (!setlocale(LC_CTYPE, "C.UTF-8")) {
		skip("no locale C.UTF-8");
		return tap_done();
	}
	is_num(table_width("서울"), 4, "two columns a character");
	is_num(table_width("\xff\x01"), 2, "what is none, or steers, is one");
	fill(&table);
	ok(table_print(&table, file, &text) == 0, "to a file");
	is_str(buf_text(&text),
	    "NODE         STATE  AGE  TEXT\n"
	    "서울 사무실  BAD     5s  all is lost, and more\n"
	    "b            OK     10m\n"
	    "c?[2J??      OK          불이야 불이야\n",
	    "columns line up, whole and without colours");
	buf_reset(&text);
	ok(table_print(&table, narrow, &text) == 0, "to a terminal");
	is_str(buf_text(&text),
	    "NODE         STATE  AGE  TEXT\n"
	    "서울 사무실  \033[31mBAD\033[0m     5s  all is lost, an\n"
	    "b            OK     10m\n"
	    "c?[2J??      OK          불이야 불이야\n",
	    "the last column is cut, the worst is red");
	return tap_done();
}
