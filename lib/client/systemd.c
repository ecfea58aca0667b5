/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/systemd.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-bus.h>

#include "lib/base/clock.h"

#define SYSTEM_BUS "unix:path=/run/dbus/system_bus_socket"
#define LIBRARY	   "libsystemd.so.0"

/* Each member is the library's function of that name. */
struct calls {
	__typeof__(&sd_bus_new) bus_new;
	__typeof__(&sd_bus_set_address) set_address;
	__typeof__(&sd_bus_set_bus_client) set_bus_client;
	__typeof__(&sd_bus_start) start;
	__typeof__(&sd_bus_is_ready) is_ready;
	__typeof__(&sd_bus_process) process;
	__typeof__(&sd_bus_wait) wait;
	__typeof__(&sd_bus_call) call;
	__typeof__(&sd_bus_message_new_method_call) new_call;
	__typeof__(&sd_bus_message_append) append;
	__typeof__(&sd_bus_message_read) read;
	__typeof__(&sd_bus_message_unref) unref;
	__typeof__(&sd_bus_error_free) error_free;
	__typeof__(&sd_bus_path_encode) path_encode;
	__typeof__(&sd_bus_close_unref) close_unref;
};

static const struct {
	const char *name;
	size_t at;
} symbols[] = {
	{ "sd_bus_new", offsetof(struct calls, bus_new) },
	{ "sd_bus_set_address", offsetof(struct calls, set_address) },
	{ "sd_bus_set_bus_client", offsetof(struct calls, set_bus_client) },
	{ "sd_bus_start", offsetof(struct calls, start) },
	{ "sd_bus_is_ready", offsetof(struct calls, is_ready) },
	{ "sd_bus_process", offsetof(struct calls, process) },
	{ "sd_bus_wait", offsetof(struct calls, wait) },
	{ "sd_bus_call", offsetof(struct calls, call) },
	{ "sd_bus_message_new_method_call", offsetof(struct calls, new_call) },
	{ "sd_bus_message_append", offsetof(struct calls, append) },
	{ "sd_bus_message_read", offsetof(struct calls, read) },
	{ "sd_bus_message_unref", offsetof(struct calls, unref) },
	{ "sd_bus_error_free", offsetof(struct calls, error_free) },
	{ "sd_bus_path_encode", offsetof(struct calls, path_encode) },
	{ "sd_bus_close_unref", offsetof(struct calls, close_unref) },
};

struct systemd {
	void *library;
	sd_bus *bus;
	struct calls sd;
};

void systemd_close(struct systemd *systemd)
{
	if (!systemd)
		return;
	/* No flush: whoever stays silent would keep us. */
	if (systemd->bus)
		systemd->sd.close_unref(systemd->bus);
	/* The library stays: it keeps keys of threads that outlive dlclose. */
	free(systemd);
}

static int load(struct systemd *systemd, struct err *err)
{
	systemd->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!systemd->library)
		return err_set(err, -ENOENT, "cannot ask systemd: %s", dlerror());
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		void *symbol = dlsym(systemd->library, symbols[i].name);

		if (!symbol)
			return err_set(err, -ENOENT,
			    "cannot ask systemd: " LIBRARY " has no %s (before 240)",
			    symbols[i].name);
		memcpy((char *)&systemd->sd + symbols[i].at, &symbol, sizeof(symbol));
	}
	return 0;
}

/* Microseconds that are left, 0 if none. */
static uint64_t left_us(int64_t until_ms)
{
	int64_t left = until_ms - clock_mono_ms();

	if (left > INT64_MAX / 1000)
		return UINT64_MAX / 2;
	return left > 0 ? (uint64_t)left * 1000 : 0;
}

/* Says what failed. A peer that closed or a bus that is not there is as good as none. */
static int failed(int code, struct err *err)
{
	if (code == -ECONNREFUSED || code == -ENOTDIR)
		code = -ENOENT;
	if (code == -EPERM)
		code = -EACCES;
	return err_sys(err, code, "cannot ask systemd over D-Bus");
}

/* The calls of the library would wait for the login without an end. */
static int log_in(struct systemd *systemd, int64_t until_ms)
{
	int ready;

	while ((ready = systemd->sd.is_ready(systemd->bus)) == 0) {
		int r = systemd->sd.process(systemd->bus, NULL);
		uint64_t left = left_us(until_ms);

		if (r < 0)
			return r;
		if (left == 0)
			return -ETIMEDOUT;
		if (r > 0)
			continue;
		r = systemd->sd.wait(systemd->bus, left);
		if (r < 0 && r != -EINTR)
			return r;
	}
	return ready < 0 ? ready : 0;
}

int systemd_open(const char *address, int64_t until_ms, struct systemd **ret, struct err *err)
{
	CLEANUP_SYSTEMD struct systemd *systemd = calloc(1, sizeof(*systemd));
	int r;

	if (!systemd)
		return err_sys(err, -ENOMEM, "cannot ask systemd");
	r = load(systemd, err);
	if (r < 0)
		return r;
	r = systemd->sd.bus_new(&systemd->bus);
	if (r >= 0)
		r = systemd->sd.set_address(systemd->bus, address ? address : SYSTEM_BUS);
	if (r >= 0)
		r = systemd->sd.set_bus_client(systemd->bus, 1);
	if (r >= 0)
		r = systemd->sd.start(systemd->bus);
	if (r >= 0)
		r = log_in(systemd, until_ms);
	if (r < 0)
		return failed(r, err);
	*ret = systemd;
	systemd = NULL;
	return 0;
}

/* The error that D-Bus names. */
static int error_code(const sd_bus_error *error, int code)
{
	static const struct {
		const char *name;
		int code;
	} names[] = {
		{ SD_BUS_ERROR_SERVICE_UNKNOWN, -ENOENT },
		{ SD_BUS_ERROR_NAME_HAS_NO_OWNER, -ENOENT },
		{ "org.freedesktop.DBus.Error.Spawn.ChildExited", -ENOENT },
		{ SD_BUS_ERROR_ACCESS_DENIED, -EACCES },
		{ SD_BUS_ERROR_NO_REPLY, -ETIMEDOUT },
		{ SD_BUS_ERROR_TIMEOUT, -ETIMEDOUT },
	};

	for (size_t i = 0; error->name && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(error->name, names[i].name) == 0)
			return names[i].code;
	}
	return code;
}

/* One question and its end. */
struct question {
	struct systemd *systemd;
	const char *path;
	int64_t until_ms;
	struct err *err;
};

/* Asks for one property; the answer is the caller's to unref. */
static int ask(const struct question *question, const char *interface, const char *property,
    sd_bus_message **ret)
{
	const struct calls *sd = &question->systemd->sd;
	sd_bus_error error = { 0 };
	sd_bus_message *message = NULL;
	int r = sd->new_call(question->systemd->bus, &message, "org.freedesktop.systemd1",
	    question->path, "org.freedesktop.DBus.Properties", "Get");
	uint64_t left = left_us(question->until_ms);

	if (r >= 0)
		r = sd->append(message, "ss", interface, property);
	/* 0 stands for the library's own 25 s. */
	if (r >= 0)
		r = left == 0 ? -ETIMEDOUT
			      : sd->call(question->systemd->bus, message, left, &error, ret);
	if (r < 0) {
		r = error_code(&error, r);
		/* Texts of a peer's are not repeated. */
		(void)failed(r, question->err);
	}
	sd->error_free(&error);
	sd->unref(message);
	return r < 0 ? r : 0;
}

static int bad_answer(const char *property, struct err *err)
{
	return err_set(
	    err, -EBADMSG, "cannot read systemd's answer: %s is of another type", property);
}

static int ask_word(const struct question *question, const char *interface,
    const char *property, char ret[SYSTEMD_WORD_SIZE])
{
	const struct calls *sd = &question->systemd->sd;
	sd_bus_message *answer = NULL;
	const char *text;
	int r = ask(question, interface, property, &answer);

	if (r < 0)
		return r;
	if (sd->read(answer, "v", "s", &text) < 0)
		r = bad_answer(property, question->err);
	else
		(void)snprintf(ret, SYSTEMD_WORD_SIZE, "%s", text);
	sd->unref(answer);
	return r;
}

/* A number of 32 bits: type "u" or "i". */
static int ask_number(
    const struct question *question, const char *property, const char *type, void *ret)
{
	const struct calls *sd = &question->systemd->sd;
	sd_bus_message *answer = NULL;
	int r = ask(question, "org.freedesktop.systemd1.Service", property, &answer);

	if (r < 0)
		return r;
	if (sd->read(answer, "v", type, ret) < 0)
		r = bad_answer(property, question->err);
	sd->unref(answer);
	return r;
}

static bool ends(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size > end_size && strcmp(text + size - end_size, end) == 0;
}

/* Adds ".service" where no kind is named (unit_name_is_valid of systemd). */
static int full_name(const char *name, char ret[SYSTEMD_NAME_SIZE], struct err *err)
{
	static const char *const kinds[] = { ".service", ".socket", ".target", ".mount",
		".automount", ".swap", ".timer", ".path", ".slice", ".scope", ".device" };
	static const char valid[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ:-_.\\@";
	bool has_kind = false;
	int size;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		has_kind = has_kind || ends(name, kinds[i]);
	size = snprintf(ret, SYSTEMD_NAME_SIZE, "%s%s", name, has_kind ? "" : ".service");
	if (!*name || size >= SYSTEMD_NAME_SIZE || strspn(name, valid) != strlen(name))
		return err_set(
		    err, -EINVAL, "cannot ask systemd: '%.60s' is no unit's name", name);
	return 0;
}

static int ask_all(const struct question *question, struct systemd_unit *unit)
{
	static const char interface[] = "org.freedesktop.systemd1.Unit";
	int r = ask_word(question, interface, "LoadState", unit->load);

	if (r == 0)
		r = ask_word(question, interface, "ActiveState", unit->active);
	if (r == 0)
		r = ask_word(question, interface, "SubState", unit->sub);
	if (r == 0)
		r = ask_word(question, interface, "UnitFileState", unit->unit_file);
	unit->is_service = ends(unit->name, ".service");
	if (r < 0 || !unit->is_service)
		return r;
	r = ask_word(question, "org.freedesktop.systemd1.Service", "Result", unit->result);
	if (r == 0)
		r = ask_number(question, "NRestarts", "u", &unit->n_restarts);
	if (r == 0)
		r = ask_number(question, "MainPID", "u", &unit->main_pid);
	if (r == 0)
		r = ask_number(question, "ExecMainStatus", "i", &unit->exec_main_status);
	return r;
}

int systemd_unit(struct systemd *systemd, const char *name, int64_t until_ms,
    struct systemd_unit *ret, struct err *err)
{
	struct question question = { .systemd = systemd, .until_ms = until_ms, .err = err };
	struct systemd_unit unit = { .n_restarts = 0 };
	char *path = NULL;
	int r = full_name(name, unit.name, err);

	if (r < 0)
		return r;
	r = systemd->sd.path_encode("/org/freedesktop/systemd1/unit", unit.name, &path);
	if (r < 0)
		return failed(r, err);
	question.path = path;
	r = ask_all(&question, &unit);
	free(path);
	if (r < 0) {
		err_prefix(err, "unit %s", unit.name);
		return r;
	}
	*ret = unit;
	return 0;
}

bool systemd_unit_failed(const struct systemd_unit *unit)
{
	return strcmp(unit->active, "failed") == 0;
}

bool systemd_unit_restarting(const struct systemd_unit *unit)
{
	return strcmp(unit->active, "activating") == 0 &&
	       strncmp(unit->sub, "auto-restart", 12) == 0;
}
