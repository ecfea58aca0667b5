/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/chrony.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "lib/client/wire.h"

/* The packets, in network byte order. A question has a header of 20 bytes: version, type, two
 * reserved, command, attempt, sequence, 8 of padding. It must be as long as its answer, so
 * that nobody is flooded by a small question. */
enum {
	CHRONY_VERSION = 6,
	TYPE_QUESTION = 1,
	TYPE_ANSWER = 2,
	COMMAND_TRACKING = 33,
	ANSWER_TRACKING = 5,
	STATUS_SUCCESS = 0,
	STATUS_UNAUTHORISED = 2,
	QUESTION_SEQUENCE = 8,
};

/* Where the fields of the answer are. */
enum {
	AT_VERSION = 0,
	AT_TYPE = 1,
	AT_COMMAND = 4,
	AT_ANSWER = 6,
	AT_STATUS = 8,
	AT_SEQUENCE = 16,
	ANSWER_HEADER = 28,
	AT_REF_ID = 28,
	AT_ADDRESS = 32, /* 16 bytes, then the family */
	AT_FAMILY = 48,
	AT_STRATUM = 52,
	AT_LEAP = 54,
	AT_TIME = 56, /* seconds, high and low half, then nanoseconds */
	AT_CORRECTION = 68,
	AT_LAST_OFFSET = 72,
	AT_RMS_OFFSET = 76,
	AT_FREQUENCY = 80,
	AT_SKEW = 88,
	AT_ROOT_DELAY = 92,
	AT_ROOT_DISPERSION = 96,
	ANSWER_SIZE = 104,
};

enum { FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 };

/* 7 bits of exponent and 25 of coefficient, each two's complement; the value is
 * coefficient * 2^(exponent - 25). */
static double wire_float(const unsigned char *data)
{
	uint32_t bits = wire_u32(data);
	int exponent = (int)(bits >> 25), coefficient = (int)(bits & 0x1FFFFFF);

	if (exponent >= 64)
		exponent -= 128;
	if (coefficient >= 0x1000000)
		coefficient -= 0x2000000;
	return ldexp(coefficient, exponent - 25);
}

static void source_text(const unsigned char *data, char out[CHRONY_SOURCE_SIZE])
{
	unsigned family = wire_u16(data + AT_FAMILY);

	out[0] = '\0';
	if (family == FAMILY_IPV4)
		(void)inet_ntop(AF_INET, data + AT_ADDRESS, out, CHRONY_SOURCE_SIZE);
	else if (family == FAMILY_IPV6)
		(void)inet_ntop(AF_INET6, data + AT_ADDRESS, out, CHRONY_SOURCE_SIZE);
	else
		wire_ref_id(data + AT_REF_ID, out, CHRONY_SOURCE_SIZE);
}

int chrony_parse(const unsigned char *data, size_t size, struct chrony *ret, struct err *err)
{
	unsigned status;
	double seconds;

	if (size < ANSWER_HEADER || data[AT_TYPE] != TYPE_ANSWER)
		return err_set(err, -EBADMSG, "the answer is not chronyd's");
	if (data[AT_VERSION] != CHRONY_VERSION)
		return err_set(err, -EPROTO,
		    "chronyd speaks version %u of its protocol, not %d", data[AT_VERSION],
		    CHRONY_VERSION);
	status = wire_u16(data + AT_STATUS);
	if (status == STATUS_UNAUTHORISED)
		return err_set(
		    err, -EPERM, "chronyd refuses to tell (see cmdallow in chrony.conf)");
	if (status != STATUS_SUCCESS || wire_u16(data + AT_ANSWER) != ANSWER_TRACKING)
		return err_set(err, -EPROTO, "chronyd answers with status %u", status);
	if (size < ANSWER_SIZE)
		return err_set(err, -EBADMSG, "chronyd's answer ends after %zu bytes", size);
	seconds = (double)wire_u32(data + AT_TIME) * 4294967296.0 +
		  (double)wire_u32(data + AT_TIME + 4);
	*ret = (struct chrony){
		.stratum = wire_u16(data + AT_STRATUM),
		.leap = (enum chrony_leap)(wire_u16(data + AT_LEAP) & 3),
		.updated_s = seconds + (double)wire_u32(data + AT_TIME + 8) / 1e9,
		.correction_s = wire_float(data + AT_CORRECTION),
		.last_offset_s = wire_float(data + AT_LAST_OFFSET),
		.rms_offset_s = wire_float(data + AT_RMS_OFFSET),
		.frequency_ppm = wire_float(data + AT_FREQUENCY),
		.skew_ppm = wire_float(data + AT_SKEW),
		.root_delay_s = wire_float(data + AT_ROOT_DELAY),
		.root_dispersion_s = wire_float(data + AT_ROOT_DISPERSION),
	};
	source_text(data, ret->source);
	return 0;
}

/* The sequence number is random: an answer to anybody else's question is not ours. */
static bool is_answer(const unsigned char *data, size_t size, const void *context)
{
	return size >= ANSWER_HEADER && memcmp(data + AT_SEQUENCE, context, 4) == 0;
}

int chrony_ask(const char *address, enum address_family family, int64_t timeout_ms,
    struct chrony *ret, struct err *err)
{
	CLEANUP_DGRAM struct dgram dgram = DGRAM_NONE;
	unsigned char question[ANSWER_SIZE] = { CHRONY_VERSION, TYPE_QUESTION };
	unsigned char answer[CHRONY_ANSWER_MAX];
	size_t size;
	int r;

	wire_put_u16(question + AT_COMMAND, COMMAND_TRACKING);
	if (getrandom(question + QUESTION_SEQUENCE, 4, 0) != 4)
		return err_sys(err, -errno, "cannot draw a random number");
	r = dgram_open(address, CHRONY_PORT, family, &dgram, err);
	if (r == 0)
		r = dgram_ask(&dgram, question, sizeof(question), timeout_ms, is_answer,
		    question + QUESTION_SEQUENCE, answer, sizeof(answer), &size, err);
	return r < 0 ? r : chrony_parse(answer, size, ret, err);
}
