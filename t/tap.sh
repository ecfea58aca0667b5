# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Test Anything Protocol for the shell tests, and the few helpers that they share.
# A test begins with:  . "${srcdir:-.}/t/tap.sh"
# and ends with:       tap_done
set -u
# The tarball's unit tests and lints; the others have seen the same files before.
case ${DISTCHECK:-}:${0##*/} in
1:lint_*) ;;
1:*) printf '1..0 # SKIP left out by distcheck\n'; exit 0 ;;
esac
: "${srcdir:=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}"
: "${builddir:=$srcdir}"
export LC_ALL=C.UTF-8
# What a sanitizer finds is no verdict: 1 would be WARNING.
export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99:print_stacktrace=1
plugins=$builddir/plugins
data=$srcdir/t/data
tap_run=0
tap_failed=0
# A private folder, gone at the end together with what registered itself by at_exit.
work=$(mktemp -d "${TMPDIR:-/tmp}/haetae-t.XXXXXX")
at_exit_commands=()
at_exit() { at_exit_commands+=("$*"); }
tap_cleanup() {
    local i
    for ((i = ${#at_exit_commands[@]} - 1; i >= 0; i--)); do
        eval "${at_exit_commands[i]}" >/dev/null 2>&1
    done
    rm -rf "$work"
}
trap tap_cleanup EXIT
trap 'exit 130' INT TERM

pass() { tap_run=$((tap_run + 1)); printf 'ok %d - %s\n' "$tap_run" "$*"; }
fail() { tap_run=$((tap_run + 1)); tap_failed=$((tap_failed + 1)); printf 'not ok %d - %s\n' "$tap_run" "$*"; return 1; }
diag() { printf '%s\n' "$*" | cut -c 1-1000 | sed 's/^/# /'; }
# Each returns 1 when it failed: "is A B name || diag more".
# ok STATUS NAME: for "command; ok $? name"
ok() { local s=$1; shift; if [ "$s" -eq 0 ]; then pass "$@"; else fail "$@"; fi; }
# is GOT WANT NAME
is() {
    if [ "$1" = "$2" ]; then pass "$3"; else
        diag "     got: $1"; diag "expected: $2"; fail "$3"
    fi
}
# like TEXT REGEX NAME (bash regex)
like() {
    if [[ $1 =~ $2 ]]; then pass "$3"; else
        diag "     got: $1"; diag "expected: =~ $2"; fail "$3"
    fi
}
unlike() {
    if [[ $1 =~ $2 ]]; then
        diag "       got: $1"; diag "unexpected: =~ $2"; fail "$3"
    else pass "$3"; fi
}
skip() { tap_run=$((tap_run + 1)); printf 'ok %d # SKIP %s\n' "$tap_run" "$*"; }
skip_all() {
    if [ "${HAETAE_CI:-}" = 1 ]; then
        fail "needed in CI: $*"; tap_done; exit 1
    fi
    printf '1..0 # SKIP %s\n' "$*"; exit 0
}
# need COMMAND PACKAGE: a user's machine may lack it, CI may not.
need() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || skip_all "no $1 (package $2)"; }
tap_done() { printf '1..%d\n' "$tap_run"; [ "$tap_failed" -eq 0 ]; }
# run COMMAND...: stdout in $out, stderr in $errout, exit status in $rc, line 1 in $line1
# shellcheck disable=SC2034
run() {
    out=$("$@" 2>"$work/stderr" </dev/null); rc=$?
    errout=$(cat "$work/stderr"); line1=${out%%$'\n'*}
}
# wait_for SECONDS COMMAND...: waits for the condition, with a bound: ten times what an idle machine
# may need, until one was in vain. Then something is broken, and the others need not take as long.
tap_patience=10
wait_for() {
    local end=$((SECONDS + $1 * tap_patience)); shift
    until "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -ge "$end" ]; then
            tap_patience=1
            return 1
        fi
        sleep 0.05
    done
}
# within SECONDS COMMAND...: ends what hangs, with the same patience
within() { local bound=$(($1 * tap_patience)); shift; timeout "$bound" "$@"; }
