/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sockets of one network namespace (lib/collect/netns.h), read once and looked up by many
 * questions. They come from the kernel's sock_diag (lib/collect/sockdiag.h, sock_diag(7)) where
 * the namespace is that of this process, else from /proc/PID/net/{tcp,tcp6,udp,udp6,unix}
 * (lib/collect/sockproc.h, proc(5)), which anybody may read of any process, without entering
 * its namespace. Both give the same table; what only one of them tells says so below.
 *
 * Who owns a socket is not known here: see lib/collect/sockowner.h.
 */
#ifndef HAETAE_COLLECT_SOCK_H
#define HAETAE_COLLECT_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/attr.h"
#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/err.h"
#include "lib/base/fsroot.h"
#include "lib/collect/netns.h"
#include "lib/collect/sockaddr.h"

enum sock_proto { SOCK_TCP, SOCK_UDP, SOCK_UNIX, SOCK_PROTOS };

/* What is asked of a namespace: a mask. The kernel passes over what is not wanted. */
enum sock_want {
	SOCK_WANT_TCP_LISTEN = 1,
	SOCK_WANT_TCP_CONNECTIONS = 2, /* all but listening and TIME_WAIT */
	SOCK_WANT_TCP = 3,
	SOCK_WANT_UDP = 4,
	SOCK_WANT_UNIX = 8,
	SOCK_WANT_TIME_WAIT = 16, /* nobody owns these */
	SOCK_WANT_ALL = 31,
};

/* The numbers of the kernel's include/net/tcp_states.h, for every protocol: a udp socket is
 * ESTABLISHED when it is connected, else CLOSE; a unix socket is LISTEN, ESTABLISHED,
 * SYN_SENT or CLOSE. */
enum sock_state {
	SOCK_ESTABLISHED = 1,
	SOCK_SYN_SENT,
	SOCK_SYN_RECV,
	SOCK_FIN_WAIT1,
	SOCK_FIN_WAIT2,
	SOCK_TIME_WAIT,
	SOCK_CLOSE,
	SOCK_CLOSE_WAIT,
	SOCK_LAST_ACK,
	SOCK_LISTEN,
	SOCK_CLOSING,
	SOCK_STATES,
};

/* "tr" of /proc/net/tcp, idiag_timer of sock_diag. */
enum sock_timer {
	SOCK_TIMER_NONE,
	SOCK_TIMER_RETRANSMIT, /* something was sent and is not acknowledged */
	SOCK_TIMER_KEEPALIVE,  /* nothing is under way; also the delayed end of a connection */
	SOCK_TIMER_TIME_WAIT,
	SOCK_TIMER_PROBE, /* the peer's window is closed: it reads no more */
};

struct sock {
	uint8_t proto; /* enum sock_proto */
	uint8_t state; /* enum sock_state; 0 if the kernel has a new one */
	uint8_t type;  /* SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET of socket(2) */
	uint8_t timer; /* enum sock_timer, of tcp */
	/* Retransmissions without an answer. Of a closed window: doublings of the time between
	 * two probes; from /proc probes without an answer. */
	uint16_t tries;
	uint32_t wait_ms; /* until the timer runs out */
	bool has_uid;
	uint16_t local_port, remote_port; /* 0 for unix, and a remote_port for what listens */
	struct sock_address local, remote;
	uint32_t uid; /* who made it; of unix sockets only sock_diag tells */
	/* As in the link "socket:[INODE]". 0: nobody has it (TIME_WAIT, SYN_RECV). */
	uint64_t inode;
	/* Of the cgroup that made it. 0: not told (/proc, unix, before Linux 5.8). */
	uint64_t cgroup_id;
	uint64_t peer; /* unix: inode of the other end; 0: none, or not told (/proc) */
	/* Bytes that the peer did not acknowledge, sent or not. LISTEN: the backlog, 0 from
	 * /proc. */
	uint32_t tx_queue;
	/* Bytes that the program did not read. LISTEN: connections to be accepted. */
	uint32_t rx_queue;
	/* unix: the name, "@" in front of an abstract one, as bound: place in the table's
	 * names. */
	uint32_t name_at, name_size;
};

enum sock_source { SOCK_FROM_NOTHING, SOCK_FROM_DIAG, SOCK_FROM_PROC };

/* Places in the table, in no order. */
struct sock_span {
	const uint32_t *items;
	size_t n;
};

struct sock_index {
	uint32_t *starts; /* by port, 65,537 */
	uint32_t *items;
};
struct sock_by_inode {
	uint64_t inode;
	uint32_t at;
};

struct sock_table {
	struct sock *socks; /* owned */
	size_t n_socks, room;
	struct buf names;
	size_t n_bad; /* lines or messages that could not be read */
	/* Where each protocol came from. A name in /proc/net/unix may hold newlines and so forge a
	 * whole line: from SOCK_FROM_PROC a unix socket is proved by a descriptor alone. */
	enum sock_source source[SOCK_PROTOS];
	struct sock_index by_local, by_remote;
	struct sock_by_inode *by_inode;
	uint32_t *named;
	size_t n_named;
};

#define SOCK_TABLE_INIT                                       \
	{                                                     \
		.names = BUF_INIT_MAX((size_t)SOCK_NAMES_MAX) \
	}
#define CLEANUP_SOCK_TABLE CLEANUP(sock_table_free)
enum { SOCK_MAX = 4 << 20, SOCK_NAMES_MAX = 256 << 20 };

/*
 * Reads a namespace. -ENOENT (with err) when a wanted protocol has no source at all, -ESRCH
 * when all processes are gone by whose folders it was known, -EACCES, -E2BIG past SOCK_MAX.
 */
int sock_read(const struct fsroot *root, const struct netns *netns, unsigned wants,
    struct sock_table *ret, struct err *err) ATTR_MUST_CHECK;
void sock_table_free(struct sock_table *table);

/* For readers: adds a socket that is filled by the caller, and a name for the last one. */
int sock_table_add(
    struct sock_table *table, const struct sock *sock, struct err *err) ATTR_MUST_CHECK;
int sock_table_name(
    struct sock_table *table, const char *name, size_t size, struct err *err) ATTR_MUST_CHECK;
/* Whether a socket of this protocol and state is wanted. */
bool sock_wanted(unsigned wants, enum sock_proto proto, unsigned state);
/* Makes the indexes below; sock_read has done it. */
int sock_table_finish(struct sock_table *table, struct err *err) ATTR_MUST_CHECK;

/* What waits on a port: tcp that listens, udp that is not connected. Both protocols. */
struct sock_span sock_listeners(const struct sock_table *table, uint16_t port);
/* What talks to a remote port, in any state but LISTEN: tcp and udp. */
struct sock_span sock_connections(const struct sock_table *table, uint16_t remote_port);
/* Unix sockets that others find by name: those that listen, and dgram ones with a name. What a
 * listener accepted has its name, too, and is not among them. */
struct sock_span sock_named(const struct sock_table *table);
/* NULL if there is none. */
const struct sock *sock_by_inode(const struct sock_table *table, uint64_t inode);

/* The name of a unix socket, "" if it has none. Not NUL-terminated text of others: print it
 * with its size, through the sanitizer. */
const char *sock_name(const struct sock_table *table, const struct sock *sock);
/* The name that a unix socket is connected to: its peer's. "" if not known. */
const char *sock_peer_name(
    const struct sock_table *table, const struct sock *sock, size_t *ret_size);

bool sock_is_listener(const struct sock *sock);
/* ESTABLISHED, and not stalled. */
bool sock_is_live(const struct sock *sock, unsigned tries);
/*
 * The connection (or the attempt at one) stands still: the kernel has repeated its last data at
 * least `tries` times without an answer. 3 are about 1.4 s at the least, 6 about 13 s (RFC 6298:
 * 200 ms doubled each time). Where the peer's program reads no more (it hangs) its kernel still
 * answers each probe of the closed window, and only the time between two probes is doubled:
 * sock_diag tells how often. From /proc it is seen by the time until the next probe, so not
 * shortly before one.
 */
bool sock_is_stalled(const struct sock *sock, unsigned tries);

#endif
