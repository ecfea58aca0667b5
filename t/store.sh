# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # tap.sh and server_mariadb.sh set the rest
# Sourced behind t/tap.sh: runs a program that prints TAP against a private server, which it may
# ask to be killed and started again.
#   store_run PROGRAM
store_run() {
    local ask store
    [ -x "$builddir/t/$1" ] || skip_all 'built without the database'
    # shellcheck source=t/server_mariadb.sh
    . "$srcdir/t/server_mariadb.sh"
    mariadb_require
    mariadb_sql 'CREATE DATABASE haetae'
    mkfifo "$work/asks" "$work/answers"
    "$builddir/t/$1" "$mariadb_socket" 3>"$work/asks" 4<"$work/answers" &
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
}
