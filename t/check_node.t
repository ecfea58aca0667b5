#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole row: on a captured node, with parts missing or unreadable, and at its largest.
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_node
mkdir "$work/state"
# The space of a captured tree's mounts is that of this machine.
well=(-w disk=100 -c disk=100 -w inodes=100 -c inodes=100)
call() { run "$check" --root "$root" --state-dir "$work/state" "${well[@]}" "$@"; }

root=$data/root-zed
call
like "$line1" '^NODE OK - up 42m 11s, load 1\.13, cpu 48%, mem 23%, disk / [0-9]+%$' 'line 1 of a captured node'
is "$rc" 0 'is OK'
is "$(sed -n '2,5p' <<<"$out")" 'cpu 47.9% busy, 0.6% iowait, 0.0% steal since boot; load 1.13, 2.83, 3.65 on 2 CPUs
memory 22.5% used, 5.3GiB of 23.5GiB
pressure cpu 10.8%, io 0.1%, memory 0.0% of the last 60 s
net in 0B/s, out 0B/s, errors 0/0 per s, drops 0/0 per s on 1 interface' 'a line for each group'
like "$out" $'\n''disk [0-9]+%, [0-9.]+[A-Z][iB]+ used, [0-9.]+[A-Z][iB]+ free, fullest / [0-9]+%(, inodes / [0-9]+%)?, 1 mount; io 3\.0% at vda since boot \| ' 'the disks and the busiest one'
is "$(sed -n "s/.* | \('uptime.*\) 'disk_total'=.*/\1/p" <<<"$out")" \
    "'uptime'=2531.14s;;;0 'load1'=1.13;;;0 'load5'=2.83;;;0 'load15'=3.65;;;0 'cpu'=47.945608%;;;0;100 'iowait'=0.561916%;;;0;100 'steal'=0.029396%;;;0;100 'io'=3.03389%;;;0;100 'memory'=22.500626%;90;95;0;100 'cpu_pressure'=10.84%;;;0;100 'io_pressure'=0.11%;;;0;100 'memory_pressure'=0%;;;0;100 'in'=0B;;;0 'out'=0B;;;0 'in_errors'=0;;;0 'out_errors'=0;;;0 'in_drops'=0;;;0 'out_drops'=0;;;0" \
    'the row as perfdata'
like "$out" "'disk_total'=[0-9]+%;;;0;100 'disk_total_used'=[0-9]+B;;;0;[0-9]+ 'disk_max'=[0-9]+%;;;0;100 .*'disk@/'=[0-9]+%;100;100;0;100" 'the mounts behind the totals'
unlike "$out" "'(swap|temp|hugepages|processes|disk_used)" 'what the node lacks, or nobody asked for, is absent'
call -w swap=50
like "$line1" '^NODE UNKNOWN - no swap on this node, -w asks for it; up ' 'unless a threshold asks for it'
call -w load1_per_cpu=0.5 -c cpu=40 -w io=1
like "$line1" '^NODE CRITICAL - cpu 47\.9% > 40%, load1_per_cpu 0\.5[67] > 0\.5, io 3(\.0)?% > 1%; up ' 'worst first'
call -w 1
like "$line1" '^NODE WARNING - load1 1\.13 > 1(; |$)' 'a bare range is for load1'
call --perfdata all
like "$out" "'memory_used'=5687373824B.*'disk_used@/'=[0-9]+B" 'the lesser metrics on request'

root=$data/root-sensors
call
like "$out" "temp [0-9.]+ degrees at .*'temp'=[0-9.]+" 'a tree of sensors has a temperature'
like "$line1" '^NODE UNKNOWN - no facts about a node: is .*proc there' '... but is no node'
run "$check" --root "$data/root-hugepages" --state-dir "$work/state" -w hugepages=80
like "$line1" '^NODE WARNING - hugepages 87\.[0-9]% > 80%; mem 2[01]%' 'huge pages apart'
is "$(grep -c '^memory' <<<"$out")" 1 'the only line there is'
mkdir "$work/empty"
root=$work/empty
call
is "$rc" 3 'an empty folder is UNKNOWN'

# A tree of one's own.
root=$work/root
cp -r "$data/root-zed" "$root"
chmod -R u+w "$root"
printf '27 1 8:1 / / rw - ext4 /dev/a rw\n28 27 8:2 / /srv rw - xfs /dev/b rw\n' >"$work/mountinfo"
mkdir -p "$root/proc/1" "$root/srv"
cp "$work/mountinfo" "$root/proc/1/mountinfo"
call
like "$out" "'disk@/'=.* 'disk@/srv'=.* 'inodes@/'=.*'inodes@/srv'=" 'metric by metric'
like "$out" ', 2 mounts; io' 'two mounts'
call -x /srv
unlike "$out" 'disk@/srv' '-x leaves out a mount'
call -c disk@/srv=0
like "$line1" '^NODE CRITICAL - /srv disk [0-9]+% > 0%(; |$)' 'a threshold on one mount'
like "$out" $'\n''/srv [0-9]+%: .* used, .* free, .*xfs /dev/b' '... which has a line of its own'
call -v
like "$out" $'\n''/ [0-9]+%: .*'$'\n''/srv [0-9]+%: ' '-v: every mount'
sed -i 's|/dev/b rw|/dev/b ro|' "$root/proc/1/mountinfo"
call
like "$line1" '^NODE CRITICAL - /srv went read-only; up ' 'an error made it read-only'
cp "$work/mountinfo" "$root/proc/1/mountinfo"

# What is garbage is named and hides nothing.
echo garbage >"$root/proc/meminfo"
echo 'cpu x' >"$root/proc/stat"
echo garbage >"$root/proc/pressure/io"
call -w memory=50 -w cpu=50
like "$line1" '^NODE UNKNOWN - cannot parse /proc/stat: [^;]* cannot parse /proc/meminfo: no line MemTotal, and 1 more$' 'garbage is named'
like "$out" 'cannot parse /proc/pressure/io' '... all of it'
unlike "$out" "asks for it" '... once'
like "$out" "'load1'=.* 'io'=.* 'cpu_pressure'=.* 'memory_pressure'=.* 'in'=.* 'disk@/'=" '... and the rest is reported'
is "$rc" 3 '... UNKNOWN'
call -c load1=1
is "$rc" 2 '... below what is CRITICAL'
rm "$root/proc/meminfo" "$root/proc/stat" "$root/proc/loadavg"
rm -r "$root/proc/pressure"
call
is "$rc" 0 'what is missing is absent'
is "$line1" "NODE OK - up 42m 11s, ${line1##*, }" '... all but the rest'
call -c load1=5
like "$line1" 'UNKNOWN - no load1 on this node' '... unless it is asked for'
echo garbage >"$root/proc/uptime"
call
like "$line1" '^NODE UNKNOWN - cannot parse .*/proc/uptime' 'no uptime, no rates'
is "$(grep -o 'proc/uptime' <<<"$line1" | wc -l)" 1 '... said once'
unlike "$out" "'(io|in)'=" '... and none made up'

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    root=$work/denied
    cp -r "$data/root-zed" "$root"
    chmod 755 "$work"
    chmod -R a+rX "$root"
    chmod 000 "$root/proc/meminfo"
    run setpriv --reuid 65534 --regid 65534 --clear-groups "$check" --root "$root" "${well[@]}"
    like "$line1" '^NODE UNKNOWN - cannot read .*/proc/meminfo: Permission denied(; up 42m 11s, load 1\.13, cpu 48%, disk |$)' 'what may not be read is named'
else
    skip 'needs root and setpriv'
fi

# Processes of a captured node, and of this one.
root=$work/zed
mkdir -p "$root/proc"
cp -r "$data/root-zed/proc/." "$root/proc/"
if "$builddir/t/make_tree" "$root/proc" <"$data/processes-zed.tree"; then
    call --process api='nova-api' --process none='no-such-program' -c processes@none=1: -w processes@api=1:
    like "$line1" '^NODE CRITICAL - none processes 0 < 1(; |$)' 'a process that is missing'
    like "$out" $'\n''processes api [1-9][0-9]*, none 0'$'\n' '... counted by name'
    like "$out" "'processes@api'=[1-9][0-9]*;1:;;0 'processes@none'=0;;1:;0" '... as perfdata'
    call --process api='nova-api'
    is "$rc" 0 'silent without a threshold'
    call --process api='nova-api' -c processes@apo=1:
    like "$line1" 'UNKNOWN - no processes@apo on this node' 'a name that there is not'
else
    fail 'the tree of processes'
fi
# refused OPTION REGEX NAME
refused() {
    run "$check" --root "$data/root-zed" "$1"
    like "$line1" "^NODE UNKNOWN - option --process: $2" "$3"
}
refused --process=httpd 'expected NAME=REGEX' 'no regex'
refused --process==x 'expected NAME=REGEX' 'no name'
refused '--process=a=(' '.*\(' 'a bad regex'
run "$check" --process a=b --process a=c
like "$line1" "option --process: 'a' was given before" 'a name twice'

# 200 mounts and 500 interfaces.
root=$work/large
cp -r "$data/root-zed" "$root"
chmod -R u+w "$root"
mkdir -p "$root/proc/1"
{
    echo '27 1 8:1 / / rw - ext4 /dev/sda1 rw'
    for i in $(seq 200); do
        mkdir -p "$root/srv/volume-$i"
        echo "$((i + 100)) 27 9:$i / /srv/volume-$i rw - ext4 /dev/mapper/volume-$i rw"
    done
} >"$root/proc/1/mountinfo"
for i in $(seq 500); do echo "eth$i: $i 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"; done >>"$root/proc/net/dev"
call
[ "${#out}" -lt 8192 ]; ok $? "200 mounts, 500 interfaces: ${#out} bytes"
like "$out" "'in'=49\.[0-9]*B.*'disk_max'=.*'disk@/srv/volume-99'=" 'the totals and most mounts are there'
run "$check" --root "$root" --state-dir "$work/state" -c disk=0
like "$line1" '^NODE CRITICAL - / disk .*, and 19[0-9] more$' 'all of them full'
[ "${#out}" -lt 8192 ]; ok $? "... in ${#out} bytes"
call --output json
like "$out" '"disk@/srv/volume-200"' 'JSON has them all'

# 40,000 processes and little time.
for i in $(seq 100001 140000); do printf 'd\tproc/%d\nf\tproc/%d/cmdline\tx y\n' "$i" "$i"; done >"$work/many"
root=$work/many-root
mkdir -p "$root/proc"
cp -r "$data/root-zed/proc/." "$root/proc/"
if "$builddir/t/make_tree" "$root" <"$work/many"; then
    # Who asks the file systems may not come to its turn in so little time, either.
    call -t 0.3 --process a=b --process b='(x|y)+z'
    like "$line1" '^NODE (OK|(UNKNOWN - |CRITICAL - / does not answer, )(processes are not counted: no time left after [0-9]+ of them|no answer after 0\.3 s while .*)[,;$])' 'the time is kept'
    call --process a=x
    like "$out" 'processes a 40000' '... and enough for all'
else
    fail 'a tree of 40,000 processes'
    fail '... counted'
fi

# The live node: the first run takes two samples, the next none.
ms() { date +%s%3N; }
live=(--exclude-type 'fuse*' -w memory=100 -c memory=100 --process self="$$")
# In a container there may be no file system that counts: its root is an overlay.
row_disk=
if "$builddir/plugins/check_node_disk" --exclude-type 'fuse*' | grep -q "'disk'="; then
    live+=("${well[@]}")
    row_disk=', disk /[^ ]* [0-9]+%'
fi
start=$(ms)
run "$check" --state-dir "$work/state" "${live[@]}"
first=$(($(ms) - start))
like "$line1" '^NODE (OK|CRITICAL) - .*up .*, load [0-9.]+, cpu [0-9]+%, mem [0-9]+%'"$row_disk" 'the live node'
[ "$first" -ge 500 ]; ok $? "two samples ($first ms)"
# Two samples never take less than 0.5 s, one may take long where others work.
second_is_quick() {
    local start
    start=$(ms)
    "$check" --state-dir "$work/state" "${live[@]}" >"$work/second" 2>&1
    second=$(($(ms) - start))
    [ "$second" -lt 500 ]
}
wait_for 5 second_is_quick; ok $? "then one ($second ms)"
run "$check" --state-dir "$work/state" "${live[@]}"
is "$errout" '' 'nothing on stderr'
tap_done
