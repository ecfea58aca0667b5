#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds haetae, starts a private MariaDB, watches this node for some seconds and shows what
# was seen. Nothing is installed but missing Debian packages, no running service is touched,
# and everything that was started is stopped.
set -eu
LC_ALL=C.UTF-8
export LC_ALL
umask 022
# Each would change what a command below does.
unset CDPATH MAKEFLAGS MYSQL_PWD MYSQL_HOME

usage() {
    cat <<'TEXT'
usage: sh quickstart.sh [--yes] [--no-install] [--keep] [SECONDS]

  SECONDS       how long this node is watched (20)
  --keep        leave it running, and say how to look and how to stop
  --yes         install missing Debian packages without asking
  --no-install  never install

The build is in build-quickstart/ and stays there; the database and all else is in a
folder below $TMPDIR or /tmp, and is gone at the end.
TEXT
}

seconds=20 keep=no ask=yes install=yes
for argument; do
    case $argument in
    --yes) ask=no ;;
    --no-install) install=no ;;
    --keep) keep=yes ;;
    -h | --help) usage; exit 0 ;;
    0* | *[!0-9]* | '' | ????????*) usage >&2; exit 2 ;;
    *) seconds=$argument ;;
    esac
done

top=$(cd -- "$(dirname -- "$0")" && pwd)
work='' running=no database='' scheduler='' sleeper=''
say() { printf '\n== %s\n' "$*"; }
die() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

# --- ending ------------------------------------------------------------------------------

stop() {
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

# In order: probes, results, database. A second Ctrl-C does not leave half of it.
clean_up() {
    status=$?
    trap '' INT TERM HUP PIPE
    trap - EXIT
    packages_clean_up
    if [ "$running" = yes ]; then exit "$status"; fi
    case $status in 13?) echo "quickstart: interrupted, stopping" >&2 ;; esac
    [ -z "$sleeper" ] || stop "$sleeper"
    [ -z "$scheduler" ] || stop "$scheduler"
    [ -z "$database" ] || stop "$database"
    [ -z "$work" ] || rm -rf "$work"
    exit "$status"
}

# quiet LOG COMMAND...: shows the end of the log when the command fails
quiet() {
    log=$1
    shift
    "$@" >"$log" 2>&1 </dev/null && return 0
    tail -n 20 "$log" >&2
    case $log in
    "$work"/*) die "failed: $*" ;;
    *) die "failed: $* (the whole log: $log)" ;;
    esac
}

# --- folders -----------------------------------------------------------------------------

# Root starts nothing as root: the database and the scheduler are nobody's.
user=$(id -un 2>/dev/null || id -u)
as_user=
if [ "$(id -u)" = 0 ]; then
    user=nobody
    as_user="setpriv --reuid=nobody --regid=$(id -g nobody) --clear-groups"
fi

# can_run FOLDER COMMAND...: whether a program there can be written, and started by COMMAND
can_run() {
    program=$1/try-$$
    shift
    (printf '#!/bin/sh\n' >"$program") 2>/dev/null || return 1
    chmod 755 "$program"
    result=0
    "$@" "$program" 2>/dev/null || result=1
    rm -f "$program"
    return $result
}

# Makes $work below a folder, or says why not. A unix socket's path has 107 bytes (unix(7)).
use_folder() {
    work=$(mktemp -d "$1/haetae-quickstart.XXXXXX" 2>/dev/null) || { why="cannot write there"; return 1; }
    chmod 755 "$work"
    socket=$work/db/socket
    why=
    # shellcheck disable=SC2086
    case $work in
    *[!A-Za-z0-9/._+-]*) why="its name has blanks or signs" ;;
    [!/]*) why="it is not absolute" ;;
    *) [ ${#socket} -le 107 ] || why="its name is too long for a socket below it"
       [ -n "$why" ] || can_run "$work" env $as_user ||
           why="user $user cannot start programs there (noexec, or a closed folder above)" ;;
    esac
    [ -n "$why" ] || return 0
    rm -rf "$work"
    work=
    return 1
}

choose_folder() {
    for folder in ${TMPDIR+"$TMPDIR"} /tmp /var/tmp /run ${build:+"$build"}; do
        use_folder "$folder" && return 0
        echo "cannot work in $folder: $why"
    done
    die "no folder to work in: set TMPDIR to one"
}

# The build stays in the checkout, or is made of a copy where that may not be written to.
choose_build() {
    build=$top/build-quickstart
    mkdir -p "$build" 2>/dev/null && can_run "$top" env && can_run "$build" env && return 0
    build=
}

copy_tree() {
    echo "$top may not be written to (or is mounted noexec): building a copy, which takes as long each time"
    mkdir "$work/source"
    (cd "$top" && tar -cf - --exclude='./build' --exclude='./build-tests' \
        --exclude='./build-quickstart' --exclude=./.git .) | (cd "$work/source" && tar -xf -)
    top=$work/source
    build=$top/build-quickstart
    mkdir "$build"
}

# --- steps -------------------------------------------------------------------------------

install_packages() {
    packages="gcc make autoconf automake pkg-config|pkgconf libc6-dev libconfig-dev
        libmariadb-dev libevent-dev uthash-dev
        mariadb-server-core|mariadb-server-core-10.6|mariadb-server-core-10.5
        mariadb-client-core|mariadb-client-core-10.6|mariadb-client-core-10.5"
    package_log=$work/packages.log
    if need_packages; then
        echo "all there"
    else
        [ "$install" = no ] || die "install what is missing, then try again"
    fi
}

build_all() {
    [ ! -e "$top/config.status" ] || die "$top was configured in place: run make distclean there first"
    [ -x "$top/configure" ] ||
        (cd "$top" && quiet "$build/autoreconf.log" autoreconf -fi)
    cd "$build"
    # A relative path, for automake refuses one with blanks.
    [ -f Makefile ] || quiet "$build/configure.log" ../configure --with-mysql --prefix=/usr/local
    quiet "$build/make.log" make -j"$(nproc 2>/dev/null || echo 2)"
    quiet "$build/install.log" make install DESTDIR="$work/root"
    cd /
    prefix=$work/root/usr/local
    haetae="$prefix/bin/haetae --config $work/haetae.conf"
}

sql() { mariadb --no-defaults --socket="$socket" --user=root "$@"; }

# Whoever can reach the socket is the database's root, so nobody else may enter its folder.
start_database() {
    PATH=$PATH:/usr/sbin
    mkdir "$work/db"
    chmod 700 "$work/db"
    [ -z "$as_user" ] || chown nobody "$work/db"
    export TMPDIR="$work/db"
    # In a session of its own: Ctrl-C is for this script, which stops things in their order.
    # shellcheck disable=SC2086
    quiet "$work/install-db.log" setsid env $as_user mariadb-install-db --no-defaults \
        --datadir="$work/db/data" --skip-test-db --skip-name-resolve --force \
        --auth-root-authentication-method=normal
    # shellcheck disable=SC2086
    setsid env $as_user mariadbd --no-defaults --datadir="$work/db/data" --socket="$socket" \
        --pid-file="$work/db/pid" --skip-networking --innodb-buffer-pool-size=64M \
        --performance-schema=OFF >"$work/mariadbd.log" 2>&1 </dev/null &
    database=$!
    tries=0
    until sql -e 'SELECT 1' >/dev/null 2>&1; do
        kill -0 "$database" 2>/dev/null || { tail -n 5 "$work/mariadbd.log" >&2; die "mariadbd ended"; }
        tries=$((tries + 1))
        [ "$tries" -lt 1800 ] || { tail -n 5 "$work/mariadbd.log" >&2; die "mariadbd does not answer"; }
        sleep 0.1
    done
}

# The password goes through files and a pipe: a command line can be read by everybody.
make_tables() {
    mkdir "$work/spool"
    chmod 700 "$work/spool"
    (umask 077; od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$work/password")
    [ -z "$as_user" ] || chown nobody "$work/spool" "$work/password"
    sql <<SQL
CREATE DATABASE haetae;
CREATE USER haetae@localhost IDENTIFIED BY '$(cat "$work/password")';
GRANT ALL ON haetae.* TO haetae@localhost;
SQL
    host=$(uname -n)
    cat >"$work/haetae.conf" <<CONF
database = { socket = "$socket"; user = "haetae"; password_file = "$work/password";
             name = "haetae"; };
scheduler = { host = "$host"; spool = "$work/spool"; user = "$user"; };
probetypes = ( { name = "plugin"; folder = "$prefix/libexec/haetae"; } );
CONF
    $haetae db init >"$work/init.log"
    $haetae spec import "$top/config/toolspecs/node.cfg" >"$work/import.log"
    cat "$work/import.log"
}

watch_node() {
    setsid "$prefix/sbin/haetae-scheduler" --config "$work/haetae.conf" 2>"$work/scheduler.log" &
    scheduler=$!
    left=$seconds
    while [ "$left" -gt 0 ]; do
        # A shell that sleeps does not hear a signal: it waits for the sleep as a child.
        sleep 1 &
        sleeper=$!
        wait "$sleeper"
        sleeper=
        kill -0 "$scheduler" 2>/dev/null || { tail -n 5 "$work/scheduler.log" >&2; die "the scheduler ended"; }
        left=$((left - 1))
    done
}

# It lets the probes end and loads their results before it goes.
stop_scheduler() {
    kill "$scheduler"
    wait "$scheduler" || { tail -n 5 "$work/scheduler.log" >&2; die "the scheduler failed"; }
    scheduler=
}

show() {
    say "status"
    $haetae status --probes
    say "slot accounting"
    $haetae accounting
    echo "(late: started more than 1 s after it was due; open: came due while it was being stopped)"
}

leave_running() {
    cat >"$work/stop.sh" <<STOP
#!/bin/sh
# Stops the scheduler, then its database, and removes their folder.
stop() {
    is_ours() { grep -qsF '$work' "/proc/\$1/cmdline"; }
    ! is_ours "\$1" || kill "\$1"
    while is_ours "\$1"; do sleep 0.1; done
}
stop $scheduler
stop $database
rm -rf '$work'
echo stopped
STOP
    running=yes
    say "left running"
    cat <<TEXT
look:  $haetae status
       $haetae accounting
       mariadb --no-defaults --socket=$socket --user=root haetae
log:   $work/scheduler.log
stop:  sh $work/stop.sh
TEXT
}

# --- all together ------------------------------------------------------------------------

# shellcheck source=t/packages.sh
. "$top/t/packages.sh"
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
trap 'exit 141' PIPE

choose_build
choose_folder
say "packages"
install_packages
[ -n "$build" ] || copy_tree
say "build: in $build (a minute or so the first time)"
build_all
say "database: a private mariadbd on $socket"
start_database
say "probes: config/toolspecs/node.cfg"
make_tables
say "scheduler: watches $host for $seconds s"
watch_node
if [ "$keep" = yes ]; then
    show
    leave_running
else
    stop_scheduler
    show
    say "stopped: nothing is left running"
fi
