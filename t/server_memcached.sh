# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# Private memcached servers for tests: sourced behind t/tap.sh.
#
#   memcached_start NAME [OPTION...]   starts one on 127.0.0.1 and ::1 at ${memcached_port[NAME]}
#   memcached_ask NAME TEXT            sends the text, prints what comes within a second
# server_signal, server_stop as t/server.sh says.
. "$srcdir/t/server.sh"
need memcached memcached
declare -A memcached_port=()

memcached_ask() {
    timeout 1 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && printf "%b" "$1" >&3; cat <&3' \
        "${memcached_port[$1]}" "$2" | tr -d '\r'
}

memcached_start() {
    local name=$1 as=()
    shift
    server_folder || return 1
    [ "$(id -u)" != 0 ] || as=(-u nobody)
    server_port
    memcached_port[$name]=$server_port
    server_run "$name" memcached -p "$server_port" -U 0 -l 127.0.0.1,::1 "${as[@]}" -m 8 "$@"
    wait_for 5 server_listens "$server_port" && return 0
    diag "no memcached: $(tail -n 5 "$server_folder/$name.log")"
    return 1
}

# memcached_socket_start NAME [OPTION...]: the same on the socket ${memcached_socket[NAME]}
declare -A memcached_socket=()
memcached_socket_start() {
    local name=$1 as=()
    shift
    server_folder || return 1
    [ "$(id -u)" != 0 ] || as=(-u nobody)
    mkdir -p "$server_folder/$name"
    chmod 777 "$server_folder/$name"
    memcached_socket[$name]=$server_folder/$name/memcached.sock
    server_run "$name" memcached -s "${memcached_socket[$name]}" -a 777 "${as[@]}" -m 8 "$@"
    wait_for 5 test -S "${memcached_socket[$name]}"
}
