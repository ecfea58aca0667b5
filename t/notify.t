#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the scheduler tells a service manager, by a socket of ours; and the units for systemd.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"
listen=$builddir/t/notify_listen
sched_init
spec one -- print 'ONE OK'
import
at_exit 'kill -9 $(pids_of "") $ear'

# start SOCKET WATCHDOG-USEC: the scheduler under an ear at that socket
start() {
    : >"$work/heard"
    "$listen" "$1" >"$work/heard" 2>&1 &
    ear=$!
    wait_for 5 listening "$1"
    NOTIFY_SOCKET=$1 WATCHDOG_USEC=$2 "$scheduler" --config "$conf" </dev/null >>"$log" 2>&1 &
    sched_pid=$!
}
listening() { grep -qF -- "$1" /proc/net/unix; }
heard() { grep -qE -- "$1" "$work/heard"; }
# A line more than there were.
times() { grep -cE -- "$1" "$work/heard"; }
more() { [ "$(times "$1")" -gt "$2" ]; }

# A socket with a path; root's spool is another user's, who must be able to write to it.
mkdir -m 777 "$work/socket"
umask 000
start "$work/socket/notify" 6000000
umask 022
wait_for 20 heard '^READY=1 STATUS=[0-9]+ stages run$'
ok $? 'READY=1'
stages_run || wait_for 1 stages_run
ok $? 'when all stages run'
is "$(times '^READY=1')" 1 'once'
wait_for 10 more '^WATCHDOG=1$' 2
ok $? 'WATCHDOG=1 again and again'
unlike "$(tr '\0' '\n' <"/proc/$(pids_of run | head -n 1)/environ")" 'NOTIFY_SOCKET' 'not handed on to the stages'

# A stage that stands still is not restarted by anybody else: the watchdog is for that.
stuck=$(pids_of claim)
kill -STOP "$stuck"
wait_for 15 heard '^STATUS=stage claim makes no progress$'
ok $? 'a stage that stands still is named'
n=$(times '^WATCHDOG=1$')
# Longer than from one to the next.
sleep 2
is "$(times '^WATCHDOG=1$')" "$n" 'and the watchdog is not fed'
kill -CONT "$stuck"
wait_for 15 more '^WATCHDOG=1$' "$n"
ok $? 'it goes on: so does the watchdog'
heard '^STATUS=[0-9]+ stages run$'
ok $? 'and the status'
sched_stop
is "$sched_rc" 0 'it ends'
wait_for 5 heard '^STOPPING=1 STATUS='
ok $? 'STOPPING=1'
kill "$ear"
wait "$ear" 2>/dev/null

# An abstract socket; nobody watches.
start "@haetae-t-$$" ''
wait_for 20 heard '^READY=1 '
ok $? 'an abstract socket'
sched_stop
is "$(times '^WATCHDOG')" 0 'no watchdog unless asked'
kill "$ear"
wait "$ear" 2>/dev/null
NOTIFY_SOCKET=nonsense run "$scheduler" --config "$conf"
is "$rc" 1 'an address that is none'
like "$errout" "NOTIFY_SOCKET: 'nonsense' is neither a path nor an abstract socket" 'is said'

# The units.
units=$builddir/contrib/systemd
if command -v systemd-analyze >/dev/null 2>&1; then
    mkdir "$work/units"
    for unit in "$units"/haetae-{scheduler,cleanup}.service "$srcdir"/contrib/systemd/*.timer; do
        # The programs and manuals are not installed, and the user is not there.
        sed -e "s|^ExecStart=[^ ]*/\([^/ ]*\)|ExecStart=$builddir/scheduler/\1|" -e 's/^\(User\|Group\)=.*/\1=root/' \
            -e '/^Documentation=/d' "$unit" >"$work/units/${unit##*/}"
    done
    run systemd-analyze verify --recursive-errors=one "$work"/units/*.service "$work"/units/*.timer
    is "$(grep -F "$work/units" <<<"$errout")" '' 'systemd-analyze verify has nothing to say'
    [ "$rc" = 0 ] || diag "$errout"
else
    skip 'no systemd-analyze'
fi
for key in Type=notify OOMPolicy=continue KillMode=mixed Restart=always 'WatchdogSec=.*' 'TasksMax=.*' 'LimitNOFILE=.*' \
    'ConditionPathExists=!/.*/hold'; do
    grep -qE "^$key$" "$units/haetae-scheduler.service"; ok $? "haetae-scheduler.service: $key"
done
is "$(grep -E '^(Private|Protect|ReadOnly|Inaccessible|TemporaryFileSystem|RootDirectory|BindPaths|DynamicUser)' "$units/haetae-scheduler.service")" \
    '' 'and no mounts of its own'
is "$(grep -lE '@[a-z]+@' "$units"/* | tr '\n' ' ')" '' 'all paths are filled in'

# What they and the crontab say to haetae-cleanup, word by word: with --test it reads all and kills
# nothing. The list is at the path that they name, below a folder of ours.
mkdir "$work/etc"
printf '# nothing yet\n' >"$work/etc/cleanup-list"
chmod 755 "$work/etc"
chmod 644 "$work/etc/cleanup-list"
for file in systemd/haetae-cleanup.service cron/haetae; do
    # From a line of the crontab the times and the user go.
    line=$(sed -nE 's/^(ExecStart=|[*]\/5 [* ]+ haetae )([^ ]*\/haetae-cleanup( .*)?)$/\2/p' "$builddir/contrib/$file")
    like "$line" '^/[^ ]*/haetae-cleanup .*/etc/haetae/cleanup-list$' "$file runs haetae-cleanup"
    line=$(sed -E "s|^[^ ]*|$builddir/scheduler/haetae-cleanup|; s|[^ ]*/etc/haetae/|$work/etc/|" <<<"$line")
    run sh -c "$line -T --config $conf"
    is "$rc" 0 'its command line is one' || diag "$line" "$errout"
    like "$out" "^the list is good: 0 entries in $work/etc/cleanup-list" 'and it reads that list'
done
tap_done
