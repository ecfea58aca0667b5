/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/store/db_expand.h"

#include "lib/store/db_private.h"

int db_specs_expand(struct db *db, const uint32_t *nodeids, size_t n, int64_t now_ms,
    struct db_expand_counts *ret, struct err *err)
{
	(void)db;
	(void)nodeids;
	(void)n;
	(void)now_ms;
	(void)err;
	*ret = (struct db_expand_counts){ 0 };
	return 0;
}
