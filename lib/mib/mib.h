/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HAETAE-MIB as data: tables, their columns, and where a column's value stands in the C struct
 * of a row. The subagent answers from these rows, the remote checks read into them, the page
 * haetae-mib(7) is made from them, and a test holds them and subagent/HAETAE-MIB.txt together.
 * Nothing here knows net-snmp.
 *
 * A column is one row of a table here and one object in the MIB. Sub-identifiers are never used
 * again or given another type (RFC 2578, 10.2).
 */
#ifndef HAETAE_MIB_MIB_H
#define HAETAE_MIB_MIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the row's struct a text is a char array with its NUL, octets are a struct mib_octets-like
 * array of exactly `size` bytes, a date and everything else an int64_t. */
enum mib_syntax {
	MIB_STATE,	/* HaetaeState: enum mib_state */
	MIB_ENUM,	/* INTEGER { word(number), ... } of the column's words */
	MIB_TRUTH,	/* TruthValue; the field is 0 or 1 */
	MIB_INTEGER,	/* Integer32 */
	MIB_UNSIGNED,	/* Unsigned32 */
	MIB_GAUGE,	/* Gauge32; more saturates */
	MIB_HUNDREDTHS, /* HaetaeHundredths, a Gauge32: the field is in hundredths already */
	MIB_AGE,	/* Gauge32 in seconds: the field is an instant of clock_mono_ms */
	MIB_COUNTER,	/* Counter32; the field's lowest 32 bits */
	MIB_COUNTER64,	/* Counter64; the field's bits */
	MIB_TEXT,	/* SnmpAdminString (SIZE (0..size - 1)) */
	MIB_OCTETS,  /* OCTET STRING (SIZE (size)); with MIB_ADDRESS_SIZE an InetAddress, whose
			 * first byte in the field is the number of those behind it */
	MIB_DATE,    /* DateAndTime in UTC: the field is milliseconds since 1970 */
	MIB_MISSING, /* SnmpAdminString without a field: the names of the row's columns that
			 * hold MIB_NONE, with blanks between them. Where they do not all fit, "+"
			 * is the last: what is 0 behind them may be missing, too */
};

/* In the order of severity (design.md section 4). */
enum mib_state {
	MIB_OK = 1,
	MIB_UNKNOWN = 2,
	MIB_WARNING = 3,
	MIB_CRITICAL = 4,
	MIB_DISABLED = 5,
};

/* A number that is not known. A scalar then does not exist (noSuchInstance); in a table, whose
 * rows have no holes, it is 0, and the MIB_MISSING column names it. An age that is not known is
 * the same; a state is then unknown, a truth false, an enumeration its first word, a date the
 * first day of the year 0. */
#define MIB_NONE INT64_MIN

/* Sizes of texts with their NUL. */
enum {
	MIB_TEXT_SIZE = 256,
	MIB_NAME_SIZE = 65,
	MIB_WORD_SIZE = 33,
	MIB_ADDRESS_SIZE = 17, /* octets of an InetAddress: its first byte is the size */
	MIB_INDEX_MAX = 16,
	MIB_COLUMNS_MAX = 60,
	MIB_MISSING_SIZE = 256,
};

struct mib_word {
	int number;
	const char *word;
};

struct mib_column {
	uint32_t number;
	const char *name; /* behind the table's: "Running" of haetaeServiceRunning */
	enum mib_syntax syntax;
	size_t offset, size;	      /* of the field in the row's struct */
	const char *unit;	      /* the UNITS clause, NULL */
	const struct mib_word *words; /* of MIB_ENUM; ends with { 0, NULL } */
	const char *help;	      /* what it is, half a line */
};
/* The usual way to name a field. */
#define MIB_FIELD(type, field) \
	offsetof(struct type, field), sizeof(((struct type *)NULL)->field)

/*
 * A table, or a group of scalars. In a table's row struct the first member is
 * `uint32_t index[N]`, N as n_index: the sub-identifiers of the row's index, in order (an
 * OCTET STRING of fixed size has one for each octet). A group of scalars has one row, without
 * the member, and n_index is 0.
 */
struct mib_table {
	uint32_t number;   /* haetaeObjects NUMBER */
	const char *name;  /* "haetaeService": of haetaeServiceTable, -Entry, -Index, -Name */
	const char *index; /* names of the index objects, blanks between: "haetaeServiceIndex
			       * haetaeListenerIndex"; NULL for scalars */
	size_t n_index;
	size_t row_size;
	const struct mib_column *columns; /* ascending by number */
	size_t n_columns;
	/* Column numbers that mean something to the subagent, 0 for none: the row's state, when
	 * it became so (MIB_AGE), the words for it, and what the row is called. A row with a state
	 * that is worse than ok and not disabled is an active alarm. */
	uint32_t state, state_age, state_text, label;
	/* haetaeNotifications NUMBER, sent when a row's state changes; NULL and 0 for none. Its
	 * objects are the columns in `told`, which ends with 0, and haetaeNotificationSequence. */
	uint32_t notification;
	const char *notification_name; /* "haetaeServiceStateChange" */
	const uint32_t *told;
	const char *help;
};

/* All of them, ascending by number. */
extern const struct mib_table *const mib_tables[];
extern const size_t mib_n_tables;

/* NULL if there is none. */
const struct mib_column *mib_column_find(const struct mib_table *table, uint32_t number);
const struct mib_column *mib_column_named(const struct mib_table *table, const char *name);
const struct mib_table *mib_table_named(const char *name);
/* Its place in mib_tables. */
size_t mib_table_place(const struct mib_table *table);

/* "running" of 2; NULL if it has none. */
const char *mib_word(const struct mib_word *words, int64_t number);

/* --- the places of things in OIDs ----------------------------------------------------------- */

/* HAETAE_ENTERPRISE_OID, a build constant ("1.3.6.1.4.1.8072.9999.9999.4829"), is the module's
 * root: below it are .0 notifications, .1 objects, .2 conformance. A scalar is
 * objects.TABLE.COLUMN.0, a cell objects.TABLE.1.COLUMN.INDEX... */
enum { MIB_NOTIFICATIONS = 0, MIB_OBJECTS = 1, MIB_CONFORMANCE = 2, MIB_ENTRY = 1 };

/* One value as SNMP has it. */
struct mib_cell {
	enum mib_syntax syntax;
	int64_t number; /* clamped to its type; of an age, seconds */
	const char
	    *bytes; /* of a text, octets, a date; borrowed from the row or from scratch */
	size_t size;
	char scratch[MIB_MISSING_SIZE];
};

/* The value of a row's column as it is at now_ms (clock_mono_ms). Text is cut at its size on a
 * character's boundary; what is not UTF-8 in it, and control characters, become '?' (a newline
 * or tab a blank). False: a scalar that is not known. */
bool mib_cell(const struct mib_table *table, const struct mib_column *column, const void *row,
    int64_t now_ms, struct mib_cell *ret);

/* The reverse, for who reads another node's rows: puts a value that came by SNMP into the
 * field. cell->bytes is NULL for a number, and for nothing else; cell->syntax is not looked at.
 * -EBADMSG when the value cannot be one of this column. An age becomes an instant of our
 * own clock. MIB_MISSING marks the other fields of the row, so it is put last. */
int mib_put(const struct mib_table *table, const struct mib_column *column,
    const struct mib_cell *cell, int64_t now_ms, void *row);

#endif
