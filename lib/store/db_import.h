/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of db_specs_import: what is there is read by the one, and changed by the other.
 */
#ifndef HAETAE_STORE_DB_IMPORT_H
#define HAETAE_STORE_DB_IMPORT_H

#include "lib/store/db_private.h"

/* Specs that are looked up in one statement. */
enum { IMPORT_SPECS_AT_ONCE = 500 };

/* One given spec, and its row if it has one. */
struct import_entry {
	const struct spec *spec;
	uint32_t nodeid;
	struct spec old; /* specid 0: there is none */
	uint32_t old_hostid;
};

struct import {
	struct db *db;
	uint32_t hostid;
	int64_t now_ms;
	struct import_entry *entries; /* by node and name */
	size_t n;
	struct db_import_counts counts;
};

/* Inside the transaction: replaces what differs, and counts; adds what is not there. */
int db_import_change(struct import *import, struct err *err) ATTR_MUST_CHECK;
int db_import_add(struct import *import, struct err *err) ATTR_MUST_CHECK;

#endif
