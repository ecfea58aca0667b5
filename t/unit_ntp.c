/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/ntp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "t/tap.h"

/* What chronyd 4.3 answered at stratum 8 with "local". The question's transmit time was the
 * bytes 1 to 8. */
static const unsigned char captured[] = { 0x24, 0x08, 0x00, 0xe7, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x7f, 0x7f, 0x01, 0x01, 0xee, 0xac, 0x91, 0xb1, 0xb2, 0x56, 0xbf,
	0x65, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0xee, 0xac, 0x91, 0xec, 0x23,
	0x8b, 0x6b, 0x9d, 0xee, 0xac, 0x91, 0xec, 0x23, 0x8e, 0xb9, 0x1c };
#define NONCE	 UINT64_C(0x0102030405060708)
#define ARRIVED	 UINT64_C(0xeeac91ec238b6b9d)
#define SENT_OUT UINT64_C(0xeeac91ec238eb91c)
#define SECOND	 (UINT64_C(1) << 32)

/* Parses exactly size bytes, so that a sanitizer sees one byte too many. */
static int parse_vars(const char *text, struct ntp *ret, struct err *err)
{
	size_t size = strlen(text);
	char *exact = malloc(size ? size : 1);
	int r;

	memcpy(exact, text, size);
	r = ntp_parse_vars(exact, size, ret, err);
	free(exact);
	return r;
}

static void test_time(void)
{
	unsigned char data[sizeof(captured)];
	struct err err = ERR_INIT;
	struct ntp ntp;

	is_num(ntp_parse_time(captured, sizeof(captured), NONCE, ARRIVED - SECOND,
		   SENT_OUT + SECOND, &ntp, &err),
	    0, "a captured answer");
	is_num(ntp.offset_s, 0, "a second each way: the clocks agree");
	is_num(ntp.stratum, 8, "stratum");
	is_str(ntp.source, "127.127.1.1", "reference id");
	ok(ntp.leap == NTP_NORMAL, "leap status");
	is_num(ntp_parse_time(captured, sizeof(captured), NONCE, ARRIVED - 3 * SECOND,
		   SENT_OUT - SECOND, &ntp, &err),
	    0, "a slow clock");
	is_num(ntp.offset_s, 2, "is behind");
	is_num(ntp_parse_time(captured, sizeof(captured), NONCE, ARRIVED + SECOND,
		   SENT_OUT + SECOND, &ntp, &err),
	    0, "a fast clock");
	is_num(ntp.offset_s, -1, "is ahead");

	is_num(ntp_parse_time(captured, sizeof(captured), NONCE + 1, 0, 0, &ntp, &err),
	    -EBADMSG, "an answer to another question");
	is_num(ntp_parse_time(captured, sizeof(captured) - 1, NONCE, 0, 0, &ntp, &err),
	    -EBADMSG, "an answer that was cut");
	memcpy(data, captured, sizeof(data));
	data[1] = 0;
	memcpy(data + 12, "RATE", 4);
	is_num(ntp_parse_time(data, sizeof(data), NONCE, 0, 0, &ntp, &err), -EPROTO,
	    "a kiss code");
	is_str(err.text, "the server has no time to tell (RATE)", "is told");
	memcpy(data, captured, sizeof(data));
	data[0] = 0xe4;
	memcpy(data + 12, "GPS", 4);
	is_num(ntp_parse_time(data, sizeof(data), NONCE, 0, 0, &ntp, &err), 0, "a lost clock");
	ok(ntp.leap == NTP_UNSYNCHRONISED, "is not synchronised");
	is_str(ntp.source, "GPS", "and has its name");
	memset(data + 40, 0, 8);
	is_num(
	    ntp_parse_time(data, sizeof(data), NONCE, 0, 0, &ntp, &err), -EBADMSG, "no time");

	memcpy(data, captured, sizeof(data));
	data[1] = NTP_STRATUM_MAX + 1;
	is_num(ntp_parse_time(data, sizeof(data), NONCE, 0, 0, &ntp, &err), -EBADMSG,
	    "a stratum that there is not");
}

static void test_vars(void)
{
	struct err err = ERR_INIT;
	struct ntp ntp;

	/* What ntpd of NTPsec 1.2.2 answered before it had found a source. */
	is_num(parse_vars("leap=3, stratum=16, rootdelay=0.000, rootdisp=0.585, refid=INIT,\r\n"
			  "offset=0.000000\r\n",
		   &ntp, &err),
	    0, "NTPsec");
	is_num(ntp.stratum, 16, "stratum");
	ok(ntp.leap == NTP_UNSYNCHRONISED, "leap status as a number");
	is_str(ntp.source, "INIT", "reference id");
	is_num(ntp.root_dispersion_s, 0.000585, "root dispersion");
	is_num(parse_vars("version=\"ntpd 4.2.8, stratum=1\", leap=01, stratum=3,\r\n"
			  "refid=192.0.2.1, offset=-1.250, rootdelay=12.5, rootdisp=30.125",
		   &ntp, &err),
	    0, "ntpd");
	is_num(ntp.stratum, 3, "what stands in quotes is no variable");
	ok(ntp.leap == NTP_INSERT, "leap status as two digits");
	is_num(ntp.offset_s, -0.00125, "offset");
	is_num(ntp.root_delay_s, 0.0125, "root delay");
	is_num(parse_vars("stratum=2, offset=+0.5", &ntp, &err), 0, "a plus sign");
	is_num(ntp.offset_s, 0.0005, "is no harm");

	is_num(parse_vars("", &ntp, &err), -EBADMSG, "nothing");
	is_num(parse_vars("stratum=2", &ntp, &err), -EBADMSG, "no offset");
	is_num(parse_vars("stratum=17, offset=1", &ntp, &err), -EBADMSG, "no stratum");
	is_num(parse_vars("stratum=x, offset=nan", &ntp, &err), -EBADMSG, "no numbers");
	is_num(parse_vars("stratum=\"2", &ntp, &err), -EBADMSG, "an open quote");
	is_num(parse_vars(",,=,==,stratum", &ntp, &err), -EBADMSG, "garbage");
}

/* A mock of ntpd: answers each question with what a real one wrote, or with an error. It is
 * not ntpd, which takes no port but 123 and sets the clock. */
static pid_t mock_ntpd(int fd, bool refuse)
{
	static const char vars[] = "leap=0, stratum=2, refid=192.0.2.7, offset=0.125\r\n";
	pid_t pid = fork();

	if (pid == 0) {
		struct sockaddr_in from;
		socklen_t from_size = sizeof(from);
		unsigned char data[512];
		ssize_t got =
		    recvfrom(fd, data, sizeof(data), 0, (struct sockaddr *)&from, &from_size);

		if (got < 12 || data[0] != 0x16 || data[1] != 2 || got % 4 != 0)
			_exit(1);
		data[1] = refuse ? 0xC2 : 0x82;
		data[4] = refuse ? 1 : 0xC0;
		data[11] = refuse ? 0 : (unsigned char)strlen(vars);
		memcpy(data + 12, vars, sizeof(vars));
		(void)sendto(fd, data, 12 + (refuse ? 0 : strlen(vars)), 0,
		    (struct sockaddr *)&from, from_size);
		_exit(0);
	}
	return pid;
}

static void test_mock(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	CLEANUP_CLOSE int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct err err = ERR_INIT;
	struct ntp ntp;
	char text[64];
	int status = -1;
	pid_t pid;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	is_num(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0, "a mock of ntpd");
	(void)getsockname(fd, (struct sockaddr *)&address, &size);
	(void)snprintf(text, sizeof(text), "127.0.0.1:%u", ntohs(address.sin_port));

	pid = mock_ntpd(fd, false);
	is_num(ntp_read_vars(text, ADDRESS_ANY, 5000, &ntp, &err), 0,
	    "is asked for its variables");
	is_num(ntp.offset_s, 0.000125, "and tells them");
	is_str(ntp.source, "192.0.2.7", "with its source");
	waitpid(pid, &status, 0);
	is_num(status, 0, "the question was well formed");
	pid = mock_ntpd(fd, true);
	is_num(ntp_read_vars(text, ADDRESS_ANY, 5000, &ntp, &err), -EPERM, "it may refuse");
	is_str(err.text, "ntpd refuses to tell (error 1)", "and says why");
	waitpid(pid, NULL, 0);
	is_num(ntp_measure(text, ADDRESS_ANY, 90, &ntp, &err), -ETIMEDOUT, "it may be silent");
}

int main(void)
{
	test_time();
	test_vars();
	test_mock();
	return tap_done();
}
