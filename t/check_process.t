#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
. "${srcdir:-.}/t/tap.sh" || exit 1
check=$plugins/check_process
make_tree=$builddir/t/make_tree
state=$work/state
mkdir -m 700 "$state"

# --- a real OpenStack node ---------------------------------------------------------
zed=$work/zed
mkdir -p "$zed/proc" "$zed/etc"
cp "$data/root-zed/proc/uptime" "$zed/proc/"
"$make_tree" "$zed/proc" <"$data/processes-zed.tree" || exit 1
printf 'root:x:0:0::/:/bin/sh\nnova:x:111:111::/:/bin/sh\n' >"$zed/etc/passwd"

# COUNT and the options that must find so many.
while read -r count options; do
    eval "run '$check' --root '$zed' $options"
    like "$out" "'count'=$count;;;0" "$count by $options"
done <<'EOT'
81
3 -p '/nova-conductor( |$)'
2 -P 8086
2 -p '/cinder-volume( |$)'
3 -p keystone-uwsgi.ini
3 -p '127.0.0.1:8778 '
1 -p '^/usr/bin/python3 /usr/bin/neutron-server'
2 -p '^neutron-server: api worker'
6 -P '/usr/bin/neutron-server --'
1 -p '^neutron-l3-agent '
2 -p '^neutron-metadata-agent '
1 -p '^ovs-vswitchd: monitoring pid [0-9]+ \(healthy\)$'
1 -p '^ovs-vswitchd '
2 -e '/ovs-vswitchd$'
14 -u nova
14 -u 111
3 -u nova -p conductor
12 --kthread .
1 --kthread R-netns
0 -p kworker
0 -p kthreadd
2 -p nova -u 0
EOT

run "$check" --root "$zed" -p '/nova-conductor( |$)' -w 2: -c rss_max=140M -c rss=400M -c fds_pct=1 -c age_min=1h:
like "$out" $'^PROCESS CRITICAL - rss 401\\.7MiB > 400MiB, age_min 3m 31s < 1h 0m\n3 processes .*; age_min is pid 8286 nova-conductor' \
    'sums and single processes are judged apart'
like "$out" $'\n''pid 8286 nova S, age 3m 31s, rss 133\.9MiB: /usr/bin/python3 /usr/bin/nova-conductor ' \
    'a row a process, the named one first'
is "$(grep -c '^pid ' <<<"$out")" 3 'and each once'
run "$check" --root "$zed" -p '/nova-conductor' -w rss_max=134M
like "$line1" '^PROCESS WARNING - rss_max 134\.5MiB > 134MiB; .*; rss_max is pid 8283 nova-conductor' 'the largest is named'
run "$check" --root "$zed" -p keystone-uwsgi.ini --perfdata all
like "$out" "'defunct'=0;;;0 'rss'=311660544B;;;0 'rss_max'=147869696B;;;0 'cpu'=27.207315%;;;0 'cpu_max'=13.894309%;;;0 'age_min'=246s;;;0 'age_max'=246.05s;;;0 'threads'=9;;;0 'fds'=52;;;0 'fds_pct'=0.1%;;;0$" \
    'every metric; CPU time is the average of a life where time stands still'
run "$check" --root "$zed" -p keystone-uwsgi.ini
is "$out" "PROCESS OK - 3 processes matching 'keystone-uwsgi.ini' | 'count'=3;;;0" 'one line when all is well'
run "$check" --root "$zed" -p no-such-daemon -u nova
is "$line1" "PROCESS CRITICAL - no process matching 'no-such-daemon' of user 'nova' | 'count'=0;;;0" \
    'none found is CRITICAL without a threshold'
run "$check" --root "$zed" -p no-such-daemon -w 0
is "$rc" 0 'and as the threshold says with one'
run "$check" --root "$zed" -p no-such-daemon -w 0 -c rss=1G -c age_min=1m: -c fds_pct=90 -c cpu=50 -c defunct=0
is "$rc" 0 'no process, nothing to judge'
run "$check" --root "$zed" -u nobody-here
is "$line1" "PROCESS UNKNOWN - option -u: no user 'nobody-here' on this node" 'an unknown user'

# --- trees made by hand ---------------------------------------------------------------
# entry PID NAME STATE PPID FLAGS: the stat line of a process, 100 s old, with 1 MiB.
entry() {
    printf 'd\t%d\nf\t%d/stat\t%d (%s) %s %d 1 1 0 -1 %d 0 0 0 0 100 0 0 0 20 0 1 0 90000 0 256 0\\n\n' \
        "$1" "$1" "$1" "$2" "$3" "$4" "${5:-0}"
}
# file PID NAME CONTENT
file() { printf 'f\t%d/%s\t%s\n' "$1" "$2" "$3"; }
hand=$work/hand
mkdir -p "$hand/proc"
echo '1000.00 1.00' >"$hand/proc/uptime"
{
    entry 700 'a) R 1 (b' S 1; file 700 cmdline 'odd\x00name\x00'
    entry 701 srv S 1; file 701 cmdline '/usr/sbin/srv\x00-d\x00'
    entry 702 srv Z 701; file 702 cmdline ''
    entry 703 other Z 701; file 703 cmdline ''
    entry 704 other Z 1; file 704 cmdline ''
    entry 705 srv-worker Z 1; file 705 cmdline ''
    entry 2 kthreadd S 0 2129984; file 2 cmdline ''
    entry 3 srv S 2 2129984; file 3 cmdline ''
    entry 706 wiped S 1; file 706 cmdline '\x00\x00\x00\x00'
    file 701 cgroup '0::/system.slice/srv.service\n'
    file 700 cgroup '12:pids:/system.slice/odd.service\n1:name=systemd:/system.slice/odd.service\n'
    file 706 cgroup '0::/\n1:name=systemd:/system.slice/system-w.slice/w@a\\x2db.service\n4:memory:/docker/12ab\n'
    for pid in 700 701 706; do file $pid status 'Uid:\t0\t0\t0\t0\nNSpid:\t'$pid'\n'; done
    entry 707 inner S 1; file 707 cmdline inner; file 707 cgroup '0::/\n'
    file 707 status 'Uid:\t0\t0\t0\t0\nNSpid:\t707\t1\n'
    printf 'd\t708\nd\t0709\nd\t70a\nd\t99999999999\nf\t7000\tno folder\n'
} | "$make_tree" "$hand/proc" || exit 1
hand() { run "$check" --root "$hand" "$@"; }
has_count() { like "$out" "'count'=$1;" "$2"; }

hand -p '^odd name$' -s S -P 1
has_count 1 'a name like a stat line'
hand -p srv
has_count 1 'neither kernel thread nor zombie is counted'
hand -p srv -c defunct=0
like "$line1" "CRITICAL - defunct 3 > 0; 1 process matching 'srv'; pid 702 srv is a zombie of 701" \
    'zombies by name, and children of what was found'
hand
has_count 4 'without conditions all but kernel threads and zombies'
hand -s Z
has_count 4 'zombies when the state asks for them'
hand -s Z -p srv
has_count 2 'and the name fits'
hand --kthread srv
has_count 1 'a kernel thread by name'
for row in '1 --unit srv' '1 --unit srv.service' '1 --unit odd' '1 --unit w@*' '1 --unit w@a\x2db' '0 --unit sr' \
    '3 --cgroup ^/system.slice/[so]' '2 --container' '2 --no-container' '1 --container -p inner'; do
    # shellcheck disable=SC2086
    hand ${row#* }
    has_count "${row%% *}" "${row#* }"
done
hand -p srv -u 0
has_count 1 'the user of a tree stands in status'
file 701 stat '701 (srv) S' | "$make_tree" "$hand/proc"
hand -p srv -w rss=1
like "$line1" '^PROCESS UNKNOWN - cannot parse /proc/701/stat: a field is missing' 'a stat file that is none is named'
hand -p srv
has_count 1 'and is not read for a count'

run "$check" --root "$work"
like "$line1" '^PROCESS UNKNOWN - cannot read .*/proc/uptime' 'no /proc at all'

# 33,000 processes, the folder in whatever order.
many=$work/many
mkdir -p "$many/proc"
echo '1000.00 1.00' >"$many/proc/uptime"
printf 'the\0one\0' >"$many/proc/one"
printf 'some\0other\0' >"$many/proc/other"
awk 'BEGIN { for (i = 33000; i > 0; i--) printf "d\t%d\nl\t%d/cmdline\t../%s\n", i * 7, i * 7, i % 3 ? "other" : "one" }' |
    "$make_tree" "$many/proc" || exit 1
run "$check" --root "$many" -p '^the one$'
has_count 11000 '33,000 processes'
rm -rf "$many"

# --- live ------------------------------------------------------------------------------
mkfifo "$work/hold"
exec 9<>"$work/hold"
mark=haetae-t-$$-$RANDOM
n_poses=0
# pose WORD...: starts one; its pid in $pid, its dead child's in $child
pose() {
    n_poses=$((n_poses + 1))
    "$builddir/t/pose" "$@" <"$work/hold" >"$work/pose.$n_poses" 9>&- &
    at_exit "kill $!"
    wait_for 20 grep -q ready "$work/pose.$n_poses"
    read -r _ pid child <"$work/pose.$n_poses"
}

pose -- "$mark" --password=hunter2; first=$pid
run "$check" -p "$mark"
has_count 1 'finds the process, not itself'
run bash -c "'$check' -p '$mark'; exit \$?"
has_count 1 'nor the shell in front of it'
run bash -c "exec -a another-name '$check' -p '$mark'"
has_count 1 'not even under another name'
run env -- "$check" -p "$mark" -w 1 -v
like "$out" "pid $first .*: .*pose -- $mark" 'a detail shows the command line'
unlike "$out" "hunter2" 'no secret in it'
pose --comm 'a) S 1 (b' -- "$mark"
run "$check" -p "$mark" -s S -P $$ -c threads=2:2
is "$rc" 0 'a name with blanks and parentheses'
pose --zombie -- "$mark"; dead=$child
run "$check" -p "$mark" -w defunct=0
like "$line1" "WARNING - defunct 1 > 0; 3 processes .*; pid $dead .* is a zombie of $pid" 'a dead child that nobody waited for'
pose --bytes 1048576 -- "$mark"
size=$(wc -c <"/proc/$pid/cmdline")
[ "$size" -gt 1000000 ]; ok $? "a command line of 1 MiB ($size bytes)"
run "$check" -p "$mark" -v
has_count 4 'is found by its beginning'
[ ${#out} -lt 8192 ]; ok $? 'and does not flood the output'
run "$check" -p "x the-last-word"
has_count 0 'what is beyond 128 KiB is not searched'
pose --wipe --comm "${mark: -15}" -- wiped
run "$check" -p "$mark" -c defunct=0:1
has_count 4 'a process that wiped its command line is not found by it'
run "$check" -P $$ -e '/pose$'
has_count 5 'but by its program and parent'
pose --fds 40 -- "$mark" fds
run bash -c "ulimit -Sn 64; '$check' -p '$mark fds' -c fds=50 -c fds_pct=100 -v"
like "$out" "'fds'=4[0-9];;50;0 'fds_pct'=[0-9.]+%;;100;0" 'descriptors and their limit are those of the process'
run "$check" -p "$mark" -u "$(id -un)" -c age_max=600 -c rss=1k: -c rss_max=1k:
is "$rc" 0 'user, age and memory'

# CPU time: two samples in one run, then against the last one.
pose --spin -- "$mark-spin"
run "$check" -p "$mark-spin" --state-dir "$state" -c cpu=1:
like "$out" "'cpu'=[0-9.]+%;;1:;0" 'the first run takes two samples'
is "$rc" 0 'a busy process is busy'
[ -n "$(ls "$state")" ]; ok $? 'and keeps one'
kill "$pid"
wait "$pid" 2>/dev/null
pose -- "$mark-spin"
run "$check" -p "$mark-spin" --state-dir "$state" -c cpu=1
is "$rc" 0 'the next process of that name has no share in it'

# Processes come and go while they are read.
(for ((i = 0; i < 200; i++)); do /bin/true "$mark-gone"; done) &
churn=$!
bad=0
while kill -0 "$churn" 2>/dev/null; do
    "$check" --perfdata all -w rss=0: -w fds=0: --state-dir "$state" -c 1: >"$work/churn" || { bad=1; break; }
done
wait "$churn"
is "$bad" 0 'processes that vanish are no failure' || diag "$(head -n 3 "$work/churn")"
[ "$bad" = 0 ] || diag "$(cat "$work/churn")"

# --- what may not be seen ------------------------------------------------------------------
if [ "$(id -u)" != 0 ] || ! command -v setpriv >/dev/null || ! unshare -m true 2>/dev/null; then
    skip 'needs root and a mount namespace'
else
    chmod 755 "$work"
    cp "$check" "$work/check_process"
    nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
    hidden() { unshare -m sh -c 'mount -t proc -o hidepid=2 proc /proc && exec "$@"' sh setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
    run hidden "$work/check_process" -p "$mark"
    like "$line1" '^PROCESS UNKNOWN - no process matching .* hidden \(hidepid of /proc\): run as' 'none found under hidepid is UNKNOWN'
    run hidden "$work/check_process" -p "$mark" -c 1: -w rss=1G
    is "$rc" 3 'also with thresholds'
    run hidden "$work/check_process" -p "$mark" -u 65534 -c 0
    is "$rc" 0 "a user's own processes are all there"
    run nobody "$work/check_process" -p "$mark" -c 4:
    is "$rc" 0 'command lines of others may be read'
    run nobody "$work/check_process" -e '/pose$'
    like "$line1" '^PROCESS UNKNOWN - cannot read the program of [0-9]+ processes running .*: run as root or grant CAP_SYS_PTRACE' \
        'programs of others may not'
    chmod 0 "$zed/proc/7644/fd"
    run nobody "$work/check_process" --root "$zed" -p keystone-uwsgi.ini -c fds=1000 -c fds_pct=50
    like "$out" '^PROCESS UNKNOWN - cannot read descriptors of 1 process: run as root or grant CAP_SYS_PTRACE.*3 processes.*fds_pct.=0\.[0-9]+%' \
        'descriptors that may not be read are UNKNOWN when asked for'
    run nobody "$work/check_process" --root "$zed" -p keystone-uwsgi.ini --perfdata all
    is "$rc" 0 'and left out when not'
fi

# --- options ---------------------------------------------------------------------------
while IFS='~' read -r words want; do
    eval "run '$check' $words"
    like "$line1" "^PROCESS UNKNOWN - option .*$want" "refused: $words"
    is "$rc" 3 'exit 3'
done <<'EOT'
-p 'a(b'~cannot use pattern
-p ''~needs REGEX
-e '['~cannot use pattern
-s Q~expected letters
-P 0~not a process id
-P 99999999999~not a process id
--container --no-container~excludes
--kthread a -p b~neither command line
EOT
tap_done
