#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Targets on the loopback, and in network namespaces that the test makes: a router with a
# business and a storage network, whose far ends can be taken away.
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_connectivity

for bad in '' '-H host:0' '-H a -4 -6' '-H a --tcp 0' '-H a --rounds 101' '-H a --rounds 3 --fail 4' '-H a --need 2' '-H a --netns a/b' \
    '-H a --interval 2h' '-H a --interval 0' '-H a --wait 0' '-H a --wait 0.0001' '-H a --rounds 0' '-H a --fail 0' \
    '-H a --source nowhere' '-H a --source ::1 -4' '-H a --source 127.0.0.1 -6'; do
    # shellcheck disable=SC2086
    run "$check" $bad
    like "$line1" '^CONNECTIVITY UNKNOWN - option (-H|-4|--tcp|--rounds|--fail|--need|--netns|--interval|--wait|--source): ' "refused: '$bad'"
done

# A port that answers, and one that nobody listens at.
mapfile -t ports < <(perl -MSocket -e 'my @s; for (1, 2) { socket(my $s, AF_INET, SOCK_STREAM, 0);
    bind($s, sockaddr_in(0, INADDR_LOOPBACK)); print((sockaddr_in(getsockname($s)))[0], "\n"); push @s, $s }')
perl -MSocket -e 'socket(my $s, AF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1); bind($s, sockaddr_in($ARGV[0], INADDR_LOOPBACK));
    listen($s, 50); open(my $f, ">", $ARGV[1]); alarm 60; while (accept(my $c, $s)) { close $c }' "${ports[0]}" "$work/listening" &
at_exit "kill $!"
wait_for 10 test -e "$work/listening"
run "$check" -H 127.0.0.1:"${ports[0]}" --interval 0.01
is "$rc" 0 'a TCP port that answers'
like "$out" "'loss@127.0.0.1:${ports[0]}'=0%;;;0;100 'rtt@127.0.0.1:${ports[0]}'=0[0-9.]*s;;;0 'answering'=1;;;0 'loss'=0%;;;0;100 'rtt'=" 'its perfdata'
run "$check" -H storage=127.0.0.1:"${ports[1]}" -H business=127.0.0.1 --tcp "${ports[0]}" --interval 0.01
is "$rc" 2 'a port where nobody listens'
like "$line1" "^CONNECTIVITY CRITICAL - storage 127.0.0.1:${ports[1]}: Connection refused; 1 of 2 targets answer" '... is named, with its network'
run "$check" -H a=127.0.0.1:"${ports[1]}" -H a=127.0.0.1:"${ports[0]}" --need 1 --interval 0.01
is "$rc" 0 'one of two is enough where it is asked for'
like "$out" "a 127.0.0.1:${ports[1]}: Connection refused" '... the other one is in the details'
run "$check" -H a=127.0.0.1:"${ports[1]}" -H a=127.0.0.1:"${ports[0]}" --need 1 --interval 0.01 -w answering=2:
like "$line1" '^CONNECTIVITY WARNING - answering 1 < 2' '... and can be warned of'
run "$check" -H a=127.0.0.1:"${ports[1]}" -H a=127.0.0.1:1 -H a=127.0.0.1:"${ports[0]}" --need 2 --interval 0.01
like "$line1" "^CONNECTIVITY CRITICAL - a: 1 of 3 answer, expected 2 \(not: 127.0.0.1:${ports[1]}, 127.0.0.1:1\)" 'too few of a network'
run "$check" -H no.such.host.invalid:1 --interval 0.01
like "$line1" '^CONNECTIVITY CRITICAL - no.such.host.invalid:1: cannot look up no.such.host.invalid: ' 'a name that is none'
run "$check" -H no.such.host.invalid:1 -w loss=0 -c loss@no.such.host.invalid:1=0
unlike "$out" 'asks for it' '... which no threshold on its loss complains of again'
# Nine rounds fit into 1.8 s, but only the answers of five can be waited for.
run "$check" -H 127.0.0.1:"${ports[0]}" --rounds 100 --interval 0.2 --wait 1 -t 2
is "$rc" 0 'rounds that cannot be waited for are no loss' || diag "$out"
like "$out" ': ([1-5]) of \1 by TCP' '... they are not begun'
run "$check" -H '[::1]:1' -4
like "$line1" 'cannot look up ::1' '-4 allows no IPv6 address'

if [ "$(id -u)" != 0 ] || ! unshare -n true 2>/dev/null; then
    skip 'network namespaces need root'
    tap_done
    exit
fi
need ip iproute2
# Names of this test's own; short, as interfaces have 15 letters.
ns=hc$$ far=hf$$
at_exit "ip netns del $ns; ip netns del $far"
if ! ip netns add "$ns" || ! ip netns add "$far"; then skip_all 'no ip netns here'; fi
ip -n "$ns" link set lo up
for net in 1 2; do
    ip -n "$ns" link add "v$net" type veth peer name "w$net" netns "$far"
    ip -n "$ns" addr add "10.77.$net.1/24" dev "v$net"
    ip -n "$far" addr add "10.77.$net.2/24" dev "w$net"
    ip -n "$ns" -6 addr add "fd77:$net::1/64" dev "v$net" nodad
    ip -n "$far" -6 addr add "fd77:$net::2/64" dev "w$net" nodad
    ip -n "$ns" link set "v$net" up
    ip -n "$far" link set "w$net" up
done
wait_for 10 ip netns exec "$ns" "$check" -H fd77:1::2 -H fd77:2::2 --rounds 1
# The limit of unprivileged ICMP is a namespace's own; a fresh one allows nobody.
inside() { ip netns exec "$ns" "$@"; }
run inside "$check" -H business=10.77.1.2 -H storage=10.77.2.2 -H storage6=fd77:2::2 --rounds 3
is "$rc" 0 'two networks, and one by IPv6' || diag "$out"
like "$out" 'storage6 fd77:2::2: 3 of 3 by ICMP' 'by ICMP'
run "$check" --netns "$ns" -H 10.77.1.2 --rounds 2
is "$rc" 0 'the namespace can be entered from outside' || diag "$out"
run "$check" --netns "no-$ns" -H 10.77.1.2
like "$line1" "^CONNECTIVITY UNKNOWN - cannot open network namespace /run/netns/no-$ns: No such file" 'one that is not there'
run inside "$check" -H 10.77.1.2 --interface v1 --source 10.77.1.1 --rounds 2
is "$rc" 0 'from an address, through an interface' || diag "$out"
run inside "$check" -H 10.77.1.2 --interface nosuch0
like "$line1" '^CONNECTIVITY UNKNOWN - cannot use interface nosuch0: No such device' 'an interface that is not there'
run inside "$check" -H 10.77.1.2 --source 192.0.2.1
like "$line1" '^CONNECTIVITY UNKNOWN - cannot use the source address: ' 'an address that is not ours'

# Nobody has that address: 600 connections are open at once.
many=()
for i in {1..30}; do many+=(-H "10.77.1.77:$i"); done
run inside prlimit --nofile=128:4096 "$check" "${many[@]}" --rounds 20 --interval 0.001 --wait 0.5
like "$line1" '^CONNECTIVITY CRITICAL - 10.77.1.77:1' 'many that are silent'
unlike "$out" 'Too many open files' '... more than the soft limit of files lets through' || diag "$line1"

nobody() { ip netns exec "$ns" setpriv --reuid nobody --regid nogroup --clear-groups "$@"; }
inside sysctl -qw net.ipv4.ping_group_range='1 0' 2>/dev/null
run nobody "$check" -H 10.77.1.2 --rounds 1
like "$line1" '^CONNECTIVITY UNKNOWN - this user may not send ICMP: put its group into net.ipv4.ping_group_range' 'who may not send ICMP is told what to grant'
inside sysctl -qw net.ipv4.ping_group_range='0 2147483647'
run nobody "$check" -H 10.77.1.2 -H fd77:1::2 --rounds 2
is "$rc" 0 'granted: by unprivileged sockets' || diag "$out"
run nobody "$check" --netns "$ns" -H 10.77.1.2
like "$line1" "^CONNECTIVITY UNKNOWN - cannot enter network namespace $ns: .*cap_sys_admin" 'entering a namespace needs a capability'

ip -n "$far" link set w2 down
run inside "$check" -H business=10.77.1.2 -H storage=10.77.2.2 --rounds 2 --wait 0.4
is "$rc" 2 'a network that is cut'
like "$line1" '^CONNECTIVITY CRITICAL - storage 10.77.2.2(: No route to host| does not answer \(0 of 2\)|: cannot be sent to, is the link up\?); 1 of 2 targets' '... is named'
like "$out" "'loss@storage 10.77.2.2'=100%;;;0;100 'answering'=1;;;0 'loss'=50%;;;0;100" '... the loss is counted'

# Silence: everything that arrives there is dropped.
if ip netns exec "$far" sysctl -qw net.ipv4.icmp_echo_ignore_all=1 2>/dev/null; then
    run inside "$check" -H 10.77.1.2 --rounds 3 --wait 0.4
    like "$line1" '^CONNECTIVITY CRITICAL - 10.77.1.2 does not answer \(0 of 3\)' 'a silent one'
    # It answers again once the first echo has come in.
    echoes() { ip netns exec "$far" awk '$1 == "Icmp:" && $10 ~ /^[0-9]/ { print $10 }' /proc/net/snmp; }
    before=$(echoes)
    more_echoes() { [ "$(echoes)" -gt "$before" ]; }
    { wait_for 10 more_echoes && ip netns exec "$far" sysctl -qw net.ipv4.icmp_echo_ignore_all=0; } &
    waker=$!
    run inside "$check" -H 10.77.1.2 --rounds 20 --wait 2 --interval 0.2 --fail 20 -w loss=1
    wait "$waker"
    like "$line1" '^CONNECTIVITY WARNING - (10.77.1.2 )?loss [0-9.]+% > 1%; 1 of 1 targets' 'one that answers some of the rounds: loss' || diag "$out"
    ip netns exec "$far" sysctl -qw net.ipv4.icmp_echo_ignore_all=1
    start=$(date +%s%3N)
    run inside "$check" -H 10.77.1.2 --rounds 100 --wait 60 -t 2
    took=$(($(date +%s%3N) - start))
    like "$line1" '^CONNECTIVITY CRITICAL - 10.77.1.2 does not answer \(0 of [0-9]+\)' 'rounds that do not fit the deadline'
    [ "$took" -lt 7000 ]; ok $? "... are given up in time ($took ms)"
else
    skip 'ICMP cannot be silenced here'
fi
tap_done
