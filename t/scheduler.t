#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The scheduler's life: options, start and stop, --ensure, --once, who is refused.
# shellcheck disable=SC2119,SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"

run "$scheduler" --help
is "$rc" 0 '--help ends with 0'
like "$out" 'Usage: haetae-scheduler' 'and says how it is used'
unlike "$out" 'stage|supervisor' 'without what is for the supervisor alone'
run "$scheduler" --version
is "$rc" 0 '--version ends with 0'
like "$out" '^haetae-scheduler \(haetae\) [0-9]' 'and names the program'
run "$scheduler" --nonsense
is "$rc" 2 'an unknown option ends with 2'
like "$errout" 'nonsense' 'and is named'
run "$scheduler" word
is "$rc" 2 'an argument that nobody asked for ends with 2'
run "$scheduler" --config "$work/none.conf"
is "$rc" 1 'no configuration ends with 1'
like "$errout" "cannot open $work/none.conf" 'and is named'

sched_init
run "$scheduler" --config "$conf" -T
is "$rc" 0 '-T takes a good configuration'
like "$out" "host probe1, spool $spool" 'and says what it is for'
sched_conf 'max_running = 0;'
run "$scheduler" --config "$conf" -T
is "$rc" 1 '-T refuses a value out of range'
like "$errout" "$conf:2: .*max_running" 'with file, line and key'
sched_conf 'colour = "red";'
run "$scheduler" --config "$conf" -T
is "$rc" 1 '-T refuses an unknown key'
like "$errout" "$conf:2: .*colour" 'with file, line and key'
if [ "$(id -u)" = 0 ]; then
    sched_conf
    sed -i 's/user = "nobody"/user = "nobody-at-all"/' "$conf"
    run "$scheduler" --config "$conf" -T
    is "$rc" 1 '-T refuses a user that is not there'
    like "$errout" "user 'nobody-at-all'" 'by name'
fi
sched_conf

# --- in the foreground -----------------------------------------------------------------------
begun() { grep -c '^begin' "$work/out/$1" 2>/dev/null; }
begun_more() { [ "$(begun "$1")" -gt "$2" ]; }
all_ended() { [ "$(begun "$1")" = "$(grep -c '^end' "$work/out/$1")" ]; }
# Every run that was begun has its row, and nothing waits in the spool.
nothing_left() { # NAME
    grep '^begin' "$work"/out/* -h | cut -d ' ' -f 2 | sort >"$work/begun"
    # One that a kill has cut short is lost, but has its row.
    sql 'SELECT scheduleid FROM RUNLOG WHERE kind = 0 AND outcome IN (1, 5) AND started_ms > 0' | sort >"$work/loaded"
    is "$(uniq -d "$work/begun" | wc -l)" 0 "$1: no slot was run twice"
    is "$(diff "$work/begun" "$work/loaded")" '' "$1: every run is loaded, and nothing else"
    is "$(captures; find "$spool"/{segments,ready,data,bad} -type f)" '' "$1: nothing is left in the spool"
}

spec tick -- run "$work/out/tick" 0
spec slow timeout=9 -- run "$work/out/slow" 1500
import
ok $? 'specs are imported'
sched_start
ok $? 'it starts in the foreground' || diag "$(cat "$log")"
wait_for 20 begun_more slow 0
ok $? 'probes run'
run within 60 "$scheduler" --config "$conf"
is "$rc" 1 'a second one in this spool is refused'
like "$errout" 'another scheduler runs in this spool' 'with a sentence'
run within 60 "$scheduler" --config "$conf" --once
is "$rc" 1 'and so is a single pass'
mkdir -m 700 "$work/spool2"
[ "$user" = "$(id -un)" ] || chown "$user" "$work/spool2"
sed "s,$spool,$work/spool2," "$conf" >"$work/other.conf"
run within 60 "$scheduler" --config "$work/other.conf"
is "$rc" 1 'another spool with the same host name is refused'
like "$errout" 'host name probe1 is taken' 'with a sentence'
count=$(begun slow)
wait_for 20 begun_more slow "$count"
sched_stop TERM
is "$sched_rc" 0 'SIGTERM ends it with 0' || diag "$(tail -n 5 "$log")"
no_stages
ok $? 'with its stages'
all_ended slow
ok $? 'and it waits for the probes that run'
nothing_left SIGTERM
grep -qE 'error|failed|Sanitizer' "$log"
ok $((1 - $?)) 'without a complaint' || diag "$(cat "$log")"

count=$(begun slow)
sched_start
wait_for 20 begun_more slow "$count"
sched_stop INT
is "$sched_rc" 0 'SIGINT ends it with 0' || diag "$(tail -n 5 "$log")"
all_ended slow
ok $? 'and it waits for the probes that run'
nothing_left SIGINT

# --- in the background -------------------------------------------------------------------------
marker=$work/marker
# Were a descriptor of the shell's kept open, the substitution would wait for its end.
# shellcheck disable=SC2016
timeout 200 bash -c 'out=$("$0" --config "$1" --ensure 9>&1 8>"$2" 2>&1); rc=$?; echo "$rc [$out]"' \
    "$scheduler" "$conf" "$marker" >"$work/said" 2>&1
is "$?" 0 '--ensure keeps no descriptor of the caller open'
is "$(cat "$work/said")" '0 []' 'it says nothing and ends with 0'
wait_for 20 stages_run
ok $? 'one runs in the background'
first=$(pids_of '')
is "$(wc -w <<<"$first")" 1 'and only one'
find -L "/proc/$first/fd" "/proc/$(pids_of run)/fd" -samefile "$marker" 2>/dev/null | grep -q .
ok $((1 - $?)) 'no other descriptor is in it'
read -r _ _ _ parent _ session tty _ < <(sed 's/(.*)/x/' "/proc/$first/stat")
read -r _ _ _ _ _ own _ < <(sed 's/(.*)/x/' "/proc/$$/stat")
[ "$session" != "$own" ] && [ "$tty" = 0 ]
ok $? 'it has a session of its own, and no terminal'
[ "$parent" != $$ ] && [ "$parent" != "$PPID" ]
ok $? 'its parent is none of the caller'
is "$(cat "$spool/lock.supervisor")" "$first" 'its pid is in the spool'
run within 60 "$scheduler" --config "$conf" --ensure
is "$rc $out$errout" '0 ' 'a second --ensure does nothing and says nothing'
is "$(pids_of '')" "$first" 'the first one goes on'
kill -9 "$first"
wait_for 2 no_stages
ok $? 'when the supervisor is killed the stages are gone'
run within 60 "$scheduler" --config "$conf" --ensure
is "$rc" 0 '--ensure starts a new one'
wait_for 20 stages_run
second=$(cat "$spool/lock.supervisor")
[ "$second" != "$first" ] && kill "$second"
ok $? 'which is not the old one'
wait_for 40 ended "$second"
ok $? 'a kill of the pid in the spool ends it'
no_stages
ok $? 'with its stages'

# --- a single pass ---------------------------------------------------------------------------------
hour=3600000
sql 'UPDATE TOOLSPECS SET enabled = 0'
spec hourly interval=3600 -- run "$work/out/hourly" 0
import
sql "UPDATE TOOLSPECS SET nextdue_ms = nextdue_ms - 4 * $hour WHERE name = 'hourly'"
run within 60 "$scheduler" --config "$conf" --once
is "$rc" 0 'a single pass ends with 0' || diag "$errout"
is "$(begun hourly)" 1 'the newest slot that is due is run, however late'
is "$(sql "SELECT COALESCE(SUM(slots), 0) FROM RUNLOG WHERE outcome = 6 AND specid = $(specid hourly)")" 3 \
    'those before it are missed'
run within 60 "$scheduler" --config "$conf" --once
is "$rc" 0 'a second pass ends with 0' || diag "$errout"
is "$(begun hourly)" 1 'and runs no slot twice'
nothing_left --once
like "$(accounting)" 'unaccounted: 0' 'every slot is accounted for'

spec two interval=3600 timeout=30 -- run "$work/out/two" 5000
import
sql "UPDATE TOOLSPECS SET nextdue_ms = nextdue_ms - $hour WHERE name = 'two'"
"$scheduler" --config "$conf" --once </dev/null >"$work/once.log" 2>&1 &
once=$!
wait_for 20 begun_more two 0
mariadb_kill
wait "$once"
is "$?" 1 'a pass whose database dies ends with 1'
like "$(cat "$work/once.log")" 'stage load failed' 'with a sentence' || diag "$(cat "$work/once.log")"
run within 60 "$scheduler" --config "$conf" --once
is "$rc" 1 'a pass without a database ends with 1'
like "$errout" 'error: cannot reach the database' 'with a sentence'
[ "$(find "$spool/ready" -type f | wc -l)" -gt 0 ]
ok $? 'what was run is in the spool'
mariadb_start
run within 60 "$scheduler" --config "$conf" --once
is "$rc" 0 'the next pass with a database ends with 0' || diag "$errout"
nothing_left 'after an outage'

spec stopped interval=3600 timeout=30 -- run "$work/out/stopped" 3000
import
sql "UPDATE TOOLSPECS SET nextdue_ms = nextdue_ms - $hour WHERE name = 'stopped'"
"$scheduler" --config "$conf" --once </dev/null >"$work/once.log" 2>&1 &
once=$!
wait_for 20 begun_more stopped 0
kill "$once"
wait "$once"
is "$?" 0 'a pass that is told to stop ends with 0' || diag "$(cat "$work/once.log")"
nothing_left 'a stopped pass'
tap_done
