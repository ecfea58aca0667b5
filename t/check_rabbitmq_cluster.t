#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check_rabbitmq with a cluster of two real brokers: a quorum queue without a majority, a member
# that hangs, a member that is gone, a partition.
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_rabbitmq
[ -x "$check" ] || skip_all 'check_rabbitmq was not built (libcurl4-openssl-dev, libjansson-dev)'
. "$srcdir/t/server_rabbitmq.sh"
export HAETAE_RABBITMQ_USER=admin HAETAE_RABBITMQ_PASSWORD=admin-password

if ! rabbitmq_start 1 || ! rabbitmq_start 2; then
    fail 'a cluster starts'
    tap_done
    exit 1
fi
api=127.0.0.1:${rabbitmq_http[1]}
# soon REGEX NAME OPTION...: the output of the first node's check is so before long
soon() {
    local want=$1 name=$2
    shift 2
    try() { run "$check" -H "$api" "$@"; [[ $out =~ $want ]]; }
    wait_for 40 try "$@"
    like "$out" "$want" "$name"
}

soon "^RABBITMQ OK - .*'nodes'=2;;;0 'nodes_running'=2;;;0 'partitions'=0;;;0" 'two that are well' --check cluster --node node1@localhost --node node2@localhost
soon "'uptime@node1@localhost'=.*'uptime@node2@localhost'=" 'both tell of themselves' --check node
run "$check" -H "$api" --check cluster -c nodes_running=3:
like "$line1" '^RABBITMQ CRITICAL - nodes_running 2 < 3' 'fewer than wanted'
run "$check" -H "$api" --check cluster --node node3@localhost
like "$line1" '^RABBITMQ CRITICAL - node3@localhost is no member of the cluster' 'one that is missing'
rabbitmq_api 1 PUT queues/%2F/safe '{"durable":true,"arguments":{"x-queue-type":"quorum"}}' >/dev/null
soon "^RABBITMQ OK.*'queues'=1;;;0 'queues_down'=0" 'a quorum queue with both members' --check queues
run "$check" -H "$api" --check cluster --health node-is-quorum-critical
like "$line1" '^RABBITMQ WARNING - health check node-is-quorum-critical: There are quorum queues' 'for which either is critical'

# A partition: neither takes the other's cookie for a while, then they see one another again.
rabbitmq_ctl 1 eval "erlang:set_cookie('node2@localhost', wrong), erlang:disconnect_node('node2@localhost')." >/dev/null
soon '^RABBITMQ CRITICAL - node2@localhost is not running' 'what the first does not reach' --check cluster
rabbitmq_ctl 1 eval "erlang:set_cookie('node2@localhost', erlang:get_cookie()), net_adm:ping('node2@localhost')." >/dev/null
soon '^RABBITMQ CRITICAL - partition: node.@localhost does not see node' 'a partition' --check cluster
like "$out" "'partitions'=[12];" 'is counted'
like "$out" 'to heal: choose whom to trust' 'and says what to do'
soon 'partition: node2@localhost does not see node1@localhost' 'also as the other one sees it' --check cluster
rabbitmq_ctl 2 eval 'rabbit:stop(), rabbit:start().' >/dev/null
soon '^RABBITMQ OK' 'and is healed' --check cluster

# A member that hangs: the API waits for it, says that it runs, then that it does not.
rabbitmq_signal 2 STOP
run "$check" -H "$api" --check cluster -t 1.5
is "$rc" 2 'a member that hangs is CRITICAL'
like "$line1" 'a member that hangs delays it|it hangs, or just starts|is not running' 'whether the API waits, or says so'
soon '^RABBITMQ CRITICAL - node2@localhost is not running' 'and later not a member that runs' --check cluster -t 15
soon 'queue safe has no majority \(1 of 2 members online\)' 'a quorum queue without a majority' --check queues -t 15
run "$check" -H "127.0.0.1:${rabbitmq_http[2]}" -t 1.5
like "$line1" '^RABBITMQ CRITICAL - management API at .*: no answer in time' 'the member itself does not answer'
rabbitmq_signal 2 CONT
rabbitmq_kill 2
soon '^RABBITMQ CRITICAL - node2@localhost is not running.*' 'a member that is gone' --check cluster
soon 'queue safe has no majority' 'and took the majority with it' --check queues
tap_done
