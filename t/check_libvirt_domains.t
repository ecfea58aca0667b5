#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# libvirt's test driver, and a private libvirtd with guests that qemu emulates down to their
# BIOS: domains by state, pools, processes that are too many or too few, a daemon that hangs.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "${srcdir:-.}/t/bad_peer.sh"
check=$plugins/check_libvirt_domains
[ -x "$check" ] || skip_all 'built without libvirt (libvirt-dev)'

run "$check" --uri test:///default
is "$rc" 0 "libvirt's test driver" || diag "$out"
like "$out" "'domains'=1;;;0 'running'=1;;;0 'paused'=0;;;0 'shutoff'=0;;;0 'crashed'=0;;;0 'other'=0;;;0 'autostart_down'=0;;;0 'pool@default-pool'=0%;90;95;0;100 'time'=[0-9.]+s;;;0$" 'its domains and pools'
run "$check" --uri test:///default --domain test --domain 'te*' --pool default-pool -w time=100
is "$rc" 0 'expected ones are there'
run "$check" --uri test:///default --domain nosuch --pool nosuch-pool
like "$line1" '^LIBVIRT CRITICAL - there is no domain nosuch, there is no pool nosuch-pool; 1 of 1 domains run' 'expected ones that are not'
# The test driver reads its domains from a file.
cat >"$work/node.xml" <<'X'
<node>
  <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>up</name><memory>1</memory><os><type>hvm</type></os></domain>
  <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>paused</name><memory>1</memory><os><type>hvm</type></os>
    <test:runstate>3</test:runstate></domain>
  <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>off</name><memory>1</memory><os><type>hvm</type></os>
    <test:runstate>5</test:runstate></domain>
  <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>broken</name><memory>1</memory><os><type>hvm</type></os>
    <test:runstate>6</test:runstate></domain>
  <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>idle</name><memory>1</memory><os><type>hvm</type></os>
    <test:runstate>2</test:runstate></domain>
</node>
X
run "$check" --uri "test://$work/node.xml"
like "$line1" '^LIBVIRT CRITICAL - broken is crashed; 2 of 5 domains run, 1 paused, 1 shut off' 'a crashed domain is named' || diag "$out"
run "$check" --uri "test://$work/node.xml" --domain off --domain up --domain paused
like "$line1" '^LIBVIRT CRITICAL - broken is crashed, off is shut off, paused is paused; ' 'so are those that should run'
run "$check" --uri "test://$work/node.xml" --domain idle
like "$line1" '^LIBVIRT CRITICAL - broken is crashed; ' 'one that is blocked runs, as the counts say'
run "$check" --uri nosuch:///
like "$line1" '^LIBVIRT CRITICAL - nosuch:///: cannot connect: ' 'a URI that is none'
run "$check" --uri "qemu+unix:///system?socket=$work/none"
like "$line1" "^LIBVIRT CRITICAL - qemu\+unix:///system\?socket=.*: cannot connect: .*No such file" 'a daemon that is not there'

# Whether the check works itself, or in a child that a slow folder cannot hold. The thread that libvirt
# does not let go shares its memory with that child: the leak detector cannot stop it, and gives up with
# an exit code of its own.
for mode in silent drip flood garbage reset close; do
    bad_peer "$mode" --unix "$work/bad.$mode" || break
    for own in '' "--state-dir $work/state"; do
        # shellcheck disable=SC2086
        ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 run "$check" --uri "qemu+unix:///system?socket=$bad_port" -t 2 $own
        like "$rc $line1" '^2 LIBVIRT CRITICAL - qemu.unix:///system.socket=.*: (no answer in time|cannot connect: )' "a daemon that is $mode $own"
    done
    bad_peer_stop
done

# --- a private libvirtd ----------------------------------------------------------------------------
if [ "$(id -u)" != 0 ] || ! unshare -m true 2>/dev/null; then
    skip 'a libvirtd of our own needs root'
    tap_done
    exit
fi
libvirtd=$(PATH=$PATH:/usr/sbin command -v libvirtd)
qemu=$(command -v qemu-system-x86_64)
if [ -z "$libvirtd" ] || [ -z "$qemu" ] || ! command -v virsh >/dev/null; then
    [ "${HAETAE_CI:-}" = 1 ] && fail 'needed in CI: packages libvirt-daemon, libvirt-clients, qemu-system-x86'
    skip 'no libvirtd, virsh or qemu'
    tap_done
    exit
fi
# Unix sockets want a short path; libvirtd sees its own folders alone, in a mount namespace.
home=$(mktemp -d /tmp/haetae-lv.XXXXXX)
at_exit 'rm -rf "$home"'
mkdir -p "$home"/{run,lib,log,cache,etc/qemu/networks,etc/nwfilter}
chmod 755 "$home" "$home/run"
socket=$home/run/libvirt-sock
uri="qemu+unix:///system?socket=$socket"
cat >"$home/etc/libvirtd.conf" <<C
listen_tls = 0
listen_tcp = 0
unix_sock_dir = "$home/run"
unix_sock_ro_perms = "0777"
unix_sock_rw_perms = "0777"
auth_unix_ro = "none"
auth_unix_rw = "none"
C
printf '%s\n' 'security_driver = "none"' 'user = "root"' 'group = "root"' 'dynamic_ownership = 0' 'remember_owner = 0' \
    'cgroup_controllers = [ ]' 'stdio_handler = "file"' 'namespaces = [ ]' >"$home/etc/qemu.conf"
: >"$home/etc/libvirt.conf"
libvirtd_pid=
end_libvirtd() {
    [ -n "$libvirtd_pid" ] || return 0
    kill -CONT "$libvirtd_pid" 2>/dev/null
    kill "$libvirtd_pid" 2>/dev/null
    wait "$libvirtd_pid" 2>/dev/null
    libvirtd_pid=
}
# Guests outlive their daemon: they are ended by the pids that it wrote.
end_guests() {
    local file
    for file in "$home"/run/qemu/*.pid; do
        [ -e "$file" ] && kill -KILL "$(cat "$file")" 2>/dev/null
    done
    [ -z "${stray:-}" ] || kill -KILL "$stray" 2>/dev/null
}
at_exit end_guests
at_exit end_libvirtd
at_exit 'for p in run lib log cache etc; do umount -l "$home/$p" 2>/dev/null; done'
# The user that the QEMU driver insists on comes with a package that also starts services.
cp /etc/passwd /etc/group "$home/"
id libvirt-qemu >/dev/null 2>&1 || echo 'libvirt-qemu:x:64055:64055::/:/bin/false' >>"$home/passwd"
for group in kvm libvirt-qemu; do
    grep -q "^$group:" /etc/group || echo "$group:x:$((64055 + ${#group})):" >>"$home/group"
done
start_libvirtd() {
    mkdir -p /run/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt /etc/libvirt
    unshare -m --propagation slave sh -c "
        mount --bind '$home/run' /run/libvirt && mount --bind '$home/lib' /var/lib/libvirt && mount --bind '$home/log' /var/log/libvirt &&
        mount --bind '$home/cache' /var/cache/libvirt && mount --bind '$home/etc' /etc/libvirt &&
        mount --bind '$home/passwd' /etc/passwd && mount --bind '$home/group' /etc/group &&
        exec '$libvirtd' -f /etc/libvirt/libvirtd.conf -p '$home/run/libvirtd.pid'" >>"$home/log/out" 2>&1 &
    libvirtd_pid=$!
    wait_for 60 v version || { diag "$(tail -n 5 "$home/log/out")"; return 1; }
}
v() { virsh -q -c "$uri" "$@"; }
guest() {
    cat >"$home/$1.xml" <<X
<domain type='qemu'><name>$1</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices><emulator>$qemu</emulator></devices></domain>
X
    v define "$home/$1.xml" >/dev/null && v start "$1" >/dev/null
}
if ! start_libvirtd; then
    fail 'libvirtd starts'
    tap_done
    exit 1
fi
# Other tests' guests are other users' business: ours have the folder in their command lines,
# theirs are told apart by --user, which is nobody else's here.
call() { run "$check" --uri "$uri" -t 20 "$@"; }
call
is "$rc" 0 'a daemon without guests' || diag "$out"
guest instance-00000001 && guest instance-00000002
ok $? 'two guests start' || diag "$(tail -n 5 "$home"/log/qemu/*.log)"
call --domain 'instance-*'
is "$rc" 0 'two guests' || diag "$out"
like "$out" "'domains'=2;;;0 'running'=2;;;0 .*'qemu'=2;;;0$" '... each with its process'
setpriv --reuid nobody --regid nogroup --clear-groups "$check" --uri "$uri" >"$work/nobody"
like "$(cat "$work/nobody")" "^LIBVIRT OK - 2 of 2 domains run.*" 'an unprivileged user sees the same'

v suspend instance-00000001 >/dev/null
call
like "$line1" '^LIBVIRT OK - 1 of 2 domains run, 1 paused' 'one that somebody paused is no alarm'
call --domain instance-00000001
like "$line1" '^LIBVIRT CRITICAL - instance-00000001 is paused' '... unless it should run'
v resume instance-00000001 >/dev/null

# The same UUID twice, as after an evacuation from a node that was alive.
uuid=$(v domuuid instance-00000001 | tr -d '[:space:]')
"$qemu" -name guest=instance-00000001,debug-threads=on -machine pc,accel=tcg -m 32 -nodefaults -display none -S -uuid "$uuid" \
    >/dev/null 2>&1 </dev/null &
stray=$!
wait_for 10 test "$(tr '\0' ' ' <"/proc/$stray/cmdline" | grep -c "$uuid")" = 1
call
like "$line1" '^LIBVIRT CRITICAL - instance-00000001 runs 2 times: pid [0-9]+, pid [0-9]+; 2 of 2' 'one domain, two processes: CRITICAL'
call --no-processes
is "$rc" 0 '... which can be left to others'
v destroy instance-00000001 >/dev/null
call
like "$line1" "^LIBVIRT CRITICAL - qemu pid $stray \(instance-00000001\) has no domain" 'a process without a domain'
kill -KILL "$stray"
wait "$stray" 2>/dev/null
stray=
call
like "$line1" '^LIBVIRT OK - 1 of 2 domains run, 0 paused, 1 shut off' 'it is gone'
kill -KILL "$(cat "$home/run/qemu/instance-00000002.pid")"
crashed() { [ "$(v domstate instance-00000002)" = 'shut off' ]; }
wait_for 20 crashed
call
like "$line1" '^LIBVIRT CRITICAL - instance-00000002 is shut off: it crashed' 'a guest whose process was killed'

# --- pools -------------------------------------------------------------------------------------------
mkdir "$home/pool"
if v pool-define-as images dir --target "$home/pool" >/dev/null 2>&1; then
    call --pool images
    like "$line1" 'pool images is inactive' 'a pool that is not active'
    v pool-start images >/dev/null
    call --pool images -c 'pool=~:100' -w 'pool=~:100'
    like "$out" "'pool@images'=[0-9.]+%;100;100;0;100" 'one that is'
else
    skip "this libvirt has no storage driver"
fi

kill -STOP "$libvirtd_pid"
start=$(date +%s%3N)
call -t 2
took=$(($(date +%s%3N) - start))
like "$line1" '^LIBVIRT CRITICAL - qemu\+unix:.*: no answer in time' 'a daemon that hangs'
[ "$took" -lt 7000 ]; ok $? "... is given up in time ($took ms)"
kill -CONT "$libvirtd_pid"
chmod 700 "$home/run"
setpriv --reuid nobody --regid nogroup --clear-groups "$check" --uri "$uri" >"$work/nobody"
is "$?" 3 'a socket that may not be opened is UNKNOWN'
like "$(cat "$work/nobody")" "^LIBVIRT UNKNOWN - .*Permission denied.*; let this user read libvirt's read-only socket \(group libvirt\)" '... and says what to grant'
end_libvirtd
call
like "$line1" '^LIBVIRT CRITICAL - qemu\+unix:.*: cannot connect' 'a daemon that was stopped'
tap_done
