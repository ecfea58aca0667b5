/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "subagent/agentx.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/library/large_fd_set.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "subagent/master.h"
#include "subagent/place.h"

/* RFC 2741, 6.1 and 7.1.4. net-snmp takes the protocol's own numbers for commands of a PDU. */
enum {
	PDU_REGISTER = 3,
	PDU_GET = 5,
	PDU_GETNEXT = 6,
	PDU_NOTIFY = 12,
	PDU_PING = 13,
	PDU_ADD_AGENT_CAPS = 16,
	PDU_RESPONSE = 18,
	NOT_OPEN = 257,
	DUPLICATE_REGISTRATION = 263,
	PRIORITY = 127,
};

enum {
	PROBE_MS = 500,
	/* A master that says nothing for so long is given up: it may be stopped, and go on. */
	SILENCE_MS = 5000,
	CLOSE_MS = 500,
	WAIT_MS = 1000,
	/* So long until a full socket is looked at again. */
	FULL_MS = 20,
	IN_FLIGHT_MAX = 50,
};

/* A notification that the master has not yet taken. */
struct flight {
	TAILQ_ENTRY(flight) entry;
	struct session *session;
	struct notification notification;
};
TAILQ_HEAD(flights, flight);

struct session {
	const struct agentx_options *options;
	const struct agentx_source *source;
	struct agentx_stats *stats;
	netsnmp_session *master;    /* the library's own; NULL: not connected */
	netsnmp_callback library;   /* what the library does with a PDU */
	struct view view;	    /* pinned for a round */
	struct place root, objects; /* haetaeMIB, haetaeObjects */
	int64_t next_ms;	    /* to connect, to register again or to ping */
	bool is_asked;		    /* one of these waits for its answer */
	bool is_lost;		    /* given up; the library has not noticed yet */
	struct flights flights;
	size_t n_flights, n_failed; /* and how many of them the library has given back */
	int said;		    /* why it is not connected */
};

static const oid sys_up_time[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };
static const oid snmp_trap_oid[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };
#define N_SUBIDS(oids) (sizeof(oids) / sizeof((oids)[0]))

static void set_link(struct session *session, enum agentx_link link)
{
	atomic_store(&session->stats->link, (int)link);
}

static enum agentx_link link_of(const struct session *session)
{
	return (enum agentx_link)atomic_load(&session->stats->link);
}

/* --- answers -------------------------------------------------------------------------------- */

static u_char type_of(enum mib_syntax syntax)
{
	switch (syntax) {
	case MIB_STATE:
	case MIB_ENUM:
	case MIB_TRUTH:
	case MIB_INTEGER:
		return ASN_INTEGER;
	case MIB_UNSIGNED:
	case MIB_GAUGE:
	case MIB_HUNDREDTHS:
	case MIB_AGE:
		return ASN_GAUGE;
	case MIB_COUNTER:
		return ASN_COUNTER;
	case MIB_COUNTER64:
		return ASN_COUNTER64;
	case MIB_TEXT:
	case MIB_OCTETS:
	case MIB_DATE:
	case MIB_MISSING:
		break;
	}
	return ASN_OCTET_STR;
}

/* The library copies the value. Non-zero: no memory. */
static int set_value(netsnmp_variable_list *variable, const struct mib_cell *cell)
{
	u_char type = type_of(cell->syntax);
	struct counter64 wide = { (u_long)((uint64_t)cell->number >> 32),
		(u_long)((uint64_t)cell->number & UINT32_MAX) };
	long number = (long)cell->number;

	if (type == ASN_OCTET_STR)
		return snmp_set_var_typed_value(variable, type, cell->bytes, cell->size);
	if (type == ASN_COUNTER64)
		return snmp_set_var_typed_value(variable, type, &wide, sizeof(wide));
	return snmp_set_var_typed_value(variable, type, &number, sizeof(number));
}

static int answer_get(const struct session *session, const unsigned long *rest, size_t n,
    netsnmp_variable_list *variable)
{
	struct mib_cell cell;

	if (view_get(&session->view, rest, n, &cell))
		return set_value(variable, &cell);
	return snmp_set_var_typed_value(variable,
	    place_is_object(rest, n) ? SNMP_NOSUCHINSTANCE : SNMP_NOSUCHOBJECT, NULL, 0);
}

/* The variable holds the end of what is asked for; none is 0.0. */
static bool is_within(const netsnmp_variable_list *variable, const struct place *name)
{
	const oid *end = variable->val.objid;
	size_t n = variable->val_len / sizeof(oid);

	if (n == 0 || (n == 2 && end[0] == 0 && end[1] == 0))
		return true;
	return snmp_oid_compare(name->subids, name->n, end, n) < 0;
}

/* RFC 2741, 7.2.3.2: without a cell there, the name stays. */
static int answer_next(const struct session *session, const unsigned long *rest, size_t n,
    netsnmp_variable_list *variable)
{
	struct view_oid found;
	struct mib_cell cell;
	struct place name;

	if (variable->type == ASN_PRIV_INCL_RANGE && view_get(&session->view, rest, n, &cell))
		return set_value(variable, &cell);
	if (view_next(&session->view, rest, n, &found, &cell)) {
		place_below(&session->root, MIB_OBJECTS, found.subids, found.n, &name);
		if (is_within(variable, &name))
			return snmp_set_var_objid(variable, name.subids, name.n) ||
			       set_value(variable, &cell);
	}
	return snmp_set_var_typed_value(variable, SNMP_ENDOFMIBVIEW, NULL, 0);
}

/* What stands behind our objects, nothing if the question begins before them. The library reads
 * sub-identifiers as signed numbers. */
static size_t rest_of(const struct session *session, const netsnmp_variable_list *variable,
    unsigned long ret[MAX_OID_LEN])
{
	const struct place *objects = &session->objects;
	size_t n;

	if (variable->name_length < objects->n ||
	    memcmp(variable->name, objects->subids, objects->n * sizeof(oid)) != 0)
		return 0;
	n = variable->name_length - objects->n;
	for (size_t i = 0; i < n; i++)
		ret[i] = variable->name[objects->n + i] & UINT32_MAX;
	return n;
}

static void answer(struct session *session, const netsnmp_pdu *question)
{
	int64_t begin_us = clock_mono_us(), took_us;
	netsnmp_pdu *pdu = snmp_clone_pdu((netsnmp_pdu *)(uintptr_t)question);
	unsigned long rest[MAX_OID_LEN];
	int failed = !pdu;

	for (netsnmp_variable_list *v = pdu ? pdu->variables : NULL; v; v = v->next_variable) {
		size_t n = rest_of(session, v, rest);

		failed |= question->command == PDU_GET ? answer_get(session, rest, n, v)
						       : answer_next(session, rest, n, v);
		atomic_fetch_add(&session->stats->varbinds, 1);
	}
	took_us = clock_mono_us() - begin_us;
	if (took_us > atomic_load(&session->stats->handler_max_us))
		atomic_store(&session->stats->handler_max_us,
		    (uint32_t)(took_us < UINT32_MAX ? took_us : UINT32_MAX));
	if (pdu) {
		pdu->version = session->master->version;
		pdu->command = PDU_RESPONSE;
		pdu->errstat = failed ? SNMP_ERR_GENERR : SNMP_ERR_NOERROR;
		pdu->errindex = failed ? 1 : 0;
		if (!snmp_send(session->master, pdu)) {
			snmp_free_pdu(pdu);
			failed = 1;
		}
	}
	if (failed)
		atomic_fetch_add(&session->stats->errors, 1);
}

/* The library copies the context up to its first NUL, notes another size (5.9.3), and reads so far
 * when it clones the PDU. */
static void bound_context(netsnmp_pdu *pdu)
{
	size_t size = pdu->contextName ? strlen(pdu->contextName) : 0;
	size_t community_size = pdu->community ? strlen((const char *)pdu->community) : 0;

	if (pdu->contextNameLen > size)
		pdu->contextNameLen = size;
	if (pdu->community_len > community_size)
		pdu->community_len = community_size;
}

/* What the session reads. The library would pass a question on to itself through two pipes, which
 * costs more than the answer; all but questions is for it. */
static int received(int op, netsnmp_session *master, int id, netsnmp_pdu *pdu, void *magic)
{
	struct session *session = magic;
	bool is_question = op == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE &&
			   (pdu->command == PDU_GET || pdu->command == PDU_GETNEXT);

	if (op == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE)
		bound_context(pdu);
	if (!is_question || master != session->master)
		return session->library(op, master, id, pdu, NULL);
	answer(session, pdu);
	return 1;
}

/* --- PDUs of our own, which nobody waits for ------------------------------------------------ */

typedef int answered_fn(int op, netsnmp_session *master, int id, netsnmp_pdu *pdu, void *magic);

/* Takes the PDU over. */
static bool post(struct session *session, netsnmp_pdu *pdu, answered_fn *answered, void *magic)
{
	pdu->sessid = session->master->sessid;
	if (snmp_async_send(session->master, pdu, answered, magic))
		return true;
	snmp_free_pdu(pdu);
	atomic_fetch_add(&session->stats->errors, 1);
	return false;
}

/* -1: none. */
static int socket_of(netsnmp_session *master)
{
	netsnmp_transport *transport = snmp_sess_transport(snmp_sess_pointer(master));

	return transport ? transport->sock : -1;
}

/* The library learns of it by reading its end, as if the master had gone, and then forgets all
 * that belongs to it. */
static void give_up(struct session *session)
{
	(void)shutdown(socket_of(session->master), SHUT_RDWR);
}

/* Takes a pending error, so that the library reads an end: what it allocates for a read that
 * fails (5.9.3) it does not free. */
static void take_error(struct session *session)
{
	int code;
	socklen_t size = sizeof(code);

	if (session->master)
		(void)getsockopt(
		    socket_of(session->master), SOL_SOCKET, SO_ERROR, &code, &size);
}

static void lose(struct session *session, const char *why)
{
	if (!session->master || session->is_lost)
		return;
	session->is_lost = true;
	log_warning(
	    "%s; trying again every %g s", why, (double)session->options->ping_ms / 1000);
	atomic_fetch_add(&session->stats->errors, 1);
	give_up(session);
}

static int pinged(int op, netsnmp_session *master, int id, netsnmp_pdu *pdu, void *magic)
{
	struct session *session = magic;

	(void)id;
	if (master != session->master)
		return 1;
	session->is_asked = false;
	if (op != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE)
		lose(session, "snmpd does not answer any more");
	else if (pdu->errstat != 0)
		lose(session, "snmpd does not know the session any more");
	return 1;
}

static int registered(int op, netsnmp_session *master, int id, netsnmp_pdu *pdu, void *magic)
{
	struct session *session = magic;

	(void)id;
	if (master != session->master)
		return 1;
	session->is_asked = false;
	if (op != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE) {
		lose(session, "snmpd does not answer a registration");
	} else if (pdu->errstat == NOT_OPEN) {
		lose(session, "snmpd does not know the session any more");
	} else if (pdu->errstat == 0) {
		set_link(session, AGENTX_REGISTERED);
		atomic_fetch_add(&session->stats->connects, 1);
		log_info("snmpd at %s asks us for %s.1", session->options->socket,
		    HAETAE_ENTERPRISE_OID);
	} else if (pdu->errstat != DUPLICATE_REGISTRATION) {
		atomic_fetch_add(&session->stats->errors, 1);
		log_error("snmpd does not let us register %s.1: AgentX error %ld",
		    HAETAE_ENTERPRISE_OID, pdu->errstat);
	} else if (link_of(session) != AGENTX_DUPLICATE) {
		set_link(session, AGENTX_DUPLICATE);
		atomic_fetch_add(&session->stats->errors, 1);
		log_error(
		    "another subagent has registered %s.1: a second haetae-agentx? Trying "
		    "again every %g s until it leaves",
		    HAETAE_ENTERPRISE_OID, (double)session->options->ping_ms / 1000);
	}
	return 1;
}

/* Its objects are named in sysORTable; an answer changes nothing. */
static int told_capabilities(
    int op, netsnmp_session *master, int id, netsnmp_pdu *pdu, void *magic)
{
	(void)op;
	(void)master;
	(void)id;
	(void)pdu;
	(void)magic;
	return 1;
}

static void post_capabilities(struct session *session)
{
	static const char description[] = "HAETAE-MIB: a node of a cloud and its services";
	netsnmp_pdu *pdu = snmp_pdu_create(PDU_ADD_AGENT_CAPS);

	if (pdu && snmp_pdu_add_variable(pdu, session->root.subids, session->root.n,
		       ASN_OCTET_STR, description, sizeof(description) - 1))
		(void)post(session, pdu, told_capabilities, NULL);
	else if (pdu)
		snmp_free_pdu(pdu);
}

static void post_registration(struct session *session)
{
	netsnmp_pdu *pdu = snmp_pdu_create(PDU_REGISTER);

	if (!pdu)
		return;
	pdu->priority = PRIORITY;
	snmp_add_null_var(pdu, session->objects.subids, session->objects.n);
	session->is_asked = post(session, pdu, registered, session);
}

static void post_ping(struct session *session)
{
	netsnmp_pdu *pdu = snmp_pdu_create(PDU_PING);

	session->is_asked = pdu && post(session, pdu, pinged, session);
}

/* --- notifications -------------------------------------------------------------------------- */

static void land(struct flight *flight)
{
	TAILQ_REMOVE(&flight->session->flights, flight, entry);
	flight->session->n_flights--;
	free(flight);
}

/* The newest first, so that they are in order again. */
static void put_back_flights(struct session *session)
{
	struct flight *flight;

	while ((flight = TAILQ_LAST(&session->flights, flights))) {
		session->source->put_back(session->source->context, &flight->notification);
		land(flight);
	}
	session->n_failed = 0;
}

static int taken(int op, netsnmp_session *master, int id, netsnmp_pdu *pdu, void *magic)
{
	struct flight *flight = magic;
	struct session *session = flight->session;

	(void)id;
	if (op == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE) {
		if (pdu->errstat != 0) {
			atomic_fetch_add(&session->stats->errors, 1);
			log_error(
			    "snmpd refuses a notification: AgentX error %ld", pdu->errstat);
		}
		notification_free(&flight->notification);
		land(flight);
		return 1;
	}
	/* All that are on their way go back together: the library gives the others back when it
	 * closes the session. */
	session->n_failed++;
	if (master == session->master)
		lose(session, "snmpd does not take notifications");
	return 1;
}

static bool add_variable(const struct place *place, const struct mib_cell *cell, void *pdu)
{
	netsnmp_variable_list *variable =
	    snmp_pdu_add_variable(pdu, place->subids, place->n, ASN_NULL, NULL, 0);

	return variable && set_value(variable, cell) == 0;
}

static netsnmp_pdu *make_notify(
    const struct session *session, const struct notification *notification)
{
	netsnmp_pdu *pdu = snmp_pdu_create(PDU_NOTIFY);
	u_long uptime = netsnmp_get_agent_uptime();
	struct place name;
	bool good;

	if (!pdu)
		return NULL;
	place_below(&session->root, MIB_NOTIFICATIONS,
	    (const unsigned long[]){ notification->table->notification }, 1, &name);
	good = snmp_pdu_add_variable(pdu, sys_up_time, N_SUBIDS(sys_up_time), ASN_TIMETICKS,
		   &uptime, sizeof(uptime)) &&
	       snmp_pdu_add_variable(pdu, snmp_trap_oid, N_SUBIDS(snmp_trap_oid), ASN_OBJECT_ID,
		   name.subids, name.n * sizeof(oid));
	if (good &&
	    place_told(&session->root, notification, session->view.now_ms, add_variable, pdu))
		return pdu;
	snmp_free_pdu(pdu);
	return NULL;
}

/* Both sides would wait for each other for ever if we wrote into a full socket while the master
 * writes to us. */
static bool has_room(const struct session *session)
{
	struct pollfd ready = { .fd = socket_of(session->master), .events = POLLOUT };

	return ready.fd >= 0 && poll(&ready, 1, 0) == 1 && ready.revents == POLLOUT;
}

static bool may_notify(const struct session *session)
{
	return session->master && !session->is_lost && link_of(session) == AGENTX_REGISTERED &&
	       session->n_flights < IN_FLIGHT_MAX;
}

static void notify(struct session *session)
{
	const struct agentx_source *source = session->source;
	struct notification notification;

	while (may_notify(session) && has_room(session) &&
	       source->take(source->context, &notification)) {
		struct flight *flight = calloc(1, sizeof(*flight));
		netsnmp_pdu *pdu = flight ? make_notify(session, &notification) : NULL;

		if (!pdu) {
			free(flight);
			atomic_fetch_add(&session->stats->errors, 1);
			source->put_back(source->context, &notification);
			return;
		}
		flight->session = session;
		flight->notification = notification;
		TAILQ_INSERT_TAIL(&session->flights, flight, entry);
		session->n_flights++;
		if (!post(session, pdu, taken, flight)) {
			source->put_back(source->context, &flight->notification);
			land(flight);
			return;
		}
	}
}

/* --- the session ---------------------------------------------------------------------------- */

/* Called by the library while it connects. */
static int connected(int major, int minor, void *master, void *magic)
{
	struct session *session = magic;

	(void)major;
	(void)minor;
	session->master = master;
	session->is_lost = false;
	session->library = session->master->callback;
	session->master->callback = received;
	session->master->callback_magic = session;
	session->master->timeout = SILENCE_MS * 1000L;
	session->master->retries = 0;
	(void)fcntl(socket_of(master), F_SETFD, FD_CLOEXEC);
	return 0;
}

static int disconnected(int major, int minor, void *master, void *magic)
{
	struct session *session = magic;

	(void)major;
	(void)minor;
	(void)master;
	session->master = NULL;
	return 0;
}

/* After the library has let the session go. */
static void notice_loss(struct session *session)
{
	if (session->master || link_of(session) == AGENTX_DISCONNECTED)
		return;
	set_link(session, AGENTX_DISCONNECTED);
	session->is_asked = false;
	session->next_ms = clock_mono_ms() + session->options->ping_ms;
	if (session->is_lost) {
		session->is_lost = false;
		return;
	}
	log_warning("snmpd at %s is gone; trying again every %g s", session->options->socket,
	    (double)session->options->ping_ms / 1000);
}

static void reach(struct session *session)
{
	struct err err = ERR_INIT;
	int r = master_probe(session->options->socket, clock_mono_ms() + PROBE_MS, &err);

	if (r == 0) {
		/* The library connects whenever it is told that a configuration was read. */
		(void)snmp_call_callbacks(
		    SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_READ_CONFIG, NULL);
		r = session->master ? 0
				    : err_set(&err, -EIO, "cannot open an AgentX session at %s",
					  session->options->socket);
	}
	if (r < 0) {
		if (r != session->said)
			log_warning("%s; trying again every %g s", err.text,
			    (double)session->options->ping_ms / 1000);
		session->said = r;
		return;
	}
	session->said = 0;
	set_link(session, AGENTX_CONNECTED);
	post_capabilities(session);
	post_registration(session);
}

/* What its time has come for: once in a ping interval. */
static void keep_up(struct session *session)
{
	int64_t now_ms = clock_mono_ms();

	if (now_ms < session->next_ms || session->is_asked || session->is_lost)
		return;
	session->next_ms = now_ms + session->options->ping_ms;
	if (!session->master)
		reach(session);
	else if (link_of(session) == AGENTX_REGISTERED)
		post_ping(session);
	else
		post_registration(session);
}

/* --- the loop ------------------------------------------------------------------------------- */

static int64_t shorter(int64_t wait_ms, int64_t other_ms)
{
	if (other_ms < 0)
		other_ms = 0;
	return other_ms < wait_ms ? other_ms : wait_ms;
}

static int64_t wait_ms(const struct session *session)
{
	int64_t wait =
	    shorter(WAIT_MS, session->is_asked ? WAIT_MS : session->next_ms - clock_mono_ms());
	int64_t notify_ms = -1;

	if (may_notify(session))
		notify_ms = session->source->wait_ms(session->source->context);
	if (notify_ms < 0)
		return wait;
	return shorter(wait, notify_ms > 0 || has_room(session) ? notify_ms : FULL_MS);
}

static void empty_wake(int fd)
{
	uint64_t count;

	(void)!read(fd, &count, sizeof(count));
}

static void one_round(struct session *session)
{
	const struct agentx_source *source = session->source;
	int64_t wait = wait_ms(session);
	struct timeval timeout = { wait / 1000, (suseconds_t)(wait % 1000 * 1000) };
	int n_fds = 0, no_block = 0, n;
	netsnmp_large_fd_set fds;

	netsnmp_large_fd_set_init(&fds, FD_SETSIZE);
	(void)snmp_select_info2(&n_fds, &fds, &timeout, &no_block);
	NETSNMP_LARGE_FD_SET(source->wake_fd, &fds);
	if (n_fds <= source->wake_fd)
		n_fds = source->wake_fd + 1;
	n = netsnmp_large_fd_set_select(n_fds, &fds, NULL, NULL, &timeout);
	if (n > 0 && NETSNMP_LARGE_FD_ISSET(source->wake_fd, &fds)) {
		NETSNMP_LARGE_FD_CLR(source->wake_fd, &fds);
		empty_wake(source->wake_fd);
	}
	source->pin(source->context, &session->view);
	/* The set is of this moment: nothing has read from the session since, so that no read
	 * can block. */
	if (n > 0) {
		take_error(session);
		snmp_read2(&fds);
	}
	netsnmp_large_fd_set_cleanup(&fds);
	snmp_timeout();
	run_alarms();
	netsnmp_check_outstanding_agent_requests();
	notice_loss(session);
	if (session->n_failed > 0 && session->n_failed == session->n_flights)
		put_back_flights(session);
	keep_up(session);
	notify(session);
	source->unpin(source->context);
}

/* --- the library ---------------------------------------------------------------------------- */

static int log_line(int major, int minor, void *message_of, void *magic)
{
	const struct snmp_log_message *message = message_of;
	int size = (int)strcspn(message->msg, "\n");

	(void)major;
	(void)minor;
	(void)magic;
	if (message->priority <= LOG_ERR)
		log_error("net-snmp: %.*s", size, message->msg);
	else if (message->priority == LOG_WARNING)
		log_warning("net-snmp: %.*s", size, message->msg);
	else
		log_debug("net-snmp: %.*s", size, message->msg);
	return 0;
}

static void set_up_library(const struct agentx_options *options)
{
	static const struct {
		int store, which;
	} wanted[] = {
		{ NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE },
		{ NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_NO_ROOT_ACCESS },
		{ NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_NO_CONNECTION_WARNINGS },
		{ NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_ALARM_DONT_USE_SIG },
		{ NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE },
		{ NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD },
		{ NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE },
		{ NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS },
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		netsnmp_ds_set_boolean(wanted[i].store, wanted[i].which, 1);
	netsnmp_ds_set_int(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_RETRIES, 0);
	netsnmp_ds_set_int(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_TIMEOUT, 1);
	netsnmp_ds_set_string(
	    NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, options->socket);
	snmp_disable_log();
	snmp_enable_calllog();
	(void)snmp_register_callback(
	    SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, log_line, NULL);
}

static int start(struct session *session, struct err *err)
{
	char no_mibs[] = "mibs :";
	int r = place_root(&session->root, err);

	if (r < 0)
		return r;
	place_below(&session->root, MIB_OBJECTS, NULL, 0, &session->objects);
	set_up_library(session->options);
	(void)snmp_register_callback(
	    SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START, connected, session);
	(void)snmp_register_callback(
	    SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP, disconnected, session);
	/* No MIB is loaded: nobody needs names here. */
	netsnmp_set_mib_directory("");
	netsnmp_config_remember(no_mibs);
	/* In this order it does not yet connect. */
	init_snmp("haetae-agentx");
	if (init_agent("haetae-agentx") != 0)
		return err_set(err, -EIO, "cannot start net-snmp's agent");
	/* Connecting and pinging are ours: the library's own wait for their answers. */
	netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL, 0);
	return 0;
}

static void stop(struct session *session)
{
	/* Saying good-bye is the one thing that waits for an answer. */
	if (session->master)
		session->master->timeout = CLOSE_MS * 1000L;
	/* The library frees what is registered then. */
	(void)snmp_unregister_callback(
	    SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START, connected, session, 1);
	(void)snmp_unregister_callback(
	    SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP, disconnected, session, 1);
	snmp_shutdown("haetae-agentx");
	session->master = NULL;
	set_link(session, AGENTX_DISCONNECTED);
	put_back_flights(session);
	shutdown_agent();
}

int agentx_run(const struct agentx_options *options, const struct agentx_source *source,
    struct agentx_stats *stats, struct err *err)
{
	struct session session = { .options = options, .source = source, .stats = stats };
	int r;

	TAILQ_INIT(&session.flights);
	/* The library writes to sockets whose other end may be gone. */
	(void)signal(SIGPIPE, SIG_IGN);
	r = start(&session, err);
	while (r == 0 && !source->is_stopped(source->context)) {
		if (source->alive)
			source->alive(source->context);
		one_round(&session);
	}
	stop(&session);
	return r;
}
