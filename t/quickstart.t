#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# quickstart.sh from a fresh copy of the tree, in a path with a blank: what it shows, and that
# it leaves nothing behind, however it ends. It builds, so run-tests.sh runs it apart.
. "${srcdir:-.}/t/tap.sh" || exit 1
need mariadbd mariadb-server-core
need mariadb mariadb-client-core
need autoreconf autoconf
need pgrep procps

tree="$work/a tree"
temp=$work/t
mkdir "$tree" "$temp"
# Root's database and scheduler are another user's.
chmod 755 "$work" "$temp"
# A fresh clone has no configure; a tarball has one, and build-aux.
if git -C "$srcdir" ls-files -z >"$work/files" 2>/dev/null && [ -s "$work/files" ]; then
    tar -C "$srcdir" --null -T "$work/files" -cf - | tar -C "$tree" -xf -
else
    tar -C "$srcdir" --exclude='./build*' -cf - . | tar -C "$tree" -xf -
    cp -R "$srcdir/build-aux" "$tree"
fi

# Whatever was started has the folder in its arguments or its environment.
printf '%s\n' "$temp" >"$work/pattern"
left() { grep -lsFf "$work/pattern" /proc/[0-9]*/cmdline /proc/[0-9]*/environ | cut -d / -f 3 | sort -u; }
none_left() { [ -z "$(left)" ]; }
at_exit 'for pid in $(left); do kill "$pid"; done'

nothing_left() {
    wait_for 10 none_left
    ok $? "$1: no process is left" || for pid in $(left); do diag "$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline")"; done
    is "$(ls -A "$temp")" '' "$1: no file is left"
}

# start ARGUMENT...: in a session of its own, and not deaf to SIGINT as a job of a script is
start() {
    TMPDIR=$temp PATH=$work/bin:$PATH setsid env --default-signal=INT,PIPE \
        sh "$tree/quickstart.sh" --no-install "$@" >"$work/log" 2>&1 </dev/null &
    pid=$!
}
finish() {
    wait "$pid"
    rc=$?
    out=$(cat "$work/log")
}
has_said() { grep -q "$1" "$work/log" || ! kill -0 "$pid"; }
quickstart() { start "$@"; finish; }

# --- a whole run --------------------------------------------------------------------------

start 6
seen=
while kill -0 "$pid" 2>/dev/null; do
    for password in "$temp"/*/password; do
        [ ! -s "$password" ] || seen+=$(grep -lsFf "$password" /proc/[0-9]*/cmdline)
    done
    sleep 0.1
done
finish
is "$rc" 0 'a run of 6 s: exit 0' || diag "$out"
is "$seen" '' 'the password is in no command line'
like "$out" '12 probes: ' 'status has the twelve probes'
like "$out" '(^|[^0-9])([1-9]|1[0-2]) OK' 'some are OK'
like "$out" 'NODE OK - |node +NEW' 'the row of the node'
like "$out" 'slots due: [1-9][0-9]*, run: [1-9][0-9]*, late: [0-9]+, .*missed: 0, .*lost: 0, .*unaccounted: 0' 'every slot is accounted for'
like "$out" 'nothing is left running' 'it says so'
nothing_left 'a run'

# --- interrupted --------------------------------------------------------------------------

for step in database scheduler; do
    start 60
    wait_for 120 has_said "== $step"
    kill -INT -- "-$pid"
    finish
    is "$rc" 130 "Ctrl-C at the $step: exit 130" || diag "$out"
    nothing_left "Ctrl-C at the $step"
done

start 60
wait_for 120 has_said '== scheduler'
kill -TERM "$pid"
finish
is "$rc" 143 'SIGTERM: exit 143'
nothing_left SIGTERM

TMPDIR=$temp sh "$tree/quickstart.sh" --no-install 2 2>&1 </dev/null | head -n 2 >/dev/null
nothing_left 'output into a closed pipe'

# --- errors -------------------------------------------------------------------------------

start 60
wait_for 120 has_said '== scheduler'
supervisor() { pgrep -f "$temp/.*/haetae-scheduler --config"; }
wait_for 10 supervisor
supervisor | xargs -r kill
finish
is "$rc" 1 'a scheduler that ends: exit 1' || diag "$out"
like "$out" 'quickstart: the scheduler ended' 'and it says so'
nothing_left 'a scheduler that ends'

mkdir "$work/bin"
for tool in make mariadb-install-db mariadbd; do
    printf '#!/bin/sh\necho broken\nexit 7\n' >"$work/bin/$tool"
    chmod 755 "$work/bin" "$work/bin/$tool"
    quickstart 2
    is "$rc" 1 "$tool fails: exit 1"
    like "$out" $'broken\n.*quickstart: ' "$tool fails: it shows why" || diag "$out"
    nothing_left "$tool fails"
    rm "$work/bin/$tool"
done
cp "$tree/config/toolspecs/node.cfg" "$work/node.cfg"
echo 'specs = (' >"$tree/config/toolspecs/node.cfg"
quickstart 2
is "$rc" 1 'bad toolspecs: exit 1'
like "$out" 'node.cfg' 'the file is named'
nothing_left 'bad toolspecs'
cp "$work/node.cfg" "$tree/config/toolspecs/node.cfg"

for bad in 0 -1 x 1.5 '' --what 99999999; do
    quickstart "$bad"
    is "$rc" 2 "'$bad' is a usage error"
done
quickstart --help
is "$rc" 0 '--help: exit 0'
nothing_left usage

# --- a folder that does not do -------------------------------------------------------------

long=$work/$(printf '%0100d' 0)
mkdir "$long"
TMPDIR=$long sh "$tree/quickstart.sh" --no-install 1 >"$work/log" 2>&1 </dev/null
is "$?" 0 'a long TMPDIR: exit 0' || diag "$(cat "$work/log")"
like "$(cat "$work/log")" 'cannot work in .*: its name is too long for a socket' 'it says so'
is "$(ls -A "$long")" '' 'and leaves nothing there'

# --- left running --------------------------------------------------------------------------

quickstart --keep 3
is "$rc" 0 '--keep: exit 0' || diag "$out"
like "$out" 'left running' 'it says so'
folder=$(echo "$temp"/haetae-quickstart.*)
is "$(stat -c %a "$folder/db")" 700 'nobody else reaches the database'
look=$(sed -n 's/^look: *//p' "$work/log")
run sh -c "$look"
is "$rc" 0 'the printed look command works' || diag "$errout"
like "$out" '12 probes' 'and shows the probes'
run sh -c "$(sed -n 's/^ *\(mariadb .*\)/\1/p' "$work/log") -e 'SELECT COUNT(*) FROM TOOLSPECS'"
like "$out" '12' 'the printed SQL client works' || diag "$errout"
runs() { sh -c "${look% status} accounting" | sed -n 's/.*run: \([0-9]*\),.*/\1/p'; }
before=$(runs)
more() { [ "$(runs)" -gt "$before" ]; }
wait_for 20 more
ok $? 'the scheduler goes on'
run sh -c "$(sed -n 's/^stop: *//p' "$work/log")"
is "$rc" 0 'the printed stop command works' || diag "$errout"
nothing_left '--keep, then stop'
tap_done
