#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_node_cpu

run "$check" --root "$data/root-zed" --state-dir "$work"
like "$line1" '^CPU OK - 47\.9% busy on 2 CPUs since boot: user 29\.0%, nice 0\.9%, system 17\.6%, iowait 0\.6%' \
    'a captured tree is read since boot'
like "$out" "'cpu'=47.945608%;;;0;100 'user'=29.014848%" 'the shares are in perfdata'
unlike "$out" "'cpus'|cpu@" 'without what was not asked for'
is "$rc" 0 'silent without thresholds'

run "$check" --root "$data/root-zed" --state-dir "$work" --per-cpu --perfdata all
like "$out" 'busiest is CPU 1, 49\.9%: user 30\.0%' 'the busiest CPU is named'
like "$out" "'cpus'=2.* 'cpu_max'=49\.865496%;;;0;100 'cpu@0'=46\.023082%;;;0;100 'cpu@1'=49\.865496%;;;0;100$" \
    'every CPU, the busiest before them'
run "$check" --root "$data/root-zed" --state-dir "$work" --per-cpu -w cpu@1=49 -c idle=90:
like "$line1" '^CPU CRITICAL - idle 51\.5% < 90%?, 1 cpu 49\.9% > 49%?$' 'one CPU has its own threshold'
is "$rc" 2 'exit 2'
run "$check" --root "$data/root-zed" --state-dir "$work" -w cpu_max=49
like "$line1" '^CPU UNKNOWN - no cpu_max on this node' 'cpu_max needs --per-cpu'
run "$check" --root "$data/root-zed" --state-dir "$work" -w cpus=3:
like "$line1" '^CPU WARNING - cpus 2 < 3' 'a CPU went missing'

# A tree whose time moves: two samples from the store, as another run left them.
root=$work/root
mkdir -p "$root/proc" "$work/state"
sample() { # UPTIME, then the lines of /proc/stat
    echo "$1 $1" >"$root/proc/uptime"
    shift
    printf '%s\n' "$@" 'intr 5' >"$root/proc/stat"
}
# A new argument is a new store, so that each pair of runs stands for itself.
pair() { run "$check" --root "$root" --state-dir "$work/state" "$@"; }
sample 100.00 'cpu  1000 0 500 8000 100 0 0 0 400 0'
pair -t 7
like "$line1" 'since boot' 'no sample: since boot'
sample 110.00 'cpu  1030 0 510 8040 90 0 5 15 410 0'
pair -t 7
like "$line1" '^CPU OK - 60\.0% busy.*: user 20\.0%, system 10\.0%, softirq 5\.0%, steal 15\.0%, guest 10\.0%' \
    'the share between two runs; iowait that went back counts as 0'
unlike "$out" '=-' 'nothing is negative'
sample 120.00 'cpu  10 0 0 90 0 0 0 0 0 0'
pair -t 7
like "$line1" '^CPU OK - 10\.0% busy' 'counters that began anew'
sample 130.00 'cpu  10 0 0 90 0 0 0 0 0 0'
pair -t 7
like "$line1" '^CPU UNKNOWN - cannot tell the use of the CPUs' 'counters that stand still'
is "$rc" 3 'exit 3'
sample 100.00 'cpu  10 0 0 90' 'cpu0 10 0 0 90'
pair --per-cpu
sample 110.00 'cpu  50 0 0 250' 'cpu0 30 0 0 170' 'cpu5 20 0 0 80'
pair --per-cpu
like "$out" "'cpu_max'=20%;;;0;100 'cpu@0'=20%;;;0;100$" 'a CPU that has just come has no share'
sample 120.00 'cpu  60 0 0 340' 'cpu0 30 0 0 170' 'cpu5 30 0 0 170'
pair --per-cpu
like "$out" "'cpu_max'=10%;;;0;100 'cpu@5'=10%;;;0;100$" 'nor has one that stood still'

for bad in '' 'intr 5' 'cpu  a b c d' 'cpu  99999999999999999999 0 0 0'; do
    printf '%s\n' "$bad" >"$root/proc/stat"
    run "$check" --root "$root" --state-dir "$work/none"
    like "$line1" '^CPU UNKNOWN - cannot parse /proc/stat: ' "garbage '${bad:0:12}' is UNKNOWN"
done
rm "$root/proc/stat"
run "$check" --root "$root"
like "$line1" '^CPU UNKNOWN - cannot open .*/proc/stat: No such file' 'a missing file is named'

# 4,096 CPUs: within the size of the output, the whole first.
{
    echo 'cpu  4096 0 0 4096'
    for ((i = 0; i < 4096; i++)); do echo "cpu$i 1 0 0 1 0 0 0 0 0 0"; done
} >"$root/proc/stat"
run "$check" --root "$root" --state-dir "$work/many" --per-cpu
is "$rc" 0 '4,096 CPUs are read'
ok $((${#out} > 8191)) 'within 8 KB'
like "$out" "'cpu_max'=50%;;;0;100 'cpu@0'=50%" 'and the busiest is not cut'

run "$check" --state-dir "$work"
like "$out" "^CPU OK - [0-9.]+% busy on [0-9]+ CPU" 'the live node, first run'
run "$check" --state-dir "$work" --per-cpu
like "$out" "'cpu@0'=" 'the live node, CPU 0'
tap_done
