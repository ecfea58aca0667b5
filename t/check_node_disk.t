#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is chosen, judged and refused. The trees here are folders of one file system, which all
# answer with its space; t/hang_disk.t has real mounts.
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_node_disk
root=$work/root
mkdir -p "$root"/{proc/1,srv/data,var,snap,net/host,run,mnt,fuse,'a b'}
cat >"$root/proc/1/mountinfo" <<'EOF'
27 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
30 27 8:2 / /srv rw - xfs /dev/sda2 rw
31 30 8:3 / /srv/data rw - nfs4 nas:/export rw
32 27 8:4 / /var rw - xfs /dev/sda4 rw
33 27 8:1 /var/lib/x /mnt rw - ext4 /dev/sda1 rw
34 27 8:5 / /a\040b rw - ext4 /dev/sda5 rw
35 27 0:40 / /net rw - autofs /etc/auto.net rw,fd=5
36 35 0:41 / /net/host rw - nfs4 h:/export rw
37 27 0:50 / /run rw - tmpfs tmpfs rw,size=1k
38 27 0:51 / /fuse rw - fuse.thing thing rw
39 27 0:52 / /snap ro - squashfs /dev/loop0 ro
40 27 8:9 / /vanished rw - ext4 /dev/sda9 rw
EOF
echo '100 0' >"$root/proc/uptime"
call() { run "$check" --root "$root" --state-dir "$work" -w disk=100 -c disk=100 -w inodes=100 -c inodes=100 "$@"; }
# mounts: the instances of disk, in order
mounts() { grep -o "'disk@[^']*'" <<<"$out" | sed "s/'disk@//; s/'//" | paste -sd' '; }

call
is "$(mounts)" '/ /srv /var /a b /fuse' 'local file systems and FUSE, each once'
is "$rc" 0 'one that vanished is no problem'
like "$out" "^DISK OK - fullest [^ ]+ [0-9]+%, .* used on 5 mounts" 'the fullest is named'
like "$out" "'disk_total'=[0-9]+%;;;0;100 'disk_total_used'=[0-9]+B.* 'disk_used@/'=[0-9]+B;;;0;[0-9]+" 'the totals, and bytes'
unlike "$out" 'disk_avail' 'what is available only when asked for'
call --perfdata all
like "$out" "'disk_avail@/srv'=[0-9]+B" '... as here'
call --all
is "$(mounts)" '/ /srv /srv/data /var /a b /net/host /run /fuse' '--all: all that can fill up'
call --type 'nfs*'
is "$(mounts)" '/srv/data /net/host' '--type'
unlike "$out" disk_total 'no total of what is not local'
call --regex '^/(srv|run)$'
is "$(mounts)" '/srv /run' '--regex'
call -x '/srv*' --exclude-type 'fuse.*' --exclude-regex '^/a '
is "$(mounts)" '/ /var' 'what is excluded'
call -p /srv/ -p /mnt -p /snap
is "$(mounts)" '/srv /mnt /snap' 'what is named, of whatever kind'
call -p /var -p /data -p /net -p /vanished
like "$line1" '^DISK CRITICAL - /data is not mounted, /net is not mounted, /vanished does not exist(; |$)' 'what is missing is named, autofs is not touched'
is "$(mounts)" '/var' '... and the others are reported'
is "$rc" 2 '... CRITICAL'
call --folder /srv/data --folder /var/none --folder /net/x
like "$line1" '^DISK CRITICAL - /net/x is not mounted, /var/none does not exist(; |$)' '--folder'
is "$(mounts)" '/srv/data' '... under its own name'

call -w disk@/var=0 -c disk@/srv=0
like "$line1" '^DISK CRITICAL - /srv disk [0-9]+% > 0%, /var disk [0-9]+% > 0%(; |$)' 'a threshold for one mount'
like "$out" "'disk@/'=[0-9]+%;100;100;0;100" '... others keep theirs'
call -c disk_avail=1E:
like "$line1" 'disk_avail .* < 1EiB' 'free space in bytes'
call -w 'disk@/a b=0'
like "$line1" '^DISK WARNING - /a b disk ' 'a mount point with a blank'
call -w disk@/nowhere=5
like "$line1" '^DISK UNKNOWN - .*disk@?.*/nowhere' 'a threshold for a mount that is not there'

sed -i 's|/dev/sda2 rw|/dev/sda2 ro|; s|/var rw - xfs /dev/sda4 rw|/var ro - xfs /dev/sda4 ro|; s|/dev/sda5 rw|/dev/sda5 rw,emergency_ro|' "$root/proc/1/mountinfo"
call
like "$line1" '^DISK CRITICAL - /srv went read-only, /a b has stopped after an error(; |$)' 'what an error made read-only, and not what was mounted so'
call --read-only warning -p /var
like "$line1" '^DISK WARNING - /var is read-only(; |$)' '--read-only'

# refused OPTION... -- REGEX NAME
refused() {
    local options=()
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    run "$check" "${options[@]}"
    like "$line1" "^DISK UNKNOWN - option $2" "$3"
    is "$rc" 3 '... exit 3'
}
refused -w 10% -c 5% -- '-w: more than 10% used is no alarm: .*disk_avail=10G:' 'free space as in other checks'
refused -c 20% -- '-c: more than 20% used' 'free space, CRITICAL'
refused -c inodes=5% -- '-c: more than 5% used' 'free inodes'
refused -w 95 -c 90 -- '-w: WARNING above 95% would come after CRITICAL above 90%' 'a WARNING that never comes'
refused --regex '(' -- "--regex: '\('" 'a bad regex'
refused -p srv -- "-p: 'srv' does not begin" 'a path that is none'
refused --read-only maybe -- "--read-only: 'maybe' is not a state" 'a state that is none'
run "$check" --root "$root" -w 40 -c 96%
unlike "$line1" 'option' 'a low threshold without a unit is taken'

rm "$root/proc/1/mountinfo"
printf '/dev/a / ext4 rw 0 0\n/dev/a /mnt ext4 rw 0 0\n/dev/b /srv xfs ro 0 0\n' >"$root/proc/mounts"
call
is "$(mounts)" '/ /srv' '/proc/mounts where there is no mountinfo'
is "$rc" 0 '... where ro tells nothing'
: >"$root/proc/mounts"
run "$check" --root "$root"
like "$line1" '^DISK OK - no file system' 'no mounts at all'
rm "$root/proc/mounts"
call
like "$line1" '^DISK UNKNOWN - cannot read .*/proc/mounts: No such file' 'no list of mounts'

# 3,000 mounts of one file system, and as many of others.
for i in $(seq 3000); do
    echo "$((i + 100)) 27 8:1 /$i /m/$i rw - ext4 /dev/sda1 rw"
    echo "$((i + 4000)) 27 9:$i / /n/$i rw - ext4 /dev/n$i rw"
done >"$root/proc/1/mountinfo"
run timeout 10 "$check" --root "$root" --state-dir "$work"
is "$rc" 0 '6,000 mounts'

run "$check" --root "$data/root-zed" --state-dir "$work" -w 100 -c 100 -w inodes=100 -c inodes=100
is "$(mounts)" '/' 'a captured node'
run "$check" --state-dir "$work"
like "$line1" '^DISK (OK|WARNING|CRITICAL) - ' 'the live node'

# Whoever may not look.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    printf '27 1 8:1 / / rw - ext4 /dev/a rw\n28 27 8:2 / /secret/disk rw - ext4 /dev/b rw\n' >"$root/proc/1/mountinfo"
    mkdir -p "$root/secret/disk"
    chmod 700 "$root/secret"
    chmod 755 "$work"
    as_nobody() { run setpriv --reuid 65534 --regid 65534 --clear-groups "$check" --root "$root" -w 100 -c 100 "$@"; }
    as_nobody
    like "$out" '^DISK OK.*1 file system may not be read by this user' 'what may not be read is counted'
    as_nobody -p /secret/disk -p /
    like "$line1" '^DISK UNKNOWN - /secret/disk may not be read: this user needs search permission' '... and UNKNOWN when it was named'
    is "$(mounts)" '/' '... the others are reported'
else
    skip 'needs root and setpriv'
fi
tap_done
