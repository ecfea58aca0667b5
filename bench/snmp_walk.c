/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks a table as pollers do, by GETBULK, and measures nothing but that: no text is made of what
 * comes.
 *   snmp_walk HOST:PORT COMMUNITY column REPETITIONS ENTRY FIRST LAST
 *   snmp_walk HOST:PORT COMMUNITY row REPETITIONS ENTRY FIRST LAST
 *   snmp_walk HOST:PORT COMMUNITY tree REPETITIONS ROOT
 * column: one column of ENTRY after the other; row: all in one request; tree: all below ROOT.
 * Prints CELLS SECONDS SLOWEST_MS. Exit 1 when an answer fails or goes backwards.
 */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"

enum { COLUMNS_MAX = 64 };

struct place {
	oid name[MAX_OID_LEN];
	size_t size;
};

struct walk {
	netsnmp_session *session;
	int repetitions;
	struct place columns[COLUMNS_MAX]; /* where each is to be continued */
	struct place ends[COLUMNS_MAX];	   /* what each stays below */
	bool done[COLUMNS_MAX];
	int n_columns;
	unsigned long cells;
	int64_t slowest_us;
};

static bool is_below(const netsnmp_variable_list *var, const struct place *root)
{
	return var->type != SNMP_ENDOFMIBVIEW && var->name_length > root->size &&
	       memcmp(var->name, root->name, root->size * sizeof(oid)) == 0;
}

/* One variable of an answer belongs to the column at its place in the request. */
static bool take(struct walk *walk, int column, const netsnmp_variable_list *var)
{
	struct place *at = &walk->columns[column];

	if (walk->done[column])
		return true;
	if (!is_below(var, &walk->ends[column])) {
		walk->done[column] = true;
		return true;
	}
	if (snmp_oid_compare(at->name, at->size, var->name, var->name_length) >= 0) {
		fputs("snmp_walk: an answer does not increase\n", stderr);
		return false;
	}
	memcpy(at->name, var->name, var->name_length * sizeof(oid));
	at->size = var->name_length;
	walk->cells++;
	return true;
}

static bool ask(struct walk *walk)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GETBULK), *answer = NULL;
	int open[COLUMNS_MAX], n_open = 0, i = 0;
	int64_t start_us = clock_mono_us(), took_us;
	bool well;

	pdu->non_repeaters = 0;
	pdu->max_repetitions = walk->repetitions;
	for (int c = 0; c < walk->n_columns; c++) {
		if (walk->done[c])
			continue;
		snmp_add_null_var(pdu, walk->columns[c].name, walk->columns[c].size);
		open[n_open++] = c;
	}
	well = snmp_synch_response(walk->session, pdu, &answer) == STAT_SUCCESS &&
	       answer->errstat == SNMP_ERR_NOERROR && answer->variables;
	took_us = clock_mono_us() - start_us;
	if (took_us > walk->slowest_us)
		walk->slowest_us = took_us;
	for (netsnmp_variable_list *var = well ? answer->variables : NULL; well && var;
	     var = var->next_variable, i++)
		well = take(walk, open[i % n_open], var);
	if (answer)
		snmp_free_pdu(answer);
	if (!well)
		fputs("snmp_walk: no good answer\n", stderr);
	return well;
}

static bool is_finished(const struct walk *walk)
{
	for (int i = 0; i < walk->n_columns; i++)
		if (!walk->done[i])
			return false;
	return true;
}

static void add(struct walk *walk, const struct place *root, long column)
{
	struct place *at = &walk->columns[walk->n_columns];

	*at = *root;
	if (column >= 0)
		at->name[at->size++] = (oid)column;
	walk->done[walk->n_columns] = false;
	walk->ends[walk->n_columns++] = *at;
}

static bool run(
    struct walk *walk, const char *mode, const struct place *root, long first, long last)
{
	if (strcmp(mode, "tree") == 0)
		add(walk, root, -1);
	for (long column = first; column <= last && walk->n_columns < COLUMNS_MAX; column++) {
		if (strcmp(mode, "column") == 0)
			walk->n_columns = 0;
		add(walk, root, column);
		while (strcmp(mode, "column") == 0 && !is_finished(walk))
			if (!ask(walk))
				return false;
	}
	while (!is_finished(walk))
		if (!ask(walk))
			return false;
	return true;
}

static netsnmp_session *open_session(char *peer, char *community)
{
	netsnmp_session session;

	(void)setenv("MIBS", "", 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	init_snmp("haetae_bench");
	snmp_sess_init(&session);
	session.version = SNMP_VERSION_2c;
	session.peername = peer;
	session.community = (u_char *)community;
	session.community_len = strlen(community);
	session.timeout = 5000000;
	session.retries = 1;
	return snmp_open(&session);
}

int main(int argc, char **argv)
{
	static struct walk walk;
	struct place root = { .size = MAX_OID_LEN };
	int64_t repetitions, first = 1, last = 0, start_us;

	if ((argc != 6 && argc != 8) || num_i64(argv[4], &repetitions, NULL) < 0 ||
	    (argc == 8 &&
		(num_i64(argv[6], &first, NULL) < 0 || num_i64(argv[7], &last, NULL) < 0))) {
		fputs("usage: snmp_walk HOST:PORT COMMUNITY column|row|tree REPETITIONS OID "
		      "[FIRST LAST]\n",
		    stderr);
		return 2;
	}
	walk.repetitions = (int)repetitions;
	walk.session = open_session(argv[1], argv[2]);
	if (!walk.session || !read_objid(argv[5], root.name, &root.size))
		return 1;
	start_us = clock_mono_us();
	if (!run(&walk, argv[3], &root, first, last))
		return 1;
	printf("%lu %.6f %.3f\n", walk.cells, (double)(clock_mono_us() - start_us) / 1e6,
	    (double)walk.slowest_us / 1e3);
	snmp_close(walk.session);
	return 0;
}
