# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# The subagent's session with made rows, in front of a private snmpd: sourced behind t/tap.sh.
#
#   rows_start NAME SNMPD PING_MS ROWS   starts t/agentx_rows; its log is $work/NAME.err
#   rows_tell NAME COMMAND...            what it says in t/agentx_rows.c
#   rows_count NAME WORD                 one of its counts: link, connects, raised, ...
#   rows_stop NAME                       ends it, with its exit status
. "$srcdir/t/server_snmpd.sh"
for program in agentx_rows snmp_ask; do
    [ -x "$builddir/t/$program" ] || skip_all "the subagent is not built (package libsnmp-dev)"
done
root=$(sed -n 's/^#define HAETAE_ENTERPRISE_OID "\(.*\)"/\1/p' "$builddir/config.h")
objects=.$root.1
# The link of enum agentx_link.
disconnected=0 connected=1 duplicate=2 registered=3
declare -A rows_pid=() rows_fd=()

rows_start() {
    local fd
    mkfifo "$work/$1.in"
    "$builddir/t/agentx_rows" "${snmpd_agentx[$2]}" "$3" "$4" "${@:5}" \
        <"$work/$1.in" >>"$work/$1.out" 2>>"$work/$1.err" &
    rows_pid[$1]=$!
    at_exit "kill ${rows_pid[$1]}"
    exec {fd}>"$work/$1.in"
    rows_fd[$1]=$fd
}
rows_tell() { printf '%s\n' "${*:2}" >&"${rows_fd[$1]}"; }
rows_lines() { wc -l <"$work/$1.out"; }
rows_has_more() { [ "$(rows_lines "$1")" -gt "$2" ]; }
rows_count() {
    local lines
    lines=$(rows_lines "$1")
    rows_tell "$1" counts
    wait_for 5 rows_has_more "$1" "$lines" || return 1
    tail -n 1 "$work/$1.out" | sed -n "s/.*\\b$2 \\([0-9]*\\).*/\\1/p"
}
rows_is() { [ "$(rows_count "$1" "$2")" = "$3" ]; }
rows_stop() {
    kill "${rows_pid[$1]}"
    wait "${rows_pid[$1]}"
}
# Whether SNMPD shows the made scalars.
rows_answer() { [ "$(snmpd_get "$1" "$objects.1.5.0" 2>/dev/null)" = "$objects.1.5.0 4711" ]; }
now_ms() { local up; read -r up _ </proc/uptime; up=${up/./}; echo "$((10#$up * 10))"; }
