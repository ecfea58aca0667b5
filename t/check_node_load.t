#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_node_load
root=$work/root
mkdir -p "$root/proc" "$root/sys/devices/system/cpu"
echo '4.50 2.25 1.00 3/812 4711' >"$root/proc/loadavg"
echo '0-2,7' >"$root/sys/devices/system/cpu/online"

run "$check" --root "$root"
is "$out" "LOAD OK - load 4.50, 2.25, 1.00 on 4 CPUs | 'load1'=4.5;;;0 'load5'=2.25;;;0 'load15'=1;;;0" \
    'the averages of a captured tree'
is "$rc" 0 'silent without thresholds'
run "$check" --root "$root" -w 4 -c load5=2:2.25 -c 'load15=~:0.5'
is "$line1" "LOAD CRITICAL - load15 1 > 0.5, load1 4.5 > 4; load 4.50, 2.25, 1.00 on 4 CPUs | 'load1'=4.5;4;;0 'load5'=2.25;;2:2.25;0 'load15'=1;;0.5;0" \
    'the worst comes first, ends are inclusive, ~:0.5 is printed as 0.5'
is "$rc" 2 'exit 2'
run "$check" --root "$root" -w load1_per_cpu=1
like "$out" "load1_per_cpu 1.1[23] > 1;.*'load1_per_cpu'=1.125;1;;0" 'a quiet metric is printed with its threshold'
is "$rc" 1 'exit 1'
run "$check" --root "$root" --per-cpu
like "$out" "'load15_per_cpu'=0.25;;;0$" '--per-cpu prints all six'

rm -r "$root/sys"
printf 'cpu  1 2 3\ncpu0 1 2\ncpu1 1 2\nintr 5\n' >"$root/proc/stat"
run "$check" --root "$root"
like "$line1" ' on 2 CPUs' 'CPUs are counted in /proc/stat where /sys is missing'
echo 'garbage' >"$root/proc/loadavg"
run "$check" --root "$root"
like "$line1" '^LOAD UNKNOWN - cannot parse loadavg: .*garbage' 'garbage is UNKNOWN and shown'
is "$rc" 3 'exit 3'
rm "$root/proc/loadavg"
run "$check" --root "$root"
like "$line1" '^LOAD UNKNOWN - cannot read .*/proc/loadavg: No such file' 'a missing file is named'

run "$check"
like "$out" "^LOAD OK - load [0-9.]+, [0-9.]+, [0-9.]+ on [0-9]+ CPU" 'the live node'
tap_done
