#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every plugin that was built, through the same gauntlet: options, ranges, output, a full disk,
# a foreign locale, hostile trees.
. "${srcdir:-.}/t/tap.sh" || exit 1
command -v perl >/dev/null || skip_all "no perl"

tree=$data/root-zed
grammar=$srcdir/t/grammar.pl
mkdir "$work/state"
mkfifo "$work/full-pipe"
. "$srcdir/t/needs.sh"
# A metric that takes every range, where the first one refuses what can hardly be meant.
declare -A lenient=([check_node_disk]=disk_used)
# These ask a server, whatever the tree holds, or find that there are none of what they count.
unmoved=' check_libvirt_domains check_iscsi '

# RANGE|what it is; the option's name must stand in the message.
refused=('|empty' ':|no end' '@|no end' '~|no end' '~5:10|~ with a number' '10:~|~ as end' '20:10|start above end'
    '-10|below the start' '5:6:7|two colons' '@@5|two ats' '10abc|a foreign unit' '1,5|a comma' '0x10|hex'
    '1e2|an exponent' 'nan|no number' 'inf|no number' '99999999999999999999999999|overflow' '/root:5|an unquoted ~'
    '+5|a plus' ' 5|a blank before' '5 |a blank behind' '5:6 7|a blank inside' '--5|two signs' '.|a lone dot')
accepted=('10' ':10' '0:10' '~:10' '10:' '-10:' '.5' '~:' '@10:20' '@~:5' '-5.5:-1' '010' '0' '0:0' '5.25:6.75')

# What is wrong is collected, so that each plugin has one line a topic.
wrong() { printf '%s\n' "$*" >>"$work/wrong"; }
topic() {
    if [ ! -s "$work/wrong" ]; then pass "$name: $1"; else fail "$name: $1"; diag "$(head -n 20 "$work/wrong")"; fi
    : >"$work/wrong"
}
: >"$work/wrong"

# call ARGUMENT...: the plugin on the captured tree, where time stands still
call() { try --root "$tree" "$@"; }
# try ARGUMENT...: checks what holds for every run
try() {
    # shellcheck disable=SC2086
    "$plugin" --state-dir "$work/state" ${needs[$name]:-} "$@" >"$work/out" 2>"$work/err" </dev/null
    rc=$?
    line1=$(head -n1 "$work/out" | tr -d '\0')
    [ "$rc" -le 3 ] || wrong "exit code $rc: $*"
    [ ! -s "$work/err" ] || wrong "stderr with $*: $(head -n 5 "$work/err")"
    [ -s "$work/out" ] || wrong "no output: $*"
}
# fits FORM: the output is as its readers expect
fits() {
    local found
    found=$(perl "$grammar" "$1" "$rc" <"$work/out") || wrong "grammar.pl failed"
    [ -z "$found" ] || wrong "$found"
}
# usage_error OPTION ARGUMENT...: is refused, and line 1 names the option
usage_error() {
    local option=$1
    shift
    call "$@"
    fits text
    [ "$rc" = 3 ] || wrong "exit code $rc: $*"
    case $line1 in *" UNKNOWN - option $option: "*) ;; *) wrong "$* gives: $line1" ;; esac
}
no_usage_error() {
    call "$@"
    fits text
    case $line1 in *" UNKNOWN - option"* | *" UNKNOWN - argument"*) wrong "$* gives: $line1" ;; esac
}

test_help() {
    try --help
    [ "$rc" = 3 ] || wrong "--help exits $rc"
    grep -q "^Usage: $name " "$work/out" || wrong "no usage line"
    awk 'length > 80 { print "over 80 columns: " $0 }' "$work/out" >>"$work/wrong"
    try --version
    [ "$rc" = 3 ] || wrong "--version exits $rc"
    case $line1 in "$name (haetae) "*) ;; *) wrong "--version: $line1" ;; esac
    topic "--help and --version exit 3 on stdout"
}

test_options() {
    local option
    usage_error --no-such-option --no-such-option
    usage_error -Z -Z
    for option in -w -c -t --warning --critical --timeout --output --max-output --root --state-dir; do
        usage_error "$option" "$option"
        usage_error "$option" "$option" ''
    done
    usage_error --help=x --help=x
    usage_error --output --output xml
    usage_error --max-output --max-output 10
    usage_error --max-output --max-output -5
    call positional
    [ "$rc" = 3 ] || wrong "a positional argument exits $rc"
    case $line1 in *" UNKNOWN - argument 'positional'"*) ;; *) wrong "positional: $line1" ;; esac
    call "$(printf '\033[31m|\377')"
    fits text
    topic "a bad option exits 3 and is named"
    for option in 0 -5 abc 5: 5:SOMETIMES 1e3 99999999999 ''; do usage_error -t -t "$option"; done
    for option in 5 5:CRITICAL 2.5:ok 1m:2; do no_usage_error -t "$option"; done
    topic "-t SECONDS[:STATE]"
}

test_ranges() {
    local row
    for row in "${refused[@]}"; do
        usage_error -w -w "${row%|*}"
        usage_error -c -c "${row%|*}"
        usage_error --warning --warning="$metric=${row%|*}"
    done
    topic "ranges that are refused"
    for row in "${accepted[@]}"; do
        [ -n "${lenient[$name]:-}" ] || no_usage_error -w "$row"
        no_usage_error --critical="${lenient[$name]:-$metric}=$row"
    done
    call -w /root:5
    case $line1 in *"'~'"*) ;; *) wrong "no hint about '~': $line1" ;; esac
    topic "ranges that are accepted"
    usage_error -w -w no_such_metric=1
    case $line1 in *"$metric"*) ;; *) wrong "known metrics are not listed: $line1" ;; esac
    usage_error -c -c =5
    for row in "${metrics[@]}"; do no_usage_error -w "$row=~:" -c "$row=~:"; done
    [ "${#metrics[@]}" -gt 0 ] || wrong "--help lists no metrics"
    topic "-w METRIC=RANGE for ${#metrics[@]} metrics"
}

test_forms() {
    local size
    call
    fits text
    call --perfdata all -v -v -v
    fits text
    cp "$work/out" "$work/full"
    call --one-line
    fits one-line
    call --output prometheus --perfdata all
    fits prometheus
    if perl -MJSON::PP -e 1 2>/dev/null; then
        call --output json --perfdata all
        fits json
        call --output json -w no_such_metric=1
        fits json
    fi
    topic "output as text, one line, JSON and Prometheus"
    for size in 80 200 1000; do
        call --perfdata all -v -v -v --max-output "$size"
        fits text
        [ "$(wc -c <"$work/out")" -le "$size" ] || wrong "--max-output $size prints $(wc -c <"$work/out") bytes"
        items "$work/out" >"$work/items"
        items "$work/full" | head -n "$(wc -l <"$work/items")" | cmp -s - "$work/items" ||
            wrong "not the first items, or cut ones: $(tail -n 1 "$work/items")"
    done
    topic "--max-output keeps whole items"
}
items() { still <"$1" | sed -n "s/.*|//p" | grep -o "'[^']*'=[^ ]*"; }
# The output without what moves.
still() { case $moving in *" $name "*) sed 's/[0-9][0-9.]*/N/g' ;; *) cat ;; esac; }

test_surroundings() {
    call
    still <"$work/out" >"$work/plain"
    local before=$rc
    same() {
        rc=$?
        [ "$rc" = "$before" ] || wrong "$1: exit code $rc instead of $before"
        still <"$work/out" | cmp -s - "$work/plain" || wrong "$1: other output: $(head -n1 "$work/out")"
    }
    # shellcheck disable=SC2086
    set -- "$plugin" --state-dir "$work/state" ${needs[$name]:-} --root "$tree"
    "$@" <&- >"$work/out" 2>/dev/null; same "closed stdin"
    "$@" 2>&- >"$work/out" </dev/null; same "closed stderr"
    env -i "$@" >"$work/out" 2>&1 </dev/null; same "empty environment"
    (cd / && "$@" >"$work/out" 2>&1 </dev/null); same "another folder"
    if [ -n "$locale" ]; then
        # libcurl's and libvirt's own libraries open a locale when they are loaded, and glibc keeps LOCPATH.
        LSAN_OPTIONS=suppressions=$work/lsan:print_suppressions=0 LOCPATH=$work LC_ALL=$locale "$@" >"$work/out" 2>&1 </dev/null; same "locale $locale"
    fi
    topic "closed descriptors, empty environment, ${locale:-no} foreign locale"
    "$@" >&- 2>/dev/null </dev/null
    [ $? = 3 ] || wrong "closed stdout does not exit 3"
    if [ -e /dev/full ]; then
        "$@" >/dev/full 2>/dev/null </dev/null
        [ $? = 3 ] || wrong "full stdout does not exit 3"
    fi
    # A pipe that nobody reads is full already; both ends are ours, so that nothing breaks it.
    exec 7<>"$work/full-pipe"
    dd if=/dev/zero bs=4096 count=1024 oflag=nonblock >&7 2>/dev/null
    timeout -s KILL 10 "$@" -t 0.5 >&7 2>/dev/null </dev/null
    [ $? -le 3 ] || wrong "stdout that nobody reads keeps it for ever"
    exec 7>&-
    topic "output that cannot be written is UNKNOWN"
}

# live [COMMAND...]: the plugin on this very node
live() {
    # shellcheck disable=SC2086
    "$@" "$plugin" --state-dir "$state" ${needs[$name]:-} >"$work/out" 2>"$work/err" </dev/null
    rc=$?
    [ "$rc" -le 3 ] || wrong "exit code $rc"
    [ ! -s "$work/err" ] || wrong "stderr: $(head -n 5 "$work/err")"
    fits text
}

test_live() {
    local state kind file
    : >"$work/file"
    for state in "$work/state" "$work/state" "$work/file" "$work/file/below" /proc/no/such; do live; done
    topic "on this node, also where no state can be kept"
    state=$work/state
    for kind in random nul line numbers; do
        for file in "$state/$name"*; do
            [ ! -f "$file" ] || cp "$work/content/$kind" "$file"
        done
        live
    done
    topic "on this node, with state that is damaged"
    if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
        state=$work/state
        if setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$plugin"; then
            live setpriv --reuid 65534 --regid 65534 --clear-groups
        fi
        topic "on this node as nobody"
    fi
}

test_trees() {
    local kind
    try --root "$work/none"
    fits text
    [ "$rc" = 3 ] || wrong "no such root exits $rc: $line1"
    for kind in empty random nul line numbers folders fifos loops; do
        try --root "$work/tree-$kind"
        fits text
        if [ "$rc" = 0 ] && [[ $unmoved != *" $name "* ]] && grep -q '|' "$work/out"; then wrong "$kind tree is OK with values: $(tail -n1 "$work/out")"; fi
        try --root "$work/tree-$kind" -w "$metric=0:0" -c "$metric=1:"
        fits text
        [ "$rc" != 0 ] || wrong "$kind tree is OK with thresholds: $line1"
    done
    topic "trees that are empty or hostile"
}

# Trees with the files of the captured one, and wrong content in each.
make_trees() {
    local paths kind path
    paths=$(cd "$tree" && find . -type f; printf '%s\n' proc/uptime proc/1/net/dev proc/1/mountinfo proc/1/stat \
        proc/1/status proc/1/cmdline proc/1/cgroup proc/1/limits proc/77/stat proc/77/cmdline proc/77/status \
        sys/devices/system/cpu/online sys/class/hwmon/hwmon0/temp1_input sys/class/hwmon/hwmon0/name \
        sys/class/thermal/thermal_zone0/temp sys/class/thermal/thermal_zone0/type etc/passwd)
    mkdir -p "$work/content" "$work/tree-empty"
    head -c 65536 /dev/urandom >"$work/content/random"
    head -c 65536 /dev/zero >"$work/content/nul"
    head -c 16777216 /dev/zero | tr '\0' 'x' >"$work/content/line"
    yes '99999999999999999999 -1 nan 1e999' | head -c 65536 >"$work/content/numbers"
    for kind in random nul line numbers folders fifos loops; do
        printf '%s\n' "$paths" | sed "s|^|$work/tree-$kind/|; s|/[^/]*$||" | sort -u | tr '\n' '\0' | xargs -0 mkdir -p
        while read -r path; do
            path=$work/tree-$kind/$path
            case $kind in
            folders) mkdir -p "$path" ;;
            fifos) [ -e "$path" ] || mkfifo "$path" ;;
            loops) ln -sf "$path" "$path" ;;
            *) ln -f "$work/content/$kind" "$path" ;;
            esac
        done <<<"$paths"
    done
}

echo 'leak:__argz_add_sep' >"$work/lsan"
# A locale with a decimal comma, if this machine can make one.
locale=
if localedef -i de_DE -f UTF-8 "$work/de_DE.UTF-8" >/dev/null 2>&1; then locale=de_DE.UTF-8; fi
make_trees
chmod 711 "$work"

# The grammar sees what consumers trip over.
while IFS= read -r line; do
    # shellcheck disable=SC2059
    [ -n "$(printf "$line" | perl "$grammar" text 0)" ] || wrong "not seen: $line"
done <<'BAD'
LOAD WARNING - text\n
load ok\n
LOAD OK - text
LOAD OK - a | b\n
LOAD OK - a | 'b'=1 | 'c'=1\n
LOAD OK - a | 'b'=1\nmore\n
LOAD OK - a | 'b'=1,5\n
LOAD OK - a | 'b'=1e5\n
LOAD OK - a | 'b'=nan\n
LOAD OK - a | 'b'=U\n
LOAD OK - a | 'b'=1KB\n
LOAD OK - a | 'b'=1;x\n
LOAD OK - a | 'b'=1;5:6:7\n
LOAD OK - a | 'b'=1;2;3;4;5;6\n
LOAD OK - a | 'b'=1;;;\n
LOAD OK - a | 'a::b'=1\n
LOAD OK - a | 'a'=1 'a'=2\n
LOAD OK - a |\n
LOAD OK - \033[31m\n
LOAD OK - \377\n
BAD
name=grammar.pl
topic "sees what consumers trip over"

for plugin in "$plugins"/check_*; do
    name=${plugin##*/}
    case $name in *.*) continue ;; esac
    mapfile -t metrics < <("$plugin" --help | sed -n '/^Metrics/,/^RANGE/s/^  \([a-z0-9_]*\).*/\1/p' | grep .)
    metric=${metrics[0]:-}
    test_help
    test_options
    test_ranges
    test_forms
    test_surroundings
    test_live
    test_trees
done
[ "$tap_run" -gt 0 ] || fail "there are no plugins"
tap_done
