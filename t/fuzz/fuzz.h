/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets share. Each target is one file with LLVMFuzzerTestOneInput: with
 * --enable-fuzz libFuzzer drives it, otherwise replay.c runs its corpus in "make check".
 */
#ifndef HAETAE_T_FUZZ_FUZZ_H
#define HAETAE_T_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise that the input broke: the process ends, and the input is kept. */
#define fuzz_promise(holds)                                                                   \
	do {                                                                                  \
		if (!(holds)) {                                                               \
			fprintf(                                                              \
			    stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #holds); \
			abort();                                                              \
		}                                                                             \
	} while (0)

/* The input as a NUL-terminated text of its own, without a byte to spare; the caller frees. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* Cuts the input into parts, each after a byte that is its size, and calls each: for formats
 * whose checksum would stop everything else. */
typedef void fuzz_part_fn(const char *part, size_t size, void *context);
static inline void fuzz_parts(
    const uint8_t *data, size_t size, fuzz_part_fn *call, void *context)
{
	for (size_t at = 0; at < size;) {
		size_t length = data[at++];

		if (length > size - at)
			length = size - at;
		call((const char *)data + at, length, context);
		at += length;
	}
}

#endif
