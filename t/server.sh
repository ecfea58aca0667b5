# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# What the small servers of tests share: sourced behind t/tap.sh, by t/server_NAME.sh. A server
# lives in a folder of the test's own, on ports of the loopback that nobody else has, and is
# ended by its process id.
#
#   server_folder            makes $server_folder, which other accounts may enter
#   server_port              sets $server_port to a port that is free
#   server_run NAME COMMAND...
#                            starts one in the background, which ends with the test; its output is
#                            in $server_folder/NAME.log
#   server_signal NAME SIG   sends it a signal
#   server_stop NAME         SIGTERM (and SIGCONT), waits for its end
declare -A server_pid=() server_starttime=()
server_folder=
server_next_port=$((12000 + ($$ * 41 + RANDOM) % 7000))

server_folder() {
    [ -z "$server_folder" ] || return 0
    server_folder=$(mktemp -d "${TMPDIR:-/tmp}/haetae-srv.XXXXXX") || return 1
    chmod 755 "$server_folder"
    at_exit "rm -rf '$server_folder'"
}

server_listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
# Datagrams tell nobody who listens for them; the table does, by port in hexadecimal.
server_has_udp() { grep -qi "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$1") " /proc/net/udp /proc/net/udp6 2>/dev/null; }
server_port() {
    while server_listens "$((++server_next_port))" || server_has_udp "$server_next_port"; do :; done
    server_port=$server_next_port
}

# Field 22 of /proc/PID/stat: what had this number before is another.
server_starttime_of() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    printf '%s\n' "${20}"
}
server_alive() {
    [ -n "${server_starttime[$1]:-}" ] &&
        [ "$(server_starttime_of "${server_pid[$1]}")" = "${server_starttime[$1]}" ]
}
server_gone() { ! server_alive "$1"; }
server_signal() { server_alive "$1" && kill -"$2" "${server_pid[$1]}" 2>/dev/null; }

server_run() {
    local name=$1
    shift
    setpriv --pdeathsig TERM "$@" </dev/null >>"$server_folder/$name.log" 2>&1 &
    server_pid[$name]=$!
    server_starttime[$name]=$(server_starttime_of "$!")
    disown "$!"
    at_exit "server_stop $name"
}

server_stop() {
    server_signal "$1" TERM
    server_signal "$1" CONT
    wait_for 1 server_gone "$1" || server_signal "$1" KILL
    wait_for 1 server_gone "$1"
}
