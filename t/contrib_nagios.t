#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A real nagios4 with the definitions of contrib/nagios: each command runs, its state and all
# of its perfdata arrive; a broker that is down silences what depends on it, and nothing else.
. "${srcdir:-.}/t/tap.sh" || exit 1
need nagios4 nagios4-core
. "$srcdir/t/server_nagios.sh"
. "$srcdir/t/watched.sh"
. "$srcdir/t/contrib.sh"
contrib=$srcdir/contrib/nagios

# --- what is made of the plugins and the profiles is up to date -----------------------------------
built=yes
for file in "$srcdir"/plugins/check_*.c; do
    name=${file##*/}
    [ -x "$plugins/${name%.c}" ] || built=
done
if [ -n "$built" ]; then
    sh "$contrib/haetae-commands.sh" "$plugins" | diff "$contrib/haetae-commands.cfg.in" - >"$work/diff"
    ok $? 'haetae-commands.cfg.in is what "make contrib-files" writes' || diag "$(head "$work/diff")"
else
    skip 'not all plugins were built'
fi
sh "$contrib/haetae-services.sh" "$srcdir/config/profiles" | diff "$contrib/haetae-services.cfg" - >"$work/diff"
ok $? 'haetae-services.cfg is what "make contrib-files" writes' || diag "$(head "$work/diff")"

# --- the definitions as a site would use them ---------------------------------------------------------
sed "/ARG2\|check_rabbitmq/s|@plugindir@|$work/wrap|; s|@plugindir@|$work/real|" "$contrib/haetae-commands.cfg.in" >"$nagios_dir/commands.cfg"
cp "$contrib/haetae-templates.cfg" "$contrib/haetae-services.cfg" "$nagios_dir/"
nagios_more="cfg_file=$nagios_dir/commands.cfg
cfg_file=$nagios_dir/haetae-templates.cfg
cfg_file=$nagios_dir/haetae-services.cfg
cfg_file=$nagios_dir/site.cfg
allow_empty_hostgroup_assignment=1
enable_notifications=1"
# The site's own: who is told, and a host in some groups.
: >"$work/told"
chmod 666 "$work/told"
{
    nagios_object command 'command_name tell' "command_line echo '\$SERVICEDESC\$ \$SERVICESTATE\$' >>$work/told"
    nagios_object contact 'contact_name operator' {host,service}'_notification_period always' \
        'host_notification_options n' 'service_notification_options c' \
        'host_notification_commands nothing' 'service_notification_commands tell'
    # Nagios has no way to add to a template: the site's own values go into one of its own.
    sed -i 's/^  name  *haetae-service$/&\n  contacts operator\n  check_period always\n  notification_period always/' \
        "$nagios_dir/haetae-templates.cfg"
    nagios_object host 'host_name compute' 'address 127.0.0.1' 'check_command nothing' 'max_check_attempts 1' \
        'check_period always' 'contacts nobody' \
        'hostgroups haetae-node,haetae-openstack-compute,haetae-ovs,haetae-libvirt,haetae-rabbitmq-server'
} >"$nagios_dir/site.cfg"
: >"$nagios_dir/services.cfg"
touch "$work/sick/check_rabbitmq"
# Each command on a host of its own, so that every one is seen to run.
commands=()
while read -r command; do
    case $command in on_node*) continue ;; esac
    [ -x "$plugins/check_$command" ] || continue
    commands+=("$command")
    nagios_object service "service_description cmd $command" 'host_name node' \
        "check_command haetae_$command!${options[$command]:-}" 'check_interval 600' 'retry_interval 600' \
        'max_check_attempts 1' 'check_period always' 'contacts nobody' >>"$nagios_dir/services.cfg"
done < <(sed -n 's/^  command_name  haetae_//p' "$nagios_dir/commands.cfg")
for command in "${commands[@]}"; do
    # shellcheck disable=SC2086
    case $command in
    rabbitmq) watched_expect "cmd $command" "$work/wrap/check_$command" ;;
    mysql_server | service_ping) watched_expect "cmd $command" "$work/real/check_$command" -H 127.0.0.1 ${options[$command]:-} ;;
    *) watched_expect "cmd $command" "$work/real/check_$command" ${options[$command]:-} ;;
    esac
done
rm -f "$contrib_state"/*
# Nothing is wrong yet on the compute node.
touch "$work"/well/check_{node,node_disk,time,services,ovs,libvirt_domains}
nagios_start
started=$?
ok $started 'nagios4 takes the definitions' || diag "$(grep -iE 'error|warning' "$nagios_dir/verify" | head -n 20)"
[ $started = 0 ] || { tap_done; exit 1; }
n_services=$((${#commands[@]} + 7))
wait_for 120 nagios_checked "$n_services"
ok $? "all $n_services services have a result" || diag "$(tail -n 20 "$nagios_dir/var/nagios.log")"

for command in "${commands[@]}"; do
    want="$work/expected/cmd $command"
    is "$(nagios_field "cmd $command" current_state)" "$(cat "$want.state")" "haetae_$command: its state" ||
        diag "$(nagios_field "cmd $command" plugin_output)"
    is "$(labels <<<"$(nagios_field "cmd $command" performance_data)")" "$(labels <"$want.perf")" "haetae_$command: its perfdata, whole"
done

# --- one dead broker -------------------------------------------------------------------------------------
is_told() { grep -qx "$1" "$work/told"; }
is_hard() { [ "$(nagios_field "$1" current_state) $(nagios_field "$1" state_type)" = '2 1' ]; }
wait_for 60 is_told 'rabbitmq CRITICAL'
ok $? 'the broker is down: it is told' || diag "$(cat "$work/told")" "$(nagios_field rabbitmq plugin_output)"
rm "$work/well/check_services" "$work/well/check_node"
touch "$work/sick/check_services" "$work/sick/check_node"
wait_for 120 is_told 'node CRITICAL'
ok $? 'what does not depend on it is told' || diag "$(cat "$work/told")"
wait_for 120 is_hard 'services openstack-compute'
ok $? 'the services of the node are CRITICAL' || diag "$(nagios_field 'services openstack-compute' plugin_output)"
# Two more checks of it have had their chance to tell.
again=$(nagios_field 'services openstack-compute' last_check)
later() { [ "$(nagios_field 'services openstack-compute' last_check)" -gt $((again + 1)) ]; }
wait_for 60 later
is_told 'services openstack-compute CRITICAL'
is $? 1 '... and nobody is told of them' || diag "$(cat "$work/told")"
tap_done
