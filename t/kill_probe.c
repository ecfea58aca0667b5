/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probe of the kill test: notes in a log that it ran for its slot, waits, and prints the
 * slot's second as a value, so that every row in the tables can be told from every other.
 *   kill_probe LOG MILLISECONDS [EXIT_CODE]
 */
#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"

int main(int argc, char **argv)
{
	const char *id_text = getenv("HAETAE_SCHEDULEID");
	uint64_t id, wait_ms, exit_code = 0;
	char line[32];
	int fd, size;

	if (argc < 3 || argc > 4 || !id_text || num_u64(id_text, &id, NULL) < 0 ||
	    num_u64(argv[2], &wait_ms, NULL) < 0 ||
	    (argc == 4 && num_u64(argv[3], &exit_code, NULL) < 0))
		return 3;
	fd = open(argv[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	size = snprintf(line, sizeof(line), "%" PRIu64 "\n", id);
	/* One write with O_APPEND: lines of many probes do not mix. */
	if (fd < 0 || write(fd, line, (size_t)size) != size)
		return 3;
	close(fd);
	clock_sleep_ms((int64_t)wait_ms);
	(void)printf("KILL OK - slot %" PRIu64 " | 'second'=%" PRIu32 "s\n", id, (uint32_t)id);
	return (int)exit_code;
}
