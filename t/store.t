#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs t/store_db, which prints the TAP, and crashes its server when it asks for that.
. "${srcdir:-.}/t/tap.sh"
[ -x "$builddir/t/store_db" ] || skip_all 'built without the database'
. "$srcdir/t/server_mariadb.sh"
mariadb_start || exit 1
mariadb_sql 'CREATE DATABASE haetae'
mkfifo "$work/asks" "$work/answers"
"$builddir/t/store_db" "$mariadb_socket" 3>"$work/asks" 4<"$work/answers" &
store=$!
exec 5<"$work/asks" 6>"$work/answers"
while read -r ask <&5; do
    case $ask in
    kill) mariadb_kill ;;
    start) mariadb_start ;;
    esac
    echo "$?" >&6
done
wait "$store"
