/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "lib/collect/passwd.h"
#include "lib/health/suggest.h"

/* A string of libconfig's. */
static void add_string(struct buf *buf, const char *text)
{
	(void)buf_addc(buf, '"');
	for (const char *p = text; *p; p++) {
		if (*p == '"' || *p == '\\')
			(void)buf_addc(buf, '\\');
		(void)buf_addc(buf, *p);
	}
	(void)buf_addc(buf, '"');
}

static void add_owner(
    const struct suggestion *suggestion, const struct suggest_group *group, struct buf *buf)
{
	char name[PASSWD_NAME_SIZE];

	if (!group->has_uid)
		return;
	(void)buf_adds(buf, " owner = ");
	if (passwd_find_uid(
		buf_text(&suggestion->passwd), suggestion->passwd.size, group->uid, name))
		add_string(buf, name);
	else
		(void)buf_addf(buf, "\"%u\"", group->uid);
	(void)buf_addc(buf, ';');
}

static void add_listeners(const struct suggest_group *group, struct buf *buf)
{
	if (group->n_listeners == 0)
		return;
	(void)buf_adds(buf, "\n    listen = (");
	for (size_t i = 0; i < group->n_listeners; i++) {
		const struct suggest_listener *one = &group->listeners[i];

		(void)buf_adds(buf, i ? ",\n      " : " ");
		if (one->proto == SOCK_UNIX) {
			(void)buf_adds(buf, "{ proto = \"unix\"; path = ");
			add_string(buf, one->path);
			(void)buf_adds(buf, "; }");
		} else {
			(void)buf_addf(buf, "{ proto = \"%s\"; port = %u; }",
			    one->proto == SOCK_TCP ? "tcp" : "udp", one->port);
		}
	}
	(void)buf_adds(buf, " );");
}

static void add_depends(const struct suggest_group *group, struct buf *buf)
{
	if (group->n_depends == 0)
		return;
	(void)buf_adds(buf, "\n    depends = (");
	for (size_t i = 0; i < group->n_depends; i++)
		(void)buf_addf(buf, "%s{ kind = \"%s\"; port = %u; }", i ? ", " : " ",
		    group->depends[i].kind, group->depends[i].port);
	(void)buf_adds(buf, " );");
}

static void add_comment(const struct suggest_group *group, struct buf *buf)
{
	(void)buf_addf(buf, "  # %zu process%s", group->n, group->n == 1 ? "" : "es");
	if (group->n_workers > 0)
		(void)buf_addf(buf, ", %zu of them worker%s", group->n_workers,
		    group->n_workers == 1 ? "" : "s");
	if (group->n_netns > 1)
		(void)buf_addf(buf, ", in %zu network namespaces", group->n_netns);
	if (group->unit[0])
		(void)buf_addf(buf, "; unit %s", group->unit);
	(void)buf_adds(buf, "\n");
}

static void add_group(const struct suggestion *suggestion, const struct suggest_group *group,
    const char *end, struct buf *buf)
{
	add_comment(group, buf);
	(void)buf_addf(buf, "  { name = \"%s\";", group->name.name);
	add_owner(suggestion, group, buf);
	(void)buf_adds(buf, "\n    match = ");
	add_string(buf, group->name.match);
	(void)buf_adds(buf, ";");
	if (group->n > 1)
		(void)buf_addf(buf, " count = \"%zu:\";", group->n);
	if (group->is_monitor)
		(void)buf_adds(buf, " healthy = \"\\\\(healthy\\\\)$\";");
	if (group->n_zombies > 0)
		(void)buf_addf(buf, " warn = { defunct = \"%zu\"; };", group->n_zombies);
	add_listeners(group, buf);
	add_depends(group, buf);
	(void)buf_addf(buf, " }%s\n", end);
}

static void add_head(const struct suggestion *suggestion, const struct suggest_fit *fits,
    size_t n_fits, struct buf *buf)
{
	for (size_t i = 0; i < n_fits; i++)
		(void)buf_addf(buf,
		    "# %s: %zu of the %zu services that it wants run here. Better include it "
		    "and "
		    "say what is different:\n#   haetae profile test %s\n",
		    fits[i].name, fits[i].n_found, fits[i].n_wanted, fits[i].name);
	(void)buf_adds(buf,
	    "# A draft from what runs now, which is not what must run: take away what does not "
	    "matter,\n"
	    "# make optional what may be absent, and give each service its advice.\n");
	if (suggestion->n_denied > 0)
		(void)buf_addf(buf,
		    "# The sockets of %zu processes may not be read: run as root to have all "
		    "listeners and connections.\n",
		    suggestion->n_denied);
	if (suggestion->young.size)
		(void)buf_addf(buf, "# Left out, for they have just been started: %s.\n",
		    buf_text(&suggestion->young));
}

int suggest_write(const struct suggestion *suggestion, const char *name,
    const struct suggest_fit *fits, size_t n_fits, struct buf *buf)
{
	add_head(suggestion, fits, n_fits, buf);
	(void)buf_adds(buf, "name = ");
	add_string(buf, name);
	(void)buf_adds(buf, ";\ntitle = \"What runs on this node\";\nservices = (\n");
	for (size_t i = 0; i < suggestion->n_groups; i++)
		add_group(suggestion, &suggestion->groups[i],
		    i + 1 < suggestion->n_groups ? "," : "", buf);
	(void)buf_adds(buf, ");\n");
	return buf->error;
}
