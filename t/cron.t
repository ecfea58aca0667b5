#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The real cron starts the scheduler by contrib/cron/haetae, in namespaces of its own.
. "${srcdir:-.}/t/tap.sh" || exit 1
[ "$(id -u)" = 0 ] || skip_all 'not root: cron starts for no other user'
need cron cron
need unshare util-linux
unshare --mount --pid --fork --mount-proc true 2>/dev/null || skip_all 'no namespaces here'
. "$srcdir/t/scheduler.sh"
sched_init
spec one -- print 'ONE OK'
import

# The line as it is installed, with our programs and configuration; nothing else of the machine's.
mkdir "$work/cron.d" "$work/crontabs" "$work/run"
sed -e "s|[^ ]*/haetae-scheduler|$scheduler --config $conf|" -e "s|haetae \([^ ]*\)/haetae-cleanup|$user $builddir/scheduler/haetae-cleanup|" \
    -e 's/^MAILTO=.*/MAILTO=""/' "$builddir/contrib/cron/haetae" >"$work/cron.d/haetae"
is "$(grep -cE '^(\*|\*/5) \* \* \* \* ' "$work/cron.d/haetae")" 2 'two lines of a crontab'
# Each run of the line leaves a mark, so that the second minute is seen.
sed -i "s|^\(\* \* \* \* \* *root *\)\(.*\)|\1\2; echo \"\$? \$\$\" >>$work/out/minutes|" "$work/cron.d/haetae"
chmod 644 "$work/cron.d/haetae"
: >"$work/crontab"
cat >"$work/inside" <<INSIDE
mount --make-rprivate /
mount --bind "$work/cron.d" /etc/cron.d &&
    mount --bind "$work/crontabs" /var/spool/cron &&
    mount --bind "$work/crontab" /etc/crontab &&
    mount -t tmpfs none /run || exit 9
# Its password file may be a service's over a socket in /run: a plain one is enough.
cron -f -L 15 >"$work/cron.log" 2>&1 &
echo \$! >"$work/cron.pid"
wait \$!
# What cron has started goes on, and init of a namespace ends when asked.
echo ended >"$work/cron.ended"
while :; do sleep 0.2; done
INSIDE
mkdir -p "$work/crontabs/crontabs"
unshare --mount --pid --fork --mount-proc bash "$work/inside" </dev/null >"$work/inside.log" 2>&1 &
outer=$!
at_exit "kill -9 \$(pgrep -P $outer) $outer"

# Our processes as this namespace sees them.
supervisor() { pids_of '' | head -n 1; }
minutes() { [ "$(wc -l <"$work/out/minutes")" -ge "$1" ]; }
wait_for 75 stages_run
ok $? "cron's first minute starts it" || diag "$(cat "$work/inside.log" "$work/cron.log" "$log" 2>/dev/null)"
wait_for 10 minutes 1
like "$(head -n 1 "$work/out/minutes")" '^0 ' 'and its line ends well'
pid=$(supervisor)
field() { sed -nE "s/^$1:[[:blank:]]+//p" "/proc/$pid/status"; }
cron=$(pgrep -P "$outer" -x bash | xargs -r -n 1 pgrep -x cron -P)
session_of() { sed -nE 's/^NSsid:[[:blank:]]+([0-9]+).*/\1/p' "/proc/$1/status"; }
unlike " $(session_of "$cron") $(session_of "$outer") " " $(session_of "$pid") " 'it has a session of its own'
parent=$(field PPid)
is "$(sed -nE 's/^NSpid:.*[[:blank:]]([0-9]+)$/\1/p' "/proc/$parent/status")" 1 'init is its parent, not cron'
is "$(awk '{ print $7 }' <<<"$(sed 's/.*) //;s/^/x y /' "/proc/$pid/stat")")" 0 'it has no terminal'
# A pipe of its own has both ends in the same process.
is "$(for stage in $pid $(all_stages); do readlink "/proc/$stage"/fd/* | grep '^pipe:' | sort | uniq -u; done)" '' 'no process of it holds a pipe of cron'
is "$(readlink "/proc/$pid/fd/0") $(readlink "/proc/$pid/fd/1")" "/dev/null $spool/log" 'stdin is /dev/null, what it says goes to its log'
wait_for 75 minutes 2
ok $? "cron's second minute"
is "$(pids_of '' | wc -l) $(supervisor)" "1 $pid" 'starts no second one'
is "$(wc -c <"$spool/log" | awk '{ print ($1 > 0) }')" 1 'it has logged'
kill "$cron"
wait_for 10 test -e "$work/cron.ended"
ok $? 'cron is ended'
n=$(sql 'SELECT COUNT(*) FROM RUNLOG')
wait_for 20 rows $((n + 2)) RUNLOG
ok $? 'the scheduler goes on'
kill -TERM "$pid"
wait_for 45 no_stages
ok $? 'and ends when asked'
tap_done
