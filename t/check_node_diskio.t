#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_node_diskio
root=$work/root
state=$work/state
mkdir -p "$root/proc/sys/kernel/random" "$state"
echo 11111111-2222-3333-4444-555555555555 >"$root/proc/sys/kernel/random/boot_id"

# at UPTIME LINE...: the node at that time
at() {
    echo "$1 0.00" >"$root/proc/uptime"
    shift
    printf '%s\n' "$@" >"$root/proc/diskstats"
}
call() { run "$check" --root "$root" --state-dir "$state" "$@"; }

at 1000 '8 0 sda 1000 0 80000 4000 500 0 40000 1000 0 100000 9000' \
    '8 1 sda1 1000 0 80000 4000 500 0 40000 1000 0 100000 9000' \
    '8 16 sdb 0 0 0 0 0 0 0 0 0 0 0' \
    '253 0 dm-0 1000 0 80000 4000 500 0 40000 1000 0 100000 9000' \
    '7 0 loop0 1 0 8 1 0 0 0 0 0 1 1'
call
like "$line1" '^DISKIO OK - busiest sda 10.0%, 40KiB/s read, 20KiB/s written since boot' 'averages since boot where time stands still'
like "$out" "'io'=10%;;;0;100 'read'=40960B;;;0 'write'=20480B;;;0 'wait'=0.003333s;;;0 'reads'=1;;;0 'writes'=0.5;;;0" 'totals are of whole disks'
like "$out" "'io@sda'=10%.*'io@sdb'=0%" 'each disk'
unlike "$out" "sda1|dm-0|loop0" 'no partitions, layers or loops'

at 1010 '8 0 sda 1100 0 80200 4500 500 0 40000 1000 0 105000 19000' \
    '8 1 sda1 1100 0 80200 4500 500 0 40000 1000 0 105000 19000' \
    '8 16 sdb 20 0 4096 100 0 0 0 0 0 8000 8000' \
    '253 0 dm-0 1000 0 80000 4000 500 0 40000 1000 0 110000 9000' \
    '8 32 sdc 900 0 900 900 900 0 900 900 0 900 900'
call
like "$line1" '^DISKIO OK - busiest sdb 80.0%, 204.8KiB/s read, 0B/s written$' 'rates since the last run'
like "$out" "'io'=80%" 'io is the busiest disk'
like "$out" "'reads'=12;" 'reads are of all disks together'
like "$out" "'wait@sda'=0.005s" 'a request took 5 ms on average'
like "$out" 'sdc is new since the last sample' 'a disk that came is named'
unlike "$out" "@sdc" '... and has no rate yet'

at 1020 '8 0 sda 10 0 10 10 0 0 0 0 0 10 10' '8 16 sdb 20 0 4096 100 0 0 0 0 0 8000 8000'
call
like "$out" 'sda is new since the last sample' 'counters that were reset give no rate'
like "$line1" 'busiest sdb 0.0%' '... and the others do'
unlike "$out" 'sdc' 'a disk that is gone is gone'

call --device 'sd[ab]' --device nvme0n1
like "$line1" '^DISKIO CRITICAL - no device nvme0n1' 'a named device that is missing'
is "$rc" 2 '... is CRITICAL'
unlike "$out" "io@sdc" 'only what is chosen'
call --exclude-device sdb
unlike "$out" "sdb" 'only what is not excluded'

at 1000 '8 0 sda 100 0 100 100 0 0 0 0 0 950000 100' '253 0 dm-0 100 0 100 100 0 0 0 0 0 990000 100'
rm -rf "$state"; mkdir "$state"
call --layers -w 90 -c 96 -c io@dm-0=98
like "$line1" '^DISKIO CRITICAL - dm-0 io 99% > 98%, io 95% > 90%(; |$)' 'a bare range is for the busiest disk, one with a name for that device'
call -w 'io@*=90'
like "$line1" '^DISKIO WARNING - sda io 95% > 90%(; |$)' '@* is for each device'
call --layers -w 'io@dm-0=90' --max-output 560
like "$out" $'\ndm-0 99.0% busy' 'the line of a device that alerts is not dropped'
unlike "$out" $'\nsda 95.0% busy' '... before those of healthy ones'
call --device dm-0
like "$line1" '^DISKIO OK - busiest dm-0 99.0%' 'a layer alone makes the totals'
like "$out" "'wait'=0.001s" 'the mean wait'
call -w queue=1
like "$out" "'queue'=0.0001;1;;0" 'a quiet metric is printed with its threshold'

: >"$root/proc/diskstats"
call
like "$line1" '^DISKIO OK - no disks' 'a node without disks'
call -w io=90
like "$line1" '^DISKIO UNKNOWN - ' '... is UNKNOWN when a threshold is given'
rm "$root/proc/diskstats"
call
like "$line1" '^DISKIO UNKNOWN - cannot read .*/proc/diskstats: No such file' 'a missing file is named'

run "$check" --root "$data/root-zed" --state-dir "$work/zed"
like "$line1" '^DISKIO OK - busiest vda [0-9.]+%' 'a captured node'
run "$check" --state-dir "$work/live"
is "$rc" 0 'the live node'
tap_done
