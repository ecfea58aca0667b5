# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# A private snmpd for the benchmarks: sourced with $work set.
#   bench_snmpd        starts one on a free port of the loopback; sets $snmpd_pid, $snmpd_socket (AgentX), $snmpd_at
#   bench_snmpd_idle   another one, that nobody asks and no subagent is at; sets $snmpd_idle_pid
#   bench_snmpd_stop   ends them
#   cpu_ms PID         CPU time of a process in ms
snmpd_pid='' snmpd_idle_pid=''
bench_snmpd() {
    local port=${HAETAE_BENCH_PORT:-$((20000 + RANDOM % 10000))}
    while ss -Hlnu "sport = :$port" | grep -q .; do port=$((port + 1)); done
    snmpd_socket=$work/agentx
    snmpd_at=127.0.0.1:$port
    cat >"$work/snmpd.conf" <<CONF
agentaddress udp:$snmpd_at
master agentx
agentXSocket $snmpd_socket
agentXTimeout 3
agentXRetries 1
rocommunity public 127.0.0.1
dontLogTCPWrappersConnects yes
CONF
    env SNMP_PERSISTENT_DIR="$work/snmp" MIBS='' PATH="$PATH:/usr/sbin" \
        snmpd -f -Lf "$work/snmpd.log" -C -c "$work/snmpd.conf" -I -smux &
    snmpd_pid=$!
    for ((i = 0; i < 100; i++)); do
        ! snmpget -v2c -c public -t 1 -r 0 -On "$snmpd_at" .1.3.6.1.2.1.1.3.0 >/dev/null 2>&1 || return 0
        kill -0 "$snmpd_pid" || break
        sleep 0.1
    done
    cat "$work/snmpd.log" >&2
    return 1
}
bench_snmpd_idle() {
    mkdir "$work/idle"
    sed "s/^agentaddress .*/agentaddress unix:${work//\//\\/}\/idle\/snmpd/; s/^agentXSocket .*/agentXSocket ${work//\//\\/}\/idle\/agentx/" \
        "$work/snmpd.conf" >"$work/idle/snmpd.conf"
    env SNMP_PERSISTENT_DIR="$work/idle/snmp" MIBS='' PATH="$PATH:/usr/sbin" \
        snmpd -f -Lf "$work/idle/log" -C -c "$work/idle/snmpd.conf" -I -smux &
    snmpd_idle_pid=$!
}
bench_snmpd_stop() {
    # shellcheck disable=SC2086
    [ -z "$snmpd_pid$snmpd_idle_pid" ] || kill $snmpd_pid $snmpd_idle_pid 2>/dev/null || true
    snmpd_pid='' snmpd_idle_pid=''
}
cpu_ms() {
    local stat
    stat=$(cat "/proc/$1/stat") || return 1
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    echo $(((${12} + ${13}) * 1000 / $(getconf CLK_TCK)))
}
