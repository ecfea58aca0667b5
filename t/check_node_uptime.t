#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_node_uptime

run "$check" --root "$data/root-zed"
is "$out" "UPTIME OK - up 42m 11s | 'uptime'=2531.14s;;;0" 'a captured node'
is "$rc" 0 'silent without thresholds'
run "$check" --root "$data/root-zed" -w 1h:
like "$line1" '^UPTIME WARNING - uptime 42m 11s < 1h 0m; up 42m 11s' 'up for less than an hour'
is "$rc" 1 'exit 1'
run "$check" --root "$data/root-zed" -c 40m
is "$rc" 2 'up for longer than 40 minutes'

root=$work/root
mkdir -p "$root/proc/sys/kernel/random"
booted() { # ID UPTIME
    echo "$1" >"$root/proc/sys/kernel/random/boot_id"
    echo "$2 1.00" >"$root/proc/uptime"
}
reboot() { run "$check" --root "$root" --state-dir "$work" "${1:---reboot}"; }
booted 11111111-1111-1111-1111-111111111111 90000.00
reboot
is "$rc" 0 'the first run knows of no reboot'
booted 11111111-1111-1111-1111-111111111111 90060.00
reboot
is "$rc" 0 'the same boot'
booted 22222222-2222-2222-2222-222222222222 200.00
run "$check" --root "$root" --state-dir "$work"
is "$rc" 0 'without --reboot nobody asks'
reboot
like "$line1" '^UPTIME WARNING - rebooted 3m 20s ago, after it was up 1d 1h; up 3m 20s' \
    'a reboot is told, with what was before'
is "$rc" 1 'as WARNING'
reboot
is "$rc" 0 'once'
reboot --reboot=critical
booted 33333333-3333-3333-3333-333333333333 300.00
reboot --reboot=critical
is "$rc" 2 'with the state that was asked for'
reboot --reboot=maybe
like "$line1" "^UPTIME UNKNOWN - option --reboot: 'maybe'" 'a bad state is refused'
is "$rc" 3 'exit 3'

echo garbage >"$root/proc/uptime"
run "$check" --root "$root"
like "$line1" '^UPTIME UNKNOWN - cannot parse /proc/uptime: expected two numbers' 'garbage is UNKNOWN'
rm "$root/proc/uptime"
run "$check" --root "$root"
like "$line1" '^UPTIME UNKNOWN - cannot read .*/proc/uptime: No such file' 'a missing file is named'

run "$check" --state-dir "$work" --reboot
like "$out" '^UPTIME OK - up .* since [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}[+-][0-9:]{5} \|' 'the live node says since when'
tap_done
