#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the subagent tells agrees with who knows it from elsewhere: snmpd's own UCD-SNMP-MIB and IF-MIB,
# ps, ss, ovs-vsctl and rabbitmqctl, all of one node at one time.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/server_agentx.sh"
. "$srcdir/t/server_ovs.sh"
. "$srcdir/t/server_rabbitmq.sh"
for tool in ps ss perl; do command -v $tool >/dev/null || skip_all "no $tool"; done
[ -x "$plugins/check_rabbitmq" ] || skip_all 'built without curl or jansson (libcurl4-openssl-dev, libjansson-dev)'
[ -x "$builddir/t/mib_list" ] || skip_all 'no t/mib_list'
"$builddir/t/mib_list" >"$work/list"

# oid TABLE [COLUMN]: behind haetaeObjects
oid() {
    awk -F'\t' -v table="haetae$1" -v name="${2:-}" '
        $1 == "table" && $3 == table { number = $2; entry = $4 == "-" || $4 == "" ? "" : ".1" }
        $1 == "column" && $2 == table && $4 == name { column = $3 }
        END { print number (name == "" ? "" : entry "." column) }' "$work/list"
}
# cells TABLE COLUMN: lines "INDEX VALUE" of a column
cells() {
    snmpbulkwalk -v2c -c "$snmpd_community" -t 2 -r 2 -m '' -On -Oq "udp:${agentx_host[node]}" \
        ".$agentx_objects.$(oid "$1" "$2")" | sed -n "s/^\.$agentx_objects\.$(oid "$1" "$2")\.\([0-9.]*\) /\1 /p" | tr -d '"'
}
# cell TABLE COLUMN NAME: of the row with this name
cell() {
    local index
    index=$(cells "$1" Name | awk -v name="$3" '$2 == name { print $1; exit }')
    [ -n "$index" ] && agentx_get node "$(oid "$1" "$2").$index"
}
scalar() { agentx_get node "$(oid "$1" "$2").0"; }
ucd() { snmpd_get node ".1.3.6.1.4.1.2021.$1" | sed 's/.* //'; }

# --- what is watched --------------------------------------------------------------------------------
# A service of four processes, whose first one listens and has three connections.
server_port
port=$server_port
cat >"$work/service.pl" <<'P'
use IO::Socket::INET;
my ($port) = @ARGV;
my $in = IO::Socket::INET->new(LocalAddr => "127.0.0.1:$port", Listen => 9, ReuseAddr => 1) or die;
for (1 .. 3) { my $pid = fork; if (!$pid) { close $in; sleep 600; exit } push @pids, $pid }
$SIG{TERM} = sub { kill 9, @pids; exit };
my @out = map { IO::Socket::INET->new("127.0.0.1:$port") } 1 .. 3;
my @kept = map { $in->accept } 1 .. 3;
$| = 1; print "ready\n";
sleep 600;
P
server_folder
server_run service perl "$work/service.pl" "$port"
wait_for 5 grep -q ready "$server_folder/service.log"
mkdir "$work/profiles"
cat >"$work/profiles/values.cfg" <<P
name = "values"; title = "values";
services = ( { name = "values"; match = "$work/service\\\\.pl"; listen = ( { proto = "tcp"; port = $port; } ); } );
P
ovs_start || skip_all 'no Open vSwitch here'
ovs_vsctl add-br br0 -- set bridge br0 datapath_type=dummy -- add-br br1 -- set bridge br1 datapath_type=dummy
for i in 1 2 3; do ovs_vsctl add-port br0 "p$i" -- set interface "p$i" type=dummy; done
rabbitmq_start 1 || skip_all 'no RabbitMQ here'
printf 'user = "admin";\npassword = "admin-password";\n' >"$work/rabbitmq.cfg"
chmod 600 "$work/rabbitmq.cfg"
rabbitmq_api 1 PUT queues/%2F/values '{"durable":false}' >/dev/null
for _ in 1 2 3 4 5; do
    rabbitmq_api 1 POST exchanges/%2F/amq.default/publish \
        '{"properties":{},"routing_key":"values","payload":"x","payload_encoding":"string"}' >/dev/null
done
collectors=
for name in node net services ovs rabbitmq; do collectors+="${collectors:+, }{ name = \"$name\"; interval = 1; limit = 60; }"; done
agentx_start node "collectors = ( $collectors ); profiles = ( \"values\" ); profile_dirs = ( \"$work/profiles\" );
    ovs_rundir = \"$ovs_rundir\"; ovs_db = \"unix:$ovs_rundir/db.sock\";
    rabbitmq_host = \"127.0.0.1:${rabbitmq_http[1]}\"; rabbitmq_config = \"$work/rabbitmq.cfg\";" ||
    { fail 'a subagent'; tap_done; exit; }
is_read() { [[ $(scalar Node Load1) =~ ^[0-9]+$ ]]; }
wait_for 10 is_read

# agree WHAT LEFT RIGHT: two commands come to print the same; both move, so they are asked again.
agree() {
    local left right
    left=$($1 2>/dev/null) right=$($2 2>/dev/null)
    found="$left, $right"
    [ -n "$left" ] && [ "$left" = "$right" ]
}
agrees() {
    wait_for 20 agree "$2" "$3"
    ok $? "$1: $found"
}

# --- UCD-SNMP-MIB -------------------------------------------------------------------------------------
load1() { scalar Node Load1; }
ucd_load1() { ucd 10.1.5.1; }
agrees 'load over 1 minute is laLoadInt' load1 ucd_load1
load15() { scalar Node Load15; }
ucd_load15() { ucd 10.1.5.3; }
agrees 'load over 15 minutes, too' load15 ucd_load15
memory() { scalar Node MemoryTotal; }
ucd_memory() { ucd 4.5.0; }
agrees 'memory is memTotalReal' memory ucd_memory
swap() { scalar Node SwapTotal; }
ucd_swap() { ucd 4.3.0; }
agrees 'swap is memTotalSwap' swap ucd_swap

# --- IF-MIB: counters that go on ------------------------------------------------------------------------
ifindex=$(cell Interface IfIndex lo)
is "$(snmpd_get node ".1.3.6.1.2.1.31.1.1.1.1.$ifindex" | sed 's/.* //')" '"lo"' 'the index of lo is that of IF-MIB'
octets() { cell Interface InOctets lo; }
ifmib() { snmpd_get node ".1.3.6.1.2.1.31.1.1.1.6.$ifindex" | sed 's/.* //'; }
first=$(ifmib)
past() { now=$($1) && [ "$now" -ge "$2" ]; }
wait_for 30 past octets "$first"
ok $? "octets of lo come to where ifHCInOctets was: $now, $first"
second=$now
wait_for 30 past ifmib "$second"
ok $? "... and ifHCInOctets comes to where they were: $now"

# --- ps and ss -------------------------------------------------------------------------------------------
running() { cell Service Running values; }
# shellcheck disable=SC2009 # it is ps that is compared with
ps_running() { ps -eo args= | grep -c "^perl $work/service\.pl"; }
agrees 'processes of a service are those of ps' running ps_running
processes() { scalar Node Processes; }
near() {
    local here there
    here=$(processes) there=$(ps -e -o pid= | wc -l)
    found="$here, $there"
    [ $((here - there)) -le 20 ] && [ $((there - here)) -le 20 ]
}
wait_for 20 near; ok $? "all processes are about those of ps: $found"
listener() { cells Listener "$1" | sed 's/.* //' | head -n 1; }
connections() { listener Connections; }
ss_connections() { ss -Htn state established "sport = :$port" | wc -l; }
agrees 'connections of a listener are those of ss' connections ss_connections
listening() { listener Port; }
ss_listening() { ss -Hltn "sport = :$port" | awk '{ n = split($4, part, ":"); print part[n] }'; }
agrees '... which listens where ss says' listening ss_listening

# --- ovs-vsctl, rabbitmqctl --------------------------------------------------------------------------------
bridges() { cells OvsBridge Name | sed 's/.* //' | sort | tr '\n' ' '; }
vsctl_bridges() { ovs_vsctl list-br | sort | tr '\n' ' '; }
agrees 'bridges are those of ovs-vsctl' bridges vsctl_bridges
ports() { cell OvsBridge Ports br0; }
# With the bridge's own port.
vsctl_ports() { echo "$(($(ovs_vsctl list-ports br0 | wc -l) + 1))"; }
agrees 'ports of a bridge, too' ports vsctl_ports
depth() { cell RabbitmqQueue Ready values; }
rabbitmq_ctl 1 -q --no-table-headers list_queues name messages_ready >"$work/queues"
ctl_depth() { awk '$1 == "values" { print $2 }' "$work/queues"; }
agrees 'messages of a queue are those of rabbitmqctl' depth ctl_depth
tap_done
