#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds haetae in folders of its own and runs every test. The last line is
# "N passed, N failed"; the status is 0 when nothing failed.
set -u
LC_ALL=C.UTF-8
export LC_ALL

usage() {
    cat <<'TEXT'
usage: sh run-tests.sh [--yes] [--no-install] [STAGE...]

  --yes         install missing Debian packages without asking
  --no-install  never install; tests of missing parts are skipped
  STAGE         run these alone: plain sanitizers clang plugins-only lint install
                distcheck kill quickstart

Everything is built below build-tests/; the log of a stage is build-tests/STAGE.log, and what
failed is shown at the end. Packages are installed by root only, and no service is started. With
HAETAE_CI=1 a missing part fails.
TEXT
}

# What the build and the tests need. None of these has a service that would start at boot.
packages="gcc make autoconf automake pkg-config libc6-dev libconfig-dev libmariadb-dev
libevent-dev uthash-dev libcurl4-openssl-dev|libcurl4-gnutls-dev libjansson-dev librabbitmq-dev libvirt-dev
libsystemd-dev libsnmp-dev dbus-daemon|dbus
mariadb-server-core|mariadb-server-core-10.6|mariadb-server-core-10.5
mariadb-client-core|mariadb-client-core-10.6|mariadb-client-core-10.5 mandoc shellcheck clang
clang-format clang-tidy libclang-rt-14-dev|libclang-rt-dev nagios4-core monitoring-plugins-basic fuse3
libfuse3-dev libfaketime procps util-linux iproute2 e2fsprogs locales perl git snmp smitools"
# These have one, so they go to machines that exist for the tests only.
service_packages="icinga2-bin cron chrony rabbitmq-server openvswitch-switch openvswitch-common redis-server
memcached galera-4 libvirt-daemon libvirt-clients qemu-system-x86 apache2-bin openssl dnsmasq-base haproxy
iputils-ping dbus python3 sudo libcap2-bin snmpd snmptrapd prometheus-snmp-exporter erlang-snmp"

ask=yes
install=yes
stages=
all_stages="plain sanitizers clang plugins-only lint install distcheck kill quickstart"
for argument; do
    case $argument in
    --yes) ask=no ;;
    --no-install) install=no ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *)
        case " $all_stages " in
        *" $argument "*) stages="$stages $argument" ;;
        *) usage >&2; exit 2 ;;
        esac
        ;;
    esac
done
stages=${stages:-$all_stages}

top=$(cd "$(dirname "$0")" && pwd) || exit 1
cd "$top" || exit 1
out=$top/build-tests
jobs=$(nproc 2>/dev/null || echo 2)
passed=0
failed=0
skipped=0
broken_stages=
started=$(date +%s)
package_log=$out/packages.log
# shellcheck source=t/packages.sh
. "$top/t/packages.sh"
# shellcheck source=t/report.sh
. "$top/t/report.sh"
trap packages_clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say() { printf '%s\n' "$*"; }

# --- counting ----------------------------------------------------------------------------

# One thing that passed or failed: count STATUS NAME
count() {
    if [ "$1" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        say "FAILED: $2"
    fi
}

# A tool that is missing: skipped for a user, failed in CI.
lacks() {
    command -v "$1" >/dev/null 2>&1 && return 1
    if [ "${HAETAE_CI:-}" = 1 ]; then
        count 1 "$stage: no $1"
    else
        skipped=$((skipped + 1))
        say "skipped: no $1"
    fi
}

results() { find "$1" -name '*.trs' -exec cat {} + 2>/dev/null | grep -c "^:test-result: $2"; }

# Adds up what the TAP driver left in a build folder.
count_results() {
    passed=$((passed + $(results "$1" 'PASS\|^:test-result: XFAIL')))
    skipped=$((skipped + $(results "$1" 'SKIP')))
    bad=$(results "$1" 'FAIL\|^:test-result: ERROR\|^:test-result: XPASS')
    failed=$((failed + bad))
    find "$1" -name '*.log' ! -name test-suite.log -exec grep -H '^not ok' {} + | sed "s|^$out/|FAILED: |; s|\.log:not ok [0-9]*||"
}

# --- stages ------------------------------------------------------------------------------

# build FOLDER [CONFIGURE ARGUMENT...]
build() {
    folder=$1
    shift
    rm -rf "${out:?}/$folder"
    mkdir -p "$out/$folder" && cd "$out/$folder" &&
        "$top/configure" --enable-werror "$@" && make -k -j"$jobs"
    status=$?
    cd "$top" || exit 1
    return $status
}

# check FOLDER [VARIABLE=VALUE...]: make check; its failures are counted one by one
check() {
    folder=$1
    shift
    env "$@" make -C "$out/$folder" -k -j"$jobs" check
    status=$?
    count_results "$out/$folder" >&3
    # Something beside a test failed, such as a test that does not build.
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ]
}

plain() {
    # The pids of a namespace wrap for a minute here, for 20 s in the other passes.
    build plain CFLAGS='-O2 -g' && check plain HAETAE_WRAP_SECONDS="${HAETAE_WRAP_SECONDS:-60}"
}

sanitizers() {
    build sanitizers --enable-sanitizers CFLAGS='-O1 -g' && check sanitizers
}

# The other compiler; its libFuzzer replays every corpus.
clang_stage() {
    lacks clang >&3 && return 0
    build clang CC=clang --enable-fuzz CFLAGS='-O1 -g' || return 1
    for target in "$out"/clang/t/fuzz/fuzz_*; do
        name=${target##*/fuzz_}
        if [ ! -x "$target" ] || [ ! -d "t/fuzz/corpus/$name" ]; then continue; fi
        "$target" -rss_limit_mb=1024 -timeout=10 -runs=0 "t/fuzz/corpus/$name"
        count $? "clang: corpus of $name" >&3
    done
}

# What is left out here is left out on purpose, also in CI.
plugins_only() {
    # No library is found: what stands on libc alone.
    build plugins-only PKG_CONFIG_LIBDIR=/nonexistent CFLAGS='-O1 -g' && check plugins-only HAETAE_CI= || return 1
    [ ! -e "$out/plugins-only/scheduler/haetae-scheduler" ]
}

sources() {
    git ls-files 2>/dev/null || find . -name 'build*' -prune -o -type f -printf '%P\n'
}

shell_scripts() {
    sources | while read -r file; do
        case $file in
        *.sh | *.t | .ci/run) printf '%s\n' "$file" ;;
        esac
    done
}

# One result a file, so that the last line says how many files are clean.
each_file() {
    while read -r file; do
        "$@" "$file" </dev/null
        count $? "$stage: $1 $file" >&3
    done
}

lint() {
    if ! lacks shellcheck >&3; then
        shell_scripts >"$out/files"
        each_file shellcheck -x <"$out/files"
    fi
    if ! lacks mandoc >&3; then
        sources | grep '\.[1578]$' | grep -v '^t/' >"$out/files"
        each_file mandoc -T lint -W warning <"$out/files"
    fi
    if ! lacks clang-format >&3; then
        sources | grep '\.[ch]$' >"$out/files"
        each_file clang-format --dry-run -Werror --style=file <"$out/files"
    fi
}

install_stage() {
    [ -e "$out/plain/config.status" ] || build plain CFLAGS='-O2 -g' || return 1
    rm -rf "$out/root"
    make -C "$out/plain" install DESTDIR="$out/root" || return 1
    for plugin in "$top"/plugins/check_*.c; do
        name=$(basename "$plugin" .c)
        [ -x "$out/root/usr/local/libexec/haetae/$name" ]
        count $? "install: plugin $name" >&3
        [ -e "$out/root/usr/local/share/man/man1/$name.1" ]
        count $? "install: man page of $name" >&3
    done
    # Nothing of the tests, and no file outside the prefix and the state folders.
    find "$out/root" -type f | grep -v "^$out/root/usr/local/" >"$out/files"
    find "$out/root" -name 'unit_*' -o -name '*.t' -o -name '*.a' >>"$out/files"
    cat "$out/files"
    [ ! -s "$out/files" ]
    count $? "install: nothing that does not belong there" >&3
    make -C "$out/plain" uninstall DESTDIR="$out/root" &&
        [ -z "$(find "$out/root" -type f)" ]
    count $? "install: uninstall leaves nothing" >&3
}

# Unit tests and lints on the tarball; tests with servers have run before.
distcheck() {
    [ -e "$out/plain/config.status" ] || build plain CFLAGS='-O2 -g' || return 1
    DISTCHECK=1 make -C "$out/plain" -j"$jobs" distcheck
    count $? distcheck >&3
}

kill_stage() {
    [ -e "$out/plain/config.status" ] || build plain CFLAGS='-O2 -g' || return 1
    make -C "$out/plain" -n check-kill >/dev/null 2>&1 || return 0
    make -C "$out/plain" check-kill
    count $? check-kill >&3
}

quickstart() {
    bash t/quickstart.t >"$out/quickstart.tap"
    status=$?
    cat "$out/quickstart.tap"
    passed=$((passed + $(grep '^ok' "$out/quickstart.tap" | grep -vc '# SKIP')))
    skipped=$((skipped + $(grep -c '# SKIP' "$out/quickstart.tap")))
    bad=$(grep -c '^not ok' "$out/quickstart.tap")
    failed=$((failed + bad))
    sed -n 's/^not ok [0-9]*/FAILED: quickstart/p' "$out/quickstart.tap" >&3
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ]
}

run_stage() {
    stage=$1
    began=$(date +%s)
    failed_before=$failed
    case $stage in
    clang) clang_stage ;;
    plugins-only) plugins_only ;;
    install) install_stage ;;
    kill) kill_stage ;;
    *) "$stage" ;;
    esac >"$out/$stage.log" 2>&1 </dev/null
    status=$?
    if [ "$status" -ne 0 ]; then
        count 1 "$stage: broken, see build-tests/$stage.log" >&3
    fi
    verdict=ok
    if [ "$failed" -ne "$failed_before" ]; then
        verdict="FAILED, see build-tests/$stage.log"
        broken_stages="$broken_stages $stage"
    fi
    say "== $stage: $(($(date +%s) - began)) s, $verdict"
}

mkdir -p "$out" || exit 1
exec 3>&1
[ "${HAETAE_CI:-}" != 1 ] || packages="$packages $service_packages"
need_packages || say "going on without them"
# The tree must be clean of an in-tree build, which an out-of-tree one would trip over.
if [ -e config.status ]; then
    say "this folder was configured in place: run make distclean first"
    count 1 "in-tree build"
elif ! autoreconf -fi >"$out/autoreconf.log" 2>&1; then
    tail -n 15 "$out/autoreconf.log"
    count 1 "autoreconf, see build-tests/autoreconf.log"
else
    for name in $stages; do
        run_stage "$name"
    done
fi
# shellcheck disable=SC2086
(report "$out" $broken_stages)
say "$(($(date +%s) - started)) s in all"
line="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
say "$line"
[ "$failed" -eq 0 ]
