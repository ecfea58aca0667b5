#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The real scheduler while its clock is set an hour ahead and back: libfaketime gives it another
# wall clock, the machine's own is left alone, and so is the database.
# shellcheck disable=SC2119,SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"
faketime=
for file in /usr/lib/*/faketime/libfaketimeMT.so.1 /usr/lib/faketime/libfaketimeMT.so.1 /usr/lib64/faketime/libfaketimeMT.so.1; do
    [ -e "$file" ] && faketime=$file
done
[ -n "$faketime" ] || skip_all 'libfaketime is not installed'
# The sanitizers' runtime must come before any other library.
if ldd "$scheduler" | grep -qE 'libasan|libubsan'; then
    skip 'built with sanitizers: nothing can be preloaded'
    tap_done
    exit
fi
sched_init
clock=$work/clock
set_clock() { printf '%s\n' "$1" >"$clock.new" && mv "$clock.new" "$clock"; }
set_clock '+0'
chmod 755 "$work"
spec tick -- run "$work/out/tick" 0
spec all interval=5 maxlate=1 catchup='"all"' catchup_max=3 -- run "$work/out/all" 0
spec queue1 overrun='"queue1"' timeout=30 -- run "$work/out/queue1" 1500
spec hourly interval=3600 phase=$((($(now_ms) / 1000 + 1800) % 3600)) catchup='"last"' maxlate=1 -- run "$work/out/hourly" 0
import
ok $? 'specs are imported' || { tap_done; exit 1; }
export LD_PRELOAD=$faketime FAKETIME_TIMESTAMP_FILE=$clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1
"$scheduler" --config "$conf" </dev/null >>"$log" 2>&1 &
sched_pid=$!
unset LD_PRELOAD FAKETIME_TIMESTAMP_FILE FAKETIME_NO_CACHE FAKETIME_DONT_FAKE_MONOTONIC DONT_FAKE_MONOTONIC
wait_for 20 stages_run
ok $? 'the scheduler starts' || diag "$(cat "$log")"
begun_more() { [ "$(grep -c '^begin' "$work/out/$1" 2>/dev/null)" -gt "$2" ]; }
events() { sql "SELECT new_value FROM EVENTLOG WHERE tag = 'clock' AND level = 1 ORDER BY time_ms"; }
event_like() { events | grep -q -- "$1"; }
later() { sql "SELECT COUNT(*) FROM RUNLOG WHERE outcome = 1 AND due_ms > $(now_ms) + 1800000"; }
runs_later() { [ "$(later)" -ge "$1" ]; }

wait_for 20 begun_more tick 3
ok $? 'probes run'
set_clock '+3600'
wait_for 20 event_like 'a step of +36'
ok $? 'an hour ahead: the step is an event' || diag "$(events; tail -n 5 "$log")"
wait_for 30 runs_later 8
ok $? 'the grid goes on where the clock is now' || diag "$(tail -n 5 "$log")"
wait_for 20 begun_more hourly 0
ok $? 'what is due once an hour is caught up'
set_clock '+0'
wait_for 20 event_like 'a step of -36'
ok $? 'back again: the step is an event' || diag "$(events)"
# These seconds have had their slots: nothing runs, and nothing is made twice.
mark=$(grep -c '^begin' "$work/out/tick")
sleep 3
now=$(grep -c '^begin' "$work/out/tick")
[ "$now" -le $((mark + 1)) ]
ok $? 'slots that were decided do not come again' || diag "$mark, then $now"
set_clock '+3660'
wait_for 20 begun_more tick "$((now + 2))"
ok $? 'ahead once more: the grid goes on behind them'
like "$(grep -c 'the clock went from' "$log")" '^3$' 'one line in the log a step' || diag "$(cat "$log")"
sched_stop TERM
is "$sched_rc" 0 'the scheduler ends' || diag "$(tail -n 5 "$log")"
is "$(awk '$1 == "begin" { print $2 }' "$work"/out/* | sort | uniq -d)" '' 'no slot was run twice'
is "$(sql 'SELECT COUNT(*) FROM RUNLOG WHERE kind = 0 AND outcome = 1')" "$(cat "$work"/out/* | grep -c '^begin')" 'every run is loaded'
sum() { LD_PRELOAD=$faketime FAKETIME_TIMESTAMP_FILE=$clock FAKETIME_NO_CACHE=1 DONT_FAKE_MONOTONIC=1 accounting; }
like "$(sum)" 'unaccounted: 0' 'every slot is accounted for' || diag "$(sum)"
tap_done
