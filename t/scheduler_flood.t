#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Several probes at once that ignore SIGTERM, fork, leave their session, run away and flood stdout
# and stderr: at their deadline they are gone with all their trees, the records say so, and memory
# and disk stay within their caps.
# shellcheck disable=SC2119,SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"
floods=5
sched_init
sched_conf 'capture_max = "1 MiB"; output_max = "64 KiB";'
for i in $(seq $floods); do
    spec "flood$i" interval=3600 timeout='"4 s"' killgrace='"1 s"' -- flood "$work/out/flood$i"
done
spec beside -- run "$work/out/beside" 0
import
# The slots of this hour are due now, as late as the hour is old.
sql "UPDATE TOOLSPECS SET nextdue_ms = nextdue_ms - interval_ms, maxlate_ms = 3600000 WHERE interval_ms = 3600000"
# The captures, looked at all the time: a shell of its own, so that nothing else is waited for.
watch() {
    local size biggest=0
    while :; do
        for size in $(captures -printf '%s\n'); do
            if [ "$size" -gt "$biggest" ]; then
                biggest=$size
                echo "$size" >"$work/biggest"
            fi
        done
        sleep 0.05
    done
}
sched_start
ok $? 'it starts' || diag "$(cat "$log")"
watch 2>/dev/null &
watcher=$!
at_exit "kill $watcher"
run_pid=$(pids_of run)
flooding() { [ "$(wc -l < <(cat "$work"/out/flood*))" -gt $((floods * 20)) ]; }
wait_for 20 flooding
ok $? "$floods probes flood, and run away" || diag "$(cat "$log")"

# Looked at until each has its record.
most_kb=0
recorded() {
    local size
    size=$(du -sk "$spool" | cut -f 1)
    [ "$size" -le "$most_kb" ] || most_kb=$size
    rows "$floods" 'RUNLOG WHERE outcome = 2'
}
wait_for 30 recorded
ok $? 'each comes to its end' || diag "$(sql 'SELECT * FROM STATUS')"
rss_kb=$(awk '/^VmHWM/ { print $2 }' "/proc/$run_pid/status")
alive() { [ -e "/proc/$1" ] && ! ended "$1"; }
noted() { cat "$work"/out/flood* | wc -l; }
# Those that run away are each there for some milliseconds, too short to be met: they note their
# pids, and nobody notes one any more.
gone() {
    local pid was
    for pid in $(head -q -n 6 "$work"/out/flood*); do
        if alive "$pid"; then return 1; fi
    done
    was=$(noted)
    sleep 0.3
    [ "$(noted)" = "$was" ]
}
wait_for 3 gone
ok $? 'with all its tree' || diag "$(noted) processes"
is "$(sql "SELECT COUNT(*) FROM RUNLOG WHERE outcome = 2 AND exit_code = -1 AND signo = 9 AND cut = 1")" "$floods" \
    'its record says: a timeout, killed, its output was cut' || diag "$(sql 'SELECT * FROM RUNLOG WHERE outcome = 2')"
like "$(status_of flood1)" 'no end by its timeout: killed' 'in words'
slowest=$(sql 'SELECT MAX(duration_ms) FROM RUNLOG WHERE outcome = 2')
[ "$(sql 'SELECT MIN(duration_ms) FROM RUNLOG WHERE outcome = 2')" -ge 4900 ] && [ "$slowest" -lt 30000 ]
ok $? 'at its deadline and grace' || diag "$slowest ms"
kill "$watcher"
biggest=$(cat "$work/biggest")
[ "${biggest:-0}" -gt 500000 ] && [ "$biggest" -le 1048576 ]
ok $? 'no capture was larger than its cap' || diag "$biggest bytes"
diag "at most: a capture $biggest bytes, the spool $most_kb KiB, the run stage $rss_kb KiB resident; the slowest end after $slowest ms"
[ "$most_kb" -le $((floods * 1024 + 2048)) ]
ok $? 'the spool stayed within the caps of its captures' || diag "$most_kb KiB"
# A sanitizer's shadow is memory too.
if grep -q -- '-fsanitize' "$builddir/config.log" 2>/dev/null; then
    skip 'memory is not measured under a sanitizer'
else
    [ "$rss_kb" -le 32768 ]
    ok $? 'and the run stage at the size of a few outputs' || diag "$rss_kb KiB"
fi
[ "$(sql "SELECT COUNT(*) FROM RUNLOG WHERE specid = $(specid beside) AND outcome = 1")" -ge 3 ]
ok $? 'others went on beside them'
is "$(sql "SELECT COUNT(*) FROM RUNLOG WHERE specid = $(specid beside) AND outcome = 1 AND latency_ms > 5000")" 0 'on time'
stages_run
ok $? 'no stage has ended'
sched_stop
is "$sched_rc" 0 'the scheduler ends' || diag "$(tail -n 5 "$log")"
no_probes
ok $? 'no probe is left' || diag "$(probe_pids)"
is "$(captures)" '' 'and no capture'
like "$(accounting)" 'unaccounted: 0' 'every slot is accounted for' || diag "$(accounting)"
tap_done
