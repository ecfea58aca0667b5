/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/sockproc.h"
#include "t/fuzz/fuzz.h"

/* The first byte says which file the rest is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_SOCK_TABLE struct sock_table table = SOCK_TABLE_INIT;
	bool more;

	if (size == 0 ||
	    sockproc_parse((enum sockproc_file)(data[0] % SOCKPROC_FILES),
		(const char *)data + 1, size - 1, SOCK_WANT_ALL, &table, &more, NULL) < 0)
		return 0;
	fuzz_promise(sock_table_finish(&table, NULL) == 0);
	for (size_t i = 0; i < table.n_socks; i++) {
		const struct sock *sock = &table.socks[i];
		char text[SOCK_ADDRESS_TEXT_SIZE];
		struct sock_span span = sock_listeners(&table, sock->local_port);

		fuzz_promise(sock->state < SOCK_STATES);
		fuzz_promise(sock->name_at + (size_t)sock->name_size <= table.names.size);
		sock_address_text(&sock->local, sock->local_port, text);
		if (sock->proto == SOCK_TCP && sock_is_listener(sock) && sock->local_port > 0)
			fuzz_promise(span.n > 0);
		if (sock->inode > 0)
			fuzz_promise(sock_by_inode(&table, sock->inode) != NULL);
	}
	return 0;
}
