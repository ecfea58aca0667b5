#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# snmpd is stopped, goes on, is killed, ends and starts again, $HAETAE_RECONNECTS times: the subagent
# is back within its ping interval and a second, and nothing grows.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/agentx_rows.sh"
rounds=${HAETAE_RECONNECTS:-20}
ping_ms=1000
# What an idle machine needs, and what a busy one may take.
bound_ms=$((ping_ms + 1000))

snmpd_start one || { fail "snmpd starts"; tap_done; exit 1; }
rows_start a one "$ping_ms" 20
wait_for 3 rows_answer one; ok $? "the rows are there"

slowest=0 late=0 lost=0
snmpd_patience=1
snmpd_is_up() { snmpget -v2c -c "$snmpd_community" -t 0.1 -r 0 "${snmpd_agent[one]}" .1.3.6.1.2.1.1.3.0; }
# From when snmpd answers to when we do.
back() {
    local begin took
    wait_for 5 snmpd_is_up || return 1
    begin=$(now_ms)
    wait_for 3 rows_answer one || { lost=$((lost + 1)); return 1; }
    took=$(($(now_ms) - begin))
    [ "$took" -le "$slowest" ] || slowest=$took
    [ "$took" -le "$bound_ms" ] || late=$((late + 1))
}
fds() { find "/proc/${rows_pid[a]}/fd" -mindepth 1 2>/dev/null | wc -l; }
rss_kib() { sed -n 's/^VmRSS:[[:blank:]]*\([0-9]*\).*/\1/p' "/proc/${rows_pid[a]}/status"; }

for ((i = 0; i < rounds; i++)); do
    case $((i % 4)) in
    0) server_signal one KILL; wait_for 2 server_gone one; snmpd_launch one ;;
    1) server_stop one; snmpd_launch one ;;
    # Once for longer than it is patient.
    2) server_signal one STOP; sleep "$((i == 2 ? 7 : 1))"; server_signal one CONT ;;
    # While a walk is under way.
    3)
        snmpbulkwalk -v2c -c "$snmpd_community" -t 1 -r 0 "${snmpd_agent[one]}" "$objects" >/dev/null 2>&1 &
        server_signal one KILL; wait_for 2 server_gone one; snmpd_launch one; wait $!
        ;;
    esac
    back || diag "round $i: not back: $(tail -n 3 "$work/a.err")"
    # The first rounds set up what stays.
    if [ "$i" = 3 ] || [ "$i" = $((rounds - 1)) ]; then
        fds=(${fds[@]+"${fds[@]}"} "$(fds)")
        rss=(${rss[@]+"${rss[@]}"} "$(rss_kib)")
    fi
done
is "$lost" 0 "$rounds times snmpd went: it came back each time"
if [ "$late" = 0 ]; then
    pass "within $bound_ms ms"
else
    # Measured by programs that a busy machine does not start in time.
    read -r load _ </proc/loadavg
    [ "${load%.*}" -ge 2 ] && [ "$late" -le $((rounds / 4)) ]
    ok $? "within $bound_ms ms, but for what a load of $load explains: $late times"
fi
diag "slowest: $slowest ms, of which looking takes some"
kill -0 "${rows_pid[a]}"; ok $? "it never ended"
is "${fds[1]}" "${fds[0]}" "no descriptor is left behind"
# A sanitizer keeps what was freed for a while.
if grep -q '__asan_init' "$builddir/t/agentx_rows"; then
    skip "the sanitizer looks for leaks"
else
    [ "${rss[1]}" -le "$((rss[0] + 300))" ]; ok $? "memory stays: ${rss[0]} KiB, then ${rss[1]} KiB"
fi
connects=$(rows_count a connects)
[ "$connects" -ge "$((rounds * 3 / 4))" ]; ok $? "it counts its connections: $connects"
rows_stop a; is $? 0 "it ends by SIGTERM" || diag "$(tail -n 20 "$work/a.err")"
unlike "$(cat "$work/a.err")" "Sanitizer" "and the sanitizer has nothing to say"

# The end does not wait for a master that is stopped.
rows_start b one "$ping_ms" 5
wait_for 3 rows_is b link "$registered"; ok $? "another one"
server_signal one STOP
begin=$(now_ms)
rows_stop b; is $? 0 "ends while snmpd is stopped"
diag "in $(($(now_ms) - begin)) ms"
server_signal one CONT
tap_done
