#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check_service_ping against a broker, which takes so long to start that all is asked of one.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/server_rabbitmq.sh"
check=$plugins/check_service_ping
unset HAETAE_PING_USER HAETAE_PING_PASSWORD
# ping HOST:PORT OPTION...
ping() { run "$check" --state-dir "$work/state" --kind amqp -H "$@"; }
says() {
    local codes=(OK WARNING CRITICAL UNKNOWN)
    like "$line1" "^PING $1 - $2" "$3"
    [ "${codes[$rc]:-}" = "$1" ] || fail "$3: exit code $rc"
}
mkdir "$work/state"

rabbitmq_start 1 || { fail 'RabbitMQ starts'; tap_done; exit 1; }
# The management answers before.
wait_for 10 rabbitmq_connects "${rabbitmq_amqp[1]}"
peer=127.0.0.1:${rabbitmq_amqp[1]}
ping "$peer"
says OK "amqp $peer answered in [0-9.]+ ms; RabbitMQ [0-9.]+, cluster " 'well'
like "$out" 'mechanisms: .*PLAIN.*' 'with the ways to log in'
ping "[::1]:${rabbitmq_amqp[1]}" -c time=7
says OK "amqp \[::1\]:${rabbitmq_amqp[1]} answered" 'on IPv6'
ping "127.0.0.1:${rabbitmq_http[1]}" -t 2
says CRITICAL "amqp 127.0.0.1:${rabbitmq_http[1]} (is no amqp|closed the connection|took the connection, but)" 'another port of the broker'
if [ -x "$plugins/service_ping_libs" ] && "$plugins/service_ping_libs" --kind amqp -H 127.0.0.1:1 --vhost x | grep -qv 'is not for'; then
    HAETAE_PING_USER=checker HAETAE_PING_PASSWORD=checker-password ping "$peer"
    says OK "amqp $peer let this user in after [0-9.]+ ms; RabbitMQ" 'a login'
    HAETAE_PING_USER=checker HAETAE_PING_PASSWORD=wrong-password ping "$peer" -v -v -v
    says UNKNOWN "amqp $peer refuses this user: " 'a wrong password'
    unlike "$out" 'wrong-password' 'which is not printed'
    printf 'user = "checker"; password = "checker-password";\n' >"$work/secret.cfg"
    chmod 600 "$work/secret.cfg"
    ping "$peer" --config "$work/secret.cfg" --vhost other
    says UNKNOWN "amqp $peer refuses this user: " 'a virtual host that the user has no right to'
    ping "$peer" --vhost other
    says UNKNOWN 'a login needs both a user and a password' 'a virtual host without a user'
else
    skip 'built without librabbitmq'
fi
rabbitmq_signal 1 STOP
ping "$peer" -t 0.6
says CRITICAL "amqp $peer took the connection, but did not answer the AMQP header within 0\.[0-9] s" 'stopped by SIGSTOP'
rabbitmq_signal 1 CONT
rabbitmq_kill 1
ping "$peer" -w time=1 -c connect_time=1
says CRITICAL "amqp $peer refuses the connection: nothing listens there$" 'killed, whatever the thresholds'
tap_done
