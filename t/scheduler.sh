# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# What the tests of the scheduler share: sourced behind t/tap.sh. A private MariaDB with the
# tables, a configuration, and the real programs.
#
#   sched_init          the server, the tables, the folders; sets $spool, $conf, $user
#   sched_conf [LINES]  writes the configuration; LINES go into its scheduler group
#   spec NAME FIELDS… -- ARGUMENT…   adds a spec to the next import; FIELDS replace defaults
#   import              stores them
#   sched_start         in the foreground of a child of ours, log in $work/log.run; $sched_pid
#   sched_grants        from now on the scheduler connects as a runner and $haetae as an operator,
#                       who may do what "haetae db grants" prints and no more; sched_init does it
#   sched_stop          SIGTERM, waits for the end; $sched_rc
#   sql STATEMENT       in the database
scheduler=$builddir/scheduler/haetae-scheduler
haetae=$builddir/scheduler/haetae
probe=$builddir/t/sched_probe
[ -x "$scheduler" ] || skip_all 'built without the scheduler'
. "$srcdir/t/server_mariadb.sh"

sched_pid=
sched_rc=
spool=$work/spool
conf=$work/haetae.conf
log=$work/log.run
user=$(id -un)
host=probe1

sched_init() {
    mariadb_require
    sql_server 'CREATE DATABASE haetae' || { fail 'a database is made'; tap_done; exit 1; }
    chmod 755 "$work"
    mkdir -m 700 "$spool"
    mkdir -m 777 "$work/out"
    mkdir "$work/bin"
    cp "$probe" "$work/bin/probe"
    if [ "$user" = root ]; then
        user=nobody
        chown nobody "$spool"
    fi
    sched_conf
    if ! { "$haetae" --config "$conf" db init && sched_grants; } >"$work/init.log" 2>&1; then
        fail 'the tables are made'
        diag "$(cat "$work/init.log")"
        tap_done
        exit 1
    fi
    at_exit sched_end
}
sql_server() { mariadb_sql "$1"; }
sql() { mariadb_sql "$1" haetae; }

# Both programs read one file, and tests change it as they like: $haetae is then a script that
# gives the command the same file with the operator's name in it.
db_user=$mariadb_user
haetae_admin=$haetae
sched_grants() {
    local role
    for role in runner operator viewer; do
        sql_server "CREATE USER 'haetae_$role'@'localhost'" || return 1
        sql_server "$("$haetae" --config "$conf" db grants --role "$role" --user "haetae_$role" --from localhost)" || return 1
    done
    cp "$conf" "$work/admin.conf"
    db_user=haetae_runner
    cat >"$work/haetae" <<'W'
#!/bin/sh
program=$1 role=$2 config=
shift 2
for word; do
    case $word in
    --config=*) config=${word#--config=} ;;
    *) if [ "$config" = next ]; then config=$word; fi
       if [ "$word" = --config ]; then config=next; fi ;;
    esac
done
if [ -n "$config" ] && [ -f "$config" ]; then
    sed "s/user = \"haetae_runner\"/user = \"haetae_$role\"/" "$config" >"$config.$role.$$" &&
        mv "$config.$role.$$" "$config.$role" && chmod 644 "$config.$role"
    if [ "$1" = --config ]; then
        shift 2
        exec "$program" --config "$config.$role" "$@"
    elif [ "$1" = "--config=$config" ]; then
        shift
        exec "$program" --config "$config.$role" "$@"
    fi
fi
exec "$program" "$@"
W
    for role in operator viewer; do
        printf '#!/bin/sh\nexec sh "%s" "%s" %s "$@"\n' "$work/haetae" "$haetae_admin" "$role" >"$work/haetae-$role"
        chmod 755 "$work/haetae-$role"
    done
    haetae=$work/haetae-operator
    sched_conf
}

sched_conf() {
    cat >"$conf" <<C
database = { socket = "$mariadb_socket"; user = "$db_user"; name = "haetae"; };
scheduler = { host = "$host"; spool = "$spool"; user = "$user"; window = "5 s"; $* };
probetypes = ( { name = "probe"; folder = "$work/bin"; }, { name = "fixed"; command = "$work/bin/probe"; } );
C
}

# A text of libconfig.
quoted() {
    local text=$1
    text=${text//\\/\\\\}
    text=${text//\"/\\\"}
    text=${text//$'\n'/\\n}
    printf '"%s"' "$text"
}
specs=
spec() {
    local name=$1 field args='' comma=''
    local -A fields=([probetype]='"probe"' [command]='"probe"' [interval]=1 [timeout]=5 [phase]=0)
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        fields[${1%%=*}]=${1#*=}
        shift
    done
    [ $# -eq 0 ] || shift
    for field; do
        # No variable: the program gets it as it is.
        field=${field//\$(/\$\$(}
        args+="$comma $(quoted "$field")"
        comma=,
    done
    specs+="${specs:+,}
  { node = \"n1\"; name = \"$name\"; args = ( $args );"
    for field in "${!fields[@]}"; do
        [ -z "${fields[$field]}" ] || specs+=" $field = ${fields[$field]};"
    done
    specs+=' }'
}
import() {
    printf 'specs = (%s\n);\n' "$specs" >"$work/specs.cfg"
    specs=
    "$haetae" --config "$conf" spec import "$work/specs.cfg" >"$work/import.log" 2>&1 ||
        { diag "$(cat "$work/import.log")"; return 1; }
}
specid() { sql "SELECT specid FROM TOOLSPECS WHERE name = '$1'"; }

sched_start() {
    "$scheduler" --config "$conf" </dev/null >>"$log" 2>&1 &
    sched_pid=$!
    wait_for 20 stages_run
}
sched_stop() { # SIGNAL
    kill -"${1:-TERM}" "$sched_pid"
    sched_wait
}
# A child of ours that has ended is there until we ask for it.
sched_wait() {
    wait_for 45 ended "$sched_pid" || { diag 'the scheduler does not end'; kill -9 "$sched_pid"; }
    wait "$sched_pid" 2>/dev/null
    sched_rc=$?
    sched_pid=
}
ended() { # PID
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    stat=${stat##*) }
    [ "${stat%% *}" = Z ]
}
# Processes of ours, by configuration and stage ("" for supervisors).
pids_of() {
    local dir words
    for dir in /proc/[0-9]*; do
        mapfile -d '' -t words <"$dir/cmdline" 2>/dev/null || continue
        [[ " ${words[*]} " == *" $conf "* ]] || continue
        if [ -z "$1" ]; then
            [[ " ${words[*]} " == *" --stage "* ]] || echo "${dir#/proc/}"
        elif [[ " ${words[*]} " == *" --stage $1 "* ]]; then
            echo "${dir#/proc/}"
        fi
    done 2>/dev/null
}
all_stages() { for stage in materialise claim run load maintain; do pids_of "$stage"; done; }
stages_run() { [ "$(all_stages | wc -l)" = 5 ]; }
no_stages() { [ -z "$(all_stages)" ]; }
probe_pids() {
    local dir
    for dir in /proc/[0-9]*; do
        [ "$(readlink "$dir/exe" 2>/dev/null)" = "$work/bin/probe" ] && echo "${dir#/proc/}"
    done
}
# The captures of probes; files that wait for their next use are none.
captures() { find "$spool/run" -type f ! -name journal ! -name '.*' "$@"; }
no_probes() { [ -z "$(probe_pids)" ]; }
# What a failed test has left running.
sched_end() {
    local pid
    for pid in $sched_pid $(pids_of ''); do kill -9 "$pid"; done
    wait_for 5 no_stages
    for pid in $(probe_pids); do kill -9 "$pid"; done
}
# At least so many rows.
rows() { [ "$(sql "SELECT COUNT(*) FROM $2")" -ge "$1" ]; }
# The last record of each probe.
status_of() { sql "SELECT text FROM STATUS WHERE specid = $(specid "$1")"; }
accounting() { "$haetae" --config "$conf" accounting 2>&1; }
# Slots of this host that have no outcome though they were due before this moment.
open_before() { sql "SELECT COUNT(*) FROM SCHEDULE S LEFT JOIN RUNLOG R ON R.day = S.due_ms DIV 86400000 AND R.kind = 0 AND R.scheduleid = S.scheduleid WHERE S.hostid = (SELECT hostid FROM HOST WHERE name = '$host') AND S.due_ms < $1 AND R.scheduleid IS NULL"; }
settled() { [ "$(open_before "$1")" = 0 ]; }
now_ms() { date +%s%3N; }
