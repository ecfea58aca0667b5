/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints HAETAE-MIB as lib/mib has it, for t/mib.t and for the page haetae-mib(7). Fields have a
 * tab between them:
 *   root OID
 *   table NUMBER NAME INDEX N_INDEX STATE STATE_AGE STATE_TEXT LABEL HELP
 *   column TABLE NUMBER NAME SYNTAX SIZE UNIT WORDS HELP
 *   notification NUMBER NAME TABLE OBJECT...
 * What there is none of is "-"; words are word(number), with commas between them.
 */
#include "config.h"

#include <stdio.h>

#include "lib/mib/mib.h"

static const char *const syntaxes[] = {
	[MIB_STATE] = "state",
	[MIB_ENUM] = "enum",
	[MIB_TRUTH] = "truth",
	[MIB_INTEGER] = "integer",
	[MIB_UNSIGNED] = "unsigned",
	[MIB_GAUGE] = "gauge",
	[MIB_HUNDREDTHS] = "hundredths",
	[MIB_AGE] = "age",
	[MIB_COUNTER] = "counter",
	[MIB_COUNTER64] = "counter64",
	[MIB_TEXT] = "text",
	[MIB_OCTETS] = "octets",
	[MIB_DATE] = "date",
	[MIB_MISSING] = "missing",
};

static const char *or_dash(const char *text)
{
	return text && *text ? text : "-";
}

static void print_column(const struct mib_table *table, const struct mib_column *column)
{
	printf("column\t%s\t%u\t%s\t%s\t%zu\t%s\t", table->name, (unsigned)column->number,
	    column->name, syntaxes[column->syntax], column->size, or_dash(column->unit));
	for (const struct mib_word *word = column->words; word && word->word; word++)
		printf("%s%s(%d)", word == column->words ? "" : ",", word->word, word->number);
	printf("%s\t%s\n", column->words ? "" : "-", or_dash(column->help));
}

static void print_notification(const struct mib_table *table)
{
	printf("notification\t%u\t%s\t%s", (unsigned)table->notification,
	    or_dash(table->notification_name), table->name);
	for (const uint32_t *told = table->told; told && *told; told++) {
		const struct mib_column *column = mib_column_find(table, *told);

		printf("\t%s%s", table->name, column ? column->name : "?");
	}
	printf("\thaetaeAgentNotificationSequence\n");
}

int main(void)
{
	printf("root\t%s\n", HAETAE_ENTERPRISE_OID);
	for (size_t i = 0; i < mib_n_tables; i++) {
		const struct mib_table *table = mib_tables[i];

		printf("table\t%u\t%s\t%s\t%zu\t%u\t%u\t%u\t%u\t%s\n", (unsigned)table->number,
		    table->name, or_dash(table->index), table->n_index, (unsigned)table->state,
		    (unsigned)table->state_age, (unsigned)table->state_text,
		    (unsigned)table->label, or_dash(table->help));
		for (size_t c = 0; c < table->n_columns; c++)
			print_column(table, &table->columns[c]);
		if (table->notification)
			print_notification(table);
	}
	return 0;
}
