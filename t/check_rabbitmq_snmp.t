#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check_rabbitmq_snmp says of a broker what check_rabbitmq says: by a real broker, a real snmpd and
# haetae-agentx between them, when it is well, has a backlog, an alarm, and is stopped; and what
# it says of queues that the agent does not show, by a mock.
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_rabbitmq_snmp
[ -x "$check" ] || skip_all 'check_rabbitmq_snmp was not built (libsnmp-dev)'
[ -x "$builddir/subagent/haetae-agentx" ] || skip_all 'haetae-agentx was not built (libsnmp-dev, libconfig-dev)'
[ -x "$plugins/check_rabbitmq" ] || skip_all 'built without curl or jansson (libcurl4-openssl-dev, libjansson-dev)'
[ "$(id -u)" = 0 ] || agentx_user_is=$(id -un)
. "$srcdir/t/server_snmpd.sh"
. "$srcdir/t/agentx.sh"
agentx_user=${agentx_user_is:-root}
export HAETAE_RABBITMQ_USER=admin HAETAE_RABBITMQ_PASSWORD=admin-password
export XDG_STATE_HOME=$work/state

# --- options -----------------------------------------------------------------------------------
run "$check" -H 127.0.0.1:1 --check amqp
like "$line1" '^RABBITMQ UNKNOWN - option --check: amqp .*use check_rabbitmq' 'no message is sent by SNMP'
is "$rc" 3 'exit 3'
run "$check" -H 127.0.0.1:1 --health alarms
like "$line1" '^RABBITMQ UNKNOWN - option --health: .*use check_rabbitmq' 'no other health check is asked for'
run "$check" -H 127.0.0.1:1 -w amqp_time=1
like "$line1" '^RABBITMQ UNKNOWN - option -w: ' 'nor has it such metrics'
run "$check" --check node
like "$line1" '^RABBITMQ UNKNOWN - option -H: ' 'a host is needed'

snmpd_start main || { fail 'snmpd starts'; tap_done; exit 1; }
agent=${snmpd_agent[main]#udp:}
export HAETAE_SNMP_COMMUNITY=$snmpd_community
# configure HOST [LINE...]: the subagent asks that broker, every second, and nobody else
configure() {
    local host=$1 off=
    shift
    for name in node net services ovs; do off+="{ name = \"$name\"; off = true; }, "; done
    write_conf "rabbitmq_host = \"$host\";" "$@" \
        "collectors = ( $off { name = \"rabbitmq\"; interval = 1; limit = 600; } );"
}
remote() { run "$check" -H "$agent" -t 8 "$@"; }
# soon REGEX NAME OPTION...: line 1 is as expected before long
soon() {
    local want=$1 name=$2
    shift 2
    try() { remote "$@"; [[ $line1 =~ $want ]]; }
    wait_for 30 try "$@"
    like "$line1" "$want" "$name" || diag "$out" "$(tail -n 5 "$log")"
}

# --- many queues, by a mock ----------------------------------------------------------------------
d=$data/rabbitmq-4
mock_start() {
    : >"$work/port"
    "$builddir/t/http_files" /api/overview 200 "$d/overview.json" /api/nodes 200 "$d/nodes.json" \
        /api/health/checks/alarms 503 "$d/alarms.json" /api/health/checks/virtual-hosts 404 '' \
        '/api/queues?page=1&' 200 "$d/queues.page1.json" '/api/queues?page=2&' 200 "$d/queues.page2.json" \
        /api/connections 200 "$d/connections.json" >"$work/port" </dev/null &
    at_exit "kill $!"
    wait_for 10 test -s "$work/port"
    mock=127.0.0.1:$(cat "$work/port")
}
mock_start
# same NAME OPTION...: the remote check says what the local one says. What changes from one moment to
# the next is left out, percents are rounded, and what is wrong is compared in any order.
plain() {
    sed -E "s/('(api_time|uptime@[^']*|head_age)'=)[-0-9.]+/\1N/g; s/('memory_used@[^']*'=)[0-9]+B;;;0;[0-9]+/\1N/g
        s/('(disk_free|disk_left)@[^']*'=)-?[0-9]+/\1N/g" | perl -pe 's/=([0-9.]+)%/sprintf "=%.0f%%", $1/ge'
}
sorted() { sed 's/ - /\n/; s/, /\n/g; s/[0-9.]\{1,\}[KM]iB/N/g; s/ |.*//' <<<"$1" | sort; }
same() {
    local name=$1 local_out
    shift
    local_out=$("$plugins/check_rabbitmq" -H "$mock" "$@")
    remote "$@"
    is "$(sorted "$line1")" "$(sorted "${local_out%%$'\n'*}")" "$name: the same line 1"
    is "$(grep -o '|.*' <<<"$out" | plain)" "$(grep -o '|.*' <<<"$local_out" | plain)" "$name: the same perfdata"
}
configure "$mock"
agentx_start main
soon '^RABBITMQ CRITICAL' 'the facts arrive'
same 'members' --check node,cluster
same 'a member that is missing' --check cluster --node rabbit@a --node rabbit@z
same 'alarms' --check alarms
same 'queues' --check queues
same 'some of them' --check queues --ignore '^(orders|lost)$'
remote --check queues --vhost prod
like "$out" "'queues'=1;;;0 'queues_down'=0;;;0 'messages'=5;;;0" 'a virtual host'
same 'none of them' --check queues --queue none-of-these
same 'each of them' --check queues --ignore '^(orders|lost)$' -w queue_ready=100 -c queue_consumers=1:
same 'a sum' --check queues --ignore '^(orders|lost)$' -w messages=204
same 'connections' --check connections
same 'all of it'
# Growth is between two rounds of the agent.
remote --check queues --ignore '^(orders|lost)$' -w growth=5
like "$out" 'growth is known from the next run on' 'growth wants a run before'
grown() { remote --check queues --ignore '^(orders|lost)$' -w growth=5; [[ $out == *"'growth'=0;5"* ]]; }
wait_for 15 grown
ok $? 'and is reckoned by the age of the facts' || diag "$out"
agentx_stop

mock_start
configure "$mock" 'rabbitmq_queues = 1;' 'rabbitmq_queue = ( "^mail$" );' 'rabbitmq_ignore = ( "^lost$" );'
agentx_start main
soon '^RABBITMQ CRITICAL' 'one queue is shown'
remote --check queues
like "$out" "'queues'=4;;;0 'queues_down'=1;;;0 'messages'=1205;;;0" 'sums are over all queues'
like "$out" '3 queues are not shown by the agent; none of them has more than 1000 messages' 'it is said that some are not shown'
is "$rc" 0 'and the one is well'
remote --check queues -w queue_ready=2000 -w messages=10000
is "$rc" 0 'a threshold that none of the others can be beyond'
remote --check queues -w queue_ready=500
like "$line1" '^RABBITMQ UNKNOWN - queue_ready of 3 queues that the agent does not show is not known' 'one that they might be beyond'
remote --check queues -c queue_consumers@mail=1:
is "$rc" 0 'one of the queue that is there'
remote --check queues -c queue_consumers@orders=1:
like "$line1" '^RABBITMQ UNKNOWN - queue_consumers of 3 queues' 'one of a queue that is not'
remote --check queues --queue mail -w ready=500
like "$line1" '^RABBITMQ UNKNOWN - ready of 3 queues' 'a sum of some, of which not all are known'
remote --check queues --queue mail
is "$rc" 0 'without a threshold that is no matter'
remote --check queues --queue orders
like "$line1" "^RABBITMQ UNKNOWN - no queue that the agent shows matches 'orders', but 3 are not shown" 'a queue that may be there'
agentx_stop

# --- a real broker -------------------------------------------------------------------------------
. "$srcdir/t/server_rabbitmq.sh"
rabbitmq_start 1 || { fail 'a broker starts'; tap_done; exit 1; }
mock=127.0.0.1:${rabbitmq_http[1]}
configure "$mock"
agentx_start main
soon '^RABBITMQ OK - RabbitMQ 3\.[0-9.]+ at node1@localhost, 0 queues, 0 connections' 'a broker that is well'
same 'well'
rabbitmq_api 1 PUT queues/%2F/backlog '{"durable":false}' >/dev/null
for i in 1 2 3; do
    rabbitmq_api 1 POST exchanges/%2F/amq.default/publish \
        "{\"properties\":{},\"routing_key\":\"backlog\",\"payload\":\"$i\",\"payload_encoding\":\"string\"}" >/dev/null
done
soon '^RABBITMQ WARNING - backlog queue_ready 3 > 2; ' 'a queue that is deep' --check queues -w queue_ready=2
same 'a deep queue' --check queues -w queue_ready=2 -c queue_consumers@backlog=0:
rabbitmq_ctl 1 set_vm_memory_high_watermark absolute 1MB >/dev/null
soon '^RABBITMQ CRITICAL - node1@localhost has a memory alarm \([0-9.]+MiB used, limit 977KiB\): publishers are blocked' 'a memory alarm' --check alarms
same 'an alarm' --check alarms
is "$(value "$haetae_oid.1.21.2.0")" 4 'the broker is critical'
# What the broker says hangs: the snapshot ages, and it is said why.
rabbitmq_ctl 1 eval 'vm_memory_monitor:set_vm_memory_high_watermark(0.4).' >/dev/null
soon '^RABBITMQ OK' 'it is over'
rabbitmq_signal 1 STOP
soon "^RABBITMQ CRITICAL - management API at $mock: no answer in time" 'a broker that is silent'
age=$(collector rabbitmq 6)
aged() { [ "$(collector rabbitmq 6)" -gt "$((age + 1))" ]; }
wait_for 15 aged
ok $? 'whose facts age'
is "$(value "$haetae_oid.1.21.1.0")" 'node1@localhost' 'and are still there'
rabbitmq_signal 1 CONT
soon '^RABBITMQ OK' 'one that goes on'
rabbitmq_kill 1
soon "^RABBITMQ CRITICAL - management API at $mock: cannot connect: Connection refused; is the plugin rabbitmq_management on" 'a broker that is gone'
same 'gone'
like "$(value "$haetae_oid.1.21.4.0")" '^management API at .*: cannot connect' 'the state says so to all'

# --- the agent -------------------------------------------------------------------------------------
agentx_stop
is "$agentx_rc" 0 'the subagent ends'
remote
is "$rc" 3 'without a subagent nothing is known'
configure "$mock"
sed -i 's/rabbitmq_host = .*;//' "$conf"
agentx_start main
soon "^RABBITMQ UNKNOWN - .*(no collector 'rabbitmq'|has none of)" 'a subagent that is not told of a broker'
agentx_stop
tap_done
