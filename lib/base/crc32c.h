/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CRC-32C (Castagnoli), the checksum of RFC 3720 appendix B.4: finds every torn or
 * flipped record that a spool may hold. No protection against an attacker.
 */
#ifndef HAETAE_BASE_CRC32C_H
#define HAETAE_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32c(const void *data, size_t size);

#endif
