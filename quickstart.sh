#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds haetae, starts a private MariaDB, watches this node for some seconds and shows what
# was seen. Nothing is installed outside this folder but missing Debian packages, no running
# service is touched, and everything that was started is stopped.
set -eu
LC_ALL=C.UTF-8
export LC_ALL

usage() {
    cat <<'TEXT'
usage: sh quickstart.sh [--yes] [--no-install] [--keep] [SECONDS]

  SECONDS       how long this node is watched (20)
  --keep        leave it running, and say how to look and how to stop
  --yes         install missing Debian packages without asking
  --no-install  never install
TEXT
}

seconds=20 keep=no ask=yes install=yes
for argument; do
    case $argument in
    --yes) ask=no ;;
    --no-install) install=no ;;
    --keep) keep=yes ;;
    -h | --help) usage; exit 0 ;;
    *[!0-9]* | '') usage >&2; exit 2 ;;
    *) seconds=$argument ;;
    esac
done

top=$(cd "$(dirname "$0")" && pwd)
build=$top/build-quickstart
mkdir -p "$build"
packages="gcc make autoconf automake pkg-config libc6-dev libconfig-dev libmariadb-dev
libevent-dev uthash-dev mariadb-server-core mariadb-client-core"
package_log=$build/packages.log
# shellcheck source=t/packages.sh
. "$top/t/packages.sh"

work='' database='' scheduler=''
say() { printf '\n== %s\n' "$*"; }
die() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

# Stops by pid what was started here, in order: probes, results, database.
clean_up() {
    status=$?
    trap - EXIT INT TERM HUP
    packages_clean_up
    if [ "$keep" = running ]; then exit "$status"; fi
    for pid in $scheduler $database; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    [ -z "$work" ] || rm -rf "$work"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# quiet LOG COMMAND...: shows the end of the log when the command fails
quiet() {
    log=$1
    shift
    "$@" >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "failed: $* (whole log: $log)"; }
}

say "packages"
need_packages || [ "$install" = no ] || die "install what is missing, then try again"
echo "all there"

say "build"
[ -x "$top/configure" ] || quiet "$build/autoreconf.log" autoreconf -fi "$top"
cd "$build"
[ -f Makefile ] || quiet "$build/configure.log" "$top/configure" --with-mysql
quiet "$build/make.log" make -j"$(nproc 2>/dev/null || echo 2)"

# Root starts nothing as root: the database and the scheduler become nobody.
work=$(mktemp -d "${TMPDIR:-/tmp}/haetae-quickstart.XXXXXX")
chmod 755 "$work"
quiet "$build/install.log" make install DESTDIR="$work/root"
bin=$(find "$work/root" -type f -name haetae-scheduler)
prefix=${bin%/sbin/haetae-scheduler}
mkdir "$work/db" "$work/spool"
chmod 700 "$work/spool"
user=$(id -un)
if [ "$user" = root ]; then
    user=nobody
    chown -R nobody "$work/db" "$work/spool"
fi
echo "in $build"

say "database: a private mariadbd on $work/db/socket"
quiet "$work/install-db.log" mariadb-install-db --no-defaults --user="$user" --datadir="$work/db/data" \
    --skip-test-db --auth-root-authentication-method=normal
PATH=$PATH:/usr/sbin mariadbd --no-defaults --user="$user" --datadir="$work/db/data" \
    --socket="$work/db/socket" --pid-file="$work/db/pid" --skip-networking \
    --innodb-buffer-pool-size=64M --performance-schema=OFF >"$work/mariadbd.log" 2>&1 &
database=$!
tries=0
sql() { mariadb --no-defaults --socket="$work/db/socket" --user=root "$@"; }
until sql -e 'SELECT 1' >/dev/null 2>&1; do
    kill -0 "$database" 2>/dev/null || { tail -n 5 "$work/mariadbd.log" >&2; die "mariadbd ended"; }
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || die "mariadbd does not answer, see $work/mariadbd.log"
    sleep 0.1
done
(umask 077; od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$work/password")
[ "$user" != nobody ] || chown nobody "$work/password"
# From a file, not from the command line, which everybody can read.
sql <<SQL
CREATE DATABASE haetae;
CREATE USER haetae@localhost IDENTIFIED BY '$(cat "$work/password")';
GRANT ALL ON haetae.* TO haetae@localhost;
SQL

host=$(uname -n)
cat >"$work/haetae.conf" <<CONF
database = { socket = "$work/db/socket"; user = "haetae"; password_file = "$work/password";
             name = "haetae"; };
scheduler = { host = "$host"; spool = "$work/spool"; user = "$user"; };
probetypes = ( { name = "plugin"; folder = "$prefix/libexec/haetae"; } );
CONF
haetae=$prefix/bin/haetae
"$haetae" --config "$work/haetae.conf" db init
"$haetae" --config "$work/haetae.conf" spec import "$top/config/toolspecs/node.cfg"

say "scheduler: $seconds s on $host"
"$prefix/sbin/haetae-scheduler" --config "$work/haetae.conf" &
scheduler=$!
# A shell that sleeps does not hear a signal: it waits for the sleep as a child.
sleep "$seconds" &
wait $!
kill -0 "$scheduler" 2>/dev/null || die "the scheduler ended"

if [ "$keep" = yes ]; then
    cat >"$work/stop.sh" <<STOP
#!/bin/sh
kill $scheduler 2>/dev/null
while kill -0 $scheduler 2>/dev/null; do sleep 0.1; done
kill $database 2>/dev/null
while kill -0 $database 2>/dev/null; do sleep 0.1; done
rm -rf "$work"
STOP
    "$haetae" --config "$work/haetae.conf" status
    say "left running"
    echo "look:  $haetae --config $work/haetae.conf status"
    echo "       mariadb --socket=$work/db/socket --user=root haetae"
    echo "stop:  sh $work/stop.sh"
    keep=running
    exit 0
fi

# It lets the probes end and loads their results before it goes.
kill "$scheduler"
wait "$scheduler" || die "the scheduler failed"
scheduler=
say "status"
"$haetae" --config "$work/haetae.conf" status
say "slot accounting"
"$haetae" --config "$work/haetae.conf" accounting
