#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The connection to the database: TLS with a private CA, which must verify, and passwords out of
# files that nobody else reads.
. "${srcdir:-.}/t/tap.sh" || exit 1
haetae=$builddir/scheduler/haetae
[ -x "$haetae" ] || skip_all 'built without the database'
need openssl openssl
. "$srcdir/t/server_mariadb.sh"

# Two CAs; a server's certificate for this address, one for another name, and a client's.
tls=$work/tls
mkdir -m 755 "$tls"
chmod 755 "$work"
ca() { # NAME
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$tls/$1.key" -out "$tls/$1.pem" 2>/dev/null
}
certificate() { # NAME CA SUBJECT-ALT-NAME
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$tls/$1.key" -out "$tls/$1.csr" 2>/dev/null &&
        openssl x509 -req -in "$tls/$1.csr" -CA "$tls/$2.pem" -CAkey "$tls/$2.key" -CAcreateserial -days 2 \
            -extfile <(echo "subjectAltName=$3") -out "$tls/$1.pem" 2>/dev/null
}
if ! { ca good && ca other && certificate server good IP:127.0.0.1 &&
    certificate stranger good DNS:db.example.net && certificate client good DNS:probe1; }; then
    fail 'certificates are made'
    tap_done
    exit 1
fi
chmod 644 "$tls"/server.key "$tls"/stranger.key

# A port of the loopback that is free; somebody may take it first.
listen() { # OPTION...
    local i
    for ((i = 0; i < 5; i++)); do
        port=$((20000 + RANDOM % 20000))
        mariadb_start --skip-networking=0 --bind-address=127.0.0.1 --port="$port" "$@" && return 0
        mariadb_stop
    done
    return 1
}
with() { # CERTIFICATE
    listen --ssl-ca="$tls/good.pem" --ssl-cert="$tls/$1.pem" --ssl-key="$tls/$1.key"
}
with server || { fail 'a server with TLS starts'; diag "$(tail -n 5 "$mariadb_folder/server.log")"; tap_done; exit 1; }
mariadb_sql 'CREATE DATABASE haetae'
for user in "tls REQUIRE SSL" "x509 REQUIRE X509" "plain"; do
    mariadb_sql "CREATE USER '${user%% *}'@'127.0.0.1' IDENTIFIED BY 's3cret; \"x' ${user#"${user%% *}"}; GRANT ALL ON haetae.* TO '${user%% *}'@'127.0.0.1'"
done
(umask 077; printf '%s\n' 's3cret; "x' >"$work/password")
conf=$work/haetae.conf
h() { # DATABASE-KEYS COMMAND...
    printf 'database = { %s };\nscheduler = { host = "h"; spool = "%s"; };\nprobetypes = ();\n' "$1" "$work/spool" >"$conf"
    shift
    run "$haetae" --config "$conf" "$@"
}
at="host = \"127.0.0.1\"; port = $port; password_file = \"$work/password\";"

h "$at user = \"tls\"; tls_ca = \"$tls/good.pem\";" db init
is "$rc$errout" 0 'the right CA: connected, as a user who must use TLS'
h "$at user = \"tls\";" db status
is "$rc" 1 'the same user without TLS'
like "$errout" 'Access denied' 'is refused by the server: it was really encrypted'
h "$at user = \"x509\"; tls_ca = \"$tls/good.pem\"; tls_cert = \"$tls/client.pem\"; tls_key = \"$tls/client.key\";" db status
is "$rc$errout" 0 "this client's own certificate"
h "$at user = \"x509\"; tls_ca = \"$tls/good.pem\";" db status
is "$rc" 1 'which the server asks for'
h "$at user = \"tls\"; tls_ca = \"$tls/other.pem\";" db status
is "$rc" 1 'another CA: refused'
like "$errout" "expected a certificate for 127.0.0.1 that is signed by $tls/other.pem: .*error 2026" 'and said so, and what was expected'
h "host = \"localhost\"; port = $port; password_file = \"$work/password\"; user = \"tls\"; tls_ca = \"$tls/good.pem\";" db status
is "$rc" 1 'another name for the same address: refused'
like "$errout" 'error 2026' 'and said so'

# Files that others may read or write.
h "$at user = \"x509\"; tls_ca = \"$tls/good.pem\"; tls_cert = \"$tls/client.pem\";" db status
like "$errout" 'tls_cert and tls_key: one needs the other' 'a certificate without its key'
chmod 644 "$tls/client.key"
h "$at user = \"x509\"; tls_ca = \"$tls/good.pem\"; tls_cert = \"$tls/client.pem\"; tls_key = \"$tls/client.key\";" db status
like "$errout" 'database.tls_key: cannot use .*others may read' 'a key that others may read'
chmod 666 "$tls/good.pem"
h "$at user = \"tls\"; tls_ca = \"$tls/good.pem\";" db status
like "$errout" 'database.tls_ca: cannot use .*others may write' 'a CA that others may replace'
chmod 644 "$tls/good.pem"
chmod 640 "$work/password"
h "$at user = \"plain\";" db status
like "$errout" 'others may read' 'a password that others may read'
chmod 600 "$work/password"

# my.cnf.
cat >"$work/my.cnf" <<TEXT
[client]
host=127.0.0.1
port=$port
[haetae]
user=plain
password='s3cret; "x'
[viewer]
user=tls
password='s3cret; "x'
TEXT
chmod 600 "$work/my.cnf"
h "my_cnf = \"$work/my.cnf\";" db status
is "$rc$errout" 0 'all of it from an option file, group [haetae]'
h "my_cnf = \"$work/my.cnf\"; my_cnf_group = \"viewer\"; host = \"127.0.0.1\"; port = $port; tls_ca = \"$tls/good.pem\";" db status
is "$rc$errout" 0 'another group, and TLS from here'
chmod 644 "$work/my.cnf"
h "my_cnf = \"$work/my.cnf\";" db status
like "$errout" 'database.my_cnf: cannot use .*others may read' 'an option file that others may read'
chmod 600 "$work/my.cnf"
h "my_cnf = \"$work/none.cnf\";" db status
like "$errout" 'database.my_cnf: cannot open .*No such file' 'one that is not there'
# Neither is ever an argument, nor in the environment of what we start.
h "my_cnf = \"$work/my.cnf\";" status
unlike "$(tr '\0' ' ' </proc/self/environ; env)" 's3cret' 'no password in the environment'

# A server whose name is another, and one without TLS.
mariadb_stop
with stranger
h "host = \"127.0.0.1\"; port = $port; password_file = \"$work/password\"; user = \"tls\"; tls_ca = \"$tls/good.pem\";" db status
is "$rc" 1 "another server's certificate: refused"
like "$errout" 'error 2026' 'and said so'
mariadb_stop
listen --skip-ssl
h "host = \"127.0.0.1\"; port = $port; password_file = \"$work/password\"; user = \"plain\"; tls_ca = \"$tls/good.pem\";" db status
is "$rc" 1 'a server without TLS: refused, not asked in the clear'
like "$errout" '(TLS|SSL).*error 2026' 'and said so'
h "host = \"127.0.0.1\"; port = $port; password_file = \"$work/password\"; user = \"plain\";" db status
is "$rc$errout" 0 'while it answers who does not ask for TLS'
tap_done
