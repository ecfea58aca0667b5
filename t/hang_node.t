#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check_node where file systems really hang: they are named in time, and all else is reported,
# also when the state folder is on one of them.
if [ "$(id -u)" = 0 ] && [ -z "${HANG_INSIDE:-}" ] && unshare -m true 2>/dev/null; then
    HANG_INSIDE=1 exec unshare -m --propagation private "$BASH" "$0" "$@"
fi
. "${srcdir:-.}/t/tap.sh"
[ "$(id -u)" = 0 ] || skip_all 'mounts need root'
[ -n "${HANG_INSIDE:-}" ] || skip_all 'no mount namespaces here'
[ -c /dev/fuse ] || skip_all 'no /dev/fuse'
need fsfreeze util-linux
need mkfs.ext4 e2fsprogs
PATH=$PATH:/sbin:/usr/sbin
check=$plugins/check_node
state=$work/state
mkdir "$state" "$work/hung" "$work/frozen"
at_exit 'for m in hung frozen; do umount -l "$work/$m"; done'
at_exit 'fsfreeze -u "$work/frozen"'
if ! { truncate -s 16M "$work/img" && mkfs.ext4 -qF "$work/img" && mount -o loop "$work/img" "$work/frozen"; }; then
    skip_all 'no loop devices here'
fi
mkdir "$work/frozen/state"
"$builddir/t/fuse_server" "$work/hung" >"$work/server" 2>&1 &
server=$!
at_exit 'kill -CONT $server; kill -KILL $server'
wait_for 5 grep -q ready "$work/server" || skip_all "no FUSE here: $(cat "$work/server")"

# call OPTION...: $took is what the capture of its output took, in ms
call() {
    local start
    start=$(date +%s%3N)
    run "$check" --state-dir "$state" -w memory=100 -c memory=100 "$@"
    took=$(($(date +%s%3N) - start))
}
# What is reported whatever hangs.
row="'uptime'=.* 'load1'=.* 'cpu'=.* 'io'=.* 'memory'=.* 'in'=.* 'disk_total'=.* 'disk@/'="
sleepers() { pgrep -c -f "^$check " || true; }

call -t 5
is "$rc" 0 'all answer'
like "$out" "$row.*'disk@$work/hung'=25%" 'the whole row'

kill -STOP $server
call -t 2
like "$line1" "^NODE CRITICAL - $work/hung does not answer; up .*, load .*, cpu .*, mem .*, disk " 'a stopped FUSE server: the mount is named'
[ "$took" -lt 2000 ]; ok $? "... within the deadline ($took ms)"
like "$out" "$row" '... all else is reported'
like "$out" $'\n'"$work/hung does not answer, fuse" '... a line says what it is'
call -t 2 -w "disk@$work/hung=10"
unlike "$out" 'asks for it' '... and its threshold is no second problem'
call -t 2 -x "$work/hung"
is "$rc" 0 'what is excluded is not touched'
kill -CONT $server

fsfreeze -f "$work/frozen"
call -t 2
like "$line1" "^NODE CRITICAL - writes to $work/frozen hang; up " 'a frozen ext4 is named'
[ "$took" -lt 2000 ]; ok $? "... within the deadline ($took ms)"
like "$out" "$row.*'disk@$work/frozen'=" '... all else is reported, its space too'
call -t 2
like "$line1" "^NODE CRITICAL - writes to $work/frozen hang; up " 'the next run knows'
is "$(sleepers)" 1 '... and sends nobody there'
[ "$took" -lt 1000 ]; ok $? "... nor waits ($took ms)"

# The state folder on the frozen one: nothing can be kept, and it cannot be known who sleeps.
state=$work/frozen/state
call -t 2
like "$line1" "^NODE CRITICAL - writes to $work/frozen hang; up " 'the state folder on the frozen one'
[ "$took" -lt 2000 ]; ok $? "... the result comes in time ($took ms)"
like "$out" $'\n'"no state kept for the next run: state folder $state does not answer" '... and says that state is not kept'
like "$out" "$row" '... all else is reported'
kill -STOP $server
call -t 2 -c processes@me=1: --process "me=hang_node"
like "$line1" "^NODE CRITICAL - ($work/hung does not answer|writes to $work/frozen hang), .*; up " 'both at once'
[ "$took" -lt 2000 ]; ok $? "... within the deadline ($took ms)"
like "$out" "$row" '... all else is reported'
like "$out" "'processes@me'=" '... processes too'
kill -CONT $server

fsfreeze -u "$work/frozen"
wait_for 5 test "$(sleepers)" = 0; ok $? 'they end when it is thawed'
call -t 5
is "$rc" 0 'all is well again'
unlike "$out" 'no state kept' '... state too'
tap_done
