# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# A private icinga2 with the checker and a Livestatus socket, in $work/icinga2: no port, no
# certificate, no notification.
#   icinga2_service NAME COMMAND...   adds a service (before the start)
#   icinga2_start                     starts it; stopped at the end of the test
#   icinga2_status                    NAME, state, text and perfdata of each, one field a line
#   icinga2_eval EXPRESSION           what its own interpreter makes of it

icinga2_dir=$work/icinga2
mkdir -p "$icinga2_dir"/{etc,run,log,spool,cache,lib}

# The packaged account, if it can reach what it must run.
icinga2_user=$(id -un)
if [ "$(id -u)" = 0 ] && id -u nagios >/dev/null 2>&1; then
    chmod 755 "$work"
    if setpriv --reuid nagios --regid nagios --clear-groups test -x "$plugins/check_node_load"; then
        icinga2_user=nagios
    fi
fi

icinga2_string() { printf '"%s"' "$(sed 's/[\\"]/\\&/g; s/\$/$$/g' <<<"$1")"; }

icinga2_service() {
    local name=$1 argument words=
    shift
    for argument; do words+="${words:+, }$(icinga2_string "$argument")"; done
    cat >>"$icinga2_dir/etc/services.conf" <<CONF
object CheckCommand "$name" { command = [ $words ] }
object Service "$name" { import "watched"; host_name = "node"; check_command = "$name" }
CONF
}

# Becomes icinga2: for a subshell, so that its pid is the server's.
icinga2_exec() {
    local as=()
    [ "$icinga2_user" = "$(id -un)" ] ||
        as=(setpriv --reuid "$icinga2_user" --regid "$(id -g "$icinga2_user")" --init-groups --)
    export ICINGA2_USER="$icinga2_user" HOME="$icinga2_dir"
    export ICINGA2_ERROR_LOG="$icinga2_dir/log/error.log"
    ICINGA2_GROUP=$(id -gn "$icinga2_user")
    export ICINGA2_GROUP
    cd / && exec "${as[@]}" icinga2 "$@"
}

icinga2_run() { (icinga2_exec "$@"); }

# icinga2_daemon HOW [OPTION]: HOW is icinga2_run or icinga2_exec
icinga2_daemon() {
    local how=$1
    shift
    "$how" daemon "$@" -c "$icinga2_dir/etc/icinga2.conf" -D "ConfigDir=$icinga2_dir/etc" \
        -D "DataDir=$icinga2_dir/lib" -D "LogDir=$icinga2_dir/log" -D "CacheDir=$icinga2_dir/cache" \
        -D "SpoolDir=$icinga2_dir/spool" -D "InitRunDir=$icinga2_dir/run" \
        -D "PidPath=$icinga2_dir/run/icinga2.pid" -D "RunAsUser=$icinga2_user" \
        -D "RunAsGroup=$(id -gn "$icinga2_user")"
}

icinga2_start() {
    cat >"$icinga2_dir/etc/icinga2.conf" <<CONF
const NodeName = "node"
const ZoneName = NodeName
include <itl>
object Endpoint NodeName {}
object Zone ZoneName { endpoints = [ NodeName ] }
object CheckerComponent "checker" {}
library "livestatus"
object LivestatusListener "status" { socket_type = "unix"; socket_path = "$icinga2_dir/run/status" }
object Host "node" { check_command = "dummy"; address = "127.0.0.1" }
template Service "watched" { check_interval = 5s; retry_interval = 5s; max_check_attempts = 1 }
include "services.conf"
CONF
    [ "$icinga2_user" = "$(id -un)" ] || chown -R "$icinga2_user" "$icinga2_dir"
    icinga2_daemon icinga2_run -C >"$icinga2_dir/verify" 2>&1 || return 1
    icinga2_daemon icinga2_exec </dev/null >"$icinga2_dir/out" 2>&1 &
    icinga2_pid=$!
    at_exit "kill $icinga2_pid; wait $icinga2_pid"
}

icinga2_ask() {
    perl -MIO::Socket::UNIX -e '
        my $s = IO::Socket::UNIX->new(Peer => shift) or exit 1;
        print $s "GET services\n", map("$_\n", @ARGV), "\n";
        $s->shutdown(1);
        print while <$s>;
    ' "$icinga2_dir/run/status" "$@"
}

icinga2_status() {
    icinga2_ask 'Columns: description state plugin_output perf_data' 'Separators: 30 10 44 124' |
        tr '\036' '\n'
}

# Whether every service has its first result.
icinga2_checked() { [ "$(icinga2_ask 'Columns: has_been_checked' | grep -c '^1')" = "$1" ]; }

icinga2_eval() { icinga2_run console --eval "$1" 2>/dev/null; }
