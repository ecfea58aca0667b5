#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Trees in the shape of drivers/scsi/scsi_transport_iscsi.c and of the target's configfs: made
# here, for a kernel with iSCSI is not to be had in a test.
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_iscsi
tree=$work/tree
mkdir -p "$tree/proc" "$tree/sys/class"
echo 100.00 100.00 >"$tree/proc/uptime"

# session NUMBER TARGET STATE ADDRESS
session() {
    local base=$tree/sys/class/iscsi_session/session$1
    mkdir -p "$base/device/target$1:0:0" "$tree/sys/class/iscsi_connection/connection$1:0"
    echo "$2" >"$base/targetname"
    echo "$3" >"$base/state"
    echo "$4" >"$tree/sys/class/iscsi_connection/connection$1:0/persistent_address"
    echo 3260 >"$tree/sys/class/iscsi_connection/connection$1:0/persistent_port"
}
# device SESSION LUN DISK STATE
device() {
    local base=$tree/sys/class/iscsi_session/session$1/device/target$1:0:0/$1:0:0:$2
    mkdir -p "$base/block/$3"
    echo "$4" >"$base/state"
}
# target NAME ENABLE PORTAL...
target() {
    local base=$tree/sys/kernel/config/target/iscsi/$1/tpgt_1
    mkdir -p "$base/np"
    echo "$2" >"$base/enable"
    shift 2
    for portal; do mkdir "$base/np/$portal"; done
}
disk=iqn.2010-10.org.openstack:volume
call() { run "$check" --root "$tree" --state-dir "$work" "$@"; }

call
is "$line1" "ISCSI OK - no iSCSI session on this node | 'sessions'=0;;;0 'logged_in'=0;;;0 'devices'=0;;;0 'devices_sick'=0;;;0" 'a node without any'
call --target "$disk-1"
like "$line1" "^ISCSI CRITICAL - no session to target $disk-1; no iSCSI session" 'one is expected'
is "$rc" 2 'CRITICAL'
session 1 "$disk-1" LOGGED_IN 192.0.2.1
device 1 1 sdb running
session 10 "$disk-1" LOGGED_IN 192.0.2.2
device 10 1 sdc running
session 2 "$disk-2" LOGGED_IN 2001:db8::1
device 2 0 sdd running
device 2 1 sde running
call --target "$disk-*" -c "logged_in@$disk-*=3:"
is "$line1" 'ISCSI OK - 3 of 3 sessions logged in, 4 devices' 'all are well'
like "$out" "session1: $disk-1 at 192.0.2.1:3260, LOGGED_IN, devices: sdb
session2: $disk-2 at \[2001:db8::1\]:3260, LOGGED_IN, devices: (sdd, sde|sde, sdd)
session10: " 'by number, with portal and devices'
echo FAILED >"$tree/sys/class/iscsi_session/session10/state"
call
like "$line1" "^ISCSI CRITICAL - session10 to $disk-1 at 192.0.2.2:3260 is FAILED" 'a session that failed is named'
call -c "logged_in@$disk-*=3:" --target "$disk-*"
like "$line1" "$disk-\* logged_in 2 < 3" '... and one path is missing'
echo LOGGED_IN >"$tree/sys/class/iscsi_session/session10/state"
device 2 1 sde transport-offline
call
like "$line1" "^ISCSI CRITICAL - sde of $disk-2 is transport-offline; 3 of 3 sessions" 'a device that is offline is named'
device 2 1 sde blocked
call
like "$line1" "^ISCSI WARNING - sde of $disk-2 is blocked" 'one that is blocked may come back'
device 2 1 sde running
rm "$tree/sys/class/iscsi_session/session2/state"
call
like "$line1" "^ISCSI CRITICAL - session2 to $disk-2 at .* is gone" 'a session that goes while it is read'
rm -r "$tree/sys/class/iscsi_session/session2"
printf 'x%.0s' {1..5000} >"$tree/sys/class/iscsi_session/session1/targetname"
printf '\377\0|\n' >"$tree/sys/class/iscsi_session/session10/targetname"
call
[ "$rc" -le 2 ]; ok $? 'hostile names do no harm'

served=iqn.2003-01.org.linux-iscsi.storage:disk1
call --export "$served"
like "$line1" "^ISCSI CRITICAL - target $served is not served here" 'a target that is not served'
target "$served" 0 0.0.0.0:3260
call --export "$served"
like "$line1" "^ISCSI CRITICAL - target $served is not enabled" 'one that is not enabled'
target "$served" 1
call --export "$served" --perfdata all
is "$rc" 0 'one that is'
like "$out" "'exports'=1;;;0" '... is counted'
rm -r "$tree/sys/kernel/config/target/iscsi/$served/tpgt_1/np/0.0.0.0:3260"
call --export 'iqn.2003-01.*'
like "$line1" "^ISCSI CRITICAL - target $served has no portal" 'one without a portal'
if [ "$(id -u)" = 0 ]; then
    chmod 711 "$work"
    chmod 700 "$tree/sys/kernel/config/target/iscsi"
    run setpriv --reuid nobody --regid nogroup --clear-groups "$check" --root "$tree" --state-dir /nonexistent --export "$served"
    like "$line1" 'cannot read the targets that are served: run this as root' 'who may not read them is told so'
    as_nobody() { run setpriv --reuid nobody --regid nogroup --clear-groups "$check" --root "$tree" --state-dir /nonexistent "$@"; }
    as_nobody -w exports=1:
    like "$line1" '^ISCSI UNKNOWN - cannot read the targets that are served: run this as root; ' '... and who has a threshold on them'
    chmod 755 "$tree/sys/kernel/config/target/iscsi"
    chmod 700 "$tree/sys/kernel/config/target/iscsi/$served"
    as_nobody --export "$served"
    like "$line1" '^ISCSI UNKNOWN - cannot read the targets that are served: ' 'a target that may not be looked into is not called disabled'
fi
tap_done
