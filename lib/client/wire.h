/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers in network byte order, and the reference id that NTP and chronyd share. The caller
 * answers for the bytes being there.
 */
#ifndef HAETAE_CLIENT_WIRE_H
#define HAETAE_CLIENT_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

static inline uint16_t wire_u16(const unsigned char *data)
{
	return (uint16_t)(data[0] << 8 | data[1]);
}

static inline uint32_t wire_u32(const unsigned char *data)
{
	return (uint32_t)wire_u16(data) << 16 | wire_u16(data + 2);
}

static inline uint64_t wire_u64(const unsigned char *data)
{
	return (uint64_t)wire_u32(data) << 32 | wire_u32(data + 4);
}

static inline void wire_put_u16(unsigned char *data, uint16_t value)
{
	data[0] = (unsigned char)(value >> 8);
	data[1] = (unsigned char)(value & 0xFF);
}

/* The four bytes as a name ("GPS"), which clocks have, or as an IPv4 address; "" for none. */
static inline void wire_ref_id(const unsigned char *data, char *out, size_t size)
{
	int n = 0;

	out[0] = '\0';
	if (wire_u32(data) == 0)
		return;
	while (n < 4 && data[n] > ' ' && data[n] < 0x7F)
		n++;
	for (int i = n; i < 4; i++) {
		if (data[i] != 0)
			n = 0;
	}
	if (n > 0)
		(void)snprintf(out, size, "%.*s", n, (const char *)data);
	else
		(void)snprintf(out, size, "%u.%u.%u.%u", data[0], data[1], data[2], data[3]);
}

#endif
