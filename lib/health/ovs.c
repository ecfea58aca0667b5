/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/ovs.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *word;
	enum ovs_part part;
} parts[] = {
	{ "processes", OVS_PART_PROCESSES },
	{ "control", OVS_PART_CONTROL },
	{ "database", OVS_PART_DATABASE },
	{ "flows", OVS_PART_FLOWS },
};
enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

unsigned ovs_part_of(const char *word, size_t size)
{
	for (size_t i = 0; i < PARTS; i++) {
		if (strlen(parts[i].word) == size && memcmp(parts[i].word, word, size) == 0)
			return parts[i].part;
	}
	return 0;
}

void ovs_parts_add(unsigned chosen, struct buf *buf)
{
	const char *blank = "";

	for (size_t i = 0; i < PARTS; i++) {
		if (!(chosen & parts[i].part))
			continue;
		buf_addf(buf, "%s%s", blank, parts[i].word);
		blank = " ";
	}
}

bool ovs_is_denied(int code)
{
	return code == -EACCES || code == -EPERM;
}

bool ovs_is_absent(const struct ovs *ovs)
{
	return ovs->rundir_code < 0;
}

unsigned ovs_parts_to_ask(bool live, const char *rundir, const char *db)
{
	if (rundir)
		return OVS_PARTS;
	if (!live)
		return OVS_PART_PROCESSES | (db ? OVS_PART_DATABASE : 0);
	return db && strncmp(db, "unix:", 5) != 0 ? OVS_PART_DATABASE : OVS_PARTS;
}

bool ovs_has_database(const struct ovs *ovs)
{
	return ovs->db_asked && ovs->db_code == 0;
}

bool ovs_switchd_answers(const struct ovs *ovs)
{
	const struct ovs_daemon *daemon = &ovs->daemons[OVS_SWITCHD];

	return daemon->asked && daemon->code == 0;
}

bool ovs_daemon_is_stopped(const struct ovs_daemon *daemon)
{
	return daemon->life == OVS_ALIVE && (daemon->state == 'T' || daemon->state == 't');
}

bool ovs_daemon_is_bad(const struct ovs_daemon *daemon)
{
	if (daemon->life == OVS_DEAD)
		return true;
	if (!daemon->asked)
		return daemon->life == OVS_UNSEEN || ovs_daemon_is_stopped(daemon);
	/* An answer on its control socket proves that it lives, too. */
	if (daemon->code == 0)
		return false;
	return daemon->life == OVS_UNSEEN || !ovs_is_denied(daemon->code);
}

bool ovs_interface_has_failed(const struct vswitch_interface *one)
{
	return *one->error || (one->has_ofport && one->ofport < 0);
}

bool ovs_interface_is_down(const struct vswitch_interface *one)
{
	return one->admin == VSWITCH_LINK_UP && one->link == VSWITCH_LINK_DOWN;
}

static bool is_passive(const struct vswitch_remote *remote)
{
	return strncmp(remote->target, "ptcp:", 5) == 0 ||
	       strncmp(remote->target, "pssl:", 5) == 0 ||
	       strncmp(remote->target, "punix:", 6) == 0;
}

bool ovs_remote_is_down(const struct vswitch_remote *remote)
{
	return !remote->connected && !is_passive(remote);
}
