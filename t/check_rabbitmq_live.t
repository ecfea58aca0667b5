#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check_rabbitmq with one real broker: healthy, over IPv4 and IPv6, with and without TLS, and
# broken in as many ways as it can be without a second one.
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_rabbitmq
[ -x "$check" ] || skip_all 'check_rabbitmq was not built (libcurl4-openssl-dev, libjansson-dev)'
. "$srcdir/t/server_rabbitmq.sh"
can_amqp=1
"$check" --check amqp -H 127.0.0.1:1 --amqp 127.0.0.1:1 | grep -q librabbitmq && can_amqp=

rabbitmq_start 1 || { fail 'a broker starts'; tap_done; exit 1; }
api=127.0.0.1:${rabbitmq_http[1]}
tls="[::1]:${rabbitmq_https[1]}"
ca=$rabbitmq_folder/tls/ca.pem
# as USER COMMAND...: with that user's password in the environment
as() { local user=$1; shift; run env HAETAE_RABBITMQ_USER="$user" HAETAE_RABBITMQ_PASSWORD="$user-password" "$@"; }
# soon USER REGEX COMMAND...: the broker samples once a second; line 1 is as expected before long
soon() {
    local user=$1 want=$2 name=$3
    shift 3
    try() { as "$user" "$@"; [[ $line1 =~ $want ]]; }
    wait_for 20 try "$@"
    like "$line1" "$want" "$name"
}

# --- healthy -----------------------------------------------------------------------------------
soon monitor '^RABBITMQ OK - RabbitMQ 3\.[0-9.]+ at node1@localhost, 0 queues, 0 connections$' 'a broker that is well' "$check" -H "$api"
like "$out" "'memory@node1@localhost'=[0-9.]+%;90;95;0;100 .*'disk_left@node1@localhost'=[0-9]+B 'descriptors@node1@localhost'=" 'its values'
like "$out" "there are no queues" 'no queue is no failure'
as monitor "$check" -H "$tls" --tls --ca "$ca" --check node,cluster --node node1@localhost --health port-listener/"${rabbitmq_amqp[1]}"
is "$rc" 0 'over TLS and IPv6, with its name and a listener that must be there'
like "$out" "'certificate'=1[67][0-9]{5}" 'the certificate has twenty days left'
as monitor "$check" -H "$tls" --tls --ca "$ca" --check node -c certificate=30d:
like "$line1" '^RABBITMQ CRITICAL - certificate 19d 23h < 30d' 'which may be too few'
as monitor "$check" -H "$tls" --tls
like "$line1" '^RABBITMQ CRITICAL - management API at .* certificate' 'an authority that nobody knows'
as monitor "$check" -H "$tls" --tls --insecure --check cluster
is "$rc" 0 'unless any will do'
as monitor "$check" -H "127.0.0.1:${rabbitmq_https[1]}" -6 --tls
is "$rc" 2 '-6 does not go to an IPv4 address'
as monitor "$check" -H "127.0.0.1:${rabbitmq_amqp[1]}"
like "$line1" '^RABBITMQ CRITICAL - management API at .*: what answers is no HTTP' 'the wrong port'
printf 'user = "monitor"; password = "monitor-password";\n' >"$work/secret.cfg"
chmod 600 "$work/secret.cfg"
run "$check" -H "$api" --config "$work/secret.cfg" --check cluster
is "$rc" 0 'the password from a file'

# --- rights --------------------------------------------------------------------------------------
run env HAETAE_RABBITMQ_USER=monitor HAETAE_RABBITMQ_PASSWORD=wrong "$check" -H "$api"
is "$line1" "RABBITMQ UNKNOWN - management API: user 'monitor' or its password is wrong: Login failed" 'a wrong password'
as plain "$check" -H "$api"
is "$line1" "RABBITMQ UNKNOWN - management API: user 'plain' may not (Not management user); grant: rabbitmqctl set_user_tags plain monitoring" \
    'a user without a tag'
run env -u HAETAE_RABBITMQ_USER "$check" -H "$api"
like "$line1" '^RABBITMQ UNKNOWN - management API: a login is wanted' 'no user at all'
rabbitmq_api 1 PUT queues/%2F/backlog '{"durable":false}' >/dev/null
soon monitor "^RABBITMQ UNKNOWN - user 'monitor' sees none of 1 queues; grant: rabbitmqctl set_permissions -p VHOST monitor '\^\\\$'" \
    'a user who sees no queue, though there are some' "$check" -H "$api" --check queues
as monitor "$check" -H "$api" --check queues --vhost /
like "$line1" "^RABBITMQ UNKNOWN - list of queues: .*virtual host; grant: rabbitmqctl set_permissions" 'nor a virtual host that was named'
as admin "$check" -H "$api" --check queues --vhost none
like "$line1" "there is no virtual host 'none'" 'a virtual host that is not there'
# What the messages say is enough.
rabbitmq_api 1 PUT permissions/%2F/monitor '{"configure":"^$","write":"^$","read":"^$"}' >/dev/null

# --- queues ----------------------------------------------------------------------------------------
rabbitmq_api 1 PUT queues/%2F/other '{"durable":false}' >/dev/null
now=$(date +%s)
for i in 1 2 3; do
    rabbitmq_api 1 POST exchanges/%2F/amq.default/publish \
        "{\"properties\":{\"timestamp\":$((now - 3600))},\"routing_key\":\"backlog\",\"payload\":\"$i\",\"payload_encoding\":\"string\"}" >/dev/null
done
soon monitor '^RABBITMQ WARNING - backlog queue_ready 3 > 2; ' 'a backlog, named' "$check" -H "$api" --check queues -w queue_ready=2
like "$out" "'queues'=2;;;0 'queues_down'=0;;;0 'messages'=3;;;0 'ready'=3;;;0 .*'no_consumers'=2;;;0 'stranded'=3;;;0" 'the sums'
as monitor "$check" -H "$api" --check queues -c queue_consumers@backlog=1:
like "$line1" '^RABBITMQ CRITICAL - backlog queue_consumers 0 < 1' 'a queue without consumers'
soon monitor '^RABBITMQ WARNING - backlog queue_head_age 1h ' 'a first message that is old' "$check" -H "$api" --check queues -w queue_head_age=30m
as monitor "$check" -H "$api" --check queues --queue '^oth' -w messages=0 -w queue_head_age=30m
is "$rc" 0 'a queue that is empty has no old message'
rabbitmq_api 1 DELETE queues/%2F/backlog >/dev/null

# --- AMQP --------------------------------------------------------------------------------------------
if [ -n "$can_amqp" ]; then
    as checker "$check" --check amqp --amqp "127.0.0.1:${rabbitmq_amqp[1]}"
    like "$line1" '^RABBITMQ OK - RabbitMQ 3\.[0-9.]+ passes messages on' 'a message goes through with the least rights'
    like "$out" "'amqp_connect'=0\.[0-9]+s;;;0 'amqp_login'=0\.[0-9]+s;;;0 'amqp_declare'=.* 'amqp_publish'=.* 'amqp_consume'=.* 'amqp_time'=" 'each step is timed'
    as checker "$check" --check amqp --amqp "[::1]:${rabbitmq_amqp[1]}"
    is "$rc" 0 'over IPv6'
    as checker "$check" --check amqp --tls --ca "$ca" --amqp "localhost:${rabbitmq_amqps[1]}"
    is "$rc" 0 'over TLS'
    as checker "$check" --check amqp --tls --amqp "localhost:${rabbitmq_amqps[1]}"
    like "$line1" '^RABBITMQ CRITICAL - AMQP at localhost:[0-9]+: the certificate is not trusted' 'an authority that nobody knows'
    as checker "$check" --check amqp --tls --insecure --amqp "localhost:${rabbitmq_amqps[1]}"
    is "$rc" 0 'unless any will do'
    as checker "$check" --check amqp --tls --ca "$ca" -4 --amqp "localhost:${rabbitmq_amqps[1]}"
    like "$line1" '^RABBITMQ UNKNOWN - .*give the address' 'TLS to a name has no choice of address'
    run env HAETAE_RABBITMQ_USER=checker HAETAE_RABBITMQ_PASSWORD=wrong "$check" --check amqp --amqp "127.0.0.1:${rabbitmq_amqp[1]}"
    like "$line1" "^RABBITMQ UNKNOWN - AMQP at .*: user 'checker' may not log in: the broker says: ACCESS_REFUSED" 'a wrong password'
    as checker "$check" --check amqp --vhost other --amqp "127.0.0.1:${rabbitmq_amqp[1]}"
    like "$out" "may not log in: .*vhost 'other' refused.*set_permissions -p other checker '\^haetae-check' " 'a virtual host without rights, and what to grant'
    rabbitmq_api 1 PUT permissions/%2F/checker '{"configure":"^haetae-check","write":"^$","read":"^haetae-check"}' >/dev/null
    as checker "$check" --check amqp --amqp "127.0.0.1:${rabbitmq_amqp[1]}"
    like "$line1" "user 'checker' may not publish: .*amq\.default" 'no right to write'
    rabbitmq_api 1 PUT permissions/%2F/checker '{"configure":"^haetae-check","write":"^amq\\.default$","read":"^haetae-check"}' >/dev/null
    nothing_left() { [ "$(rabbitmq_api 1 GET queues?columns=name)" = '[{"name":"other"}]' ]; }
    wait_for 10 nothing_left
    ok $? 'no queue is left behind'
fi

# --- alarms ------------------------------------------------------------------------------------------
rabbitmq_ctl 1 set_vm_memory_high_watermark absolute 1MB >/dev/null
soon monitor '^RABBITMQ CRITICAL - node1@localhost has a memory alarm \([0-9.]+MiB used, limit 976\.6KiB\): publishers are blocked' \
    'a memory alarm' "$check" -H "$api" --check alarms
as monitor "$check" -H "$api" --check node
like "$line1" '^RABBITMQ CRITICAL - node1@localhost memory [0-9.]+% > 95%' 'and the memory of the node'
if [ -n "$can_amqp" ]; then
    as checker "$check" --check amqp --amqp "127.0.0.1:${rabbitmq_amqp[1]}" -t 2
    like "$line1" 'cannot publish: (the broker blocks who publishes: low on memory|no answer in time)' 'nobody may publish'
fi
rabbitmq_ctl 1 eval 'vm_memory_monitor:set_vm_memory_high_watermark(0.4), rabbit_disk_monitor:set_disk_free_limit("100000GB").' >/dev/null
soon monitor '^RABBITMQ CRITICAL - node1@localhost has a disk alarm \([0-9.]+GiB free, limit ' 'a disk alarm' "$check" -H "$api" --check alarms
rabbitmq_ctl 1 set_disk_free_limit 1MB >/dev/null
soon monitor '^RABBITMQ OK' 'both are over' "$check" -H "$api"

# --- hung, stopped -------------------------------------------------------------------------------------
rabbitmq_signal 1 STOP
as monitor "$check" -H "$api" -t 1.5
like "$line1" '^RABBITMQ CRITICAL - management API at .*: no answer in time ' 'a broker that hangs'
if [ -n "$can_amqp" ]; then
    as checker "$check" --check amqp --amqp "127.0.0.1:${rabbitmq_amqp[1]}" -t 1.5
    like "$line1" 'cannot log in: no answer in time' 'hangs for AMQP as well'
    like "$out" "'amqp_connect'=" 'though its kernel takes connections'
fi
rabbitmq_signal 1 CONT
soon monitor '^RABBITMQ OK' 'one that goes on' "$check" -H "$api"
rabbitmq_ctl 1 eval 'application:stop(rabbitmq_management).' >/dev/null
as monitor "$check" -H "$api"
like "$line1" '^RABBITMQ CRITICAL - management API at .*: cannot connect: Connection refused; is the plugin rabbitmq_management on' 'the management plugin is off'
rabbitmq_kill 1
if [ -n "$can_amqp" ]; then
    as checker "$check" --check amqp --amqp "127.0.0.1:${rabbitmq_amqp[1]}"
    like "$line1" '^RABBITMQ CRITICAL - AMQP at .*: cannot connect to .* refused' 'a broker that is gone'
fi
tap_done
