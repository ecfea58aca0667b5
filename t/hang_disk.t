#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# File systems that really hang: a FUSE server that is stopped, an ext4 that is frozen.
. "${srcdir:-.}/t/hang.sh" || exit 1
check=$plugins/check_node_disk
mkdir "$work/good one"
at_exit 'umount -l "$work/good one"'
loop 'good one'
good="'disk@$work/good one'=[0-9]+%;90;95;0;100"

call -t 5
is "$rc" 0 'all answer'
like "$out" "'disk@$work/hung'=25%" 'a FUSE mount is among them'
like "$out" "$good" '... a mount point with a blank too'

kill -STOP $server
call -t "$deadline" -c disk_total=100
like "$line1" "^DISK CRITICAL - $work/hung does not answer(; |$)" 'a stopped FUSE server: the mount is named'
is "$rc" 2 '... CRITICAL'
in_time; ok $? "... within the deadline ($took ms)"
like "$out" "$good" '... the others are reported'
like "$out" "'disk@$work/frozen'=" '... those behind it too'
like "$out" "'disk_total'=" '... and the total of the local ones'
unlike "$out" "'disk@$work/hung'" '... and nothing is made up for it'
wait_for 10 no_sleepers; ok $? '... nobody is left behind'
call -t 20 -p "$work/good one"
[ "$took" -lt 15000 ]; ok $? "what is not asked does not delay ($took ms)"
call -t "$deadline" -x "$work/hung"
is "$rc" 0 'what is excluded is not touched'
call -t "$deadline" --output json
like "$out" "\"state\":2.*$work/hung does not answer" 'as JSON'
kill -CONT $server
call -t 5
is "$rc" 0 'it answers again'

kill -STOP $server
call -t "$deadline" -w "disk@$work/hung=80"
like "$line1" "^DISK CRITICAL - $work/hung does not answer(; |$)" 'no more is said of it where a threshold names it'
kill -CONT $server
call -t 5 --max-output 400
like "$out" "\| 'disk_total'=.*'disk_total_used'=" 'the totals are the last to be cut'

fsfreeze -f "$work/frozen"
call -t "$deadline"
like "$line1" "^DISK CRITICAL - writes to $work/frozen hang(; |$)" 'a frozen ext4 is named'
in_time; ok $? "... within the deadline ($took ms)"
like "$out" "'disk@$work/frozen'=[0-9]+%" '... its space is known'
like "$out" "$good" '... the others are reported'
is "$(sleepers)" 1 '... one process sleeps there'
call -t "$deadline"
like "$line1" "^DISK CRITICAL - writes to $work/frozen hang(; |$)" 'the next run knows'
is "$(sleepers)" 1 '... and sends nobody there'
wait_for 5 call_is_quick; ok $? "... nor waits ($took ms)"
is "$(sleepers)" 1 '... nor does the one after it'
call -t "$deadline" --no-write-probe
is "$rc" 0 '--no-write-probe does not see it'

kill -STOP $server
call -t "$deadline" -v
like "$line1" "^DISK CRITICAL - ($work/hung does not answer, writes to $work/frozen hang|writes to $work/frozen hang, $work/hung does not answer)(; |$)" 'both at once'
in_time; ok $? "... within the deadline ($took ms)"
like "$out" "$good" '... the others are reported'
kill -CONT $server

fsfreeze -u "$work/frozen"
wait_for 10 no_sleepers; ok $? 'they end when it is thawed'
call -t 5
is "$rc" 0 'all is well again'
mount -o remount,ro "$work/frozen"
call -t 5
is "$rc" 0 'a mount that was made read-only is fine'
call -t 5 --read-only warning
like "$line1" "^DISK WARNING - $work/frozen is read-only(; |$)" '... until --read-only'
mount -o remount,rw "$work/frozen"

# Every plugin keeps its deadline when what it reads, or where it keeps its state, hangs.
kill -STOP $server
. "$srcdir/t/needs.sh"
for plugin in "$plugins"/check_*; do
    case $plugin in *.*) continue ;; esac
    for option in --root --state-dir; do
        start=$(date +%s%3N)
        # shellcheck disable=SC2086
        run timeout -s KILL 60 "$plugin" -t 1:CRITICAL "$option" "$work/hung" ${needs[${plugin##*/}]:-}
        took=$(($(date +%s%3N) - start))
        [ "$rc" -le 3 ] && [ "$took" -lt 7000 ]; ok $? "${plugin##*/} $option on a hung file system: exit code $rc after $took ms"
        [ "$option" = --state-dir ] || [[ $elsewhere == *" ${plugin##*/} "* ]] || like "$line1" "CRITICAL - no answer after 1 s while reading " '... it says what it waited for'
    done
done
kill -CONT $server
nobody_waits() { ! pgrep -f "^$plugins/check_[a-z_]+ .*$work/hung"; }
wait_for 10 nobody_waits; ok $? 'nobody is left behind'

# A full one, and one that an error made read-only.
fallocate -l 64M "$work/good one/fill" 2>/dev/null
call -t 5
like "$line1" "^DISK CRITICAL - $work/good one disk (9[6-9]|100)% > 95%(; |$)" 'a full file system'
rm -f "$work/good one/fill"
trigger=/sys/fs/ext4/$(basename "$(findmnt -no SOURCE "$work/frozen")")/trigger_fs_error
if [ -w "$trigger" ] && mount -o remount,errors=remount-ro "$work/frozen"; then
    echo test >"$trigger"
    call -t 5
    like "$line1" "^DISK CRITICAL - $work/frozen (went read-only|has stopped after an error)(; |$)" 'an error made it read-only'
    like "$out" "'disk@$work/frozen'=" '... and its space is known'
else
    skip 'this kernel has no trigger_fs_error'
    skip 'this kernel has no trigger_fs_error'
fi

# A mount point with a newline in it.
mkdir "$work/new"$'\n'"line"
mount --bind "$work/good one" "$work/new"$'\n'"line"
call -t 5 -p "$work/new"$'\n'"line"
like "$out" "'disk@$work/new.line'=" 'a mount point with a newline'
umount "$work/new"$'\n'"line"
tap_done
