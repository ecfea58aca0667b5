#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The private server of the tests itself: it takes nothing from another one, several come up at
# once, and one that cannot says why.
# shellcheck disable=SC2034,SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/server_mariadb.sh"

# --- another server's temporary tables ---------------------------------------------------------
mkdir -m 1777 "$work/tmp"
chmod 755 "$work"
touch "$work/tmp/#sql-temptable-1-1-1.MAI"
# Root's servers are of one user, who may delete it.
[ "$(id -u)" != 0 ] || chown "$(id -un mysql 2>/dev/null || echo nobody)" "$work/tmp/"*
export TMPDIR=$work/tmp
mariadb_start
ok $? 'it starts'
is "$(find "$work/tmp" -maxdepth 1 -name '#sql*' | wc -l)" 1 'the temporary table of another one stays'

# --- killed, and started again -----------------------------------------------------------------
mariadb_sql 'CREATE DATABASE d; CREATE TABLE d.t (i INT) ENGINE = InnoDB; INSERT INTO d.t VALUES (1)'
mariadb_kill
mariadb_start
ok $? 'it starts again after a kill'
is "$(mariadb_sql 'SELECT i FROM d.t')" 1 'with what was committed'

# --- four more at once -------------------------------------------------------------------------
one_more() { (
    trap tap_cleanup EXIT
    work=$(mktemp -d "$TMPDIR/one.XXXXXX") at_exit_commands=() mariadb_folder=''
    mariadb_start >"$TMPDIR/said.$1" && mariadb_sql 'SELECT 2' >"$TMPDIR/got.$1"
); }
for i in 1 2 3 4; do one_more "$i" & done
wait
is "$(cat "$TMPDIR"/got.* | tr '\n' ' ')" '2 2 2 2 ' 'four at once' || diag "$(cat "$TMPDIR"/said.*)"
is "$(mariadb_sql 'SELECT 3')" 3 'beside the first one'

# --- one that cannot ---------------------------------------------------------------------------
mariadb_stop
began=$SECONDS
said=$(mariadb_start --no-such-option)
is "$?" 1 'a server that ends is a failure'
[ $((SECONDS - began)) -lt 120 ]
ok $? 'that is not waited for'
like "$said" '# no answer: mariadbd does not live' 'it says whether it lives'
like "$said" 'no-such-option' 'and what it said itself'
tap_done
