#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A real icinga2 with the definitions of contrib/icinga2: each command runs with its arguments,
# its state and all of its perfdata arrive; a broker that is down silences what depends on it.
. "${srcdir:-.}/t/tap.sh" || exit 1
need icinga2 icinga2-bin
need perl perl
. "$srcdir/t/server_icinga2.sh"
. "$srcdir/t/watched.sh"
. "$srcdir/t/contrib.sh"
contrib=$srcdir/contrib/icinga2

# --- what is made of the plugins is up to date ------------------------------------------------------
built=yes
for file in "$srcdir"/plugins/check_*.c; do
    name=${file##*/}
    [ -x "$plugins/${name%.c}" ] || built=
done
if [ -n "$built" ]; then
    sh "$contrib/haetae-commands.sh" "$plugins" | diff "$contrib/haetae-commands.conf" - >"$work/diff"
    ok $? 'haetae-commands.conf is what "make contrib-files" writes' || diag "$(head "$work/diff")"
else
    skip 'not all plugins were built'
fi

# --- the definitions as a site would use them ----------------------------------------------------------
sed "s|@plugindir@|$work/wrap|" "$contrib/haetae-constants.conf.in" >"$icinga2_dir/etc/haetae-constants.conf"
# Each command runs the plugin itself; the apply rules run what the test can make sick.
sed "s|HaetaePluginDir + |\"$work/real\" + |; s|CheckCommand \"haetae_|CheckCommand \"real_|" \
    "$contrib/haetae-commands.conf" >"$icinga2_dir/etc/real-commands.conf"
cp "$contrib/haetae-commands.conf" "$contrib/haetae-services.conf" "$icinga2_dir/etc/"
: >"$work/told"
chmod 666 "$work/told"
touch "$work"/well/check_{node,node_disk,time,services,ovs,libvirt_domains,iscsi,connectivity,directory,mysql_server,service_ping}
touch "$work/sick/check_rabbitmq"

# The options of t/contrib.sh as variables: "--perfdata all" is vars.haetae_X_perfdata = "all".
declare -A letters=([-H]=host [-p]=path [-a]=args)
icinga2_vars() { # PLUGIN WORD...
    local plugin=$1 name value
    shift
    while [ $# -gt 0 ]; do
        name=${letters[$1]:-${1#--}}
        value=$2
        shift 2
        printf '  vars.haetae_%s_%s = %s\n' "$plugin" "${name//-/_}" "$(icinga2_string "$value")"
    done
}
cat >"$icinga2_dir/etc/services.conf" <<CONF
include "haetae-constants.conf"
include "haetae-commands.conf"
include "real-commands.conf"
include "haetae-services.conf"
object NotificationComponent "notification" {}
object User "operator" { enable_notifications = true }
object NotificationCommand "tell" { command = [ "/bin/sh", "-c", "echo \"\$\$0\" >>$work/told", "\$service.name\$ \$service.state\$" ] }
apply Notification "tell" to Service {
  command = "tell"
  users = [ "operator" ]
  states = [ Critical ]
  types = [ Problem ]
  interval = 0
  assign where host.name == "compute" || host.name == "controller"
}
object Host "controller" {
  import "haetae-host"
  check_command = "dummy"
  address = "127.0.0.1"
  vars.haetae_rabbitmq = { }
  vars.haetae_mysql = { config = "/nonexistent" }
}
object Host "compute" {
  import "haetae-host"
  check_command = "dummy"
  address = "127.0.0.1"
  vars.haetae_node = { warning = [ "memory=85", "load1=100" ] }
  vars.haetae_disk = { }
  vars.haetae_time = { }
  vars.haetae_profiles = [ "openstack-compute", "openvswitch" ]
  vars.haetae_ovs = { bridge = [ "br-int" ] }
  vars.haetae_domains = { }
  vars.haetae_iscsi = { }
  vars.haetae_connectivity = { host = [ "storage=192.0.2.1", "business=192.0.2.2" ] }
  vars.haetae_directories["instances"] = { path = "/tmp", mounted = true }
  vars.haetae_pings["redis"] = { kind = "redis" }
  vars.haetae_broker = "controller"
}
CONF
# Seconds instead of minutes.
sed -i 's/check_interval = 1m/check_interval = 2s/; s/retry_interval = 20s/retry_interval = 1s/' "$icinga2_dir/etc/haetae-services.conf"
commands=()
while read -r command; do
    [ -x "$plugins/check_$command" ] || continue
    commands+=("$command")
    {
        printf 'object Service "cmd %s" {\n  host_name = "node"\n  check_command = "real_%s"\n' "$command" "$command"
        printf '  max_check_attempts = 1\n  check_interval = 1h\n  check_timeout = 30s\n'
        # shellcheck disable=SC2086
        icinga2_vars "$command" ${options[$command]:-}
        printf '}\n'
    } >>"$icinga2_dir/etc/services.conf"
    # shellcheck disable=SC2086
    watched_expect "cmd $command" "$work/real/check_$command" ${options[$command]:-}
done < <(sed -n 's/^object CheckCommand "haetae_\([a-z_0-9]*\)" {/\1/p' "$contrib/haetae-commands.conf")
rm -f "$contrib_state"/*
icinga2_start
started=$?
ok $started 'icinga2 takes the definitions' || diag "$(grep -iE 'critical|error' "$icinga2_dir/verify" | head -n 20)"
[ $started = 0 ] || { tap_done; exit 1; }
n_services=$((${#commands[@]} + 12))
wait_for 120 icinga2_checked "$n_services"
ok $? "all $n_services services have a result" || diag "$(icinga2_ask 'Columns: description has_been_checked')" "$(tail -n 20 "$icinga2_dir/out")"

declare -A state_of text_of perf_of
read_status() {
    while IFS= read -r name && IFS= read -r state && IFS= read -r text && IFS= read -r perf; do
        state_of[$name]=$state text_of[$name]=$text perf_of[$name]=$perf
    done < <(icinga2_status)
}
read_status
unquoted_labels() { tr -d "'" | grep -o '[^ =]*=' | sort; }
for command in "${commands[@]}"; do
    want="$work/expected/cmd $command"
    is "${state_of["cmd $command"]:-}" "$(cat "$want.state")" "haetae_$command: its state" || diag "${text_of["cmd $command"]:-}"
    is "$(unquoted_labels <<<"${perf_of["cmd $command"]:-}")" "$(unquoted_labels <"$want.perf")" "haetae_$command: its perfdata, whole"
done
for name in node disk time services ovs domains iscsi connectivity 'directory instances' mysql 'ping redis'; do
    is "${state_of[$name]:-}" 0 "the apply rule of '$name' makes a service that runs" || diag "${text_of[$name]:-}"
done

# --- one dead broker -------------------------------------------------------------------------------------
is_told() { grep -qxi "$1" "$work/told"; }
wait_for 60 is_told 'rabbitmq CRITICAL'
ok $? 'the broker is down: it is told' || diag "$(cat "$work/told")"
rm "$work/well/check_services" "$work/well/check_node"
touch "$work/sick/check_services" "$work/sick/check_node"
wait_for 120 is_told 'node CRITICAL'
ok $? 'what does not depend on it is told' || diag "$(cat "$work/told")"
is_hard() { [ "$(icinga2_ask 'Filter: description = services' 'Columns: state state_type')" = '2;1' ]; }
wait_for 120 is_hard
ok $? 'the services of the node are CRITICAL' || diag "$(icinga2_ask 'Filter: description = services' 'Columns: state state_type')"
again=$(icinga2_ask 'Filter: description = services' 'Columns: last_check')
later() { [ "$(icinga2_ask 'Filter: description = services' 'Columns: last_check' | cut -d. -f1)" -gt $((${again%%.*} + 3)) ]; }
wait_for 60 later
is_told 'services CRITICAL'
is $? 1 '... and nobody is told of them' || diag "$(cat "$work/told")"
tap_done
