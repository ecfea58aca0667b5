/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/sockdiag.h"
#include "t/fuzz/fuzz.h"

/* The first byte says which protocol was asked for. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_SOCK_TABLE struct sock_table table = SOCK_TABLE_INIT;
	bool done;

	if (size == 0 || sockdiag_parse((enum sock_proto)(data[0] % SOCK_PROTOS), data + 1,
			     size - 1, SOCK_WANT_ALL, &table, &done, NULL) < 0)
		return 0;
	fuzz_promise(sock_table_finish(&table, NULL) == 0);
	for (size_t i = 0; i < table.n_socks; i++) {
		const struct sock *sock = &table.socks[i];
		size_t peer_size;

		fuzz_promise(sock->state < SOCK_STATES);
		fuzz_promise(sock->name_at + (size_t)sock->name_size <= table.names.size);
		(void)sock_peer_name(&table, sock, &peer_size);
		fuzz_promise(peer_size <= 108);
	}
	return 0;
}
