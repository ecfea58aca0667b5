#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The spool is full: of bytes, of inodes, of a disk's blocks. It is said, nobody ends, no record is
# damaged, and all goes on by itself when there is room.
# The file systems live in a mount namespace of their own, where no other test meets them.
# shellcheck disable=SC2119,SC2154
if [ "$(id -u)" = 0 ] && [ -z "${FULL_INSIDE:-}" ] && unshare -m true 2>/dev/null; then
    FULL_INSIDE=1 exec unshare -m --propagation private "$BASH" "$0" "$@"
fi
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"
if [ "$(id -u)" != 0 ]; then
    skip 'a small file system needs root'
    tap_done
    exit
fi
sched_init
last_begin() { awk '$1 == "begin" { t = $3 } END { print t + 0 }' "$work/out/$1"; }
begun_after() { [ "$(last_begin "$1")" -gt "$2" ]; }
wait_until() { [ "$(now_ms)" -ge "$1" ]; }
all_is_loaded() { settled "$1" && [ -z "$(find "$spool/ready" -type f)" ]; }

# --- three kinds of small: each mounts $spool, fills it, and empties it again -------------------------
bytes_mount() { mount -t tmpfs -o "size=1m,mode=700,uid=$(id -u "$user")" haetae-test "$spool"; }
bytes_fill() { head -c 64K /dev/zero >>"$spool/filler" 2>/dev/null; }
bytes_empty() { rm "$spool/filler"; }
inodes_mount() { mount -t tmpfs -o "size=8m,nr_inodes=200,mode=700,uid=$(id -u "$user")" haetae-test "$spool"; }
inodes_fill() {
    local i
    for i in $(seq 220); do : >"$spool/filler.$RANDOM.$i" || break; done 2>/dev/null
}
inodes_empty() { rm "$spool"/filler.*; }
blocks_mount() {
    truncate -s 8M "$work/disk" && /sbin/mkfs.ext4 -q -m 0 "$work/disk" >/dev/null 2>&1 &&
        mount -o loop "$work/disk" "$spool" && chown "$user" "$spool" && chmod 700 "$spool" && rmdir "$spool/lost+found"
}
blocks_fill() {
    head -c 16M /dev/zero >>"$spool/filler" 2>/dev/null
    # The last blocks are too few for the writes of a page cache: single ones.
    head -c 4K /dev/zero >>"$spool/filler" 2>/dev/null
}
blocks_empty() { rm "$spool/filler"; }

full() { # KIND NAME
    local kind=$1 name=$2 at
    spool=$work/small.$kind
    mkdir -m 700 "$spool"
    "${kind}_mount" || { skip "$name: nothing can be mounted here"; return; }
    at_exit "umount '$spool'"
    sql 'UPDATE TOOLSPECS SET enabled = 0, version = version + 1'
    host=small-$kind
    # What the marks do has its own test: here the run stage is to meet the end.
    sched_conf 'spool_reserve = 0;'
    log=$work/log.$kind
    spec "tight-$kind" priority=1 -- run "$work/out/tight-$kind" 0
    spec "chatty-$kind" priority=1 -- print "$work/out/lines" 0
    import
    sched_start
    wait_for 20 begun_after "tight-$kind" 0
    ok $? "$name: it runs" || diag "$(cat "$log")"
    at=$(now_ms)
    # What is loaded leaves its room: that is taken away again, until the run stage has met it too.
    complains() {
        "${kind}_fill"
        grep -q 'kept in memory' "$log"
    }
    wait_for 20 complains
    ok $? "$name: it is said that the spool is full" || diag "$(cat "$log")"
    wait_for 10 wait_until $((at + 4000))
    [ "$(grep -c 'No space left' "$log")" -le 4 ]
    ok $? "$name: once a stage, not once a slot" || diag "$(cat "$log")"
    stages_run
    ok $? "$name: no stage ends" || diag "$(cat "$log")"
    "${kind}_empty"
    at=$(now_ms)
    wait_for 20 begun_after "tight-$kind" "$at"
    ok $? "$name: probes run again when there is room" || diag "$(cat "$log")"
    wait_for 20 grep -q 'the spool can be written again' "$log"
    ok $? "$name: which is said" || diag "$(cat "$log")"
    wait_for 25 all_is_loaded "$(now_ms)"
    ok $? "$name: every slot that was due comes to its end" || diag "$(tail -n 3 "$log")"
    sched_stop
    like "$(accounting)" 'unaccounted: 0' "$name: nothing was silently missed" || diag "$(accounting)"
    is "$(find "$spool/bad" -type f | wc -l) $(sql 'SELECT COUNT(*) FROM LOADERR')" '0 0' "$name: no record was damaged"
    is "$(sql "SELECT COUNT(*) FROM RUNLOG WHERE specid = $(specid "tight-$kind") AND outcome NOT IN (1, 3, 4, 6)")" 0 "$name: none was lost"
    is "$(awk '$1 == "begin" { print $2 }' "$work/out/tight-$kind" | sort | uniq -d | wc -l)" 0 "$name: no slot was run twice"
    # Each that ran has its row, whatever was full.
    awk '$1 == "begin" { print $2 }' "$work/out/tight-$kind" | sort >"$work/begun"
    is "$(sql "SELECT scheduleid FROM RUNLOG WHERE kind = 0 AND outcome = 1 AND specid = $(specid "tight-$kind")" | sort | diff "$work/begun" - | head -n 3)" '' "$name: what was run is loaded, and nothing else"
    diag "$name: $(sql "SELECT COUNT(*) FROM RUNLOG WHERE outcome = 3 AND specid = $(specid "tight-$kind")") cancelled: $(sql "SELECT text FROM RUNLOG WHERE outcome = 3 AND specid = $(specid "tight-$kind") LIMIT 1")"
}
seq -f 'line %g of many' 400 >"$work/out/lines"
chmod 644 "$work/out/lines"
full bytes 'no bytes'
full inodes 'no inodes'
full blocks 'no blocks'
tap_done
