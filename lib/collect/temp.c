/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/temp.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"
#include "lib/base/num.h"

#define HWMON "/sys/class/hwmon"
#define ZONES "/sys/class/thermal"

enum { TEMP_FILE_MAX = 4096, TEMP_PATH_SIZE = 512, TEMP_CELSIUS_MAX = 1000 };
/* Names of chips, devices and labels; longer ones are cut. */
enum { TEMP_WORD_SIZE = TEMP_NAME_SIZE / 2 };

/* One chip of hwmon, before its name is known to be unique. */
struct chip {
	char dir[TEMP_WORD_SIZE];  /* below HWMON */
	char name[TEMP_WORD_SIZE]; /* the driver's: "coretemp" */
	char device[TEMP_WORD_SIZE];
};

struct chips {
	struct chip *items;
	size_t n_items;
};

static void chips_free(struct chips *chips)
{
	free(chips->items);
}

int temp_parse(const char *text, size_t size, double *ret_celsius, struct err *err)
{
	const char *p = text, *end = text + size;
	double value;

	if (num_scan_double(&p, end, &value) < 0 || (p < end && *p != '\n') ||
	    fabs(value) > TEMP_CELSIUS_MAX * 1000.0)
		return err_set(err, -EBADMSG, "cannot parse a temperature: found '%.*s'",
		    (int)(size < 20 ? size : 20), text);
	*ret_celsius = value / 1000;
	return 0;
}

/* --- files ----------------------------------------------------------------------- */

/* The first line of a small file, blanks made '_'. False if there is none. */
static bool read_word(const struct fsroot *root, const char *path, char *out, size_t size)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(TEMP_FILE_MAX);
	size_t n;

	if (fsroot_read(root, path, &text, NULL) < 0)
		return false;
	n = strcspn(buf_text(&text), "\n");
	while (n > 0 && text.data[n - 1] == ' ')
		n--;
	if (n == 0)
		return false;
	(void)snprintf(out, size, "%.*s", (int)(n < size ? n : size), buf_text(&text));
	for (char *p = out; *p; p++) {
		if (*p == ' ' || *p == '\t')
			*p = '_';
	}
	return true;
}

static bool read_celsius(const struct fsroot *root, const char *path, double *ret)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(TEMP_FILE_MAX);

	return fsroot_read(root, path, &text, NULL) == 0 &&
	       temp_parse(buf_text(&text), text.size, ret, NULL) == 0;
}

/* The last part of where DIR/device points to: what tells chips of one driver apart. */
static void read_device(const struct fsroot *root, const char *path, char *out, size_t size)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(8192);
	const char *slash;

	out[0] = '\0';
	if (fsroot_readlink(root, path, &text, NULL) < 0)
		return;
	slash = strrchr(buf_text(&text), '/');
	(void)snprintf(out, size, "%s", slash ? slash + 1 : buf_text(&text));
}

/* --- sensors ---------------------------------------------------------------------- */

static bool is_cpu_chip(const char *chip)
{
	static const char *const chips[] = { "coretemp", "k10temp", "k8temp", "zenpower",
		"cpu_thermal", "cpu-thermal", "x86_pkg_temp", "soc_thermal", "soc-thermal",
		"via_cputemp", "fam15h_power" };

	for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
		if (strcmp(chip, chips[i]) == 0)
			return true;
	}
	/* Boards with several clusters: "cpu0-thermal", "cpu-0-0-thermal", "cpu_thermal1". */
	return strncmp(chip, "cpu", 3) == 0 && strstr(chip, "therm");
}

static int sensor_add(struct temp *temp, const struct temp_sensor *sensor, struct err *err)
{
	size_t n = temp->n_sensors;

	if (n >= TEMP_SENSORS_MAX)
		return err_set(err, -E2BIG,
		    "cannot read the temperatures: more than %d sensors", TEMP_SENSORS_MAX);
	if ((n & (n - 1)) == 0) {
		struct temp_sensor *sensors =
		    reallocarray(temp->sensors, n ? 2 * n : 1, sizeof(*sensors));

		if (!sensors)
			return err_sys(err, -ENOMEM, "cannot hold %zu sensors", n);
		temp->sensors = sensors;
	}
	temp->sensors[temp->n_sensors++] = *sensor;
	return 0;
}

/* Path of one of a sensor's files; stem is "HWMON/DIR/tempN". */
static const char *file_of(const char *stem, const char *suffix, char path[TEMP_PATH_SIZE])
{
	(void)snprintf(path, TEMP_PATH_SIZE, "%.*s%s", TEMP_PATH_SIZE - 16, stem, suffix);
	return path;
}

static int hwmon_sensor(const struct fsroot *root, const char *chip, const char *chip_name,
    const char *stem, struct temp *temp, struct err *err)
{
	struct temp_sensor sensor = { .max = NAN, .crit = NAN, .is_cpu = is_cpu_chip(chip) };
	char path[TEMP_PATH_SIZE], label[TEMP_WORD_SIZE];
	double fault;

	if ((read_celsius(root, file_of(stem, "_fault", path), &fault) && fault > 0) ||
	    !read_celsius(root, file_of(stem, "_input", path), &sensor.celsius)) {
		temp->n_faulty++;
		return 0;
	}
	(void)read_celsius(root, file_of(stem, "_max", path), &sensor.max);
	(void)read_celsius(root, file_of(stem, "_crit", path), &sensor.crit);
	if (!read_word(root, file_of(stem, "_label", path), label, sizeof(label)))
		(void)snprintf(label, sizeof(label), "%.40s", strrchr(stem, '/') + 1);
	(void)snprintf(sensor.input, sizeof(sensor.input), "%.23s", strrchr(stem, '/') + 1);
	(void)snprintf(sensor.name, sizeof(sensor.name), "%.47s/%.47s", chip_name, label);
	return sensor_add(temp, &sensor, err);
}

/* How the chip is called in the names of its sensors. */
static void chip_name(
    const struct chips *chips, const struct chip *chip, char out[TEMP_WORD_SIZE])
{
	bool unique = true;

	for (size_t i = 0; i < chips->n_items; i++) {
		if (&chips->items[i] != chip && strcmp(chips->items[i].name, chip->name) == 0)
			unique = false;
	}
	if (unique)
		(void)snprintf(out, TEMP_WORD_SIZE, "%s", chip->name);
	else if (strncmp(chip->device, chip->name, strlen(chip->name)) == 0)
		(void)snprintf(out, TEMP_WORD_SIZE, "%s", chip->device);
	else
		(void)snprintf(out, TEMP_WORD_SIZE, "%.23s-%.23s", chip->name,
		    chip->device[0] ? chip->device : chip->dir);
}

static int chip_sensors(const struct fsroot *root, const struct chips *chips,
    const struct chip *chip, struct temp *temp, struct err *err)
{
	CLEANUP_CLOSEDIR DIR *dir = NULL;
	char path[TEMP_PATH_SIZE], name[TEMP_WORD_SIZE];
	const struct dirent *entry;

	chip_name(chips, chip, name);
	(void)snprintf(path, sizeof(path), HWMON "/%s", chip->dir);
	/* A chip that vanished since its name was read has no sensors. */
	if (fsroot_opendir(root, path, &dir, NULL) < 0)
		return 0;
	while ((entry = readdir(dir))) {
		const char *under = strstr(entry->d_name, "_input");
		int r;

		if (strncmp(entry->d_name, "temp", 4) != 0 || !under ||
		    strcmp(under, "_input") != 0)
			continue;
		(void)snprintf(path, sizeof(path), HWMON "/%s/%.*s", chip->dir,
		    (int)(under - entry->d_name), entry->d_name);
		r = hwmon_sensor(root, chip->name, name, path, temp, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* --- chips and zones ----------------------------------------------------------------- */

static int chip_add(
    const struct fsroot *root, const char *dir, struct chips *chips, struct err *err)
{
	struct chip chip, *items;
	char path[TEMP_PATH_SIZE];

	if (strlen(dir) >= sizeof(chip.dir))
		return 0;
	(void)snprintf(chip.dir, sizeof(chip.dir), "%s", dir);
	(void)snprintf(path, sizeof(path), HWMON "/%s/name", dir);
	if (!read_word(root, path, chip.name, sizeof(chip.name)))
		return 0;
	(void)snprintf(path, sizeof(path), HWMON "/%s/device", dir);
	read_device(root, path, chip.device, sizeof(chip.device));
	if (chips->n_items >= TEMP_SENSORS_MAX)
		return err_set(
		    err, -E2BIG, "cannot read " HWMON ": more than %d chips", TEMP_SENSORS_MAX);
	items = reallocarray(chips->items, chips->n_items + 1, sizeof(*items));
	if (!items)
		return err_sys(err, -ENOMEM, "cannot hold a chip of " HWMON);
	chips->items = items;
	items[chips->n_items++] = chip;
	return 0;
}

static int chips_read(const struct fsroot *root, struct chips *chips, struct err *err)
{
	CLEANUP_CLOSEDIR DIR *dir = NULL;
	const struct dirent *entry;
	int r = fsroot_opendir(root, HWMON, &dir, err);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	while (r == 0 && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "hwmon", 5) == 0)
			r = chip_add(root, entry->d_name, chips, err);
	}
	return r;
}

/* The thermal core gives hwmon most zones, under the zone's type with '-' made '_'. */
static bool is_in_hwmon(const struct chips *chips, const char *type)
{
	char name[TEMP_WORD_SIZE];

	(void)snprintf(name, sizeof(name), "%s", type);
	for (char *p = name; *p; p++) {
		if (*p == '-')
			*p = '_';
	}
	for (size_t i = 0; i < chips->n_items; i++) {
		if (strcmp(chips->items[i].name, name) == 0)
			return true;
	}
	return false;
}

static int zone_sensor(const struct fsroot *root, const char *zone, const struct chips *chips,
    struct temp *temp, struct err *err)
{
	struct temp_sensor sensor = { .max = NAN, .crit = NAN };
	char path[TEMP_PATH_SIZE], type[TEMP_WORD_SIZE];

	if (strlen(zone) > 40)
		return 0;
	(void)snprintf(path, sizeof(path), ZONES "/%.40s/type", zone);
	if (!read_word(root, path, type, sizeof(type)) || is_in_hwmon(chips, type))
		return 0;
	(void)snprintf(path, sizeof(path), ZONES "/%.40s/temp", zone);
	if (!read_celsius(root, path, &sensor.celsius)) {
		temp->n_faulty++;
		return 0;
	}
	sensor.is_cpu = is_cpu_chip(type);
	(void)snprintf(sensor.name, sizeof(sensor.name), "%.47s/%.47s", type, zone);
	return sensor_add(temp, &sensor, err);
}

static int zones_read(
    const struct fsroot *root, const struct chips *chips, struct temp *temp, struct err *err)
{
	CLEANUP_CLOSEDIR DIR *dir = NULL;
	const struct dirent *entry;
	int r = fsroot_opendir(root, ZONES, &dir, err);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	while (r == 0 && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "thermal_zone", 12) == 0)
			r = zone_sensor(root, entry->d_name, chips, temp, err);
	}
	return r;
}

static int by_name(const void *a, const void *b)
{
	return strverscmp(
	    ((const struct temp_sensor *)a)->name, ((const struct temp_sensor *)b)->name);
}

static void sort(struct temp *temp)
{
	if (temp->n_sensors > 0)
		qsort(temp->sensors, temp->n_sensors, sizeof(temp->sensors[0]), by_name);
}

/* A name is a perfdata label, which is there once. */
static void make_unique(struct temp *temp)
{
	char name[TEMP_NAME_SIZE];

	for (size_t i = 0, end; i < temp->n_sensors; i = end) {
		struct temp_sensor *sensors = &temp->sensors[i];

		for (end = i + 1; end < temp->n_sensors; end++) {
			if (strcmp(temp->sensors[end].name, sensors->name) != 0)
				break;
		}
		(void)snprintf(name, sizeof(name), "%s", sensors->name);
		for (size_t k = 0; k < end - i && end - i > 1; k++)
			(void)snprintf(sensors[k].name, sizeof(sensors[k].name), "%.100s-%s",
			    name, sensors[k].input);
	}
	sort(temp);
}

int temp_read(const struct fsroot *root, struct temp *ret, struct err *err)
{
	CLEANUP(chips_free) struct chips chips = { 0 };
	struct temp temp = { 0 };
	int r = chips_read(root, &chips, err);

	for (size_t i = 0; i < chips.n_items && r == 0; i++)
		r = chip_sensors(root, &chips, &chips.items[i], &temp, err);
	if (r == 0)
		r = zones_read(root, &chips, &temp, err);
	if (r < 0) {
		temp_free(&temp);
		return r;
	}
	sort(&temp);
	make_unique(&temp);
	*ret = temp;
	return 0;
}

void temp_free(struct temp *temp)
{
	free(temp->sensors);
	*temp = (struct temp){ 0 };
}

const struct temp_sensor *temp_hottest(const struct temp *temp)
{
	const struct temp_sensor *hottest = NULL;

	for (size_t i = 0; i < temp->n_sensors; i++) {
		const struct temp_sensor *sensor = &temp->sensors[i];

		if (!hottest || (sensor->is_cpu && !hottest->is_cpu) ||
		    (sensor->is_cpu == hottest->is_cpu && sensor->celsius > hottest->celsius))
			hottest = sensor;
	}
	return hottest;
}
