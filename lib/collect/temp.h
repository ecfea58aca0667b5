/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Temperatures from /sys/class/hwmon (Documentation/hwmon/sysfs-interface.rst) and, where a
 * zone is not among those already, /sys/class/thermal (Documentation/driver-api/thermal/
 * sysfs-api.rst). Both count in thousandths of a degree Celsius.
 *
 * Sensors come and go: one that gives no number, or says itself that it is faulty, is left
 * out and counted.
 */
#ifndef HAETAE_COLLECT_TEMP_H
#define HAETAE_COLLECT_TEMP_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/err.h"
#include "lib/base/fsroot.h"

/* More than any machine has; a tree with more is refused. */
enum { TEMP_SENSORS_MAX = 4096, TEMP_NAME_SIZE = 128, TEMP_INPUT_SIZE = 24 };

struct temp_sensor {
	/* "CHIP/LABEL", blanks made '_': the same after a reboot. Where several chips have one
	 * name, CHIP is that of the device behind it ("nvme0", "coretemp.1"). Where a chip has a
	 * label twice, "-temp2" follows. */
	char name[TEMP_NAME_SIZE];
	char input[TEMP_INPUT_SIZE]; /* "temp2" */
	double celsius;
	double max; /* the sensor's own limits in degrees, nan where it tells none */
	double crit;
	bool is_cpu; /* made for the CPU: coretemp, k10temp, cpu_thermal, … */
};

struct temp {
	struct temp_sensor *sensors; /* by name, numbers inside by value */
	size_t n_sensors;
	size_t n_faulty; /* those that gave no number */
};

/* The text of one file: thousandths of a degree, as the kernel writes them ("-1500\n").
 * -EBADMSG if it is none or beyond ±1000 degrees. */
int temp_parse(
    const char *text, size_t size, double *ret_celsius, struct err *err) ATTR_MUST_CHECK;

/* All sensors; none at all is no failure. -E2BIG with more than TEMP_SENSORS_MAX. */
int temp_read(const struct fsroot *root, struct temp *ret, struct err *err) ATTR_MUST_CHECK;
void temp_free(struct temp *temp);

/* The hottest of the CPU's sensors, else the hottest of all; NULL if there is none. */
const struct temp_sensor *temp_hottest(const struct temp *temp);

#endif
