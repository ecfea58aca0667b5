/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The facts about another node's switch, made of the rows that its subagent shows. No row is
 * trusted: a name that is not there, a bridge that no row has, are as if nobody knew them.
 */
#ifndef HAETAE_PLUGINS_OVS_FACTS_H
#define HAETAE_PLUGINS_OVS_FACTS_H

#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/err.h"
#include "lib/health/ovs.h"
#include "lib/mib/ovs.h"
#include "lib/mib/rows.h"

/* What was read; zeroed, a table that was not read is empty. */
struct ovs_rows {
	struct mib_ovs all;
	struct mib_rows daemons, bridges, interfaces, remotes, datapaths, bonds;
};

/* What the subagent has looked at: enum ovs_part. */
unsigned ovs_facts_parts(const struct ovs_rows *rows);

/* The facts of these parts alone, as if only they had been asked. Texts are borrowed from the
 * rows, which outlive *ret. bridges are those whose flows are to be told where the database is
 * not. -ENOMEM; *ret is for ovs_facts_free in any case. */
int ovs_facts_make(const struct ovs_rows *rows, unsigned parts, const char *const *bridges,
    size_t n_bridges, int64_t now_ms, struct ovs *ret, struct err *err) ATTR_MUST_CHECK;
void ovs_facts_free(struct ovs *ovs);

#endif
