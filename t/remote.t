#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What check_*_snmp share: options, secrets, and the verdicts for an agent that is silent, refuses,
# lies, or has nothing of ours.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/bad_peer.sh"
remote=()
for plugin in "$plugins"/check_*_snmp; do
    [ ! -x "$plugin" ] || remote+=("${plugin##*/}")
done
[ "${#remote[@]}" -gt 0 ] || skip_all 'built without net-snmp (libsnmp-dev)'
. "$srcdir/t/server_snmpd.sh"
unset HAETAE_SNMP_COMMUNITY HAETAE_SNMP_USER HAETAE_SNMP_AUTH_PASSWORD HAETAE_SNMP_PRIV_PASSWORD
snmpd_start master 'createUser haetae-narrow SHA narrowpass1234' 'rouser haetae-narrow auth -V systemonly' \
    'view systemonly included .1.3.6.1.2.1.1' 'createUser haetae-nobody SHA nobodypass1234'
ok $? 'snmpd answers'
agent=${snmpd_agent[master]#udp:}
secret=kiwi-secret-kiwi

for name in "${remote[@]}"; do
    check=("$plugins/$name" --state-dir "$work")
    title=${name#check_} title=${title%_snmp} title=${title^^}
    run "${check[@]}"
    is "$rc:$line1" "3:$title UNKNOWN - option -H: is needed" "$name: whom it asks must be said"
    bad_peer silent --udp
    run "${check[@]}" -H "127.0.0.1:$bad_port" -t 1
    is "$rc" 2 "$name: silence is CRITICAL"
    like "$line1" "^$title CRITICAL - 127\.0\.0\.1:$bad_port: no answer in 0\.[0-9] s" 'with the peer and the time'
    like "$out" $'\nsnmpd is silent, too, for a wrong community' 'and with what looks the same'
    run env HAETAE_SNMP_USER=somebody HAETAE_SNMP_AUTH_PASSWORD=$secret HAETAE_SNMP_PRIV_PASSWORD=$secret \
        "${check[@]}" -H "127.0.0.1:$bad_port" -t 1 -vvv
    like "$rc:$out" "^2:$title CRITICAL - .*no answer.*"$'\nsnmpd is silent, too, for a wrong privacy password' 'also by SNMPv3'
    unlike "$out$errout" $secret 'and no secret is printed'
    bad_peer_stop
    run env "HAETAE_SNMP_COMMUNITY=$snmpd_community" "${check[@]}" -H "$agent"
    like "$rc:$out" "^3:$title UNKNOWN - $agent: it shows nothing of HAETAE-MIB"$'\n.*haetae-agentx.*view' \
        "$name: an agent without our objects is UNKNOWN, with what to look at"
done

# --- what is the same code in all of them: one is asked
check=("$plugins/${remote[0]}" --state-dir "$work")
usage() { # WANTED OPTION...
    run "${check[@]}" "${@:2}"
    like "$rc:$line1" "^3:[A-Z]+ UNKNOWN - $1" "${*:2}"
}
usage "option -H: '127.0.0.1:0'" -H 127.0.0.1:0
usage 'option -4: excludes -6' -H x -4 -6
usage "option --snmp-version: '1' is not 2c or 3" -H x --snmp-version 1
usage "option --retries: '11' is not 0 to 10" -H x --retries 11
usage "option --retries: '1x'" -H x --retries 1x
usage 'option --community-file: excludes --config' -H x --config a --community-file b
usage 'user is not a name' -H "$agent" --snmp-version 3
usage 'cannot open /nonexistent' -H "$agent" --config /nonexistent
run env HAETAE_SNMP_USER=me HAETAE_SNMP_AUTH_PASSWORD=short "${check[@]}" -H "$agent"
like "$rc:$line1" '^3:.*auth_password has less than 8' 'a short password'

empty='^3:.*it shows nothing of HAETAE-MIB'
config() { printf '%s\n' "$2" >"$work/$1.cfg" && chmod 600 "$work/$1.cfg"; }
with() { # WANTED NAME: with a configuration file
    run "${check[@]}" -H "$agent" -t 3 --config "$work/$2.cfg" -vvv
    like "$rc:$out" "$1" "$2"
    unlike "$out$errout" 'correct-horse|battery-staple|nobodypass|narrowpass|wrong-horse' 'and no secret is printed'
}
if "$plugins/check_services" --help >/dev/null 2>&1; then
    config 'a community' "community = \"$snmpd_community\";"
    with "$empty" 'a community'
    config 'a user' "user = \"haetae-priv\"; auth_password = \"$snmpd_auth_password\"; priv_password = \"$snmpd_priv_password\";"
    with "$empty" 'a user'
    config 'a level' "user = \"haetae-auth\"; level = \"authNoPriv\"; auth_protocol = \"SHA\"; auth_password = \"$snmpd_auth_password\";"
    with "$empty" 'a level'
    config 'a wrong level' 'user = "x"; level = "all";'
    with "^3:.*level 'all' is not noAuthNoPriv" 'a wrong level'
    config 'a wrong password' "user = \"haetae-auth\"; auth_password = \"wrong-horse-auth\";"
    with "^3:.*refuses user 'haetae-auth': the authentication password or protocol is wrong.*rocommunity or rouser" 'a wrong password'
    config 'an unknown user' "user = \"haetae-who\"; auth_password = \"$snmpd_auth_password\";"
    with "^3:.*refuses user 'haetae-who': it does not know the user" 'an unknown user'
    config 'a user without rights' 'user = "haetae-nobody"; auth_password = "nobodypass1234";'
    with '^3:.*no view of it is ours to read.*\.1\.3\.6\.1\.4\.1' 'a user without rights'
    config 'a narrow view' 'user = "haetae-narrow"; auth_password = "narrowpass1234";'
    with "$empty" 'a narrow view'
    config 'a key that is none' 'comunity = "x";'
    with '^3:.*:1: ' 'a key that is none'
    chmod 644 "$work/a community.cfg"
    with '^3:.*open to everybody.*chmod o= ' 'a community'
else
    skip 'no libconfig'
fi
printf '%s\nsecond line\n' "$snmpd_community" >"$work/community"
chmod 600 "$work/community"
run "${check[@]}" -H "$agent" --community-file "$work/community"
like "$rc:$line1" "$empty" 'a community in a file of its own'
chmod 604 "$work/community"
run "${check[@]}" -H "$agent" --community-file "$work/community"
like "$rc:$line1" '^3:.*open to everybody' 'which others may not read'

export HAETAE_SNMP_COMMUNITY=$snmpd_community
if [ -n "${snmpd_agent6[master]:-}" ]; then
    run "${check[@]}" -H "${snmpd_agent6[master]#udp6:}"
    like "$rc:$line1" "$empty" 'on IPv6'
else
    skip 'no IPv6 here'
fi
run "${check[@]}" -H 127.0.0.1:1 -t 5
like "$rc:$line1" '^2:.*127\.0\.0\.1:1: nobody listens there' 'a port where nobody listens'
for mode in garbage flood; do
    bad_peer $mode --udp
    run "${check[@]}" -H "127.0.0.1:$bad_port" -t 1
    like "$rc:$line1" '^(2:.*no answer|3:.*datagrams that answer nothing)' "$mode instead of answers"
    bad_peer_stop
done
agent() {
    perl "$srcdir/t/bad_agent.pl" "$1" >"$work/port.$1" &
    at_exit "kill $!"
    disown "$!"
    wait_for 5 test -s "$work/port.$1"
    run "${check[@]}" -H "127.0.0.1:$(cat "$work/port.$1")" -t 3
}
agent generr
like "$rc:$out" '^3:.*answers genErr.*haetae-agentx' 'a subagent that does not answer'
agent noaccess
like "$rc:$out" '^3:.*no view.*rocommunity or rouser' 'a view that refuses'
agent type
is "$rc" 3 'values of another type are UNKNOWN'
like "$line1" 'haetae[A-Za-z]+ has a value that it cannot have' 'with the name of the object'
agent toobigger
like "$rc:$line1" '^3:.*cannot fit one value' 'an agent that cannot fit an answer'
tap_done
