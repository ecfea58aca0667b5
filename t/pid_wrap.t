#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Nobody dies for an old pid. In a pid namespace with a hundred numbers the scheduler runs short
# probes and probes that hang, cleanups kill what hangs, and canaries take every number that
# becomes free: none of them, and no short probe, may end by a signal.
#   HAETAE_WRAP_SECONDS=20  how long
# shellcheck disable=SC2119,SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
seconds=${HAETAE_WRAP_SECONDS:-20}
[ "$(id -u)" = 0 ] || skip_all 'not root: no pid namespace with a limit of its own'
unshare --pid --fork --mount-proc true 2>/dev/null || skip_all 'no pid namespace may be made'
# Before Linux 6.14 the number is the whole machine's.
IFS=.- read -r major minor _ < <(uname -r)
[ "$major" -gt 6 ] || { [ "$major" = 6 ] && [ "$minor" -ge 14 ]; } ||
    skip_all 'kernel.pid_max is not per namespace before Linux 6.14'
. "$srcdir/t/scheduler.sh"
sched_init
sched_conf 'max_running = 12;'
tag=$(tr -dc a-z0-9 <<<"${work##*.}" | head -c 12)
cleanup=$builddir/scheduler/haetae-cleanup
cp "$probe" "$work/bin/stuck-$tag"
cp "$probe" "$work/bin/gnuplot-$tag"
cp "$(command -v sleep)" "$work/bin/minute-$tag"
cp "$builddir/t/boot_ahead.so" "$work/"
printf 'gnuplot-%s,1 stuck-%s,1\n' "$tag" "$tag" >"$work/list"
printf 'minute-%s,1\n' "$tag" >"$work/minute.list"
: >"$work/servers"

for i in 1 2 3 4 5 6 7 8; do
    spec "short$i" phase="\"$((i * 100)) ms\"" -- run "$work/out/short" "$((i * 80))"
done
for act in hang slip; do
    spec "$act" interval=2 timeout=1 killgrace='"200 ms"' -- "$act" "$work/out/$act.pids"
done
spec leave -- leave "$work/out/leave.pids"
spec stuck command="\"stuck-$tag\"" interval=4 timeout=40 -- stay "$work/out/stuck.pids"
import
ok $? 'probes are imported'

# What runs in the namespace; its first process ends last, and everything with it.
cat >"$work/inside" <<'INSIDE'
echo 400 >/proc/sys/kernel/pid_max || exit 1
# The canaries live as long as it takes.
canaries_live() { [ ! -e "$work/canary.code" ]; }
# Some obey SIGTERM, some do not; of some the parent does and the child does not, so that a pid
# is free again while its tree is still being killed.
victims() {
    while canaries_live; do
        for act in slip hang stay slip; do
            "$work/bin/gnuplot-$tag" "$act" "$work/out/gnuplot.pids" </dev/null >/dev/full 2>&1 &
            sleep 0.4
        done
    done
}
cleanups() {
    while [ ! -e "$work/over" ]; do
        ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 LD_PRELOAD=$work/boot_ahead.so \
            HAETAE_TEST_AHEAD=58 "$cleanup" --config "$conf" --list "$work/list" \
            --servers "$work/servers" --any-user --grace 300ms
        echo "$?" >>"$work/codes.$1"
        sleep 0.1
    done
}
"$builddir/t/canary" "$seconds" "$work/canary.report" &
canary=$!
"$work/bin/minute-$tag" $((seconds * 5 + 300)) &
"$scheduler" --config "$conf" </dev/null >"$work/scheduler.log" 2>&1 &
sched=$!
victims &
cleanups 1 2>"$work/cleanup.1" &
cleanups 2 2>"$work/cleanup.2" &
wait "$canary"
echo "$?" >"$work/canary.code"
sleep 4
: >"$work/over"
sleep 1
# By the real clock.
if [ "$seconds" -ge 60 ]; then
    "$cleanup" --list "$work/minute.list" --servers "$work/servers" 2>"$work/minute.log"
fi
kill "$sched"
wait "$sched"
echo "$?" >"$work/scheduler.code"
INSIDE
export seconds work tag cleanup conf scheduler builddir ASAN_OPTIONS
unshare --pid --fork --mount-proc --kill-child bash "$work/inside" </dev/null >"$work/inside.log" 2>&1 &
inside=$!
at_exit '[ -z "$inside" ] || kill -9 "$inside"'
wait_for $((seconds + 30)) ended "$inside"
ok $? 'the namespace ends' || diag "$(tail -n 5 "$work/scheduler.log")"
wait "$inside"
code=$?
inside=
is "$code:$(cat "$work/scheduler.code")" 0:0 'the scheduler, too' || diag "$(cat "$work/inside.log"; tail -n 5 "$work/scheduler.log")"

is "$(cat "$work/canary.code")" 0 'the first canary survives' || diag "$(cat "$work/inside.log")"
read -r started wraps signalled <"$work/canary.report"
diag "$started canaries, $wraps wraps of the pid"
[ "${wraps:-0}" -ge "$seconds" ]
ok $? 'pids wrap at least once a second'
is "$signalled" 0 'no canary dies by a signal' || diag "$(grep -h canary "$work/inside.log")"
is "$(sort -u "$work"/codes.*)" 0 'every cleanup succeeds' || diag "$(grep -h error "$work"/cleanup.*)"
killed=$(cat "$work"/cleanup.* | grep -c ': warning: killed ')
[ "$killed" -ge $((seconds / 2)) ]
ok $? "cleanups kill what hangs: $killed, $(cat "$work"/codes.* | wc -l) runs"
if [ "$seconds" -ge 60 ]; then
    like "$(cat "$work/minute.log")" "killed [0-9]+ \(.*minute-$tag" 'also by the real clock, after a minute'
fi

# What the scheduler has seen.
n_begin=$(grep -c ^begin "$work/out/short") n_end=$(grep -c ^end "$work/out/short")
is "$n_end" "$n_begin" 'every short probe that began ends by itself'
[ "$n_end" -ge $((seconds * 4)) ]
ok $? "short probes run: $n_end"
"$scheduler" --config "$conf" --once </dev/null >>"$work/once.log" 2>&1
ok $? 'the rest is loaded' || diag "$(tail -n 5 "$work/once.log")"
is "$(sql "SELECT COUNT(*) FROM RUNLOG R JOIN TOOLSPECS T ON T.specid = R.specid WHERE R.signo <> 0 AND T.name LIKE 'short%'")" 0 \
    'none is recorded with a signal' ||
    diag "$(sql "SELECT R.* FROM RUNLOG R JOIN TOOLSPECS T ON T.specid = R.specid WHERE R.signo <> 0 AND T.name LIKE 'short%'"; tail -n 8 "$work/scheduler.log"; grep -h stuck "$work"/cleanup.* | tail -n 3)"
timeouts=$(sql "SELECT COUNT(*) FROM RUNLOG R JOIN TOOLSPECS T ON T.specid = R.specid WHERE R.outcome = 2 AND T.name IN ('hang', 'slip')")
[ "$timeouts" -ge $((seconds / 4)) ]
ok $? "probes that hang time out: $timeouts"
grep -qE "killed [0-9]+ .*stuck-$tag.* it belongs to slot [0-9]+ of spec $(specid stuck)\$" "$work"/cleanup.*
ok $? 'a probe that a cleanup killed is named with its slot' || diag "$(grep -h stuck "$work"/cleanup.* | head -n 2)"
is "$(sql "SELECT COUNT(*) FROM EVENTLOG WHERE tag = 'cleanup'")" "$killed" 'every kill is an event'
like "$(accounting)" 'unaccounted: 0' 'no slot was silently missed'
tap_done
