/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/bond.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/client/lines.h"

void bonds_free(struct bonds *bonds)
{
	free(bonds->items);
	*bonds = (struct bonds)BONDS_INIT;
}

static struct bond *add_bond(struct bonds *bonds)
{
	struct bond *grown;

	/* Doubles at each power of two. */
	if ((bonds->n_items & (bonds->n_items - 1)) == 0) {
		size_t room = bonds->n_items ? 2 * bonds->n_items : 1;

		grown = reallocarray(bonds->items, room, sizeof(*grown));
		if (!grown)
			return NULL;
		bonds->items = grown;
	}
	bonds->items[bonds->n_items] = (struct bond){ .n_members = 0 };
	return &bonds->items[bonds->n_items++];
}

/* "---- bond0 ----" */
static bool take_name(struct lines *line, struct bond *bond)
{
	static const char dashes[] = " ----";
	size_t size = strlen(dashes);

	if (!lines_take(line, "---- ") || line->size <= size ||
	    memcmp(line->text + line->size - size, dashes, size) != 0)
		return false;
	lines_copy(bond->name, sizeof(bond->name), line->text, line->size - size);
	return true;
}

/* "eth0: enabled"; the name itself may hold a colon. */
static void take_member(struct bond *bond, const struct lines *line)
{
	static const char disabled[] = ": disabled", enabled[] = ": enabled";
	size_t used = strlen(bond->disabled);
	const char *behind = lines_behind(line, disabled);
	size_t size;

	if (!behind) {
		bond->n_members += lines_behind(line, enabled) != NULL;
		return;
	}
	bond->n_members++;
	bond->n_disabled++;
	size = (size_t)(behind - line->text) - strlen(disabled);
	if (used > 0 && used + 2 < sizeof(bond->disabled)) {
		memcpy(bond->disabled + used, ", ", 3);
		used += 2;
	}
	lines_copy(bond->disabled + used, sizeof(bond->disabled) - used, line->text, size);
}

static void take_line(struct bond *bond, struct lines *line)
{
	if (lines_take(line, "member ") || lines_take(line, "slave "))
		take_member(bond, line);
	else if (lines_take(line, "bond_mode: "))
		lines_copy(bond->mode, sizeof(bond->mode), line->text, line->size);
	else if (lines_take(line, "lacp_status: "))
		lines_copy(bond->lacp, sizeof(bond->lacp), line->text, line->size);
}

int bonds_parse(const char *text, size_t size, struct bonds *ret, struct err *err)
{
	CLEANUP_BONDS struct bonds found = BONDS_INIT;
	struct lines line = lines_of(text, size);
	struct bond *bond = NULL, head;

	while (lines_next(&line)) {
		memset(&head, 0, sizeof(head));
		if (!take_name(&line, &head)) {
			if (bond)
				take_line(bond, &line);
			continue;
		}
		if (found.n_items == BONDS_MAX)
			return err_set(err, -E2BIG, "there are over %d bonds", BONDS_MAX);
		bond = add_bond(&found);
		if (!bond)
			return err_sys(err, -ENOMEM, "cannot keep the bonds");
		*bond = head;
	}
	*ret = found;
	found = (struct bonds)BONDS_INIT;
	return 0;
}
