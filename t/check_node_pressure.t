#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_node_pressure

run "$check" --root "$data/root-zed"
is "$line1" 'PRESSURE OK - cpu 10.8%, io 0.1%, memory 0.0% of the last 60 s spent waiting' 'a captured node'
like "$out" "\| 'cpu_pressure'=10\.84%;;;0;100 'io_pressure'=0\.11%;;;0;100 'memory_pressure'=0%;;;0;100$" \
    'averages over 60 s in perfdata'
like "$out" 'io: full 0\.19%, 0\.08%, 0\.33% over 10, 60, 300 s' 'all windows in the details'
is "$rc" 0 'silent without thresholds'
run "$check" --root "$data/root-zed" -w 10 -c cpu_pressure_avg300=20 -w io_pressure_full_avg10=0.1
like "$line1" '^PRESSURE CRITICAL - cpu_pressure_avg300 20\.2% > 20%?, cpu_pressure 10\.8% > 10%?, io_pressure_full_avg10 0\.2% > 0\.1%?$' \
    'every window can have a threshold'
like "$out" "'io_pressure_full_avg10'=0\.19%;0\.1;;0;100" 'and is then in perfdata'
is "$rc" 2 'exit 2'
run "$check" --root "$data/root-zed" --perfdata all
like "$out" "'cpu_pressure_total'=599369424c;;;0" 'the total is a counter of microseconds'

root=$work/root
mkdir -p "$root/proc/pressure"
run "$check" --root "$root"
is "$out" 'PRESSURE OK - this kernel has no pressure stall information' 'a kernel without it is OK'
run "$check" --root "$root" -w 50
like "$line1" '^PRESSURE UNKNOWN - no cpu_pressure on this node' 'unless a threshold asks for it'
echo 'some avg10=1.00 avg60=2.00 avg300=3.00 total=4' >"$root/proc/pressure/cpu"
run "$check" --root "$root"
is "$line1" 'PRESSURE OK - cpu 2.0% of the last 60 s spent waiting' 'one resource alone'
run "$check" --root "$root" -w cpu_pressure_full=1
like "$line1" '^PRESSURE UNKNOWN - no cpu_pressure_full' 'a kernel before 5.13 has no full of cpu'
echo 'some avg10=1.00' >"$root/proc/pressure/cpu"
run "$check" --root "$root"
is "$line1" "PRESSURE UNKNOWN - cannot parse /proc/pressure/cpu: bad line 'some'" 'a torn file is UNKNOWN'

run "$check"
like "$out" '^PRESSURE OK - (cpu [0-9.]+%|this kernel has no)' 'the live node'
tap_done
