#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check_rabbitmq without a broker: options, secrets, peers that behave badly, and the answers of
# RabbitMQ 4.x, which are mocks (t/data/rabbitmq-4/README). Real brokers: check_rabbitmq_live.t,
# check_rabbitmq_cluster.t.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/bad_peer.sh"
check=$plugins/check_rabbitmq
[ -x "$check" ] || skip_all 'check_rabbitmq was not built (libcurl4-openssl-dev, libjansson-dev)'
export HAETAE_RABBITMQ_USER=monitor HAETAE_RABBITMQ_PASSWORD=kiwi-password
can_amqp=1
"$check" --check amqp -H 127.0.0.1:1 --amqp 127.0.0.1:1 | grep -q librabbitmq && can_amqp=

# --- options ---------------------------------------------------------------------------------
for bad in '-H=a:b' '-H=[::1' '--check=node,nodes' '--check=' '--amqp=host:0' '-4 -6' '--key=x' '--ca=x' '--insecure' \
    '--queue=(' '--ignore=[' '--health=../overview' '--health=Alarms' '-w=queue=1'; do
    # shellcheck disable=SC2086
    run "$check" ${bad/=/ }
    like "$line1" "^RABBITMQ UNKNOWN - option ${bad%%[= ]*}: " "refused: $bad"
    is "$rc" 3 'exit 3'
done

# --- secrets ---------------------------------------------------------------------------------
printf 'user = "monitor"; password = "kiwi-password";\n' >"$work/secret.cfg"
chmod 644 "$work/secret.cfg"
run "$check" -H 127.0.0.1:1 --config "$work/secret.cfg"
like "$line1" '^RABBITMQ UNKNOWN - .*secret\.cfg holds a password and is open to everybody; try: chmod o= ' 'a password that others may read is refused'
chmod 600 "$work/secret.cfg"
run "$check" -H 127.0.0.1:1 --config "$work/secret.cfg" -v -v -v
is "$line1" 'RABBITMQ CRITICAL - management API at 127.0.0.1:1: cannot connect: Connection refused; is the plugin rabbitmq_management on?' \
    'nobody listens'
is "$rc" 2 'exit 2'
unlike "$out" 'kiwi' 'the password is not told at any -v'
run "$check" -H 127.0.0.1:1 -w memory=50 -c queue_ready=5
unlike "$line1" 'no memory on this node' 'thresholds are not missed where nobody answers'
run "$check" -H no-such-host.invalid
like "$line1" '^RABBITMQ CRITICAL - management API at no-such-host.invalid: .*resolve' 'no such host'

# --- peers that behave badly ---------------------------------------------------------------------
# bad MODE REGEX [OPTION...]: the management API is such a peer
bad() {
    local mode=$1 want=$2 start=$SECONDS
    shift 2
    bad_peer "$mode" "$@" || { fail "bad peer $mode"; return; }
    run "$check" -H "127.0.0.1:$bad_port" -t 1.5
    like "$line1" "^RABBITMQ CRITICAL - management API at 127\.0\.0\.1:$bad_port: $want" "a peer that is bad: $mode $*"
    ok $((SECONDS - start > 3)) 'in time'
    bad_peer_stop
}
bad silent 'no answer in time '
bad drip 'no answer in time ' --http
bad drip '(no answer in time|what answers is no HTTP)'
bad flood 'the answer has more than 16777216 bytes' --http
bad flood 'what answers is no HTTP'
bad garbage 'no valid JSON at byte ' --http
bad garbage 'what answers is no HTTP'
bad redirect 'status 302'
bad reset '(Recv failure|Send failure|the peer closed|cannot connect: Connection reset)'
bad close 'the peer closed the connection without an answer'
# A body that is valid JSON, and nothing else is.
for body in '[]' '{}' 'null' '7' '"x"' '{"rabbitmq_version":7}' "$(printf '[%.0s' {1..100})"; do
    printf '%s' "$body" >"$work/body"
    "$builddir/t/http_files" /api/ 200 "$work/body" >"$work/port" </dev/null &
    at_exit "kill $!"
    wait_for 10 test -s "$work/port"
    run "$check" -H "127.0.0.1:$(cat "$work/port")" -t 1.5
    is "${line1%%:*}:$rc" 'RABBITMQ CRITICAL - management API at 127.0.0.1:2' "no answer of a broker: ${body:0:20}"
    : >"$work/port"
done

if [ -n "$can_amqp" ]; then
    bad_amqp() {
        local mode=$1 want=$2 start=$SECONDS
        bad_peer "$mode" || { fail "bad peer $mode"; return; }
        run "$check" --check amqp --amqp "127.0.0.1:$bad_port" -t 1.5
        like "$line1" "^RABBITMQ CRITICAL - AMQP at 127\.0\.0\.1:$bad_port: $want" "an AMQP peer that is bad: $mode"
        ok $((SECONDS - start > 3)) 'in time'
        bad_peer_stop
    }
    bad_amqp silent 'cannot log in: no answer in time'
    bad_amqp drip 'cannot log in: (no answer in time|what answers is no AMQP)'
    bad_amqp flood 'cannot log in: what answers is no AMQP'
    bad_amqp garbage 'cannot log in: what answers is no AMQP'
    bad_amqp reset '(cannot log in: the |cannot connect to .*reset)'
    bad_amqp close 'cannot log in: the peer closed the connection'
    run "$check" --check amqp --amqp '[::1]:1'
    is "$line1" 'RABBITMQ CRITICAL - AMQP at [::1]:1: cannot connect to ::1 port 1: Connection refused' 'nobody listens for AMQP'
    bad_peer silent
    run "$check" --check amqp,cluster --amqp 127.0.0.1:1 -H "127.0.0.1:$bad_port" -t 1.5
    like "$out" 'management API at .* no answer in time .*AMQP at 127.0.0.1:1: cannot connect to' 'one that is silent leaves time for the other'
    bad_peer_stop
else
    skip 'AMQP was left out (librabbitmq-dev)'
fi

# --- RabbitMQ 4.x, by mocks ----------------------------------------------------------------------
d=$data/rabbitmq-4
"$builddir/t/http_files" /api/overview 200 "$d/overview.json" /api/nodes 200 "$d/nodes.json" \
    /api/health/checks/alarms 503 "$d/alarms.json" /api/health/checks/virtual-hosts 404 '' /api/health/checks/node-is-mirror 406 '' \
    '/api/queues?page=1&' 200 "$d/queues.page1.json" '/api/queues?page=2&' 200 "$d/queues.page2.json" \
    /api/connections 200 "$d/connections.json" >"$work/port" </dev/null &
at_exit "kill $!"
wait_for 10 test -s "$work/port"
mock=127.0.0.1:$(cat "$work/port")

run "$check" -H "$mock" --check cluster --node rabbit@a --node rabbit@z
is "$rc" 2 'a member that hangs is CRITICAL'
like "$out" 'rabbit@c runs but tells nothing of itself: it hangs, or just starts' 'and named'
like "$out" 'rabbit@z is no member of the cluster' 'so is one that is missing'
like "$out" 'rabbit@b is in maintenance' 'and one in maintenance'
like "$out" "'publish_rate'=12\.5;;;0 'deliver_rate'=12;;;0 'ack_rate'=11\.5;;;0 'nodes'=3;;;0 'nodes_running'=2;;;0" 'rates, and who runs'
unlike "$out" 'redeliver_rate' 'a rate that is not told is left out'
run "$check" -H "$mock" --check node
like "$out" "'memory@rabbit@a'=40%;90;95;0;100 'memory_used@rabbit@a'=400000000B;;;0;1000000000" 'the memory of each member'
like "$line1" 'rabbit@b memory 93% > 90%' 'one near its watermark'
unlike "$out" "'descriptors|memory@rabbit@c" 'no limit of descriptors is no division by zero, and null no value'
like "$out" 'health check virtual-hosts: this broker does not have it' 'a health check that is not there is no failure'
run "$check" -H "$mock" --check alarms --health node-is-mirror-sync-critical
like "$line1" '^RABBITMQ CRITICAL - health check alarms: There are alarms in effect' 'an alarm that only the health check knows'
like "$out" 'node-is-mirror-sync-critical: this broker does not have it' 'one of 3.x that 4.x dropped'

run "$check" -H "$mock" --check queues
is "$line1" 'RABBITMQ CRITICAL - queue orders has no majority (1 of 3 members online), queue lost is crashed' 'queues that are down are named'
like "$out" "'queues'=4;;;0 'queues_down'=2;;;0 'messages'=1205;;;0 'ready'=1185;;;0 'unacknowledged'=20;;;0 'consumers'=2;;;0 'no_consumers'=2;;;0 'stranded'=1005;;;0 'head_age'=" \
    'over all pages, as sums'
like "$out" $'\nqueue orders: 1000 ready, 0 unacknowledged, 0 consumers, quorum\nqueue mail: ' 'the longest first'
run "$check" -H "$mock" --check queues --ignore '^(orders|lost)$' -w queue_ready=100 -c queue_consumers=1:
like "$line1" '^RABBITMQ CRITICAL - prod/audit queue_consumers 0 < 1, mail queue_ready 180 > 100' 'each queue against a threshold, with its virtual host'
run "$check" -H "$mock" --check queues --ignore '^(orders|lost)$' -w queue_messages@mail=100
like "$line1" '^RABBITMQ WARNING - mail queue_messages 200 > 100' 'one queue against its own'
run "$check" -H "$mock" --check queues --ignore '^(orders|lost)$' -w messages=204
like "$line1" '^RABBITMQ WARNING - messages 205 > 204' 'a sum against a threshold'
run "$check" -H "$mock" --check queues --queue none-of-these
like "$line1" "^RABBITMQ CRITICAL - none of 4 queues matches 'none-of-these'" 'a pattern that finds none'
run "$check" -H "$mock" --check queues --queue none-of-these -c queues=0: -w queue_ready=5
is "$rc" 0 'unless queues has a threshold'
run "$check" -H "$mock" --check connections
like "$out" '1 of 3 connections are blocked, one is 10\.0\.0\.8:4000' 'connections that are blocked'
like "$out" "'channels'=6;;;0 'connections'=3;;;0 'connections_blocked'=1;;;0" 'counted'

# Growth: the state of one run is compared with the next.
grow() { run "$check" -H "$mock" --check queues --ignore '^(orders|lost)$' --state-dir "$work/state" -w growth=0.1 -w queue_growth=5; }
mkdir "$work/state"
grow
is "$rc" 0 'a first run knows no growth'
like "$out" 'growth is known from the next run on' 'and says so'
unlike "$out" "'growth'=" 'nor has a value'
sed -i 's/ 200$/ 100/' "$work/state"/check_rabbitmq*
age() { grow; [[ $out != *'the last run was just now'* ]]; }
wait_for 10 age
like "$line1" '^RABBITMQ WARNING - growth [0-9.]+ > 0\.1, mail queue_growth ' 'what grew since'
wait_for 10 age
like "$out" "'growth'=0 'queue_growth@mail'=0|'growth'=0;" 'and what did not'
tap_done
