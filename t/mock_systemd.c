/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stand-in for systemd on a private D-Bus, for machines that have another init: it answers
 * for a few units as org.freedesktop.systemd1 does. mock_systemd ADDRESS
 * Prints "ready", ends when its standard input does.
 */
#include "config.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-bus.h>

struct unit {
	const char *name, *load, *active, *sub, *unit_file, *result;
	unsigned n_restarts, main_pid;
	int status;
};

static const struct unit units[] = {
	{ "nova-api.service", "loaded", "active", "running", "enabled", "success", 0, 4711, 0 },
	{ "nova-compute.service", "loaded", "failed", "failed", "enabled", "exit-code", 5, 0,
	    3 },
	{ "loop@1.service", "loaded", "activating", "auto-restart", "disabled", "signal", 1234,
	    0, 11 },
	{ "odd.service", "loaded", "active", "running", "enabled", "success", 0, 666, 0 },
	{ "virtlogd.socket", "loaded", "active", "listening", "enabled", "success", 0, 0, 0 },
};
static const struct unit absent = { "", "not-found", "inactive", "dead", "", "success", 0, 0,
	0 };

static const struct unit *find(const char *path)
{
	char *name = NULL;
	const struct unit *found = &absent;

	if (sd_bus_path_decode(path, "/org/freedesktop/systemd1/unit", &name) <= 0)
		return NULL;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(units[i].name, name) == 0)
			found = &units[i];
	}
	free(name);
	return found;
}

static int answer(sd_bus_message *call, const struct unit *unit, const char *property)
{
	const struct {
		const char *property, *text;
	} words[] = {
		{ "LoadState", unit->load },
		{ "ActiveState", unit->active },
		{ "SubState", unit->sub },
		{ "UnitFileState", unit->unit_file },
		{ "Result", unit->result },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].property, property) == 0)
			return sd_bus_reply_method_return(call, "v", "s", words[i].text);
	}
	if (strcmp(property, "NRestarts") == 0)
		return sd_bus_reply_method_return(call, "v", "u", unit->n_restarts);
	if (strcmp(property, "MainPID") == 0)
		return sd_bus_reply_method_return(call, "v", "u", unit->main_pid);
	/* One that answers with another type than systemd does. */
	if (strcmp(property, "ExecMainStatus") == 0 && unit->main_pid == 666)
		return sd_bus_reply_method_return(call, "v", "s", "none");
	if (strcmp(property, "ExecMainStatus") == 0)
		return sd_bus_reply_method_return(call, "v", "i", unit->status);
	return sd_bus_reply_method_errorf(
	    call, SD_BUS_ERROR_UNKNOWN_PROPERTY, "no property %s", property);
}

static int on_message(sd_bus_message *message, void *context, sd_bus_error *error)
{
	const char *interface, *property, *path = sd_bus_message_get_path(message);
	const struct unit *unit;

	(void)context;
	(void)error;
	if (!sd_bus_message_is_method_call(message, "org.freedesktop.DBus.Properties", "Get"))
		return 0;
	unit = path ? find(path) : NULL;
	if (!unit || sd_bus_message_read(message, "ss", &interface, &property) < 0)
		return sd_bus_reply_method_errorf(
		    message, SD_BUS_ERROR_UNKNOWN_OBJECT, "no such unit");
	return answer(message, unit, property) < 0 ? -1 : 1;
}

int main(int argc, char **argv)
{
	sd_bus *bus = NULL;

	if (argc != 2 || sd_bus_new(&bus) < 0 || sd_bus_set_address(bus, argv[1]) < 0 ||
	    sd_bus_set_bus_client(bus, 1) < 0 || sd_bus_start(bus) < 0 ||
	    sd_bus_add_filter(bus, NULL, on_message, NULL) < 0 ||
	    sd_bus_request_name(bus, "org.freedesktop.systemd1", 0) < 0) {
		fprintf(stderr, "mock_systemd: cannot get onto the bus\n");
		return 1;
	}
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		struct pollfd fds[2] = { { .fd = 0, .events = POLLIN },
			{ .fd = sd_bus_get_fd(bus), .events = POLLIN } };
		int r;

		while ((r = sd_bus_process(bus, NULL)) > 0)
			;
		if (r < 0 || poll(fds, 2, -1) < 0 || fds[0].revents)
			break;
	}
	sd_bus_flush_close_unref(bus);
	return 0;
}
