/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/psi.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/num.h"

enum { PSI_FILE_MAX = 4096 };

const char *psi_name(enum psi_resource resource)
{
	static const char *const names[PSI_RESOURCES] = { "cpu", "io", "memory" };

	return names[resource];
}

/* Moves *text behind the word if it stands there. */
static bool take(const char **text, const char *end, const char *word)
{
	size_t size = strlen(word);

	if ((size_t)(end - *text) < size || memcmp(*text, word, size) != 0)
		return false;
	*text += size;
	return true;
}

static bool take_pct(const char **text, const char *end, const char *word, double *ret)
{
	return take(text, end, word) && num_scan_double(text, end, ret) == 0 && *ret >= 0 &&
	       *ret <= 100;
}

/* "avg10=0.00 avg60=0.00 avg300=0.00 total=0" */
static bool line_parse(const char *p, const char *end, struct psi_line *ret)
{
	struct psi_line line;

	if (!take_pct(&p, end, "avg10=", &line.avg10) ||
	    !take_pct(&p, end, " avg60=", &line.avg60) ||
	    !take_pct(&p, end, " avg300=", &line.avg300) || !take(&p, end, " total=") ||
	    num_scan_u64(&p, end, &line.total_us) < 0)
		return false;
	*ret = line;
	return true;
}

int psi_parse(const char *text, size_t size, struct psi *ret, struct err *err)
{
	const char *p = text, *end = text + size;
	struct psi psi = { .has_full = false };
	bool has_some = false;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *stop = newline ? newline : end;

		if (take(&p, stop, "some ")) {
			has_some = line_parse(p, stop, &psi.some);
			if (!has_some)
				return err_set(err, -EBADMSG, "bad line 'some'");
		} else if (take(&p, stop, "full ")) {
			psi.has_full = line_parse(p, stop, &psi.full);
			if (!psi.has_full)
				return err_set(err, -EBADMSG, "bad line 'full'");
		}
		p = newline ? newline + 1 : end;
	}
	if (!has_some)
		return err_set(err, -EBADMSG, "no line 'some'");
	*ret = psi;
	return 0;
}

int psi_read(
    const struct fsroot *root, enum psi_resource resource, struct psi *ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT_MAX(PSI_FILE_MAX);
	char path[32];
	int r;

	(void)snprintf(path, sizeof(path), "/proc/pressure/%s", psi_name(resource));
	r = fsroot_read(root, path, &text, err);
	if (r < 0)
		return r;
	r = psi_parse(buf_text(&text), text.size, ret, err);
	if (r < 0)
		err_prefix(err, "cannot parse %s", path);
	return r;
}
