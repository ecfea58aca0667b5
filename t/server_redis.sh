# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# Private redis servers for tests: sourced behind t/tap.sh.
#
#   redis_start NAME [OPTION...]   starts one with a folder of its own, on 127.0.0.1 and ::1 at
#                                  ${redis_port[NAME]} and on the socket ${redis_socket[NAME]}
#   redis NAME COMMAND...          redis-cli on its socket
# server_signal, server_stop as t/server.sh says.
. "$srcdir/t/server.sh"
need redis-server redis-server
need redis-cli redis-tools
declare -A redis_port=() redis_socket=()

redis() { timeout 20 redis-cli -s "${redis_socket[$1]}" "${@:2}" 2>/dev/null; }
redis_answers() { [ "$(redis "$1" PING)" = PONG ]; }

# redis_launch NAME [OPTION...]: starts it, and does not wait; a folder that is there is used again
redis_launch() {
    local name=$1
    shift
    server_folder || return 1
    mkdir -p "$server_folder/$name"
    if [ -z "${redis_port[$name]:-}" ]; then
        server_port
        redis_port[$name]=$server_port
        redis_socket[$name]=$server_folder/$name/redis.sock
    fi
    server_run "$name" redis-server --port "${redis_port[$name]}" --bind 127.0.0.1 -::1 \
        --unixsocket "${redis_socket[$name]}" --unixsocketperm 777 --dir "$server_folder/$name" \
        --save '' --maxmemory 64mb --daemonize no --loglevel notice "$@"
}

redis_start() {
    redis_launch "$@" || return 1
    wait_for 5 redis_answers "$1" && return 0
    diag "no redis: $(tail -n 5 "$server_folder/$1.log")"
    return 1
}
