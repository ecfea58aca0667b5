#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_node_memory

run "$check" --root "$data/root-zed"
is "$out" "MEMORY OK - 22.5% used, 5.3GiB of 23.5GiB | 'memory'=22.500626%;90;95;0;100 'memory_used'=5687373824B;;;0;25276514304 'memory_available'=19589140480B;;;0;25276514304 'memory_total'=25276514304B;;;0" \
    'a captured node without swap and huge pages'
is "$rc" 0 'is OK'
run "$check" --root "$data/root-zed" -w swap=50
like "$line1" '^MEMORY UNKNOWN - no swap on this node' 'a threshold on swap that is not there is UNKNOWN'
is "$rc" 3 'exit 3'
run "$check" --root "$data/root-zed" -w hugepages=50
like "$line1" '^MEMORY UNKNOWN - no hugepages on this node' 'so is one on huge pages'
run "$check" --root "$data/root-zed" -c memory_available=20G:
like "$line1" '^MEMORY CRITICAL - memory_available 18\.2GiB < 20GiB; 22\.5% used' 'bytes with a unit'
run "$check" --root "$data/root-zed" --perfdata all
like "$out" "'commit'=81\.[0-9]*%;;;0 'memory_committed'=10260824064B;;;0 .*'memory_dirty'=5988352B;;;0$" \
    'the lesser metrics on request'

run "$check" --root "$data/root-hugepages"
like "$line1" '^MEMORY OK - 20\.[0-9]% used, .* of 26GiB; swap 25\.0%, 2GiB of 8GiB; huge pages 230GiB, 87\.[0-9]% used' \
    '90 % of the memory in huge pages is no alarm'
like "$out" "'swap'=25%;;;0;100 'swap_used'=2147483648B;;;0;8589934592 'hugepages'=87" 'swap and huge pages have values'
is "$rc" 0 'exit 0'
run "$check" --root "$data/root-hugepages" -w hugepages=80 -c swap=20
like "$line1" '^MEMORY CRITICAL - swap 25% > 20%?, hugepages 87\.[0-9]% > 80%?$' 'and are judged when asked'

root=$work/root
mkdir -p "$root/proc"
meminfo() { printf '%s\n' "$@" >"$root/proc/meminfo"; run "$check" --root "$root"; }
meminfo 'MemTotal: 1000 kB' 'MemFree: 10 kB' 'MemAvailable: 95 kB'
like "$line1" '^MEMORY WARNING - memory 90\.5% > 90%?; 90\.5% used' 'WARNING above 90 % by default'
is "$rc" 1 'exit 1'
meminfo 'MemTotal: 1000 kB' 'MemFree: 10 kB' 'MemAvailable: 100 kB'
is "$rc" 0 '90 % itself is OK'
meminfo 'MemTotal: 1000 kB' 'MemFree: 10 kB' 'MemAvailable: 49 kB'
is "$rc" 2 'CRITICAL above 95 %'
meminfo 'MemTotal: 1000 kB' 'MemFree: 100 kB' 'Buffers: 100 kB' 'Cached: 300 kB'
like "$line1" '50\.0% used, 500KiB of 1000KiB \(estimated\)' 'without MemAvailable it is estimated, and said so'
meminfo 'MemTotal: 1000 kB' 'MemFree: 0 kB' 'MemAvailable: 0 kB' 'Hugetlb: 1000 kB'
like "$line1" '^MEMORY UNKNOWN - memory is not a number; all memory is huge pages' 'nothing but huge pages'
meminfo 'garbage'
like "$line1" '^MEMORY UNKNOWN - cannot parse /proc/meminfo: no line MemTotal' 'garbage is UNKNOWN'
meminfo 'MemTotal: -1 kB' 'MemFree: 1 kB'
like "$line1" '^MEMORY UNKNOWN - cannot parse /proc/meminfo: bad number in MemTotal' 'a bad number is named'
rm "$root/proc/meminfo"
run "$check" --root "$root"
like "$line1" '^MEMORY UNKNOWN - cannot read .*/proc/meminfo: No such file' 'a missing file is named'

run "$check" -w 100 -c 100
like "$out" "^MEMORY OK - [0-9.]+% used" 'the live node'
tap_done
