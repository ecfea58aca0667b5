/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/snmp.h"

#include <errno.h>
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/client/snmp_private.h"

/* Datagrams that answer nothing, to one question. */
enum { STRANGERS_MAX = 1000, PASSWORD_SIZE_MIN = 8 };

enum outcome { WAITING, ANSWERED, TIMED_OUT, NOT_SENT };

struct snmp_peer {
	char host[ADDRESS_HOST_SIZE];
	struct addrinfo *addresses, *address; /* all, and the one that is asked */
	int fd;				      /* the transport's, which closes it */
	void *session;			      /* net-snmp's */
	enum snmp_peer_level level;
	bool v3;
	char *user; /* for texts */
	unsigned retries, n_sent, n_received;
	bool was_heard;	  /* this address answered once */
	size_t last_size; /* of the datagram that came last */
	/* The question that waits. */
	int request;
	enum outcome outcome;
	int socket_error;
	netsnmp_pdu *pdu;
};

/* --- the library ------------------------------------------------------------------------------ */

/* Of net-snmp's settings none: what a check says must not depend on who runs it. */
static void prepare(void)
{
	static const int off[] = { NETSNMP_DS_LIB_DONT_READ_CONFIGS,
		NETSNMP_DS_LIB_DONT_PERSIST_STATE, NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD,
		NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE, NETSNMP_DS_LIB_DONT_LOAD_HOST_FILES };

	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, off[i], 1);
	(void)setenv("MIBS", "", 1);
	/* Below a file there can be no folder, neither found nor made. */
	(void)setenv("MIBDIRS", "/dev/null", 1);
	(void)setenv("SNMPCONFPATH", "/dev/null", 1);
	(void)setenv("SNMP_PERSISTENT_DIR", "/dev/null", 1);
	(void)netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
	init_snmp("haetae");
}

/* --- the transport: a connected socket, so that the kernel drops what others send -------------- */

struct transport_data {
	struct snmp_peer *peer;
};

static struct snmp_peer *peer_of(const netsnmp_transport *transport)
{
	return ((const struct transport_data *)transport->data)->peer;
}

static int transport_recv(
    netsnmp_transport *transport, void *data, int size, void **opaque, int *opaque_size)
{
	struct snmp_peer *peer = peer_of(transport);
	ssize_t n = recv(peer->fd, data, (size_t)size, MSG_DONTWAIT);

	*opaque = NULL;
	*opaque_size = 0;
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		peer->socket_error = errno;
	if (n < 0)
		return -1;
	peer->n_received++;
	peer->last_size = (size_t)n;
	return (int)n;
}

static int transport_send(
    netsnmp_transport *transport, const void *data, int size, void **opaque, int *opaque_size)
{
	struct snmp_peer *peer = peer_of(transport);
	ssize_t n = send(peer->fd, data, (size_t)size, MSG_NOSIGNAL);

	(void)opaque;
	(void)opaque_size;
	peer->n_sent++;
	if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
		peer->socket_error = errno;
	return n < 0 ? -1 : (int)n;
}

static int transport_close(netsnmp_transport *transport)
{
	struct snmp_peer *peer = peer_of(transport);

	if (peer->fd >= 0)
		close(peer->fd);
	peer->fd = transport->sock = -1;
	return 0;
}

static char *transport_text(netsnmp_transport *transport, const void *data, int size)
{
	(void)data;
	(void)size;
	return strdup(peer_of(transport)->host);
}

static netsnmp_transport *transport_new(struct snmp_peer *peer)
{
	netsnmp_transport *ret = calloc(1, sizeof(*ret));
	struct transport_data *data = calloc(1, sizeof(*data));

	if (!ret || !data) {
		free(ret);
		free(data);
		return NULL;
	}
	data->peer = peer;
	ret->domain = netsnmpUDPDomain;
	ret->domain_length = (int)netsnmpUDPDomain_len;
	ret->sock = peer->fd;
	ret->data = data;
	ret->data_length = (int)sizeof(*data);
	ret->msgMaxSize = 65507;
	ret->f_recv = transport_recv;
	ret->f_send = transport_send;
	ret->f_close = transport_close;
	ret->f_fmtaddr = transport_text;
	return ret;
}

/* A socket to the address or, where there is no way to it, to one behind it. */
static int socket_open(struct snmp_peer *peer, struct addrinfo *address, struct err *err)
{
	int error = EHOSTUNREACH;

	for (; address; address = address->ai_next) {
		int fd = socket(address->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		if (fd >= 0 && fd < FD_SETSIZE &&
		    connect(fd, address->ai_addr, address->ai_addrlen) == 0) {
			peer->address = address;
			return fd;
		}
		error = fd >= FD_SETSIZE ? EMFILE : errno;
		if (fd >= 0)
			close(fd);
	}
	return err_sys(err, -error, "cannot reach %s", peer->host);
}

/* The next address, when the one before had nobody who listens. False: there is none. */
static bool move_on(struct snmp_peer *peer)
{
	netsnmp_transport *transport = snmp_sess_transport(peer->session);
	int fd = peer->was_heard ? -1 : socket_open(peer, peer->address->ai_next, NULL);

	if (fd < 0)
		return false;
	close(peer->fd);
	peer->fd = transport->sock = fd;
	return true;
}

/* --- one question ----------------------------------------------------------------------------- */

/* What comes in clear may not stand for what was asked under protection; a report may, and says
 * no more than why there is no answer. */
static bool is_answer(const struct snmp_peer *peer, int request, const netsnmp_pdu *pdu)
{
	static const int levels[] = { SNMP_SEC_LEVEL_NOAUTH, SNMP_SEC_LEVEL_AUTHNOPRIV,
		SNMP_SEC_LEVEL_AUTHPRIV };

	if (pdu->command == SNMP_MSG_REPORT)
		return peer->v3;
	return pdu->command == SNMP_MSG_RESPONSE && request == peer->request &&
	       (!peer->v3 || pdu->securityLevel >= levels[peer->level]);
}

static int take_event(
    int event, netsnmp_session *session, int request, netsnmp_pdu *pdu, void *context)
{
	struct snmp_peer *peer = context;

	(void)session;
	if (peer->outcome != WAITING)
		return 1;
	if (event == NETSNMP_CALLBACK_OP_TIMED_OUT && request == peer->request)
		peer->outcome = TIMED_OUT;
	if (event == NETSNMP_CALLBACK_OP_SEND_FAILED)
		peer->outcome = NOT_SENT;
	if (event == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE && is_answer(peer, request, pdu)) {
		peer->pdu = snmp_clone_pdu(pdu);
		peer->outcome = ANSWERED;
	}
	return 1;
}

static int no_answer(struct snmp_peer *peer, struct err *err)
{
	return err_set(err, -ETIMEDOUT, "no answer from %s", peer->host);
}

/* Sends it again as often as it may, and waits until the outcome is known. */
static int await(struct snmp_peer *peer, int64_t slice_ms, int64_t until_ms, struct err *err)
{
	unsigned strangers_at = peer->n_received + STRANGERS_MAX;
	int64_t next_ms = clock_mono_ms() + slice_ms;

	while (peer->outcome == WAITING && !peer->socket_error) {
		int64_t now_ms = clock_mono_ms();
		struct pollfd ready = { .fd = peer->fd, .events = POLLIN };
		fd_set set;

		if (now_ms >= until_ms)
			return no_answer(peer, err);
		while (next_ms <= now_ms)
			next_ms += slice_ms;
		(void)poll(
		    &ready, 1, (int)((next_ms < until_ms ? next_ms : until_ms) - now_ms) + 1);
		if (ready.revents) {
			FD_ZERO(&set);
			FD_SET(peer->fd, &set);
			(void)snmp_sess_read(peer->session, &set);
		}
		snmp_sess_timeout(peer->session);
		if (peer->outcome == WAITING && peer->n_received >= strangers_at)
			return err_set(err, -EBADMSG,
			    "%s sent %d datagrams that answer nothing", peer->host,
			    STRANGERS_MAX);
	}
	return 0;
}

/* Takes the PDU over. */
static int send_and_wait(
    struct snmp_peer *peer, netsnmp_pdu *pdu, int64_t until_ms, struct err *err)
{
	netsnmp_session *session = snmp_sess_session(peer->session);
	int64_t left_ms = until_ms - clock_mono_ms();
	int64_t slice_ms = left_ms / (int64_t)(peer->retries + 1);
	int r;

	if (slice_ms < 1) {
		snmp_free_pdu(pdu);
		return no_answer(peer, err);
	}
	session->timeout = (long)(slice_ms * 1000);
	peer->outcome = WAITING;
	peer->socket_error = 0;
	peer->request = snmp_sess_async_send(peer->session, pdu, take_event, peer);
	if (peer->request == 0) {
		int error = peer->socket_error;

		snmp_free_pdu(pdu);
		if (error)
			return err_sys(err, -error, "cannot ask %s", peer->host);
		return err_set(err, -EIO, "cannot ask %s: %s", peer->host,
		    snmp_api_errstring(session->s_snmp_errno));
	}
	r = await(peer, slice_ms, until_ms, err);
	if (r < 0)
		return r;
	if (peer->socket_error)
		return err_sys(err, -peer->socket_error, "cannot ask %s", peer->host);
	if (peer->outcome == TIMED_OUT)
		return no_answer(peer, err);
	if (!peer->pdu)
		return err_set(err, -EIO, "cannot ask %s", peer->host);
	peer->was_heard = true;
	return 0;
}

/* What a report of SNMPv3 says (RFC 3412, 3414): why a message was not taken. */
static int refused(const struct snmp_peer *peer, struct err *err)
{
	static const oid unknown_contexts[] = { 1, 3, 6, 1, 6, 3, 12, 1, 5 };
	static const struct {
		int type;
		const char *text;
	} reports[] = {
		{ SNMPERR_UNKNOWN_USER_NAME, "it does not know the user" },
		{ SNMPERR_AUTHENTICATION_FAILURE,
		    "the authentication password or protocol is wrong" },
		{ SNMPERR_DECRYPTION_ERR, "the privacy password or protocol is wrong" },
		{ SNMPERR_UNSUPPORTED_SEC_LEVEL,
		    "the user has no keys for this level of security" },
		{ SNMPERR_NOT_IN_TIME_WINDOW, "its clock and ours went apart" },
	};
	int type = snmpv3_get_report_type(peer->pdu);
	const netsnmp_variable_list *first = peer->pdu->variables;

	if (first && netsnmp_oid_is_subtree(unknown_contexts,
			 sizeof(unknown_contexts) / sizeof(unknown_contexts[0]), first->name,
			 first->name_length) == 0)
		return err_set(err, -EACCES, "%s refuses user '%s': it has no such context",
		    peer->host, peer->user);
	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++)
		if (reports[i].type == type)
			return err_set(err, -EACCES, "%s refuses user '%s': %s", peer->host,
			    peer->user, reports[i].text);
	return err_set(err, -EACCES, "%s refuses user '%s'", peer->host, peer->user);
}

/* The error of an answer that came. */
static int judge(const struct snmp_peer *peer, struct snmp_answer *answer, struct err *err)
{
	long status = peer->pdu->errstat;

	if (peer->pdu->command == SNMP_MSG_REPORT)
		return refused(peer, err);
	answer->is_too_big = status == SNMP_ERR_TOOBIG;
	if (status == SNMP_ERR_NOERROR || status == SNMP_ERR_TOOBIG)
		return 0;
	if (status == SNMP_ERR_NOSUCHNAME)
		return err_set(err, -ENOENT, "%s has no such object", peer->host);
	if (status == SNMP_ERR_AUTHORIZATIONERROR || status == SNMP_ERR_NOACCESS)
		return err_set(
		    err, -EACCES, "%s refuses: no view of it is ours to read", peer->host);
	if (status == SNMP_ERR_GENERR)
		return err_set(err, -EIO,
		    "%s answers genErr: what stands behind it does not answer", peer->host);
	return err_set(err, -EIO, "%s answers %s", peer->host, snmp_errstring((int)status));
}

static struct snmp_peer_value value_of(const netsnmp_variable_list *from)
{
	struct snmp_peer_value ret = {
		.oid = from->name,
		.n_oid = from->name_length,
		.type = SNMP_PEER_OTHER,
	};
	static const struct {
		u_char asn;
		enum snmp_peer_type type;
	} numbers[] = {
		{ ASN_INTEGER, SNMP_PEER_INTEGER },
		{ ASN_GAUGE, SNMP_PEER_UNSIGNED },
		{ ASN_COUNTER, SNMP_PEER_COUNTER },
		{ ASN_TIMETICKS, SNMP_PEER_TICKS },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (from->type == numbers[i].asn && from->val.integer) {
			ret.type = numbers[i].type;
			ret.number = numbers[i].asn == ASN_INTEGER
					 ? (int64_t)*from->val.integer
					 : (int64_t)(uint32_t)*from->val.integer;
		}
	if (from->type == ASN_COUNTER64 && from->val.counter64) {
		ret.type = SNMP_PEER_COUNTER64;
		ret.number =
		    (int64_t)((uint64_t)(from->val.counter64->high & UINT32_MAX) << 32 |
			      (from->val.counter64->low & UINT32_MAX));
	}
	if (from->type == ASN_OCTET_STR) {
		ret.type = SNMP_PEER_TEXT;
		ret.bytes = (const char *)from->val.string;
		ret.size = from->val.string ? from->val_len : 0;
	}
	if (from->type == SNMP_NOSUCHOBJECT)
		ret.type = SNMP_PEER_NO_OBJECT;
	if (from->type == SNMP_NOSUCHINSTANCE)
		ret.type = SNMP_PEER_NO_INSTANCE;
	if (from->type == SNMP_ENDOFMIBVIEW)
		ret.type = (enum snmp_peer_type)SNMP_PEER_END;
	return ret;
}

static int take_values(struct snmp_peer *peer, struct snmp_answer *ret, struct err *err)
{
	const netsnmp_variable_list *at = peer->pdu->variables;
	size_t n = 0;

	for (; at; at = at->next_variable)
		n++;
	ret->values = n ? calloc(n, sizeof(*ret->values)) : NULL;
	if (n && !ret->values)
		return err_sys(err, -ENOMEM, "cannot read an answer");
	for (at = peer->pdu->variables; at; at = at->next_variable)
		ret->values[ret->n++] = value_of(at);
	ret->size = peer->last_size;
	ret->pdu = peer->pdu;
	peer->pdu = NULL;
	return 0;
}

static void drop_pdu(struct snmp_peer *peer)
{
	if (peer->pdu)
		snmp_free_pdu(peer->pdu);
	peer->pdu = NULL;
}

static netsnmp_pdu *question_pdu(const struct snmp_question *question)
{
	netsnmp_pdu *ret = snmp_pdu_create(question->bulk ? SNMP_MSG_GETBULK : SNMP_MSG_GET);

	if (!ret)
		return NULL;
	if (question->bulk) {
		ret->non_repeaters = 0;
		ret->max_repetitions = question->max_repetitions;
	}
	for (size_t i = 0; i < question->n; i++)
		if (!snmp_add_null_var(ret, question->oids[i]->subids, question->oids[i]->n)) {
			snmp_free_pdu(ret);
			return NULL;
		}
	return ret;
}

int snmp_ask(struct snmp_peer *peer, const struct snmp_question *question, int64_t until_ms,
    struct snmp_answer *ret, struct err *err)
{
	int r;

	do {
		netsnmp_pdu *pdu = question_pdu(question);

		drop_pdu(peer);
		if (!pdu)
			return err_sys(err, -ENOMEM, "cannot ask %s", peer->host);
		r = send_and_wait(peer, pdu, until_ms, err);
	} while (r == -ECONNREFUSED && move_on(peer));
	if (r == 0)
		r = judge(peer, ret, err);
	if (r == 0)
		r = take_values(peer, ret, err);
	drop_pdu(peer);
	return r;
}

void snmp_answer_free(struct snmp_answer *answer)
{
	free(answer->values);
	if (answer->pdu)
		snmp_free_pdu(answer->pdu);
	*answer = (struct snmp_answer)SNMP_ANSWER_INIT;
}

/* --- sessions --------------------------------------------------------------------------------- */

static int set_auth(
    const struct snmp_peer_settings *given, netsnmp_session *session, struct err *err)
{
	const char *protocol = given->auth_protocol ? given->auth_protocol : "SHA";
	const char *password = given->auth_password ? given->auth_password : "";
	int type = usm_lookup_auth_type(protocol);
	size_t size;

	if (type <= NETSNMP_USMAUTH_NOAUTH)
		return err_set(err, -EINVAL, "auth_protocol '%.20s' is not known", protocol);
	if (strlen(password) < PASSWORD_SIZE_MIN)
		return err_set(err, -EINVAL, "auth_password has less than %d characters",
		    PASSWORD_SIZE_MIN);
	session->securityAuthProto = sc_get_auth_oid(type, &size);
	session->securityAuthProtoLen = size;
	session->securityAuthKeyLen = sizeof(session->securityAuthKey);
	if (!session->securityAuthProto ||
	    generate_Ku(session->securityAuthProto, (u_int)size, (const u_char *)password,
		strlen(password), session->securityAuthKey,
		&session->securityAuthKeyLen) != SNMPERR_SUCCESS)
		return err_set(err, -EINVAL, "auth_protocol '%.20s' does not work", protocol);
	return 0;
}

static int set_priv(
    const struct snmp_peer_settings *given, netsnmp_session *session, struct err *err)
{
	const char *protocol = given->priv_protocol ? given->priv_protocol : "AES";
	const char *password = given->priv_password ? given->priv_password : "";
	int type = usm_lookup_priv_type(protocol);
	size_t size;

	if (type <= USM_CREATE_USER_PRIV_NONE)
		return err_set(err, -EINVAL, "priv_protocol '%.20s' is not known", protocol);
	if (strlen(password) < PASSWORD_SIZE_MIN)
		return err_set(err, -EINVAL, "priv_password has less than %d characters",
		    PASSWORD_SIZE_MIN);
	session->securityPrivProto = sc_get_priv_oid(type, &size);
	session->securityPrivProtoLen = size;
	session->securityPrivKeyLen = sizeof(session->securityPrivKey);
	if (!session->securityPrivProto ||
	    generate_Ku(session->securityAuthProto, (u_int)session->securityAuthProtoLen,
		(const u_char *)password, strlen(password), session->securityPrivKey,
		&session->securityPrivKeyLen) != SNMPERR_SUCCESS)
		return err_set(err, -EINVAL, "priv_protocol '%.20s' does not work", protocol);
	return 0;
}

/* What the session borrows lives as long as the settings, and the library copies it. */
static int describe(
    const struct snmp_peer_settings *given, netsnmp_session *ret, struct err *err)
{
	static const int levels[] = { SNMP_SEC_LEVEL_NOAUTH, SNMP_SEC_LEVEL_AUTHNOPRIV,
		SNMP_SEC_LEVEL_AUTHPRIV };
	static char everybody[] = "public", nothing[] = "";
	static u_char made_up[] = { 0x80, 0, 0, 0, 5, 'h', 'a', 'e', 't', 'a', 'e' };
	int r = 0;

	snmp_sess_init(ret);
	ret->retries = (int)given->retries;
	ret->flags |= SNMP_FLAGS_DONT_PROBE;
	if (!given->v3) {
		ret->version = SNMP_VERSION_2c;
		ret->community = given->community ? (u_char *)(uintptr_t)given->community
						  : (u_char *)everybody;
		ret->community_len = strlen((const char *)ret->community);
		return 0;
	}
	if (!given->user || !*given->user || strlen(given->user) > 32)
		return err_set(err, -EINVAL, "user is not a name of 1 to 32 characters");
	ret->version = SNMP_VERSION_3;
	ret->securityModel = SNMP_SEC_MODEL_USM;
	ret->securityEngineID = made_up;
	ret->securityEngineIDLen = sizeof(made_up);
	ret->securityName = (char *)(uintptr_t)given->user;
	ret->securityNameLen = strlen(given->user);
	ret->securityLevel = levels[given->level];
	ret->contextName = given->context ? (char *)(uintptr_t)given->context : nothing;
	ret->contextNameLen = strlen(ret->contextName);
	if (given->level >= SNMP_PEER_AUTH)
		r = set_auth(given, ret, err);
	if (r == 0 && given->level == SNMP_PEER_PRIV)
		r = set_priv(given, ret, err);
	return r;
}

static void forget(netsnmp_session *session)
{
	explicit_bzero(session->securityAuthKey, sizeof(session->securityAuthKey));
	explicit_bzero(session->securityPrivKey, sizeof(session->securityPrivKey));
}

int snmp_peer_check(const struct snmp_peer_settings *settings, struct err *err)
{
	netsnmp_session session;
	char host[ADDRESS_HOST_SIZE], port[ADDRESS_PORT_SIZE];
	int r = address_split(settings->host, SNMP_PEER_PORT, host, port, err);

	if (r < 0)
		return r;
	prepare();
	r = describe(settings, &session, err);
	forget(&session);
	return r;
}

/* The agent's engine instead of the one that was made up, from its report. */
static int adopt_engine(const struct snmp_peer *peer, netsnmp_session *session)
{
	const netsnmp_pdu *pdu = peer->pdu;
	u_char *engine;

	if (pdu->command != SNMP_MSG_REPORT || !pdu->securityEngineID ||
	    pdu->securityEngineIDLen == 0)
		return -EBADMSG;
	engine = malloc(pdu->securityEngineIDLen);
	if (!engine)
		return -ENOMEM;
	memcpy(engine, pdu->securityEngineID, pdu->securityEngineIDLen);
	free(session->securityEngineID);
	session->securityEngineID = engine;
	session->securityEngineIDLen = pdu->securityEngineIDLen;
	session->flags &= ~(u_long)SNMP_FLAGS_USER_CREATED;
	return 0;
}

/* RFC 3414 section 4: an empty question, whose report tells the agent's engine. The library's
 * own way of it waits where nobody can end it, and so is never begun: it thinks that it knows an
 * engine. */
static int discover(struct snmp_peer *peer, int64_t until_ms, struct err *err)
{
	netsnmp_session *session = snmp_sess_session(peer->session);
	int r;

	do {
		netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);

		drop_pdu(peer);
		if (!pdu)
			return err_sys(err, -ENOMEM, "cannot ask %s", peer->host);
		pdu->version = SNMP_VERSION_3;
		pdu->securityModel = SNMP_SEC_MODEL_USM;
		pdu->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
		pdu->securityName = strdup("");
		r = send_and_wait(peer, pdu, until_ms, err);
	} while (r == -ECONNREFUSED && move_on(peer));
	if (r == 0)
		r = adopt_engine(peer, session);
	drop_pdu(peer);
	if (r == -EBADMSG)
		return err_set(
		    err, -EBADMSG, "%s does not tell its engine: no SNMPv3 there", peer->host);
	if (r < 0)
		return r;
	if (create_user_from_session(session) != SNMPERR_SUCCESS)
		return err_set(err, -EINVAL, "cannot make keys for user '%s'", peer->user);
	return 0;
}

static int start(struct snmp_peer *peer, const struct snmp_peer_settings *given,
    int64_t until_ms, struct err *err)
{
	netsnmp_session session;
	netsnmp_transport *transport;
	int r = describe(given, &session, err);

	if (r == 0) {
		transport = transport_new(peer);
		/* Whether it works or not, the transport is the library's from here on. */
		peer->session =
		    transport ? snmp_sess_add(&session, transport, NULL, NULL) : NULL;
		if (!peer->session)
			r = err_set(err, -ENOMEM, "cannot ask %s: %s", peer->host,
			    snmp_api_errstring(session.s_snmp_errno));
	}
	forget(&session);
	if (r == 0 && given->v3)
		r = discover(peer, until_ms, err);
	return r;
}

int snmp_peer_open(const struct snmp_peer_settings *settings, int64_t until_ms,
    struct snmp_peer **ret, struct err *err)
{
	CLEANUP_SNMP_PEER struct snmp_peer *peer = calloc(1, sizeof(*peer));
	char port[ADDRESS_PORT_SIZE];
	int r;

	if (!peer)
		return err_sys(err, -ENOMEM, "cannot ask %s", settings->host);
	peer->fd = -1;
	peer->v3 = settings->v3;
	peer->level = settings->level;
	peer->retries = settings->retries;
	peer->user = strdup(settings->user ? settings->user : "");
	prepare();
	r = address_split(settings->host, SNMP_PEER_PORT, peer->host, port, err);
	if (r == 0 && !peer->user)
		r = err_sys(err, -ENOMEM, "cannot ask %s", settings->host);
	if (r == 0)
		r = address_look_up(
		    peer->host, port, settings->family, SOCK_DGRAM, &peer->addresses, err);
	if (r == 0)
		r = socket_open(peer, peer->addresses, err);
	if (r < 0)
		return r;
	peer->fd = r;
	r = start(peer, settings, until_ms, err);
	if (r < 0)
		return r;
	*ret = peer;
	peer = NULL;
	return 0;
}

void snmp_peer_close(struct snmp_peer *peer)
{
	if (!peer)
		return;
	drop_pdu(peer);
	if (peer->session)
		snmp_sess_close(peer->session);
	if (peer->fd >= 0)
		close(peer->fd);
	address_list_free(&peer->addresses);
	free(peer->user);
	free(peer);
}

const char *snmp_peer_host(const struct snmp_peer *peer)
{
	return peer->host;
}

unsigned snmp_peer_datagrams(const struct snmp_peer *peer)
{
	return peer->n_sent;
}
