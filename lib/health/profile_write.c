/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/health/profile_private.h"

/* A text as libconfig reads it. */
static void write_quoted(struct buf *buf, const char *text)
{
	(void)buf_addc(buf, '"');
	for (const char *p = text; *p; p++) {
		if (*p == '"' || *p == '\\')
			(void)buf_addf(buf, "\\%c", *p);
		else if ((unsigned char)*p < 0x20 || *p == 0x7F)
			(void)buf_addf(buf, "\\x%02x", (unsigned)(unsigned char)*p);
		else
			(void)buf_addc(buf, *p);
	}
	(void)buf_addc(buf, '"');
}

static void write_text(struct buf *buf, const char *key, const char *text)
{
	if (!text)
		return;
	(void)buf_addf(buf, " %s = ", key);
	write_quoted(buf, text);
	(void)buf_addc(buf, ';');
}

static void write_line(struct buf *buf, const char *key, const char *text)
{
	if (!text)
		return;
	(void)buf_adds(buf, "\n   ");
	write_text(buf, key, text);
}

static void write_flag(struct buf *buf, const char *key, bool value)
{
	if (value)
		(void)buf_addf(buf, "\n    %s = true;", key);
}

static void write_texts(struct buf *buf, const char *key, const struct conf_texts *texts)
{
	if (!texts->n)
		return;
	(void)buf_addf(buf, "\n    %s = ( ", key);
	for (size_t i = 0; i < texts->n; i++) {
		(void)buf_adds(buf, i ? ", " : "");
		write_quoted(buf, texts->items[i]);
	}
	(void)buf_adds(buf, " );");
}

/* Those that were written; defaults come by themselves. */
static void write_ranges(
    struct buf *buf, const struct service_range ranges[SERVICE_FACTS], const char *group)
{
	bool any = false;

	for (size_t i = 0; i < SERVICE_FACTS; i++) {
		if (!ranges[i].text)
			continue;
		if (group && !any)
			(void)buf_addf(buf, "\n    %s = {", group);
		any = true;
		if (group)
			write_text(buf, service_metrics[i].name, ranges[i].text);
		else
			write_line(buf, service_metrics[i].name, ranges[i].text);
	}
	if (group && any)
		(void)buf_adds(buf, " };");
}

static void write_proto(struct buf *buf, enum service_proto proto, unsigned port,
    const char *path, const struct service_address *address)
{
	write_text(buf, "proto", service_proto_text(proto));
	if (port)
		(void)buf_addf(buf, " port = %u;", port);
	write_text(buf, "path", path);
	write_text(buf, "address", address->text);
}

static void write_listens(struct buf *buf, const struct service_spec *spec)
{
	if (!spec->n_listens)
		return;
	(void)buf_adds(buf, "\n    listen = (");
	for (size_t i = 0; i < spec->n_listens; i++) {
		const struct service_listen *listen = &spec->listens[i];

		(void)buf_adds(buf, i ? ",\n      {" : "\n      {");
		write_proto(buf, listen->proto, listen->port, listen->path, &listen->address);
		write_text(buf, "type", listen->type);
		if (listen->is_shared)
			(void)buf_adds(buf, " owned = false;");
		if (listen->optional)
			(void)buf_adds(buf, " optional = true;");
		(void)buf_adds(buf, " }");
	}
	(void)buf_adds(buf, " );");
}

static void write_depends(struct buf *buf, const struct service_spec *spec)
{
	if (!spec->n_depends)
		return;
	(void)buf_adds(buf, "\n    depends = (");
	for (size_t i = 0; i < spec->n_depends; i++) {
		const struct service_depend *depend = &spec->depends[i];

		(void)buf_adds(buf, i ? ",\n      {" : "\n      {");
		write_text(buf, "kind", depend->kind);
		write_proto(buf, depend->proto, depend->port, depend->path, &depend->address);
		write_text(buf, "established", depend->established_text);
		write_text(buf, "stalled", depend->stalled_text);
		if (depend->optional)
			(void)buf_adds(buf, " optional = true;");
		if (depend->has_warn_established || depend->has_warn_stalled) {
			(void)buf_adds(buf, " warn = {");
			write_text(buf, "established", depend->warn_established_text);
			write_text(buf, "stalled", depend->warn_stalled_text);
			(void)buf_adds(buf, " };");
		}
		(void)buf_adds(buf, " }");
	}
	(void)buf_adds(buf, " );");
}

static void write_service(struct buf *buf, const struct service_spec *spec)
{
	for (size_t i = 0; i < spec->n_origins; i++) {
		(void)buf_adds(buf, i ? "  # over " : "  # ");
		/* A file's name may have any letters. */
		for (const char *p = spec->origins[i]; *p; p++)
			(void)buf_addc(buf, (unsigned char)*p < 0x20 ? '?' : *p);
		(void)buf_addc(buf, '\n');
	}
	(void)buf_adds(buf, "  {");
	write_text(buf, "name", spec->name);
	write_text(buf, "component", spec->component);
	write_line(buf, "match", spec->match);
	write_line(buf, "exe", spec->exe);
	write_line(buf, "kthread", spec->kthread);
	write_line(buf, "cgroup", spec->cgroup);
	write_line(buf, "user", spec->user);
	write_line(buf, "place", spec->place_word);
	write_line(buf, "owner", spec->owner);
	write_line(buf, "unit", spec->unit);
	write_flag(buf, "unit_state", spec->unit_state);
	write_line(buf, "lsb", spec->lsb);
	write_flag(buf, "optional", spec->optional);
	write_flag(buf, "unwanted", spec->unwanted);
	write_flag(buf, "assumed", spec->assumed);
	write_ranges(buf, spec->crit, NULL);
	write_ranges(buf, spec->warn, "warn");
	write_line(buf, "healthy", spec->healthy);
	write_listens(buf, spec);
	write_depends(buf, spec);
	write_texts(buf, "ping", &spec->ping);
	write_line(buf, "advice", spec->advice);
	(void)buf_adds(buf, " }");
}

int profile_write(const struct profile *profile, struct buf *buf)
{
	(void)buf_addf(buf, "name = \"%.*s\";\ntitle = ", PROFILE_NAME_MAX, profile->name);
	write_quoted(buf, profile->title);
	(void)buf_adds(buf, ";\nservices = (\n");
	for (size_t i = 0; i < profile->n_services; i++) {
		(void)buf_adds(buf, i ? ",\n" : "");
		write_service(buf, profile->services[i]);
	}
	(void)buf_adds(buf, "\n);\n");
	return buf->error;
}
