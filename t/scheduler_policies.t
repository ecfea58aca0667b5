#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The policies of specs, with the real scheduler: overrun, catch-up, attempts, backoff, priorities
# in a full spool, and what becomes of them when the run stage is killed.
# shellcheck disable=SC2119,SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"
sched_init
sched_conf 'spool_max = "2 MiB";'
# Rows of RUNLOG of a probe: COLUMNS of those WHERE.
log_of() { sql "SELECT $2 FROM RUNLOG WHERE kind = 0 AND specid = $(specid "$1") AND ${3:-1} ORDER BY due_ms" | tr '\t' ' '; }
has() { [ -n "$(log_of "$1" due_ms "$2")" ]; }
at_least() { [ "$(log_of "$1" due_ms "$2" | wc -l)" -ge "$3" ]; }
alive() { [ -e "/proc/$1" ] && ! ended "$1"; }
begun_twice() { awk '$1 == "begin" { print $2 }' "$@" | sort | uniq -d | wc -l; }
disable_all() { sql 'UPDATE TOOLSPECS SET enabled = 0, version = version + 1'; }

# --- overrun, attempts, backoff --------------------------------------------------------------------
spec queue1 overrun='"queue1"' timeout=30 maxlate='"200 ms"' -- run "$work/out/queue1" 2600
spec replace interval=3 overrun='"replace"' timeout=40 killgrace='"500 ms"' -- hang "$work/out/replace"
# Those that are started again: due once, when the scheduler stands, with time for all attempts.
soon=$((($(now_ms) / 1000 + 6) % 120))
spec recovers interval=120 phase=$soon attempts=4 retry='"300 ms"' -- flaky "$work/out/recovers" 3 2
spec fails interval=120 phase=$soon attempts=2 retry='"200 ms"' -- flaky "$work/out/fails" 9 2
spec refused interval=3 attempts=5 command='"nothing_here"' --
spec backoff interval=2 maxlate=60 backoff=40 -- flaky "$work/out/backoff" 9 3
spec jitter interval=2 jitter='"900 ms"' -- run "$work/out/jitter" 0
import
ok $? 'specs are imported' || { tap_done; exit 1; }
sched_start
ok $? 'the scheduler starts' || diag "$(cat "$log")"

wait_for 30 has recovers 'outcome = 1'
is "$(log_of recovers 'outcome, state, attempts')" '1 0 3' 'a probe that fails twice is started three times, and has one row'
is "$(status_of recovers)" 'FLAKY - attempt 3' 'that of the last attempt alone'
wait_for 20 has fails 'outcome = 1'
is "$(log_of fails 'outcome, state, attempts' | head -n 1)" '1 2 2' 'one that goes on failing has all its attempts'
wait_for 20 has refused 'outcome = 3'
is "$(log_of refused 'attempts, outcome' | head -n 1)" '0 3' 'a start that cannot be is not tried again'
wait_for 20 at_least queue1 'outcome = 1' 3
like "$(log_of queue1 text 'outcome = 4' | head -n 1)" '^a newer slot took its place in the queue$' 'queue1: the newest of those that wait stays'
# Its slot was due before the run ended, and it is not the next slot's time that starts it.
follows() { awk '$1 == "end" { end = $3 } $1 == "begin" && end && $2 % 4294967296 * 1000 <= end && $3 - end < 300 { n++ } END { exit n < 2 }' "$work/out/queue1"; }
wait_for 20 follows
ok $? 'and starts when the run ends' || diag "$(cat "$work/out/queue1")"
wait_for 20 at_least replace 'outcome = 3' 2
is "$(log_of replace 'outcome, text' | head -n 1 | cut -c 1-57)" '3 its next slot was due: killed, overrun = replace: a lin' 'replace: the run is cancelled, what it said is kept' ||
    diag "$(log_of replace 'outcome, text' | head -n 1 | cut -c 1-100)"
# From its start to the next slot's time, and the grace.
like "$(log_of replace 'started_ms - due_ms BETWEEN 0 AND 3000, started_ms + duration_ms - due_ms BETWEEN 3400 AND 30000' | head -n 1)" '^1 1$' 'with its start and duration'
first_gone() {
    local pid
    while read -r pid; do if alive "$pid"; then return 1; fi; done < <(head -n 3 "$work/out/replace")
}
wait_for 5 first_gone
ok $? 'and its tree is gone'
wait_for 30 at_least backoff 'outcome = 1' 3
due=$(log_of backoff due_ms 'outcome = 1' | awk 'NR > 1 { printf "%d ", ($1 - last) / 1000 } { last = $1 }')
like "$due" '^4 8' 'backoff: each run of a probe that fails is twice as far from the last one'
like "$(log_of backoff text "outcome = 4 AND text LIKE 'backing off after 1 %'" | head -n 1)" '^backing off after 1 failures* in a row: next run at 20' 'and those between say why'
wait_for 20 at_least jitter 'outcome = 1' 4
spread=$(log_of jitter 'started_ms - due_ms' 'outcome = 1' | sort -n)
[ "$(head -n 2 <<<"$spread" | tail -n 1)" -lt 1600 ] && [ "$(tail -n 1 <<<"$spread")" -gt "$(head -n 1 <<<"$spread")" ]
ok $? 'jitter: starts are put off by different times' || diag "$spread"
is "$(sql "SELECT COUNT(*) FROM RUNLOG WHERE specid = $(specid jitter) AND due_ms % 2000 <> 0")" 0 'due stays on the grid'

# --- killed between ------------------------------------------------------------------------------
disable_all
spec paused interval=1000 phase=$((($(now_ms) / 1000 + 4) % 1000)) attempts=3 retry=600 -- flaky "$work/out/paused" 9 2
spec queued interval=2 timeout=60 overrun='"queue1"' -- run "$work/out/queued" 30000
import
pauses() { [ -s "$work/out/paused" ] && [ -z "$(captures -name "*paused*")" ] && [ "$(wc -l <"$work/out/queued" 2>/dev/null)" -ge 1 ]; }
wait_for 20 pauses
ok $? 'one probe waits for its next attempt, one has a slot in its queue'
victim=$(tail -n 1 "$work/out/queued" | cut -d ' ' -f 2)
sleep 2.5
kill -9 "$(pids_of run)"
wait_for 20 has paused 'outcome = 5'
is "$(log_of paused 'outcome, text')" '5 the scheduler was killed while it ran: FLAKY - attempt 1' 'killed between attempts: the slot is lost, with what was said'
lost() { [ "$(log_of queued outcome "scheduleid = $victim")" = 5 ]; }
wait_for 20 lost
ok $? 'and so is the run that had a slot behind it'
again() { [ "$(grep -c '^begin' "$work/out/queued")" -ge 2 ]; }
wait_for 20 again
ok $? 'whose next slot runs'
is "$(wc -l <"$work/out/paused")" 1 'what was begun is never run again'
disable_all
sched_stop TERM
is "$sched_rc" 0 'the scheduler ends' || diag "$(tail -n 5 "$log")"
is "$(begun_twice "$work"/out/{queue1,queued,jitter})" 0 'no slot was run twice'
like "$(accounting)" 'unaccounted: 0' 'every slot is accounted for' || diag "$(accounting)"
no_probes
ok $? 'no probe is left' || diag "$(probe_pids)"

# --- after a rest -----------------------------------------------------------------------------------
# The specs are 1,000 s behind, as if nobody had been there, and no claim had reached so far.
behind() { rm -f "$spool/frontier" "$spool"/claims/*; sql "UPDATE TOOLSPECS SET nextdue_ms = nextdue_ms - FLOOR(1000000 / interval_ms) * interval_ms WHERE enabled = 1"; }
ran_late() { log_of "$1" due_ms 'outcome = 1 AND started_ms - due_ms > 3000' | wc -l; }
# Due a moment ago, and not again for long.
was_due() { echo $((($(now_ms) / 1000 + $1 - 5) % $1)); }
spec none interval=10 maxlate=1 -- run "$work/out/none" 0
spec last interval=400 phase="$(was_due 400)" maxlate=1 catchup='"last"' -- run "$work/out/last" 0
spec all interval=100 phase="$(was_due 100)" maxlate=1 catchup='"all"' catchup_max=4 -- run "$work/out/all" 300
import
behind
sched_start
caught_up() { [ "$(ran_late all)" -ge 3 ] && [ "$(ran_late last)" = 1 ]; }
wait_for 20 caught_up
ok $? 'slots that nobody was there for are caught up' || diag "$(sql 'SELECT specid, due_ms, outcome, started_ms, text FROM RUNLOG ORDER BY specid, due_ms' | tail -n 40)"
sched_stop TERM
late=$(ran_late all)
[ "$late" -ge 3 ] && [ "$late" -le 4 ]
ok $? 'all: as many as catchup_max, but for one that is due meanwhile' || diag "$late"
sort -s -k 3,3n "$work/out/all" | awk '$1 == "begin" { if (busy || $2 < last) bad = 1; busy = 1; last = $2 } $1 == "end" { busy = 0 } END { exit bad }'
ok $? 'one behind the other, the oldest first' || diag "$(cat "$work/out/all")"
is "$(ran_late last)" 1 'last: one alone'
is "$(ran_late none)" 0 'none: none'
[ "$(sql "SELECT SUM(slots) FROM RUNLOG WHERE outcome = 6 AND specid = $(specid none)")" -ge 9 ]
ok $? 'the others are missed'
like "$(accounting)" 'unaccounted: 0' 'every slot is accounted for' || diag "$(accounting)"

# --- a single pass: the newest slot, whatever the policies --------------------------------------------
disable_all
spec once_none interval=10 maxlate=1 -- run "$work/out/once_none" 0
spec once_all interval=100 maxlate=1 catchup='"all"' catchup_max=4 jitter='"900 ms"' -- run "$work/out/once_all" 300
# No attempt begins once the next slot is due: its newest one came 5 s ago, the next is far.
spec retried interval=100 phase="$(was_due 100)" maxlate=1 attempts=3 -- flaky "$work/out/retried" 2 2
import
behind
run within 60 "$scheduler" --config "$conf" --once
is "$rc" 0 'a single pass ends with 0' || diag "$errout"
is "$(grep -c '^begin' "$work"/out/once_{none,all} -h | tr '\n' ' ')" '1 1 ' 'one slot of each runs'
is "$(begun_twice "$work/out/retried") $(wc -l <"$work/out/retried")" '1 2' 'one that fails is started once more'
like "$(accounting)" 'unaccounted: 0' 'every slot is accounted for' || diag "$(accounting)"

# --- a full spool --------------------------------------------------------------------------------------
disable_all
spec vital priority=3 -- run "$work/out/vital" 0
spec other priority=4 -- run "$work/out/other" 0
import
sched_start
wait_for 20 has other 'outcome = 1 AND started_ms > due_ms - 1'
truncate -s 0 "$work/out/other"
# What is not loaded, as if the database had been away for long.
head -c 2050000 /dev/urandom >"$spool/segments/.ballast"
is_full() { has other "outcome = 6 AND text LIKE 'the spool is full: %'"; }
wait_for 20 is_full
ok $? 'a full spool: slots of low priority are missed, and say why' || diag "$(tail -n 3 "$log")"
like "$(log_of other text "outcome = 6 AND text LIKE 'the spool%'" | head -n 1)" '^the spool is full: (9[5-9]|100) % of its room$' 'with how full it is'
vital_now=$(log_of vital due_ms 'outcome = 1' | wc -l)
wait_for 20 at_least vital 'outcome = 1' $((vital_now + 3))
ok $? 'those of priority 3 go on'
told() { [ "$(sql 'SELECT spool_refused > 0 AND spool_percent >= 95 AND spool_bytes > 2000000 FROM HOST')" = 1 ]; }
wait_for 25 told
ok $? 'the host row says so' || diag "$(sql 'SELECT * FROM HOST')"
is "$(sql 'SELECT program FROM HOST')" "$("$scheduler" --version | sed 's/.* //')" 'and which program beats'
events() { sql "SELECT level FROM EVENTLOG WHERE tag = 'spool' ORDER BY time_ms" | tr '\n' ' '; }
one_event() { [ "$(events)" = '1 ' ]; }
wait_for 10 one_event
ok $? 'there is one event' || diag "$(events)"
like "$(grep -c 'spool: .* only priorities 1 to 3 are started' "$log")" '^1$' 'and one line in the log'
rm "$spool/segments/.ballast"
before=$(now_ms)
goes_on() { has other "outcome = 1 AND due_ms > $before"; }
wait_for 20 goes_on
ok $? 'when there is room again they go on'
two_events() { [ "$(events)" = '1 2 ' ]; }
wait_for 10 two_events
ok $? 'and an event says that it is over' || diag "$(events)"
sched_stop TERM
is "$sched_rc" 0 'the scheduler ends' || diag "$(tail -n 5 "$log")"
like "$(accounting)" 'unaccounted: 0' 'every slot is accounted for' || diag "$(accounting)"
tap_done
