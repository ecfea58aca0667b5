#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lib/client/snmp.c against a real snmpd with its own MIBs, and against agents that misbehave.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/bad_peer.sh"
[ -x "$builddir/t/snmp_client" ] || skip_all 'built without net-snmp (libsnmp-dev)'
need snmpd snmpd
need snmpget snmp
. "$srcdir/t/server.sh"

server_folder
server_port
port=$server_port
cat >"$server_folder/snmpd.conf" <<C
agentaddress udp:127.0.0.1:$port,udp6:[::1]:$port
rocommunity sekret 127.0.0.1
rocommunity6 sekret ::1
com2sec narrow 127.0.0.1 narrow
group narrow v2c narrow
view narrow included .1.3.6.1.2.1.1.3
access narrow "" any noauth exact narrow none none
createUser private SHA authpass1234 AES privpass1234
createUser strong SHA-512 authpass1234 AES-256 privpass1234
createUser auth SHA-256 authpass1234
createUser open
rouser private priv
rouser strong priv
rouser auth auth
rouser open noauth
C
server_run snmpd env "SNMP_PERSISTENT_DIR=$server_folder/var" MIBS= "$(PATH=$PATH:/usr/sbin command -v snmpd)" \
    -f -Lo -C -c "$server_folder/snmpd.conf" -I -smux
peer=127.0.0.1:$port
up=1.3.6.1.2.1.1.3.0
system=1.3.6.1.2.1.1
client() { run within 20 "$builddir/t/snmp_client" "$@"; }
answers() { client -c sekret -t 500 "$peer" get $up && [ "$rc" = 0 ]; }
wait_for 10 answers
ok $? 'snmpd answers' || diag "$(cat "$server_folder/snmpd.log")"

# --- good agents
client -c sekret "$peer" get $up 1.3.6.1.2.1.1.5.0 $system.99.0
like "$out" "^0 $up ticks [0-9]+"$'\n'"1 1.3.6.1.2.1.1.5.0 text .*"$'\n2 [0-9.]+ no-(object|instance) 0\nvalues 3\ndatagrams 1\n' \
    'three values in one datagram'
snmpwalk -v2c -c sekret -On -m '' "$peer" .$system.9.1 | wc -l >"$work/want"
client -c sekret "$peer" walk $system.9.1.2 $system.9.1.3 $system.9.1.4
like "$out" "values $(cat "$work/want")"$'\n' 'a walk of three columns has what snmpwalk has'
like "$line1" "^0 $system.9.1.2.1 " 'the first row of the first column is the first'
like "$(sed -n 2p <<<"$out")" "^1 $system.9.1.3.1 text " 'then of the second'
client -c sekret -q "$peer" walk $system
is "$(sed -n 's/^values //p' <<<"$out")" "$(snmpbulkwalk -v2c -c sekret -On -m '' "$peer" .$system | wc -l)" \
    'a subtree that is no table'
client -c sekret -q -m 10 "$peer" walk $system
like "$out" 'error EBADMSG: .* does not come to an end' 'a walk is bounded'
client -c sekret "$peer" walk 1.3.6.1.4.1.99999
is "$rc:${out%%$'\n'*}" '0:values 0' 'nothing there is no value'
client -c sekret "[::1]:$port" get $up
like "$line1" "^0 $up ticks" 'on IPv6'
client -c sekret -6 "localhost:$port" get $up
[ "$rc" = 0 ] || client -c sekret -4 "localhost:$port" get $up
like "$line1" "^0 $up ticks" 'by name'

for user in '-u open' '-u auth -l 1 -a SHA-256 -A authpass1234' '-u private -l 2 -A authpass1234 -X privpass1234' \
    '-u strong -l 2 -a SHA-512 -A authpass1234 -x AES-256 -X privpass1234'; do
    # shellcheck disable=SC2086
    client $user "$peer" get $up
    like "$out" "^0 $up ticks [0-9]+"$'\nvalues 1\ndatagrams 2\n' "SNMPv3 $user, in two datagrams"
done
client -u private -l 2 -A authpass1234 -X privpass1234 "$peer" walk $system.9.1.2 $system.9.1.3 $system.9.1.4
like "$out" "values $(cat "$work/want")"$'\n' 'a walk by SNMPv3'

# --- agents that refuse
private=(-u private -l 2)
client -c wrong -t 450 -r 2 "$peer" get $up
like "$out" $'^error ETIMEDOUT: no answer from 127.0.0.1\nvalues 0\ndatagrams 3\n' 'a wrong community is silence, asked three times'
client -c narrow "$peer" get $up $system.5.0
like "$out" $'ticks [0-9]+\n1 [0-9.]+ no-object ' 'what a view hides is no object'
client "${private[@]}" -A wrongpass1234 -X privpass1234 "$peer" get $up
like "$line1" "^error EACCES: 127.0.0.1 refuses user 'private': the authentication password" 'a wrong password'
client "${private[@]}" -a SHA-256 -A authpass1234 -X privpass1234 "$peer" get $up
like "$line1" "^error EACCES: .*password or protocol is wrong" 'a wrong protocol'
client "${private[@]}" -t 700 -A authpass1234 -X wrongpass1234 "$peer" get $up
like "$line1" '^error (ETIMEDOUT|EACCES)' 'a wrong privacy password'
client -u nobody -l 1 -A authpass1234 "$peer" get $up
like "$line1" "^error EACCES: .*does not know the user" 'an unknown user'
client -u auth -l 2 -a SHA-256 -A authpass1234 -X privpass1234 "$peer" get $up
like "$line1" "^error EACCES: .*no keys for this level" 'a level that the user has not'
client -u private -l 1 -A authpass1234 "$peer" get $up
like "$line1" '^error EACCES: .*no view' 'a level that is too low'
client -u open -n other -t 700 "$peer" get $up
like "$line1" '^error ' 'an unknown context'
client -u auth -l 1 -A short "$peer" get $up
like "$line1" '^error EINVAL: auth_password has less than 8' 'a short password'
client -u auth -l 1 -a ROT13 -A authpass1234 "$peer" get $up
like "$line1" "^error EINVAL: auth_protocol 'ROT13'" 'a protocol that is none'
client 127.0.0.1:0 get $up
like "$line1" '^error EINVAL: ' 'a port that is none'
client -c sekret 127.0.0.1:1 get $up
like "$line1" '^error ECONNREFUSED: ' 'nobody listens'
like "$out" $'\ntook [0-9]{1,3}$' 'which is known at once'
client -u open 127.0.0.1:1 get $up
like "$line1" '^error ECONNREFUSED: ' 'also by SNMPv3'

# --- peers that are no agents: never past the time
took_less() { [ "$(sed -n 's/^took //p' <<<"$out")" -lt "$1" ]; }
for mode in silent garbage flood; do
    bad_peer $mode --udp
    for user in '-c x' '-u open' '-u private -l 2 -A authpass1234 -X privpass1234'; do
        # shellcheck disable=SC2086
        client $user -t 300 "127.0.0.1:$bad_port" get $up
        like "$line1" '^error (ETIMEDOUT|EBADMSG): ' "$mode, $user"
        took_less 3000
        ok $? 'in time' || diag "$out"
    done
    bad_peer_stop
done
bad_peer silent --udp -6
client -t 300 "[::1]:$bad_port" walk $system
like "$line1" '^error ETIMEDOUT' 'silence on IPv6'

# --- agents that lie
agent() {
    perl "$srcdir/t/bad_agent.pl" "$1" >"$work/port.$1" 2>"$work/agent.err" &
    at_exit "kill $!"
    disown "$!"
    wait_for 5 test -s "$work/port.$1"
    agent=127.0.0.1:$(cat "$work/port.$1")
}
a=1.3.6.1.4.1.9.1 b=1.3.6.1.4.1.9.2
lies() { # MODE GET WALK [MS]: what both say
    agent "$1"
    client -q -t "${4:-3000}" -r 0 "$agent" get $a.0 $b.0
    like "$out" "$2" "$1: get" || diag "$(cat "$work/agent.err")"
    client -q -t "${4:-3000}" -r 0 "$agent" walk $a $b
    like "$out" "$3" "$1: walk" || diag "$(cat "$work/agent.err")"
}
lies good 'values 2' 'values 6'
lies id ETIMEDOUT ETIMEDOUT 300
lies oid 'EBADMSG: .*another object' 'EBADMSG'
lies many 'EBADMSG: .*4 values to a question for 2' 'EBADMSG: .*values to a question'
lies none 'EBADMSG' 'EBADMSG'
lies back 'values 2' 'EBADMSG: .*does not go forward'
lies endless 'values 2' 'EBADMSG: .*does not come to an end'
lies toobig 'values 2' 'values 6'
lies toobigger 'EIO: .*cannot fit' 'EIO: .*cannot fit'
lies generr 'EIO: .*answers genErr' 'EIO: .*answers genErr'
lies noaccess EACCES EACCES
lies storm ETIMEDOUT ETIMEDOUT 300
agent long
client "$agent" get $a.0
is "$(tr -cd x <<<"$line1" | wc -c)" 60001 'a large value'

# --- nothing of net-snmp's own is read or made
if command -v strace >/dev/null 2>&1 && strace -o /dev/null true 2>/dev/null; then
    mkdir "$work/home" && HOME=$work/home ASAN_OPTIONS=detect_leaks=0 strace -f -o "$work/trace" -e trace=%file \
        "$builddir/t/snmp_client" -u open "$peer" get $up >/dev/null
    grep -E '"/(etc/snmp|usr/share/snmp|var/lib/snmp)|'"$work/home" "$work/trace" >"$work/read"
    is "$(cat "$work/read")" '' 'no configuration, no MIB, no state of net-snmp is opened'
    is "$(find "$work/home" -mindepth 1)" '' 'nothing is written'
else
    skip 'no strace'
fi
tap_done
