/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/ntp.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/client/wire.h"

/* RFC 5905 section 7.3. */
enum {
	AT_FLAGS = 0, /* leap, version, mode */
	AT_STRATUM = 1,
	AT_ROOT_DELAY = 4,
	AT_ROOT_DISPERSION = 8,
	AT_REF_ID = 12,
	AT_ORIGIN = 24,
	AT_RECEIVE = 32,
	AT_TRANSMIT = 40,
	TIME_SIZE = 48,
	MODE_CLIENT = 3,
	MODE_SERVER = 4,
	NTP_VERSION = 4,
};

/* RFC 9327 section 2. */
enum {
	AT_OPERATION = 1, /* response, error, more, then the opcode */
	AT_SEQUENCE = 2,
	AT_STATUS = 4,
	AT_OFFSET = 8,
	AT_COUNT = 10,
	CONTROL_HEADER = 12,
	MODE_CONTROL = 6,
	CONTROL_VERSION = 2,
	OPCODE_READ_VARS = 2,
	BIT_RESPONSE = 0x80,
	BIT_ERROR = 0x40,
};

enum { NTP_ANSWER_MAX = 1024, NTP_TRIES = 3 };

#define NTP_FRACTION 4294967296.0

/* --- the time --------------------------------------------------------------------- */

/* 16 bits of seconds, 16 of fraction. */
static double short_time(const unsigned char *data)
{
	return (double)wire_u32(data) / 65536;
}

/* Right across the end of an era, as long as the two are within 68 years. */
static double seconds_between(uint64_t earlier, uint64_t later)
{
	return (double)(int64_t)(later - earlier) / NTP_FRACTION;
}

int ntp_parse_time(const unsigned char *data, size_t size, uint64_t nonce, uint64_t sent,
    uint64_t received, struct ntp *ret, struct err *err)
{
	uint64_t arrived, left;
	struct ntp ntp;

	if (size < TIME_SIZE || (data[AT_FLAGS] & 7) != MODE_SERVER ||
	    wire_u64(data + AT_ORIGIN) != nonce)
		return err_set(err, -EBADMSG, "the answer is not that of an NTP server");
	ntp = (struct ntp){
		.stratum = data[AT_STRATUM],
		.leap = (enum ntp_leap)(data[AT_FLAGS] >> 6),
		.root_delay_s = short_time(data + AT_ROOT_DELAY),
		.root_dispersion_s = short_time(data + AT_ROOT_DISPERSION),
	};
	wire_ref_id(data + AT_REF_ID, ntp.source, sizeof(ntp.source));
	if (ntp.stratum == 0)
		return err_set(err, -EPROTO, "the server has no time to tell (%s)",
		    ntp.source[0] ? ntp.source : "no reason");
	/* RFC 5905, 7.3: 17 and above are reserved. */
	if (ntp.stratum > NTP_STRATUM_MAX)
		return err_set(err, -EBADMSG, "the server claims stratum %u", ntp.stratum);
	arrived = wire_u64(data + AT_RECEIVE);
	left = wire_u64(data + AT_TRANSMIT);
	if (left == 0)
		return err_set(err, -EBADMSG, "the server tells no time");
	ntp.offset_s = (seconds_between(sent, arrived) + seconds_between(received, left)) / 2;
	*ret = ntp;
	return 0;
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	/* Seconds since 1900, modulo an era. */
	return ((uint64_t)ts.tv_sec + 2208988800U) << 32 |
	       (uint64_t)((double)ts.tv_nsec * NTP_FRACTION / 1e9);
}

static bool is_time(const unsigned char *data, size_t size, const void *context)
{
	return size >= TIME_SIZE && memcmp(data + AT_ORIGIN, context, 8) == 0;
}

int ntp_measure(const char *address, enum address_family family, int64_t timeout_ms,
    struct ntp *ret, struct err *err)
{
	CLEANUP_DGRAM struct dgram dgram = DGRAM_NONE;
	int64_t end = clock_mono_ms() + timeout_ms;
	unsigned char answer[NTP_ANSWER_MAX];
	int r = dgram_open(address, NTP_PORT, family, &dgram, err);

	if (r < 0)
		return r;
	for (int i = 0; i < NTP_TRIES; i++) {
		unsigned char question[TIME_SIZE] = { NTP_VERSION << 3 | MODE_CLIENT };
		uint64_t sent;
		size_t size;

		/* A random number stands for the time of sending: nobody can guess it, and our
		 * clock is nobody's business. */
		if (getrandom(question + AT_TRANSMIT, 8, 0) != 8)
			return err_sys(err, -errno, "cannot draw a random number");
		sent = now();
		r = dgram_ask(&dgram, question, sizeof(question),
		    (end - clock_mono_ms()) / (NTP_TRIES - i), is_time, question + AT_TRANSMIT,
		    answer, sizeof(answer), &size, err);
		if (r == 0)
			return ntp_parse_time(answer, size, wire_u64(question + AT_TRANSMIT),
			    sent, now(), ret, err);
		if (r != -ETIMEDOUT)
			break;
	}
	return r;
}

/* --- what ntpd says ------------------------------------------------------------------ */

/* One "name=value"; a value may stand in quotes. */
struct var {
	const char *name, *value;
	size_t name_size, value_size;
};

static bool is_separator(char c)
{
	return c == ',' || c == ' ' || c == '\r' || c == '\n';
}

/* The next variable of the text; false at its end. */
static bool var_next(const char **text, const char *end, struct var *ret)
{
	const char *p = *text;

	while (p < end && is_separator(*p))
		p++;
	if (p == end)
		return false;
	ret->name = p;
	while (p < end && *p != '=' && !is_separator(*p))
		p++;
	ret->name_size = (size_t)(p - ret->name);
	ret->value = p;
	ret->value_size = 0;
	if (p < end && *p == '=') {
		const char *stop = NULL;

		ret->value = ++p;
		if (p < end && *p == '"') {
			ret->value = ++p;
			stop = memchr(p, '"', (size_t)(end - p));
			p = stop ? stop + 1 : end;
		} else {
			while (p < end && !is_separator(*p))
				p++;
		}
		ret->value_size = (size_t)((stop ? stop : p) - ret->value);
	}
	*text = p;
	return true;
}

static bool var_is(const struct var *var, const char *name)
{
	return strlen(name) == var->name_size && memcmp(name, var->name, var->name_size) == 0;
}

/* Some versions write a plus sign. */
static bool var_number(const struct var *var, double *ret)
{
	const char *p = var->value;
	size_t size = var->value_size;

	if (size > 0 && *p == '+') {
		p++;
		size--;
	}
	return num_double_n(p, size, ret) == 0;
}

/* NTPsec writes a number from 0 to 3, ntpd two binary digits. */
static enum ntp_leap leap_parse(const struct var *var)
{
	const char *p = var->value;

	if (var->value_size == 1 && *p >= '0' && *p <= '3')
		return (enum ntp_leap)(*p - '0');
	if (var->value_size == 2)
		return (enum ntp_leap)((p[0] == '1') * 2 + (p[1] == '1'));
	return NTP_NORMAL;
}

int ntp_parse_vars(const char *text, size_t size, struct ntp *ret, struct err *err)
{
	const char *p = text, *end = text + size;
	struct ntp ntp = {
		.leap = NTP_NORMAL, .offset_s = NAN, .stratum = NTP_STRATUM_MAX + 1
	};
	struct var var;
	double number;

	while (var_next(&p, end, &var)) {
		bool is_number = var_number(&var, &number);

		if (var_is(&var, "refid"))
			(void)snprintf(ntp.source, sizeof(ntp.source), "%.*s",
			    (int)(var.value_size < sizeof(ntp.source) ? var.value_size
								      : sizeof(ntp.source)),
			    var.value);
		else if (!is_number)
			continue;
		else if (var_is(&var, "stratum") && number >= 0 && number <= NTP_STRATUM_MAX)
			ntp.stratum = (unsigned)number;
		else if (var_is(&var, "offset"))
			ntp.offset_s = number / 1000;
		else if (var_is(&var, "rootdelay"))
			ntp.root_delay_s = number / 1000;
		else if (var_is(&var, "rootdisp"))
			ntp.root_dispersion_s = number / 1000;
		else if (var_is(&var, "leap"))
			ntp.leap = leap_parse(&var);
	}
	if (ntp.stratum > NTP_STRATUM_MAX || isnan(ntp.offset_s))
		return err_set(err, -EBADMSG, "ntpd tells no stratum and offset");
	*ret = ntp;
	return 0;
}

static bool is_vars(const unsigned char *data, size_t size, const void *context)
{
	return size >= CONTROL_HEADER && (data[AT_FLAGS] & 7) == MODE_CONTROL &&
	       (data[AT_OPERATION] & BIT_RESPONSE) &&
	       memcmp(data + AT_SEQUENCE, context, 2) == 0;
}

int ntp_read_vars(const char *address, enum address_family family, int64_t timeout_ms,
    struct ntp *ret, struct err *err)
{
	/* By name, so that the answer fits one packet. */
	static const char names[] = "leap,stratum,refid,offset,rootdelay,rootdisp";
	CLEANUP_DGRAM struct dgram dgram = DGRAM_NONE;
	unsigned char question[CONTROL_HEADER + sizeof(names) + 3] = {
		CONTROL_VERSION << 3 | MODE_CONTROL, OPCODE_READ_VARS
	};
	unsigned char answer[NTP_ANSWER_MAX];
	size_t size, count = strlen(names);
	int r;

	wire_put_u16(question + AT_COUNT, (uint16_t)count);
	memcpy(question + CONTROL_HEADER, names, sizeof(names));
	if (getrandom(question + AT_SEQUENCE, 2, 0) != 2)
		return err_sys(err, -errno, "cannot draw a random number");
	r = dgram_open(address, NTP_PORT, family, &dgram, err);
	/* The data is padded to words. */
	if (r == 0)
		r = dgram_ask(&dgram, question, CONTROL_HEADER + (count + 3) / 4 * 4,
		    timeout_ms, is_vars, question + AT_SEQUENCE, answer, sizeof(answer), &size,
		    err);
	if (r < 0)
		return r;
	if (answer[AT_OPERATION] & BIT_ERROR)
		return err_set(
		    err, -EPERM, "ntpd refuses to tell (error %u)", answer[AT_STATUS]);
	count = wire_u16(answer + AT_COUNT);
	if (count > size - CONTROL_HEADER)
		count = size - CONTROL_HEADER;
	return ntp_parse_vars((const char *)answer + CONTROL_HEADER, count, ret, err);
}
