/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbered files of lib/store/schema/, built into the program, statement by statement.
 */
#ifndef HAETAE_STORE_SCHEMA_H
#define HAETAE_STORE_SCHEMA_H

#include <stddef.h>

struct schema_file {
	unsigned version; /* the number in the file's name */
	unsigned
	    serves; /* "-- serves: N": the schema of the oldest programs that go on with it */
	const char *const *statements;
	size_t n_statements;
};

extern const struct schema_file schema_files[];
extern const size_t schema_n_files;

#endif
