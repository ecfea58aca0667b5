#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_node_net
root=$work/root
state=$work/state
mkdir -p "$root/proc/sys/kernel/random" "$root/proc/1/net" "$root/proc/net" "$state"
echo 11111111-2222-3333-4444-555555555555 >"$root/proc/sys/kernel/random/boot_id"
echo 'eth9: 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1' >"$root/proc/net/dev"

# at UPTIME LINE...: the node at that time
at() {
    echo "$1 0.00" >"$root/proc/uptime"
    shift
    { echo 'Inter-|   Receive'; echo ' face |bytes'; printf '%s\n' "$@"; } >"$root/proc/1/net/dev"
}
# link NAME STATE CARRIER SPEED [hardware]
link() {
    mkdir -p "$root/sys/class/net/$1${5:+/device}"
    echo "$2" >"$root/sys/class/net/$1/operstate"
    echo "$3" >"$root/sys/class/net/$1/carrier"
    echo "$4" >"$root/sys/class/net/$1/speed"
}
# The state is kept apart for each set of options.
both() { before; call "$@"; after; call "$@"; }
call() { run "$check" --root "$root" --state-dir "$state" "$@"; }

before() {
    at 100 'lo: 900 9 0 0 0 0 0 0 900 9 0 0 0 0 0 0' 'eth0: 1000 10 1 2 0 0 0 0 2000 20 3 4 0 0 0 0' \
        'eth1: 100 1 0 0 0 0 0 0 100 1 0 0 0 0 0 0' 'tap1: 700 7 0 0 0 0 0 0 700 7 0 0 0 0 0 0'
}
before
call
like "$line1" '^NET OK - in 11B/s, out 21B/s on 2 interfaces since boot$' 'without /sys: hardware by its names'
unlike "$out" 'eth9' 'process 1 tells the interfaces of the node'
like "$out" "'in'=11B;;;0 'out'=21B;;;0 'in_errors'=0.01;;;0 'out_errors'=0.03;;;0 'in_drops'=0.02;;;0 'out_drops'=0.04;;;0" 'totals'
unlike "$out" 'tap1|lo' 'nothing of software'

link lo unknown 1 0
link eth0 up 1 1000 hardware
link eth1 down 0 -1
link tap1 unknown 1 10000 hardware
after() {
    at 110 'lo: 900 9 0 0 0 0 0 0 900 9 0 0 0 0 0 0' 'eth0: 125001000 1010 1 2 0 0 0 0 2000 20 3 14 0 0 0 0' \
        'eth1: 100 1 0 0 0 0 0 0 100 1 0 0 0 0 0 0' 'tap1: 1700 7 0 0 0 0 0 0 700 7 0 0 0 0 0 0'
}
after
call
like "$line1" '^NET OK - in 11.9MiB/s, out 0B/s on 2 interfaces$' 'with /sys: what has a device'
like "$out" "'in@eth0'=12500000B" 'rates since the last run'
like "$out" "'in_use@eth0'=10%;;;0;100 'out_use@eth0'=0%" 'use of the speed'
like "$out" 'eth0 up 1000 Mbit/s: ' 'state and speed'
unlike "$out" '@eth1' 'an interface without hardware is left out'
call --all
like "$out" "'in@eth1'=.*" '--all prints it'
both -w 'in=10M' -w 'out_drops@*=0' -w 'in_use@eth0=9%'
like "$line1" '^NET WARNING - in 11.9MiB > 10MiB, eth0 out_drops 1 > 0, eth0 in_use 10% > 9%(; |$)' 'thresholds of the total, of each, of one'
both -i eth0 -i eth1 -i eth7 -i tap1
like "$line1" '^NET CRITICAL - no interface eth7, eth1 is down; in .* on 3 interfaces$' 'named ones that are missing or down'
is "$rc" 2 'exit 2'
call -i tap1 -c up@tap1=1: -c speed@tap1=1000:
like "$out" "'speed@tap1'=10000;;1000:;0 'up@tap1'=1;;1:;0;1$" 'the carrier stands in for an unknown state'
is "$rc" 0 '... and is fine'
call -i eth1 -w speed=1000:
like "$line1" 'eth1 is down, .*speed' 'a speed that is not known is UNKNOWN with a threshold'
call -x 'eth*'
like "$out" ' on 1 interface' 'only what is not excluded'

at 120 'eth0: 4294967000 1010 1 2 0 0 0 0 2000 20 3 14 0 0 0 0' 'tap1: 10 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0'
call
at 130 'eth0: 704 1010 1 2 0 0 0 0 2000 20 3 14 0 0 0 0' 'tap1: 10 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0' \
    'new|$(x): 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'
call
like "$out" "'in@eth0'=100B" 'a counter that wraps at 32 bits'
at 140 'eth0: 804 1010 1 2 0 0 0 0 0 0 0 0 0 0 0 0' 'tap1: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0'
call --all
like "$out" 'eth0 up: new since the last sample' 'counters that were reset give no rate'
unlike "$out" "in@eth0" '... in perfdata either'
call -i 'new|$(x)'
like "$line1" '^NET CRITICAL - no interface new\?\$\(x\)(; |$)' 'a name from outside is cleaned'

# A compute node: thousands of taps.
mkdir -p "$work/big/proc/net"
echo '100 0' >"$work/big/proc/uptime"
{ for i in $(seq 10000); do echo "tap$i: 1 2 0 0 0 0 0 0 3 4 0 0 0 0 0 0"; done
  echo 'ens1: 100 2 0 0 0 0 0 0 300 4 0 0 0 0 0 0'; } >"$work/big/proc/net/dev"
run "$check" --root "$work/big" --state-dir "$state"
like "$line1" '^NET OK - in 1B/s, out 3B/s on 1 interface since boot$' '10,000 taps'
[ ${#out} -lt 800 ]; ok $? '... are not in the output'
run "$check" --root "$work/big" --state-dir "$state" --all
[ ${#out} -le 8191 ]; ok $? '... which stays within its size with --all'

run "$check" --root "$data/root-zed" --state-dir "$work/zed"
like "$line1" '^NET OK - in ' 'a captured node'
run "$check" --state-dir "$work/live"
like "$line1" '^NET OK - in ' 'the live node'
tap_done
