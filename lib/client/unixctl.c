/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/client/unixctl.h"

#include <errno.h>

#include "lib/base/num.h"

int unixctl_pid_parse(const char *text, size_t size, int32_t *ret, struct err *err)
{
	const char *end = text + size;
	uint64_t pid;

	if (num_scan_u64(&text, end, &pid) < 0 || pid == 0 || pid > INT32_MAX ||
	    (text < end && *text != '\n'))
		return err_set(err, -EBADMSG, "it holds no process id");
	*ret = (int32_t)pid;
	return 0;
}

int unixctl_open(const char *path, int64_t until_ms, struct jsonrpc *ret, struct err *err)
{
	struct jsonrpc ctl = JSONRPC_INIT;
	int r = stream_open(path, NULL, ADDRESS_ANY, until_ms, &ctl.stream, err);

	if (r == 0)
		*ret = ctl;
	return r;
}

int unixctl_send(struct jsonrpc *ctl, const char *command, int64_t until_ms, struct err *err)
{
	return jsonrpc_send(ctl, command, "[]", until_ms, err);
}

int unixctl_parse(
    const struct json *answer, const char **ret, size_t *ret_size, struct err *err)
{
	const struct json *result;
	const char *text;
	int r = jsonrpc_result(answer, &result, err);

	if (r < 0)
		return r;
	text = json_text(result, ret_size);
	if (!text)
		return err_set(err, -EBADMSG, "the answer is %s, not a text",
		    json_kind_text(json_kind(result)));
	*ret = text;
	return 0;
}

int unixctl_receive(struct jsonrpc *ctl, int64_t until_ms, struct buf *ret, struct err *err)
{
	CLEANUP_JSON struct json *answer = NULL;
	const char *text;
	size_t size;
	int r = jsonrpc_receive(ctl, until_ms, &answer, err);

	if (r == 0)
		r = unixctl_parse(answer, &text, &size, err);
	if (r < 0)
		return r;
	r = buf_add(ret, text, size);
	return r < 0 ? err_sys(err, r, "cannot keep the answer") : 0;
}

int unixctl_call(struct jsonrpc *ctl, const char *command, int64_t until_ms, struct buf *ret,
    struct err *err)
{
	int r = unixctl_send(ctl, command, until_ms, err);

	return r < 0 ? r : unixctl_receive(ctl, until_ms, ret, err);
}
