#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check_node where file systems really hang: they are named in time, and all else is reported,
# also when the state folder is on one of them.
. "${srcdir:-.}/t/hang.sh" || exit 1
check=$plugins/check_node
always=(-w memory=100 -c memory=100)
mkdir "$work/frozen/state"
# What is reported whatever hangs.
row="'uptime'=.* 'load1'=.* 'cpu'=.* 'io'=.* 'memory'=.* 'in'=.* 'disk_total'=.* 'disk@/'="

call -t 5
is "$rc" 0 'all answer'
like "$out" "$row.*'disk@$work/hung'=25%" 'the whole row'

kill -STOP $server
call -t "$deadline"
like "$line1" "^NODE CRITICAL - $work/hung does not answer; up .*, load .*, cpu .*, mem .*, disk " 'a stopped FUSE server: the mount is named'
in_time; ok $? "... within the deadline ($took ms)"
like "$out" "$row" '... all else is reported'
like "$out" $'\n'"$work/hung does not answer, fuse" '... a line says what it is'
call -t "$deadline" -w "disk@$work/hung=10"
unlike "$out" 'asks for it' '... and its threshold is no second problem'
call -t "$deadline" -x "$work/hung"
is "$rc" 0 'what is excluded is not touched'
kill -CONT $server

fsfreeze -f "$work/frozen"
call -t "$deadline"
like "$line1" "^NODE CRITICAL - writes to $work/frozen hang(; up |$)" 'a frozen ext4 is named'
in_time; ok $? "... within the deadline ($took ms)"
like "$out" "$row.*'disk@$work/frozen'=" '... all else is reported, its space too'
call -t "$deadline"
like "$line1" "^NODE CRITICAL - writes to $work/frozen hang(; up |$)" 'the next run knows'
is "$(sleepers)" 1 '... and sends nobody there'
wait_for 5 call_is_quick; ok $? "... nor waits ($took ms)"

# The state folder on the frozen one: nothing can be kept, and it cannot be known who sleeps.
state=$work/frozen/state
call -t "$deadline"
like "$line1" "^NODE CRITICAL - writes to $work/frozen hang(; up |$)" 'the state folder on the frozen one'
in_time; ok $? "... the result comes in time ($took ms)"
like "$out" $'\n'"no state kept for the next run: state folder $state does not answer" '... and says that state is not kept'
like "$out" "$row" '... all else is reported'
kill -STOP $server
call -t "$deadline" -c processes@me=1: --process "me=hang_node"
like "$line1" "^NODE CRITICAL - ($work/hung does not answer|writes to $work/frozen hang), " 'both at once'
in_time; ok $? "... within the deadline ($took ms)"
like "$out" "$row" '... all else is reported'
like "$out" "'processes@me'=" '... processes too'
kill -CONT $server

fsfreeze -u "$work/frozen"
wait_for 10 no_sleepers; ok $? 'they end when it is thawed'
call -t 5
is "$rc" 0 'all is well again'
unlike "$out" 'no state kept' '... state too'
tap_done
