/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks for units on a D-Bus and prints what was said: systemd_ask ADDRESS MILLISECONDS UNIT... */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/client/systemd.h"

int main(int argc, char **argv)
{
	CLEANUP_SYSTEMD struct systemd *systemd = NULL;
	struct err err = ERR_INIT;
	int64_t ms, until_ms;
	int r;

	if (argc < 3 || num_i64(argv[2], &ms, &err) < 0)
		return 2;
	until_ms = clock_mono_ms() + ms;
	r = systemd_open(argv[1], until_ms, &systemd, &err);
	if (r < 0) {
		printf("open: %s: %s\n", strerror(-r), err.text);
		return 1;
	}
	for (int i = 3; i < argc; i++) {
		struct systemd_unit unit;

		r = systemd_unit(systemd, argv[i], until_ms, &unit, &err);
		if (r < 0) {
			printf("%s: %s: %s\n", argv[i], strerror(-r), err.text);
			continue;
		}
		printf("%s: %s %s %s '%s' %d '%s' %u %u %d%s%s\n", unit.name, unit.load,
		    unit.active, unit.sub, unit.unit_file, unit.is_service, unit.result,
		    unit.n_restarts, unit.main_pid, unit.exec_main_status,
		    systemd_unit_failed(&unit) ? " failed" : "",
		    systemd_unit_restarting(&unit) ? " restarting" : "");
	}
	return 0;
}
