/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/sockaddr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/num.h"

/* The bytes that are compared: IPv4 within IPv6 is IPv4. */
static const uint8_t *plain(const struct sock_address *address, size_t *ret_size)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	*ret_size = 0;
	if (address->family == AF_INET)
		*ret_size = 4;
	if (address->family != AF_INET6)
		return address->bytes;
	*ret_size = 16;
	if (memcmp(address->bytes, mapped, sizeof(mapped)) != 0)
		return address->bytes;
	*ret_size = 4;
	return address->bytes + sizeof(mapped);
}

bool sock_address_is_any(const struct sock_address *address)
{
	static const uint8_t zeros[16];
	size_t size;
	const uint8_t *bytes = plain(address, &size);

	return size > 0 && memcmp(bytes, zeros, size) == 0;
}

bool sock_address_is_loopback(const struct sock_address *address)
{
	static const uint8_t one[16] = { [15] = 1 };
	size_t size;
	const uint8_t *bytes = plain(address, &size);

	if (size == 4)
		return bytes[0] == 127;
	return size == 16 && memcmp(bytes, one, sizeof(one)) == 0;
}

/* Whether the first bits are the same. */
static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

int sock_prefix_parse(const char *text, struct sock_prefix *ret, struct err *err)
{
	struct sock_prefix prefix = { .address.family = AF_INET };
	uint8_t wanted[16] = { 0 };
	const char *slash = strchr(text, '/');
	size_t size = slash ? (size_t)(slash - text) : strlen(text);
	uint64_t bits;
	char host[INET6_ADDRSTRLEN];

	if (size >= sizeof(host))
		size = 0;
	memcpy(host, text, size);
	host[size] = '\0';
	if (strchr(host, ':'))
		prefix.address.family = AF_INET6;
	bits = prefix.address.family == AF_INET6 ? 128 : 32;
	if (inet_pton(prefix.address.family, host, prefix.address.bytes) != 1 ||
	    (slash && (num_u64(slash + 1, &bits, NULL) < 0 || bits > 128 ||
			  (prefix.address.family == AF_INET && bits > 32))))
		return err_set(err, -EINVAL,
		    "'%.60s' is no address or prefix: expected like 10.0.0.0/8 or fd00::/8",
		    text);
	prefix.bits = (uint8_t)bits;
	memcpy(wanted, prefix.address.bytes, bits / 8);
	if (bits % 8)
		wanted[bits / 8] =
		    prefix.address.bytes[bits / 8] & (uint8_t)(0xff00U >> (bits % 8));
	if (memcmp(wanted, prefix.address.bytes, sizeof(wanted)) != 0)
		return err_set(err, -EINVAL, "'%.60s' has bits set behind the first %u", text,
		    (unsigned)bits);
	*ret = prefix;
	return 0;
}

bool sock_prefix_has(const struct sock_prefix *prefix, const struct sock_address *address)
{
	size_t size, want_size;
	const uint8_t *bytes = plain(address, &size);
	const uint8_t *want = plain(&prefix->address, &want_size);
	unsigned bits = prefix->bits;

	if (size == 0 || size != want_size)
		return false;
	/* A prefix that was written as IPv4 within IPv6. */
	if (want != prefix->address.bytes)
		bits = bits > 96 ? bits - 96 : 0;
	return same_bits(bytes, want, bits);
}

void sock_address_text(
    const struct sock_address *address, uint16_t port, char out[SOCK_ADDRESS_TEXT_SIZE])
{
	char host[INET6_ADDRSTRLEN] = "";
	size_t size;
	const uint8_t *bytes = plain(address, &size);

	if (size > 0)
		(void)inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, host, sizeof(host));
	(void)snprintf(
	    out, SOCK_ADDRESS_TEXT_SIZE, size == 16 ? "[%s]:%u" : "%s:%u", host, port);
}
