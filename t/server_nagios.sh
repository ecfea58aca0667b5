# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# A private nagios4 without web pages, sockets or notifications, in $work/nagios.
#   nagios_service NAME COMMAND...   adds a service (before the start)
#   nagios_start                     starts it; stopped at the end of the test
#   nagios_field NAME FIELD          a field of the service in its status.dat
# nagios_more may hold further lines of nagios.cfg; a later one wins.

nagios_dir=$work/nagios
mkdir -p "$nagios_dir"/{var/checkresults,var/archives,rw,tmp}

# The packaged account, if it can reach what it must run.
nagios_user=$(id -un)
if [ "$(id -u)" = 0 ] && id -u nagios >/dev/null 2>&1; then
    chmod 755 "$work"
    if setpriv --reuid nagios --regid nagios --clear-groups test -x "$plugins/check_node_load"; then
        nagios_user=nagios
    fi
fi

nagios_more=
nagios_object() { printf 'define %s{\n' "$1"; shift; printf '  %s\n' "$@"; printf '}\n'; }

nagios_service() {
    local name=$1
    shift
    nagios_object command "command_name $name" "command_line $*" >>"$nagios_dir/services.cfg"
    nagios_object service "service_description $name" 'host_name node' "check_command $name" \
        'check_interval 600' 'retry_interval 600' 'max_check_attempts 1' 'check_period always' \
        'contacts nobody' >>"$nagios_dir/services.cfg"
}

nagios_config() {
    cat <<CFG
log_file=$nagios_dir/var/nagios.log
cfg_file=$nagios_dir/base.cfg
cfg_file=$nagios_dir/services.cfg
object_cache_file=$nagios_dir/var/objects.cache
precached_object_file=$nagios_dir/var/objects.precache
status_file=$nagios_dir/var/status.dat
status_update_interval=1
nagios_user=$nagios_user
nagios_group=$(id -gn "$nagios_user")
check_external_commands=0
command_file=$nagios_dir/rw/nagios.cmd
query_socket=$nagios_dir/rw/nagios.qh
lock_file=$nagios_dir/var/nagios.lock
temp_file=$nagios_dir/tmp/nagios.tmp
temp_path=$nagios_dir/tmp
check_result_path=$nagios_dir/var/checkresults
state_retention_file=$nagios_dir/var/retention.dat
log_archive_path=$nagios_dir/var/archives
log_rotation_method=n
use_syslog=0
interval_length=1
service_inter_check_delay_method=n
host_inter_check_delay_method=n
service_interleave_factor=1
max_concurrent_checks=0
max_check_result_reaper_time=10
check_result_reaper_frequency=1
check_workers=2
service_check_timeout=60
enable_notifications=0
check_for_updates=0
bare_update_check=0
$nagios_more
CFG
}

nagios_start() {
    nagios_config >"$nagios_dir/nagios.cfg"
    {
        nagios_object timeperiod 'timeperiod_name always' 'alias always' \
            {sunday,monday,tuesday,wednesday,thursday,friday,saturday}' 00:00-24:00'
        nagios_object command 'command_name nothing' 'command_line /bin/true'
        nagios_object contact 'contact_name nobody' {host,service}'_notifications_enabled 0' \
            {host,service}'_notification_period always' {host,service}'_notification_options n' \
            {host,service}'_notification_commands nothing'
        nagios_object host 'host_name node' 'address 127.0.0.1' 'check_command nothing' \
            'max_check_attempts 1' 'check_period always' 'contacts nobody'
    } >"$nagios_dir/base.cfg"
    [ "$nagios_user" = "$(id -un)" ] || chown -R "$nagios_user" "$nagios_dir"
    nagios4 -v "$nagios_dir/nagios.cfg" >"$nagios_dir/verify" 2>&1 || return 1
    (cd / && exec nagios4 "$nagios_dir/nagios.cfg" </dev/null >"$nagios_dir/out" 2>&1) &
    nagios_pid=$!
    at_exit "kill $nagios_pid; wait $nagios_pid"
}

nagios_field() {
    awk -v name="$1" -v field="$2" '
        /^servicestatus/ { found = 0 }
        $0 == "\tservice_description=" name { found = 1 }
        found && index($0, "\t" field "=") == 1 { print substr($0, length(field) + 3); exit }
    ' "$nagios_dir/var/status.dat" 2>/dev/null
}

# Whether every service has its first result.
nagios_checked() {
    [ "$(grep -c '^servicestatus' "$nagios_dir/var/status.dat")" = "$1" ] &&
        ! sed -n '/^servicestatus/,/}/p' "$nagios_dir/var/status.dat" | grep -q 'has_been_checked=0'
}
