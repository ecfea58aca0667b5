#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# haetae hold, release and spool: what an operator stopped stays stopped, until he says so.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"
sched_init
h() { run "$haetae" --config "$conf" "$@"; }
ensure() { run "$scheduler" --config "$conf" --ensure; }
pid_in_lock() { cat "$spool/lock.supervisor"; }
at_exit 'kill -9 $(pids_of "")'

h spool
is "$rc" 0 'spool: before the first start'
like "$out" $'\nscheduler: does not run \\(haetae-scheduler --ensure starts it\\)\n' 'says that none runs'
is "$(find "$spool" -mindepth 1 | wc -l)" 0 'and makes nothing'
spec one -- print 'ONE OK'
import
ensure
is "$rc" 0 'the scheduler is started'
wait_for 20 rows 1 RUNLOG
h spool
like "$out" $'\nscheduler: runs, pid '"$(pid_in_lock)"$'\n' 'spool: its pid'
like "$out" $'\nrun +[0-9]+ ' 'and the folders'
unlike "$out" 'held' 'not held'

h hold
is "$rc" 2 'hold needs a reason'
h hold the disk is $'changed\n'
is "$rc" 0 'hold'
like "$out" 'the scheduler, pid [0-9]+, has ended' 'stops it'
is "$(pids_of '')" '' 'it has ended'
is "$(stat -c %U "$spool/hold")" "$(stat -c %U "$spool")" "the file is the spool's owner's"
like "$(cat "$spool/hold")" '^[0-9]+ [^ ]+.*
the disk is changed ?$' 'and says when, who and why'
ensure
is "$rc" 0 '--ensure: exit 0'
is "$out$errout" '' 'and not a word: cron would mail it every minute'
run "$scheduler" --config "$conf" --once
is "$rc$out$errout" 0 '--once neither'
run "$scheduler" --config "$conf"
is "$rc" 1 'in the foreground it is refused'
like "$errout" 'held by .*: the disk is changed ?; to end that: haetae release' 'with the reason'
is "$(pids_of '')" '' 'none has started'
h spool
like "$out" $'\nscheduler: does not run\nheld: by .*: the disk is changed +\\(haetae release\\)\n' 'spool shows the hold'
h hold for another reason
is "$rc" 0 'held again'
like "$(cat "$spool/hold")" 'for another reason' 'the newer reason counts'

h release
is "$rc" 0 'release'
like "$out" "^released: cron's next minute starts" 'says what comes next'
is "$(pids_of '')" '' 'and starts nothing'
h release
is "$rc$out" '0not held' 'again: no failure'
h hold once more
# The scheduler is started with the same configuration: here not the operator's.
run "$builddir/scheduler/haetae" --config "$conf" release --start
is "$rc" 0 'release --start'
wait_for 20 stages_run
ok $? 'starts it'
pid=$(pid_in_lock)
h hold --keep-running for the next start
is "$(pid_in_lock) $rc" "$pid 0" '--keep-running lets it go on'
if ended "$pid"; then fail 'it has ended'; else pass 'it runs'; fi
# Events of all of that, by the load stage.
wait_for 20 rows 6 "EVENTLOG WHERE tag = 'hold'"
ok $? 'each is an event'
is "$(sql "SELECT COUNT(*) FROM EVENTLOG WHERE tag = 'hold' AND old_value = '' AND new_value = 'for another reason' AND host_name = '$host'")" 1 'with the reason'

# Somebody else's process is never stopped: a stale lock with the pid of an innocent one.
h hold now
sleep 600 &
innocent=$!
at_exit "kill -9 $innocent"
echo "$innocent" >"$spool/lock.supervisor"
h hold again
is "$rc" 0 'a stale pid in the lock'
unlike "$out" 'has ended' 'nobody is stopped'
kill -0 "$innocent"
ok $? 'the process that has that pid now lives'
: >"$spool/hold"
ensure
is "$rc$out$errout" 0 'an empty file made by hand holds too'
h spool --output json
like "$out" '"pid":0,"held":true,.*"folders":\{"claims":\{"files":' 'JSON'
: >"$spool/bad/123.refused"
h spool
like "$out" $'\nbad +1 .*\nin bad/ .*:\n  123.refused$' 'files in bad/ are named'
if [ "$(id -u)" = 0 ]; then
    run setpriv --reuid 65533 --regid 65533 --clear-groups "$haetae" --config "$conf" hold no
    is "$rc" 1 'another user may not hold'
else
    skip 'not root: no other user'
fi
tap_done
