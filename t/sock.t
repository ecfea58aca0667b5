#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sockets of real namespaces, as root and as nobody, and who owns them.
. "${srcdir:-.}/t/tap.sh" || exit 1
need unshare util-linux
need ss iproute2
chmod 755 "$work"
cp "$builddir/t/sock_list" "$builddir/t/sock_pose" "$work/" || exit 1
list=$work/sock_list
root=no
[ "$(id -u)" -eq 0 ] && unshare -n true 2>/dev/null && root=yes
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"; }

# pose NAME [COMMAND... --] WORD...: starts sock_pose, sets ${pid[NAME]}
declare -A pid=()
pose() {
    local name=$1; shift
    mkfifo "$work/hold.$name"
    "$@" <"$work/hold.$name" >"$work/out.$name" 2>&1 &
    local shell=$! fd
    # shellcheck disable=SC2034 # the open end is what counts
    exec {fd}>"$work/hold.$name"
    at_exit "kill -KILL $shell 2>/dev/null"
    wait_for 10 grep -q '^ready' "$work/out.$name" || { diag "$(cat "$work/out.$name")"; return 1; }
    pid[$name]=$(sed -n 's/^ready //p' "$work/out.$name")
    at_exit "kill -KILL ${pid[$name]} 2>/dev/null"
}

# --- this node: the kernel, /proc and ss agree -----------------------------------------
pose node "$work/sock_pose" tcp:127.0.0.1:0 tcp:::1:0 udp:127.0.0.1:0 udp:::1:0 "unix:dgram:$work/dgram" \
    "unix:seqpacket:@haetae-$$" "unix:stream:$work/stream" "unixto:$work/stream" accept
ok $? 'sockets of each kind'
mine=${pid[node]}
run "$list" $$ "$mine"
like "$line1" 'tcp diag, udp diag, unix diag, 0 bad$' 'the kernel is asked'
owned=$(grep "yes 'by descriptor' $mine\$" <<<"$out")
is "$(wc -l <<<"$owned")" 9 'all that it has are found by descriptor'
like "$owned" $'tcp LISTEN 1 127\\.0\\.0\\.1:[0-9]+ 0\\.0\\.0\\.0:0 [0-9]+ ' 'tcp'
like "$owned" $'tcp LISTEN 1 \\[::1\\]:[0-9]+ ' 'tcp, IPv6'
like "$owned" $'udp UNCONN 2 \\[::1\\]:[0-9]+ ' 'udp, IPv6'
like "$owned" "unix LISTEN 1 .* '$work/stream' ''" 'unix stream'
like "$owned" "unix UNCONN 2 .* '$work/dgram' ''" 'unix dgram'
like "$owned" "unix LISTEN 5 .* '@haetae-$$' ''" 'unix seqpacket, abstract'
like "$owned" "unix ESTAB 1 .* '' '$work/stream'" 'and what one is connected to'
like "$(grep -c "no 'by descriptor' 0\$" <<<"$out")" '^[0-9]+$' 'what others have is not its own'
run "$list" --proc $$ "$mine"
like "$line1" 'tcp proc, udp proc, unix proc, 0 bad$' 'from /proc'
is "$(grep -c "yes 'by descriptor' $mine\$" <<<"$out")" 9 '/proc tells of the same'

# Of what stays: others come and go meanwhile. PROTO LOCAL INODE, as ss writes it.
ours() { "$list" "$@" | awk '$1 ~ /tcp|udp/ && $2 ~ /LISTEN|UNCONN/ { sub(/%.*/, "", $4); print $1, $4 }' | sort -u; }
theirs() { ss -H -a -t -u -n -l | awk '{ sub(/%[^]:]*/, "", $5); sub(/^\*:/, "[::]:", $5); print $1, $5 }' | sort -u; }
agree() { [ "$(ours "$@")" = "$(theirs)" ]; }
wait_for 3 agree $$; ok $? 'as ss says: what waits' || diff <(ours $$) <(theirs) | head -5 | sed 's/^/# /'
wait_for 3 agree --proc $$; ok $? 'from /proc, too'
names() { "$list" "$@" | awk -F"'" '$1 ~ /^unix LISTEN/ && $2 != "" { print $2 }' | sort; }
ss_names() { ss -H -a -x -l -n | awk '$2 == "LISTEN" && $5 != "*" { print $5 }' | sort; }
names_agree() { [ "$(names "$@")" = "$(ss_names)" ]; }
wait_for 3 names_agree $$; ok $? 'as ss says: names of unix sockets'
wait_for 3 names_agree --proc $$; ok $? 'from /proc, too'

# --- nobody: other namespaces and other users' ------------------------------------------
if [ "$root" = yes ]; then
    pose away unshare -n -- sh -c "ip link set lo up 2>/dev/null; exec '$work/sock_pose' tcp:127.0.0.1:8774 tcp:::1:8774 udp:0.0.0.0:67 \
        to:127.0.0.1:8774 'unix:stream:@away'"
    ok $? 'a namespace of its own'
    pose also nsenter -t "${pid[away]}" -n "$work/sock_pose" tcp:127.0.0.1:8775
    for who in '' nobody; do
        run ${who:+nobody} "$list" "${pid[away]}" "${pid[away]}"
        like "$line1" "process ${pid[away]}: tcp proc, udp proc, unix proc, 0 bad\$" "${who:-root}: another namespace, from /proc"
        like "$out" $'\ntcp LISTEN 1 \\[::1\\]:8774 ' "${who:-root}: its listeners"
        like "$out" $'\ntcp ESTAB 1 127\\.0\\.0\\.1:[0-9]+ 127\\.0\\.0\\.1:8774 ' "${who:-root}: its connections"
        like "$out" $'\nudp UNCONN 2 0\\.0\\.0\\.0:67 ' "${who:-root}: udp"
        like "$out" "'@away'" "${who:-root}: unix"
        unlike "$out" "@haetae-$$" "${who:-root}: and nobody else's"
        [ -z "$who" ] || continue
        like "$out" "\\[::1\\]:8774 .*yes 'by descriptor' ${pid[away]}" 'owned'
        like "$out" "127\\.0\\.0\\.1:8775 .*no 'by descriptor' 0" "its neighbour's is not"
    done
    like "$out" "\\[::1\\]:8774 .*yes 'by user alone' 0" 'nobody: its user made them, no more is known'
    like "$out" "'@away' .*unknown 'not provable' 0" 'nobody: of unix sockets not even that is told'

    pose own nobody "$work/sock_pose" tcp:127.0.0.1:0
    run nobody "$list" "${pid[own]}" "${pid[own]}"
    like "$out" "tcp LISTEN .* 65534 .*yes 'by descriptor' ${pid[own]}" 'nobody: its own are proved'
    run nobody "$list" $$ "$mine"
    is "$(grep -c "^tcp LISTEN [^']* 65534 .*yes" <<<"$out")" 0 "nobody: what it made is not root's for certain"

    # A service of its own cgroup, of another user: what a systemd unit is.
    group=/sys/fs/cgroup
    [ ! -e "$group/unified/cgroup.procs" ] || group=$group/unified
    group=$group/haetae-t$$
    if grep -q "^0::" /proc/self/cgroup && mkdir "$group" 2>/dev/null; then
        at_exit "rmdir $group"
        pose unit sh -c "echo \$\$ >'$group/cgroup.procs' && exec '$work/sock_pose' tcp:127.0.0.1:0"
        run nobody "$list" $$ "${pid[unit]}"
        if grep -q "^tcp LISTEN [^']* 1 ''" <<<"$out"; then
            is "$(grep -c "^tcp LISTEN .*yes 'by cgroup and user' 0" <<<"$out")" 1 'nobody: proved by its cgroup, and only that'
        else
            skip 'the kernel does not tell the cgroup of a socket (before 5.8)'
        fi
        at_exit "kill -KILL ${pid[unit]}; while kill -0 ${pid[unit]} 2>/dev/null; do sleep 0.05; done"
    else
        skip 'no cgroup may be made here'
    fi

    # A name with a newline in it looks like a line of its own in /proc, and like a name to the kernel.
    forged=$'x\n0000000000000000: 00000002 00000000 00010000 0001 01 4242 /run/forged'
    pose forger nobody "$work/sock_pose" "unix:stream:@$forged"
    run "$list" --proc $$ "$mine"
    is "$(grep -c "^unix LISTEN .* 4242 .*'/run/forged' '' yes" <<<"$out")" 0 'a forged line is owned by nobody'
    run "$list" $$
    is "$(grep -c "^unix LISTEN .* 4242 " <<<"$out")" 0 'the kernel is not deceived'

    # /proc/PID/net/dev tells namespaces apart as /proc/PID/ns/net does, to everybody.
    same() { [ "$("$@" stat -c %i "/proc/${pid[away]}/net/dev")" = "$("$@" stat -c %i "/proc/${pid[also]}/net/dev")" ]; }
    same; ok $? 'one namespace, one number'
    same nobody; ok $? 'nobody: the same'
    [ "$(nobody stat -c %i "/proc/${pid[away]}/net/dev")" != "$(nobody stat -c %i /proc/self/net/dev)" ]
    ok $? 'nobody: another namespace, another number'

    # --- connections that stand still ---------------------------------------------------
    ns=haetae-t$$
    if ip netns add "$ns" 2>"$work/ip.err"; then
        at_exit "ip netns del $ns"
        ip -n "$ns" link set lo up
        ip -n "$ns" link add d0 type dummy 2>/dev/null || ip -n "$ns" link add d0 type veth peer name d1
        ip -n "$ns" addr add 10.9.9.1/24 dev d0
        ip -n "$ns" link set d0 up
        ip -n "$ns" neigh add 10.9.9.2 lladdr 02:00:00:00:00:02 dev d0 nud permanent
        pose peer ip netns exec "$ns" "$work/sock_pose" tcp:127.0.0.1:5672
        pose stuck ip netns exec "$ns" "$work/sock_pose" to:127.0.0.1:5672 to:127.0.0.1:5672 flood
        pose lost ip netns exec "$ns" "$work/sock_pose" try:10.9.9.2:3306
        run "$list" "${pid[stuck]}"
        like "$line1" "^# netns $ns: " 'its name is known'
        # One of its two connections, and not the other. /proc does not see it shortly before a probe.
        stalled() {
            "$@" "$list" "${pid[stuck]}" | awk -v from="$from" '$0 ~ from { f = 1 } $5 == "127.0.0.1:5672" && $2 == "ESTAB" { n[$8]++ }
                END { exit !(f && n[0] == 1 && n[1] == 1) }'
        }
        from='tcp proc'
        wait_for 15 stalled; ok $? 'a peer that reads no more: stalled'
        from='tcp diag'
        wait_for 15 stalled ip netns exec "$ns"; ok $? 'the kernel says so, too'
        # A second long, whenever it is asked: when a probe is due, too. The peer's kernel may still
        # find room for some bytes, with which all begins anew.
        is_steady() {
            local i
            for ((i = 0; i < 10; i++)); do
                stalled ip netns exec "$ns" || return 1
                sleep 0.1
            done
        }
        wait_for 15 is_steady; ok $? 'and stays with it'
        no_answer() { "$list" "${pid[lost]}" | grep -q '^tcp SYN-SENT 1 10\.9\.9\.1:[0-9]* 10\.9\.9\.2:3306 [0-9]* [0-9]* 1 '; }
        wait_for 15 no_answer; ok $? 'nobody answers: stalled'
    else
        skip "no ip netns here: $(head -n 1 "$work/ip.err")"
    fi
else
    skip 'only root makes namespaces and other users'
fi

# --- captured trees ----------------------------------------------------------------------
tree=$work/tree
mkdir -p "$tree/proc/net" "$tree/proc/1/fd" "$tree/proc/7/fd" "$tree/proc/7/ns" "$tree/proc/8/ns" "$tree/proc/9"
echo '100.0 1.0' >"$tree/proc/uptime"
for p in 1 7 8 9; do printf 'Name:\tx\nUid:\t%d\t%d\t%d\t%d\n' $p $p $p $p >"$tree/proc/$p/status"; done
line() { printf '   0: %s:%04X 00000000:0000 0A 00000000:00000000 00:00000000 00000000 %5d        0 %d 1 0000000000000000\n' "$1" "$2" "$3" "$4"; }
little=$(printf '\1\0\0\0' | od -An -tu4 | tr -d ' ')
loop=0100007F; [ "$little" = 1 ] || loop=7F000001
line $loop 8774 7 500 >"$tree/proc/net/tcp"
ln -s 'socket:[500]' "$tree/proc/7/fd/3"
run "$list" --root "$tree" 9
like "$out" '^failed: read sockets: cannot read udp sockets below .*/tree/proc: neither 1/net nor net has them' 'a tree that lacks a file says so'
: >"$tree/proc/net/udp"; : >"$tree/proc/net/unix"
run "$list" --root "$tree" 9 7
like "$out" "127\\.0\\.0\\.1:8774 .*yes 'by descriptor' 7" "a tree's own folder; links prove"
run "$list" --root "$tree" 9 9
like "$out" "127\\.0\\.0\\.1:8774 .*no 'by user alone' 0" 'made by another user'
rm "$tree/proc/7/fd/3"
run "$list" --root "$tree" 9 7
like "$out" "127\\.0\\.0\\.1:8774 .*yes 'by user alone' 0" 'without links the user is left'
ln -s 'net:[4026531833]' "$tree/proc/7/ns/net"
mkdir "$tree/proc/1/ns"; ln -s 'net:[4026531833]' "$tree/proc/1/ns/net"
run "$list" --root "$tree" 7
like "$out" '8774' "the link of process 1: the tree's own"
ln -s 'net:[4026532000]' "$tree/proc/8/ns/net"
run "$list" --root "$tree" 8
like "$out" '^failed: .*the folder PID/net of their namespace is not there' 'another one whose files were not captured'
mkdir "$tree/proc/8/net"; : >"$tree/proc/8/net/udp"; : >"$tree/proc/8/net/unix"
line 00000000 53 8 501 >"$tree/proc/8/net/tcp"
run "$list" --root "$tree" 8
like "$out" '0\.0\.0\.0:53 ' 'and one whose were'
unlike "$out" '8774' 'alone'
rm "$tree/proc/8/ns/net"
run "$list" --root "$tree" 8
like "$out" '0\.0\.0\.0:53 ' 'without a link its folder is its own'
run "$list" --root "$tree" 4
like "$out" '8774' 'a process without any of it'
tap_done
