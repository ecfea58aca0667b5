# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Private RabbitMQ nodes for tests: sourced behind t/tap.sh. They listen on free ports of the
# loopback alone, with an epmd, a cookie and a folder of their own, and are gone with the test.
#
#   rabbitmq_start N        starts node N (1, 2) and waits until it serves; a later one joins
#                           the first. $rabbitmq_amqp[N] $rabbitmq_http[N] $rabbitmq_https[N]
#                           are its ports; AMQP is on 127.0.0.1 and ::1, HTTP on 127.0.0.1,
#                           HTTPS on ::1, AMQPS (rabbitmq_amqps) on both
#   rabbitmq_signal N SIG   sends its Erlang machine a signal
#   rabbitmq_kill N         SIGKILL, as a crash would
#   rabbitmq_ctl N ARG...   rabbitmqctl; each call starts an Erlang machine: a second or two
#   rabbitmq_api N METHOD PATH [BODY]
#                           asks the management API as the administrator
# Users (the password of each is NAME-password): admin (administrator), monitor (monitoring, no
# rights in "/"), plain (no tag, all rights in "/"), checker (only what --check amqp needs).
[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || skip_all "no rabbitmq-server (package rabbitmq-server)"
need epmd erlang-base
need curl curl
need openssl openssl

rabbitmq_folder=
rabbitmq_epmd_port=
rabbitmq_pid=() rabbitmq_starttime=()
rabbitmq_amqp=() rabbitmq_amqps=() rabbitmq_http=() rabbitmq_https=() rabbitmq_dist=()
rabbitmq_tick=4

# Field 22 of /proc/PID/stat; the command in parentheses may hold anything.
rabbitmq_starttime_of() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    printf '%s\n' "${20}"
}
rabbitmq_alive() { [ -n "${rabbitmq_pid[$1]:-}" ] && [ "$(rabbitmq_starttime_of "${rabbitmq_pid[$1]}")" = "${rabbitmq_starttime[$1]}" ]; }
rabbitmq_signal() { rabbitmq_alive "$1" && kill -"$2" "${rabbitmq_pid[$1]}"; }
rabbitmq_gone() { ! rabbitmq_alive "$1"; }
rabbitmq_kill() { rabbitmq_signal "$1" KILL; wait_for 20 rabbitmq_gone "$1"; }

rabbitmq_connects() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
# A port that nobody listens on, given once.
rabbitmq_next_port=$((20000 + ($$ * 37 + RANDOM) % 9000))
rabbitmq_free_port() {
    while rabbitmq_connects "$((++rabbitmq_next_port))"; do :; done
    rabbitmq_port=$rabbitmq_next_port
}

rabbitmq_definitions() {
    cat <<'JSON'
{"users": [
  {"name": "admin", "password": "admin-password", "tags": "administrator"},
  {"name": "monitor", "password": "monitor-password", "tags": "monitoring"},
  {"name": "plain", "password": "plain-password", "tags": ""},
  {"name": "checker", "password": "checker-password", "tags": ""}],
 "vhosts": [{"name": "/"}, {"name": "other"}],
 "permissions": [
  {"user": "admin", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
  {"user": "admin", "vhost": "other", "configure": ".*", "write": ".*", "read": ".*"},
  {"user": "plain", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
  {"user": "checker", "vhost": "/", "configure": "^haetae-check", "write": "^amq\\.default$", "read": "^haetae-check"}]}
JSON
}

# An authority, and a certificate of it for this machine's loopback.
rabbitmq_certificates() {
    local d=$rabbitmq_folder/tls
    mkdir "$d" || return 1
    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n' >"$d/san"
    {
        openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=haetae test authority' \
            -keyout "$d/ca.key" -out "$d/ca.pem" &&
            openssl req -newkey rsa:2048 -nodes -subj '/CN=localhost' -keyout "$d/key.pem" -out "$d/csr.pem" &&
            openssl x509 -req -in "$d/csr.pem" -CA "$d/ca.pem" -CAkey "$d/ca.key" -set_serial 1 -days 20 \
                -extfile "$d/san" -out "$d/cert.pem"
    } >"$d/log" 2>&1
}

rabbitmq_prepare() {
    rabbitmq_folder=$(mktemp -d "${TMPDIR:-/tmp}/haetae-rmq.XXXXXX") || return 1
    at_exit "rm -rf '$rabbitmq_folder'"
    at_exit rabbitmq_end
    rabbitmq_certificates || return 1
    rabbitmq_definitions >"$rabbitmq_folder/definitions.json"
    mkdir "$rabbitmq_folder/home"
    printf 'HAETAE%s' "$RANDOM$RANDOM$RANDOM" >"$rabbitmq_folder/home/.erlang.cookie"
    chmod 400 "$rabbitmq_folder/home/.erlang.cookie"
    rabbitmq_free_port
    rabbitmq_epmd_port=$rabbitmq_port
    # Erlang's tools would start one that nobody ends.
    env -u ERL_EPMD_ADDRESS setpriv --pdeathsig KILL "$(command -v epmd)" -address 127.0.0.1 \
        -port "$rabbitmq_epmd_port" </dev/null >"$rabbitmq_folder/epmd.log" 2>&1 &
    rabbitmq_pid[0]=$!
    rabbitmq_starttime[0]=$(rabbitmq_starttime_of "$!")
    disown "$!"
    wait_for 10 rabbitmq_connects "$rabbitmq_epmd_port"
}

# Also of nodes that a test has stopped.
rabbitmq_end() {
    local n
    for n in 2 1 0; do rabbitmq_signal "$n" KILL; done
    for n in 2 1 0; do wait_for 10 rabbitmq_gone "$n"; done
}

rabbitmq_conf() {
    cat <<CONF
listeners.tcp.1 = 127.0.0.1:${rabbitmq_amqp[$1]}
listeners.tcp.2 = ::1:${rabbitmq_amqp[$1]}
listeners.ssl.1 = 127.0.0.1:${rabbitmq_amqps[$1]}
listeners.ssl.2 = ::1:${rabbitmq_amqps[$1]}
ssl_options.cacertfile = $rabbitmq_folder/tls/ca.pem
ssl_options.certfile = $rabbitmq_folder/tls/cert.pem
ssl_options.keyfile = $rabbitmq_folder/tls/key.pem
ssl_options.verify = verify_none
management.tcp.ip = 127.0.0.1
management.tcp.port = ${rabbitmq_http[$1]}
management.ssl.ip = ::1
management.ssl.port = ${rabbitmq_https[$1]}
management.ssl.cacertfile = $rabbitmq_folder/tls/ca.pem
management.ssl.certfile = $rabbitmq_folder/tls/cert.pem
management.ssl.keyfile = $rabbitmq_folder/tls/key.pem
load_definitions = $rabbitmq_folder/definitions.json
loopback_users = none
collect_statistics_interval = 500
cluster_partition_handling = ignore
disk_free_limit.absolute = 1MB
log.console = false
log.file.level = info
CONF
    # The first node forms the cluster; another one looks for it as it starts.
    [ "$1" = 1 ] || cat <<CONF
cluster_formation.peer_discovery_backend = classic_config
cluster_formation.classic_config.nodes.1 = node1@localhost
CONF
}

# The environment of node N, for the server and the tools; rabbitmq_exec=exec puts it in place
# of this shell.
rabbitmq_exec=
rabbitmq_env() {
    local d=$rabbitmq_folder/node$1
    shift
    $rabbitmq_exec env -i PATH="$PATH" LC_ALL=C.UTF-8 HOME="$rabbitmq_folder/home" TMPDIR="$rabbitmq_folder" \
        ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$rabbitmq_epmd_port" ERL_CRASH_DUMP=/dev/null \
        RABBITMQ_NODENAME="${d##*/}@localhost" RABBITMQ_DIST_PORT="${rabbitmq_dist[${d##*node}]}" \
        RABBITMQ_MNESIA_BASE="$d/mnesia" RABBITMQ_LOG_BASE="$d/log" RABBITMQ_PID_FILE="$d/pid" \
        RABBITMQ_CONFIG_FILE="$d/rabbitmq.conf" RABBITMQ_ENABLED_PLUGINS_FILE="$d/plugins" \
        RABBITMQ_CONF_ENV_FILE="$d/none" RABBITMQ_GENERATED_CONFIG_DIR="$d/generated" \
        RABBITMQ_CTL_ERL_ARGS='-start_epmd false' RUNNING_UNDER_SYSTEMD=true \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 2:2 -start_epmd false -kernel inet_dist_use_interface {127,0,0,1} -kernel net_ticktime $rabbitmq_tick" \
        "$@"
}
rabbitmq_ctl() { local n=$1; shift; rabbitmq_env "$n" /usr/lib/rabbitmq/bin/rabbitmqctl "$@"; }
rabbitmq_api() {
    curl -gsS -f -u admin:admin-password -H 'content-type: application/json' -X "$2" ${4:+-d "$4"} \
        "http://127.0.0.1:${rabbitmq_http[$1]}/api/$3"
}

# The API answers before the users' rights are there, which are read last and side by side.
rabbitmq_serves() {
    local user
    ! rabbitmq_gone "$1" || return 0
    for user in admin plain checker; do rabbitmq_api "$1" GET "permissions/%2F/$user" || return 1; done
}
rabbitmq_start() {
    local n=$1 d
    [ -n "$rabbitmq_folder" ] || rabbitmq_prepare || { diag 'cannot prepare a node'; return 1; }
    d=$rabbitmq_folder/node$n
    if [ ! -d "$d" ]; then
        mkdir "$d"
        rabbitmq_free_port; rabbitmq_amqp[n]=$rabbitmq_port
        rabbitmq_free_port; rabbitmq_amqps[n]=$rabbitmq_port
        rabbitmq_free_port; rabbitmq_http[n]=$rabbitmq_port
        rabbitmq_free_port; rabbitmq_https[n]=$rabbitmq_port
        rabbitmq_free_port; rabbitmq_dist[n]=$rabbitmq_port
        rabbitmq_conf "$n" >"$d/rabbitmq.conf"
        printf '[rabbitmq_management].\n' >"$d/plugins"
    fi
    (rabbitmq_exec='exec'; rabbitmq_env "$n" setpriv --pdeathsig KILL \
        /usr/lib/rabbitmq/bin/rabbitmq-server) </dev/null >>"$d/server.log" 2>&1 &
    rabbitmq_pid[n]=$!
    # The process stays the same across exec, and so does its start time.
    rabbitmq_starttime[n]=$(rabbitmq_starttime_of "$!")
    disown "$!"
    if ! wait_for 120 rabbitmq_serves "$n" || rabbitmq_gone "$n"; then
        diag "node $n does not start: $(tail -n 5 "$d/server.log" "$d"/log/*.log 2>/dev/null)"
        return 1
    fi
}
