/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iSCSI as the kernel tells it: the sessions of its initiator with their connections and
 * devices (/sys/class/iscsi_session, drivers/scsi/scsi_transport_iscsi.c), and what its own
 * target serves (/sys/kernel/config/target/iscsi, Documentation/target/tcm_mod_builder.rst).
 * A target in user space (tgtd) is not seen here: its profile asks for its listener.
 */
#ifndef HAETAE_COLLECT_ISCSI_H
#define HAETAE_COLLECT_ISCSI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"

/* A name of RFC 3720 has at most 223 bytes. */
enum { ISCSI_NAME_SIZE = 224, ISCSI_WORD_SIZE = 48, ISCSI_MAX = 4096 };

struct iscsi_session {
	char name[ISCSI_WORD_SIZE];	  /* "session3" */
	char target[ISCSI_NAME_SIZE];	  /* "iqn.2010-10.org.example:disk1" */
	char state[ISCSI_WORD_SIZE];	  /* "LOGGED_IN", "FAILED", "FREE" */
	char portal[ISCSI_WORD_SIZE * 2]; /* "192.0.2.1:3260" of its first connection, or "" */
	size_t first_device, n_devices;	  /* in struct iscsi */
};

struct iscsi_device {
	char name[ISCSI_WORD_SIZE];  /* "sdb", or "3:0:0:1" without a block device */
	char state[ISCSI_WORD_SIZE]; /* "running", "offline", "transport-offline", "blocked" */
};

/* A target that this node's kernel serves. */
struct iscsi_export {
	char target[ISCSI_NAME_SIZE];
	bool enabled;	  /* at least one of its portal groups is */
	size_t n_portals; /* of those enabled */
};

struct iscsi {
	struct iscsi_session *sessions; /* by number */
	size_t n_sessions;
	struct iscsi_device *devices;
	size_t n_devices;
	struct iscsi_export *exports; /* by name */
	size_t n_exports;
	bool exports_denied; /* this user may not read all of them */
};
#define ISCSI_INIT               \
	{                        \
		.sessions = NULL \
	}
#define CLEANUP_ISCSI CLEANUP(iscsi_free)

/* A node without any has none, which is no failure. -E2BIG past ISCSI_MAX of a kind. */
int iscsi_read(const struct fsroot *root, struct iscsi *ret, struct err *err) ATTR_MUST_CHECK;
void iscsi_free(struct iscsi *iscsi);

bool iscsi_is_logged_in(const struct iscsi_session *session);

#endif
