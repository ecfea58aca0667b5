# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# Servers that behave badly: sourced behind t/tap.sh. t/bad_peer.c says what they do.
#
#   bad_peer MODE [OPTION...]   starts one; sets $bad_port (a port of 127.0.0.1, of ::1 with
#                               -6; the path with --unix PATH) and $bad_pid. It is gone with
#                               the test, after 60 s, or by bad_peer_stop
#   bad_peer_stop               ends the last one
#   $bad_peer_modes             the names of all modes
bad_port=
bad_pid=
bad_peer_modes='silent drip flood garbage redirect reset close'

bad_peer() {
    local file
    file=$(mktemp "$work/bad_peer.XXXXXX") || return 1
    "$builddir/t/bad_peer" "$@" </dev/null >"$file" &
    bad_pid=$!
    disown "$bad_pid"
    at_exit "bad_peer_kill $bad_pid"
    if ! wait_for 10 test -s "$file"; then
        diag "no bad peer: $*"
        return 1
    fi
    bad_port=$(cat "$file")
    rm -f "$file"
}

# It may have ended long ago, and its number be another's.
bad_peer_kill() { [ "$(cat "/proc/$1/comm" 2>/dev/null)" != bad_peer ] || kill -KILL "$1"; }
bad_peer_stop() {
    [ -z "$bad_pid" ] || bad_peer_kill "$bad_pid"
    bad_pid=
}
