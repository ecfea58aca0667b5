/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The peer of bench/snmp.sh: an AgentX subagent made of net-snmp's own parts, as its
 * documentation has it: the table_container helper over a sorted binary array, and a handler that
 * gives every cell the same number. It collects nothing, so it is what the library allows.
 *   constant_agent SOCKET OID ROWS COLUMNS
 * Prints "ready" once it is registered; runs until it is ended.
 */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/agent/table_container.h>

#include "lib/base/num.h"

struct row {
	netsnmp_index index;
	oid number;
};

static int answer(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
    netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	unsigned cell = 4711;

	(void)handler;
	(void)registration;
	if (info->mode != MODE_GET)
		return SNMP_ERR_GENERR;
	for (; requests; requests = requests->next) {
		if (requests->processed || !netsnmp_container_table_row_extract(requests))
			continue;
		snmp_set_var_typed_value(
		    requests->requestvb, ASN_GAUGE, (const u_char *)&cell, sizeof(cell));
	}
	return SNMP_ERR_NOERROR;
}

static bool fill(netsnmp_container *container, unsigned n_rows)
{
	struct row *rows = calloc(n_rows, sizeof(*rows));

	for (unsigned i = 0; rows && i < n_rows; i++) {
		/* As wide as hashes are, so that the same bytes are carried. */
		rows[i].number = 1 + (oid)i * (2147483646U / n_rows);
		rows[i].index.oids = &rows[i].number;
		rows[i].index.len = 1;
		CONTAINER_INSERT(container, &rows[i]);
	}
	return rows != NULL;
}

static bool make_table(const char *root, unsigned n_rows, unsigned n_columns)
{
	netsnmp_table_registration_info *info =
	    SNMP_MALLOC_TYPEDEF(netsnmp_table_registration_info);
	netsnmp_container *container = netsnmp_container_find("bench:table_container");
	netsnmp_handler_registration *registration;
	oid name[MAX_OID_LEN];
	size_t size = MAX_OID_LEN;

	if (!info || !container || !read_objid(root, name, &size))
		return false;
	registration =
	    netsnmp_create_handler_registration("bench", answer, name, size, HANDLER_CAN_RONLY);
	netsnmp_table_helper_add_indexes(info, ASN_UNSIGNED, 0);
	info->min_column = 2;
	info->max_column = n_columns + 1;
	return registration && fill(container, n_rows) &&
	       netsnmp_container_table_register(registration, info, container,
		   TABLE_CONTAINER_KEY_NETSNMP_INDEX) == MIB_REGISTERED_OK;
}

int main(int argc, char **argv)
{
	uint64_t n_rows, n_columns;

	if (argc != 5 || num_u64(argv[3], &n_rows, NULL) < 0 || n_rows - 1 >= 1000000 ||
	    num_u64(argv[4], &n_columns, NULL) < 0 || n_columns - 1 >= 1000) {
		fputs("usage: constant_agent SOCKET OID ROWS COLUMNS\n", stderr);
		return 2;
	}
	(void)setenv("MIBS", "", 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 1);
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, argv[1]);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	init_agent("haetae_bench");
	if (!make_table(argv[2], (unsigned)n_rows, (unsigned)n_columns))
		return 1;
	init_snmp("haetae_bench");
	puts("ready");
	(void)fflush(stdout);
	for (;;)
		agent_check_and_process(1);
}
