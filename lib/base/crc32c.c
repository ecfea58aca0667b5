/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/base/crc32c.h"

/* The polynomial 0x1EDC6F41, bits reversed. Four bits at a time: 16 numbers that anybody can
 * check, and fast enough for records of some hundred bytes. */
static const uint32_t crc32c_nibble[16] = { 0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1,
	0x417B1DBC, 0x5125DAD3, 0x61C69362, 0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6,
	0xB21572C9, 0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75 };

uint32_t crc32c(const void *data, size_t size)
{
	const unsigned char *p = data;
	uint32_t crc = 0xFFFFFFFF;

	for (size_t i = 0; i < size; i++) {
		crc ^= p[i];
		crc = (crc >> 4) ^ crc32c_nibble[crc & 15];
		crc = (crc >> 4) ^ crc32c_nibble[crc & 15];
	}
	return ~crc;
}
