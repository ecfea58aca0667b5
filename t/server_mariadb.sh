# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A private MariaDB server for tests: sourced behind t/tap.sh. It listens on a unix socket in
# the test's own folder and, unless mariadb_net says otherwise, nowhere else; it is gone when the
# test ends.
#
#   mariadb_start           makes the data folder when there is none, and starts the server;
#                           again after mariadb_kill. Sets $mariadb_socket, $mariadb_user.
#                           When it fails, diagnostics say why.
#   mariadb_require         the same for a test that cannot go on without it
#   mariadb_kill            SIGKILL, as a crash would
#   mariadb_stop            SIGTERM, waits for its end
#   mariadb_select NAME     another server, which is made when it starts: the rest is about it
#   mariadb_sql STATEMENT   prints rows without a header, fields separated by tabs
need mariadbd mariadb-server-core
need mariadb mariadb-client-core
need mariadb-install-db mariadb-server-core

mariadb_pid=
mariadb_starttime=
mariadb_folder=
mariadb_socket=
mariadb_user=root
# Tests kill the server, not the machine: nothing of theirs waits for a disk that others keep busy,
# and none needs a share of what the kernel has for asynchronous I/O. (Empty in a benchmark.)
mariadb_disk=(--innodb-flush-method=nosync --innodb-use-native-aio=0)
# A test that needs TCP puts a port of the loopback here.
mariadb_net=(--skip-networking)

# What is set for each server, but the one that is selected.
mariadb_selected=first
declare -A mariadb_kept=()
mariadb_select() {
    mariadb_kept[$mariadb_selected]=$mariadb_pid$'\n'$mariadb_starttime$'\n'$mariadb_folder$'\n'$mariadb_socket
    mariadb_selected=$1
    { read -r mariadb_pid; read -r mariadb_starttime; read -r mariadb_folder; read -r mariadb_socket; } \
        <<<"${mariadb_kept[$1]:-}" || :
}

# Field 22 of /proc/PID/stat; the command in parentheses may hold anything.
mariadb_starttime_of() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    printf '%s\n' "${20}"
}

mariadb_alive() {
    [ -n "$mariadb_starttime" ] && [ "$(mariadb_starttime_of "$mariadb_pid")" = "$mariadb_starttime" ]
}

mariadb_sql() {
    mariadb --no-defaults --socket="$mariadb_socket" --user="$mariadb_user" \
        --default-character-set=utf8mb4 --batch --skip-column-names --execute="$1" "${@:2}"
}

# Root hands the server to an account of its own, who must be able to enter its folder. Where the
# test is killed itself, its server goes with it: so it is started by the test's own shell.
mariadb_as=()
mariadb_prepare() {
    local owner=
    mariadb_folder=$(mktemp -d "${TMPDIR:-/tmp}/haetae-db.XXXXXX") || return 1
    at_exit "rm -rf '$mariadb_folder'"
    at_exit "mariadb_select '$mariadb_selected'; mariadb_stop"
    chmod 755 "$mariadb_folder"
    mariadb_socket=$mariadb_folder/db.sock
    if [ "$(id -u)" = 0 ]; then
        owner=mysql
        id -u "$owner" >/dev/null 2>&1 || owner=nobody
        chown "$owner" "$mariadb_folder"
        mariadb_as=(setpriv --reuid "$owner" --regid "$(id -g "$owner")" --clear-groups)
    fi
    # The test's own user is root to the server, by password and by socket alike. A folder of its
    # own for temporary tables: a server that starts deletes all that it finds there, also those of
    # another one that makes its tables at this moment.
    within 40 "${mariadb_as[@]}" mariadb-install-db --no-defaults --datadir="$mariadb_folder/data" \
        --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve --force \
        --tmpdir="$mariadb_folder" "${mariadb_disk[@]}" </dev/null >"$mariadb_folder/install.log" 2>&1
}

mariadb_answers() { mariadb_sql 'SELECT 1'; }
mariadb_has_decided() { mariadb_answers || mariadb_gone; }

# Why it is not there, for one who has the output alone.
mariadb_diag() {
    local log
    diag "$*: mariadbd $(mariadb_alive && echo lives || echo 'does not live')"
    for log in install server; do
        diag "end of $log.log:"
        diag "$(grep -v '^$' "$mariadb_folder/$log.log" | tail -n 15)"
    done
}

mariadb_start() {
    [ -n "$mariadb_folder" ] || mariadb_prepare || { mariadb_diag 'cannot make a data folder'; return 1; }
    setpriv --pdeathsig TERM "${mariadb_as[@]:1}" "$(command -v mariadbd || echo /usr/sbin/mariadbd)" --no-defaults \
        --datadir="$mariadb_folder/data" --socket="$mariadb_socket" "${mariadb_net[@]}" \
        --pid-file="$mariadb_folder/db.pid" --tmpdir="$mariadb_folder" --character-set-server=utf8mb4 \
        --innodb-flush-log-at-trx-commit=1 --innodb-buffer-pool-size=64M \
        --innodb-log-file-size=32M --performance-schema=OFF --skip-log-bin "${mariadb_disk[@]}" "$@" \
        </dev/null >>"$mariadb_folder/server.log" 2>&1 &
    mariadb_pid=$!
    # The process is setpriv first; its start time stays the same across exec.
    mariadb_starttime=$(mariadb_starttime_of "$mariadb_pid")
    disown "$mariadb_pid"
    if wait_for 20 mariadb_has_decided && mariadb_alive; then return 0; fi
    mariadb_diag 'no answer'
    return 1
}

mariadb_require() {
    mariadb_start && return 0
    fail 'mariadbd starts'
    tap_done
    exit 1
}

mariadb_signal() {
    mariadb_alive && kill -"$1" "$mariadb_pid"
}

mariadb_gone() { ! mariadb_alive; }

mariadb_kill() {
    mariadb_signal KILL
    wait_for 10 mariadb_gone
    mariadb_pid='' mariadb_starttime=''
}

mariadb_stop() {
    mariadb_signal TERM
    wait_for 20 mariadb_gone || mariadb_kill
    mariadb_pid='' mariadb_starttime=''
}
