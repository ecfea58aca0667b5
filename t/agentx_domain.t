#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# libvirt's domains over SNMP: its test driver with domains in each state, and a daemon that hangs.
. "${srcdir:-.}/t/tap.sh" || exit 1
[ -x "$builddir/subagent/haetae-agentx" ] || skip_all 'haetae-agentx was not built (libsnmp-dev, libconfig-dev)'
[ -x "$plugins/check_libvirt_domains" ] || skip_all 'built without libvirt (libvirt-dev)'
. "$srcdir/t/server_snmpd.sh"
. "$srcdir/t/agentx.sh"
. "$srcdir/t/bad_peer.sh"
agentx_user=$(id -un)
# The thread that waits for a daemon which hangs is still there at the end.
export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
snmpd_start main || { fail 'snmpd starts'; tap_done; exit 1; }
oid_domains=$haetae_oid.1.9.1
configure() {
    local off=
    for name in node net services ovs; do off+="{ name = \"$name\"; off = true; }, "; done
    write_conf "libvirt_uri = \"$1\";" "collectors = ( $off { name = \"libvirt\"; interval = 1; limit = 600; } );"
}
{
    echo '<node>'
    number=0
    # In libvirt's numbers: the driver cannot be told of a domain that runs otherwise.
    for row in up:1 blocked:2 paused:3 off:5 broken:6; do
        number=$((number + 1))
        printf "<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>%s</name><uuid>%s%s</uuid>
            <memory unit='KiB'>8192</memory><vcpu>2</vcpu><os><type>hvm</type></os><test:runstate>%s</test:runstate></domain>\n" \
            "${row%:*}" 00000000-0000-4000-8000-0000000000f "$number" "${row#*:}"
    done
    echo '</node>'
} >"$work/node.xml"
chmod 755 "$work"
configure "test://$work/node.xml"
agentx_start main
wait_for 30 is_state libvirt 1
ok $? 'the collector is well' || diag "$(cat "$log")"
uuid=0.0.0.0.0.0.64.0.128.0.0.0.0.0.0
is "$(walk "$oid_domains.2" | sed "s/^.*\.9\.1\.2\.//")" "$(printf "$uuid.%d \"%s\"\n" 241 up 242 blocked 243 paused 244 off 245 broken)" \
    'names, in the order of their UUIDs'
is "$(walk "$oid_domains.3" | sed 's/^.* //' | tr '\n' ' ')" '2 3 4 6 7 ' 'states, as libvirt numbers them, from 1'
is "$(walk "$oid_domains.4" | sed 's/^.* //' | tr '\n' ' ')" '1 1 1 1 4 ' 'one that crashed is critical, one that somebody stopped is not'
is "$(value "$oid_domains.6.$uuid.245")" 'broken is crashed' 'in words'
is "$(value "$oid_domains.10.$uuid.241")" 2 'CPUs'
is "$(value "$oid_domains.13.$uuid.241")" 8192 'memory'
agentx_stop
is "$agentx_rc" 0 'the subagent ends'

# --- a daemon that hangs -------------------------------------------------------------------------
bad_peer silent --unix "$work/hangs"
configure "qemu+unix:///system?socket=$bad_port"
agentx_start main
told() { [[ $(collector libvirt 5) == *'libvirt at'*'no answer in time'* ]]; }
wait_for 30 told
ok $? 'a daemon that is silent is told' || diag "$(walk "$oid_collectors")"
threads() { find "/proc/$agentx_pid/task" -mindepth 1 -maxdepth 1 | wc -l; }
before=$(threads)
errors() { collector libvirt 13; }
seen=$(errors)
again() { [ "$(errors)" != "$seen" ]; }
wait_for 10 again
[ "$(threads)" -le "$before" ]
ok $? 'however often it is asked, one thread waits'
answers "$oid_agent.1.0"
ok $? 'and all else answers'
agentx_stop
is "$agentx_rc" 0 'the subagent ends all the same'
tap_done
