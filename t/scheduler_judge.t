#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Thresholds that are set while the scheduler runs, results without a state, and the events of it
# all; with a password that nobody reads anywhere.
# shellcheck disable=SC2119,SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"
sched_init
secret=Geheim-4711-niemand
sql_server "CREATE USER teller@localhost IDENTIFIED BY '$secret'; GRANT ALL ON haetae.* TO teller@localhost"
printf '%s\n' "$secret" >"$work/password"
chmod 600 "$work/password"
[ "$user" = "$(id -un)" ] || chown "$user" "$work/password"
cat >"$conf" <<C
database = { socket = "$mariadb_socket"; user = "teller"; name = "haetae"; password_file = "$work/password"; };
scheduler = { host = "$host"; spool = "$spool"; user = "$user"; window = "5 s"; log_level = "debug"; };
probetypes = ( { name = "probe"; folder = "$work/bin"; }, { name = "raw"; folder = "$work/bin"; state = "none"; } );
C
h() { run "$haetae" --config "$conf" "$@"; }
events() { sql "SELECT CONCAT(old_value, ' > ', new_value) FROM EVENTLOG WHERE tag = 'state' AND object = 'n1/$1' ORDER BY day, time_ms, eventid"; }
# says FILE TEXT: what a probe prints from now on
says() { printf '%s\n' "$2" >"$work/out/.new" && chmod 644 "$work/out/.new" && mv "$work/out/.new" "$work/out/$1"; }
is_status() { [ "$(status_of "$1")" = "$2" ]; }
becomes() { # PROBE TEXT NAME
    wait_for 10 is_status "$1" "$2"
    is "$(status_of "$1")" "$2" "$3"
}
says disk "DISK OK - /var 93% | disk=93%;98;99 load=1"
says raw "93 percent | disk=93%"
spec disk judge='"worst"' -- print "$work/out/disk" 0
spec own -- print "$work/out/disk" 0
spec raw probetype='"raw"' -- print "$work/out/raw" 0
spec broken probetype='"raw"' -- print "$work/out/raw" 2
spec data enabled=false -- print "$work/out/raw" 0
import
sql "INSERT INTO NODEGROUP (groupid, parentid, name, created_ms) VALUES (1, 0, 'Zone1', 1), (2, 1, 'Test', 1)"
sql 'UPDATE NODE SET groupid = 2'
sched_start

# --- from the root to the node and back -------------------------------------------------------------
becomes disk 'DISK OK - /var 93%' 'without thresholds the probe has its own word'
becomes broken 'exit code 2: 93 percent' 'an exit code of what has no state is none'
is "$(sql "SELECT state FROM STATUS WHERE specid = $(specid broken)")" 3 'but UNKNOWN'
h threshold set disk -w 80 -c 95
becomes disk 'disk 93% > 80%: DISK OK - /var 93%' 'set at run time: effective with a next slot'
becomes raw 'disk 93% > 80%: 93 percent' 'also on what has no state of its own'
is "$(sql "SELECT CONCAT(warn, ' ', crit) FROM METRIC WHERE label = 'disk' AND specid = $(specid disk)")" '80 95' 'METRIC has the ranges in effect'
h threshold set --group Zone1 disk -c 90
becomes disk 'disk 93% > 90%: DISK OK - /var 93%' 'from a group above'
is "$(sql "SELECT CONCAT(S.state, R.state) FROM STATUS S JOIN RUNLOG R ON R.scheduleid = S.scheduleid AND R.kind = 0 WHERE S.specid = $(specid disk)")" 22 'CRITICAL in STATUS and RUNLOG'
h threshold set --node n1 disk -w none -c 99
becomes disk 'DISK OK - /var 93%' 'a node overrides its group; none takes the warning away'
h threshold set --spec n1/raw disk -w 50
becomes raw 'disk 93% > 50%: 93 percent' 'a probe overrides its node'
becomes disk 'DISK OK - /var 93%' 'and itself alone'
h threshold unset --node n1 disk
becomes disk 'disk 93% > 90%: DISK OK - /var 93%' 'unset: as above again'
sql 'UPDATE NODEGROUP SET parentid = 0 WHERE groupid = 2'
becomes disk 'disk 93% > 80%: DISK OK - /var 93%' 'a group that is moved inherits from where it is then'
is "$(status_of own)" 'DISK OK - /var 93%' 'a probe that judges by itself is left alone'
is "$(sql "SELECT CONCAT(warn, ' ', crit) FROM METRIC WHERE label = 'disk' AND specid = $(specid own)")" '98 99' 'and keeps its own ranges'

# --- events -----------------------------------------------------------------------------------------
is "$(events disk)" 'NEW > OK - /var 93%
OK > WARNING - disk 93% > 80%: DISK OK - /var 93%
WARNING > CRITICAL - disk 93% > 90%: DISK OK - /var 93%
CRITICAL > OK - /var 93%
OK > CRITICAL - disk 93% > 90%: DISK OK - /var 93%
CRITICAL > WARNING - disk 93% > 80%: DISK OK - /var 93%' 'each change of state is one event'
is "$(events own)" 'NEW > OK - /var 93%' 'and no change none'
is "$(sql "SELECT COUNT(*) FROM EVENTLOG WHERE tag = 'threshold'")" 5 'each change of a threshold too'
is "$(sql "SELECT COUNT(*) FROM EVENTLOG E JOIN RUNLOG R ON R.scheduleid = E.eventid AND R.kind = 0 AND R.started_ms = E.time_ms WHERE E.tag = 'state' AND E.host_name = '$host'")" \
    "$(sql "SELECT COUNT(*) FROM EVENTLOG WHERE tag = 'state' AND object <> 'node'")" 'each is of a run, at its start'

# --- files of other programs ---------------------------------------------------------------------------
id=$(specid data)
second=$(($(date +%s) - 100))
put_data() { # SECOND TEXT
    local name=$(((id << 32) | (second + $1))).probe
    printf '%s\n' "$2" >"$work/$name" && chmod 644 "$work/$name"
    [ "$user" = "$(id -un)" ] || chown "$user" "$work/$name"
    mv "$work/$name" "$spool/data/$name"
}
put_data 0 'only numbers | disk=93%'
becomes data 'disk 93% > 80%: only numbers' 'a file without a state is judged'
put_data 1 'DISK OK - fine | disk=93%'
becomes data 'DISK OK - fine' 'one with a state has it'

# --- a flood of events, and what is none ------------------------------------------------------------------
sched_stop
is "$sched_rc" 0 'the scheduler stops'
for stage in supervisor materialise claim run load; do
    is "$(sql "SELECT COUNT(*) FROM EVENTLOG WHERE tag = 'stage' AND object = '$stage' AND new_value = 'started' AND host_name = '$host' AND user_name = '' AND level = 2")" 1 "the start of $stage"
done
"$builddir/t/event_make" "$spool" 3000 || fail 'events are made'
echo 'no event' >"$spool/events/damaged"
[ "$user" = "$(id -un)" ] || chown -R "$user" "$spool/events"
begin=$(now_ms)
run within 60 "$scheduler" --config "$conf" --stage load --once
is "$rc" 0 'a pass over 3,000 events'
diag "3,000 events in $(($(now_ms) - begin)) ms"
is "$(sql "SELECT COUNT(*) FROM EVENTLOG WHERE tag = 'test'")" 3000 'all are stored'
is "$(find "$spool/events" -type f | wc -l)" 0 'and no file is left'
is "$(cat "$spool/bad/damaged")" 'no event' 'what is none is in bad/'
is "$(sql "SELECT reason FROM LOADERR WHERE file = 'damaged'")" 'damaged event' 'with the reason'
like "$(sql "SELECT GROUP_CONCAT(object ORDER BY object) FROM EVENTLOG WHERE tag = 'stage' AND new_value = 'stopped'")" '^claim,load,.*materialise,run,supervisor$' 'the stops are there, too' ||
    diag "$(sql "SELECT CONCAT_WS(' ', object, new_value) FROM EVENTLOG WHERE tag = 'stage'")" "$(tail -n 40 "$log")"

# --- a stage that dies -------------------------------------------------------------------------------------
# Its lock says who it is: for a moment each probe looks like the stage that starts it.
run_pid() { tr -cd 0-9 <"$spool/lock.run"; }
is_another() { [ -n "$(run_pid)" ] && [ "$(run_pid)" != "$pid" ]; }
pid=$(run_pid)
sched_start
wait_for 20 is_another
pid=$(run_pid)
kill -9 "$pid"
killed() { [ "$(sql "SELECT COUNT(*) FROM EVENTLOG WHERE tag = 'stage' AND object = 'run' AND level = 0 AND new_value = 'killed by signal 9 (Killed)'")" = 1 ]; }
wait_for 20 killed
ok $? 'a stage that is killed is an event'
# Within the minute of its start: counted, and said at the end.
for _ in 1 2 3; do
    wait_for 20 is_another
    pid=$(run_pid)
    kill -9 "$pid"
    wait_for 20 ended "$pid"
done
wait_for 20 is_another
wait_for 20 stages_run
for pid in $(all_stages) $sched_pid; do
    tr '\0' ' ' <"/proc/$pid/cmdline"
    tr '\0' ' ' <"/proc/$pid/environ"
done >"$work/seen" 2>/dev/null
sched_stop
run within 60 "$scheduler" --config "$conf" --stage load --once
is "$(sql "SELECT COUNT(*) FROM EVENTLOG WHERE tag = 'stage' AND object = 'run' AND new_value LIKE 'killed by signal 9 (Killed)%'")" 2 'its repeats are counted'
is "$(sql "SELECT new_value FROM EVENTLOG WHERE tag = 'stage' AND object = 'run' AND new_value LIKE '%times%' AND level = 0")" 'killed by signal 9 (Killed); 3 times within a minute' 'and said'
like "$(sql "SELECT GROUP_CONCAT(new_value) FROM EVENTLOG WHERE tag = 'stage' AND object = 'run' AND new_value LIKE 'restarted%'")" '^restarted after [0-9.]+ s; 4 times within a minute$' 'as are its restarts'

# --- no secrets ---------------------------------------------------------------------------------------------
is "$(grep -c "$secret" "$work/seen")" 0 'the password is in no argument and no environment'
is "$(cat "$work"/log* "$work"/*.log | grep -c "$secret")" 0 'and in no log'
is "$(find "$spool" -type f -exec grep -l "$secret" {} + | wc -l)" 0 'and nowhere in the spool'
like "$(cat "$log")" 'started for host' 'of which there is one'
sed -i "s/teller/nobody-there/" "$conf"
h threshold list
is "$rc" 1 'a wrong user'
unlike "$errout$out" "$secret" 'the message of a failure has no password'
tap_done
