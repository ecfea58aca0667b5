#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# haetae-cleanup on live processes: what dies, what stays, and what it says. Names and patterns
# carry a tag of this run, so that nothing else on the machine is ever meant. Processes are made
# old by a clock that is ahead for the cleanup alone; t/pid_wrap.t also waits for a real minute.
. "${srcdir:-.}/t/tap.sh" || exit 1
cleanup=$builddir/scheduler/haetae-cleanup
probe=$builddir/t/sched_probe
[ -x "$cleanup" ] || skip_all 'built without the scheduler'
need perl perl
tag=$(tr -dc a-z0-9 <<<"${work##*.}" | head -c 12)
chmod 755 "$work"
bin=$work/bin
mkdir "$bin"
list=$work/list
cp "$builddir/t/boot_ahead.so" "$work/"

# ahead SECONDS COMMAND...: as run; a preloaded file is no fault to a sanitizer
ahead() {
    local seconds=$1
    shift
    run env ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0" \
        LD_PRELOAD="$work/boot_ahead.so" HAETAE_TEST_AHEAD="$seconds" "$@"
}
# clean SECONDS [OPTION...]: a cleanup with this run's list, for which so many more have passed
clean() {
    local seconds=$1
    shift
    ahead "$seconds" "$cleanup" --list "$list" --servers "$work/servers" --grace 300ms "$@"
}
: >"$work/servers"

# What is to be gone at the end: pid and start, for a pid may be another's by then.
end_all() {
    local pid start
    while read -r pid start; do
        [ "$(start_of "$pid")" != "$start" ] || kill -9 "$pid"
    done < <(cat "$work"/*.seen)
}
at_exit end_all
# What was started last, and is no victim.
started() { echo "$! $(start_of $!)" >>"$work/started.seen"; disown $!; }
# The processes whose pids stand in NAME.pids.
see() {
    local pid
    while read -r pid; do echo "$pid $(start_of "$pid")"; done <"${2:-$work/$1.pids}" >"$work/$1.seen"
}
# Field 22 of /proc/PID/stat; nothing of one that is gone or a zombie.
start_of() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    stat=${stat##*) }
    [ "${stat%% *}" != Z ] || return 1
    # shellcheck disable=SC2086
    set -- $stat
    echo "${20}"
}
lines() { [ "$(wc -l <"$2" 2>/dev/null)" = "$1" ]; }
# victim NAME ACT N [ARGUMENT...]: a copy of the probe of that name and this run's tag, which is N
# processes; their pids are in $work/NAME.pids.
victim() {
    local name=$1 act=$2 n=$3
    shift 3
    cp "$probe" "$bin/$name-$tag" 2>/dev/null
    rm -f "$work/$name.pids"
    "$bin/$name-$tag" "$act" "$work/$name.pids" "$@" </dev/null >/dev/full 2>&1 &
    disown $!
    wait_for 10 lines "$n" "$work/$name.pids" || fail "$name starts"
    see "$name"
}
# How many of its processes are still there.
alive() {
    local pid start n=0
    while read -r pid start; do
        [ "$(start_of "$pid")" != "$start" ] || n=$((n + 1))
    done <"$work/$1.seen"
    echo "$n"
}

# --- the command line, and lists with mistakes ------------------------------------------------
run "$cleanup" --help
is "$rc" 0 '--help exits 0'
like "$line1" '^haetae-cleanup: ' 'and says what it is'
grep -oE -- '--[a-z-]+' <<<"$out" | sort -u | while read -r option; do
    grep -qF -- "${option#-}" "$srcdir/scheduler/haetae-cleanup.8" || echo "$option"
done >"$work/missing"
is "$(cat "$work/missing")" '' 'every option is in the manual'
run "$cleanup" --version
is "$rc:$line1" "0:haetae-cleanup (haetae) $(sed -n 's/^AC_INIT(\[haetae\], \[\([^]]*\)\].*/\1/p' "$srcdir/configure.ac")" '--version'
for wrong in --lsit --grace=x --grace=11m --grace=-1 --list argument; do
    run "$cleanup" "$wrong"
    is "$rc" 2 "usage: $wrong"
done
echo "gnuplot,5" >"$list"
run "$cleanup" -T --list "$list" --servers "$work/servers"
is "$rc:$out" "0:the list is good: 1 entries in $list, 0 servers protected" '-T'
run "$cleanup" -T --list "$srcdir/config/cleanup-list" --servers "$srcdir/config/servers.alive"
like "$rc:$out" '^0:the list is good: 0 entries in .*, 0 servers' 'the installed files mean nothing'
run "$cleanup" -T --list "$srcdir/config/cleanup-list.iepm" --servers "$work/servers"
like "$rc:$out" '^0:the list is good: 13 entries' "IEPM-BW's are good"
run "$cleanup" --list "$srcdir/config/cleanup-list" --servers "$work/servers"
is "$rc:$out$errout" "0:" 'an empty list says nothing'
run "$cleanup" --list "$work/none" --servers "$work/servers"
like "$rc:$errout" "^1:.*cannot open $work/none: No such file" 'a list that is not there'
run "$cleanup" --list "$list" --servers "$work/none"
like "$rc:$errout" "^1:.*cannot open $work/none: No such file" 'servers that were named and are not there'
chmod 666 "$list"
run "$cleanup" -T --list "$list" --servers "$work/servers"
like "$rc:$errout" '^1:.*others may write to it' 'a list that others may write'
chmod 644 "$list"
printf 'gnuplot,5,user=no-such-user-%s\n' "$tag" >"$list"
run "$cleanup" -T --list "$list" --servers "$work/servers"
like "$rc:$errout" "^1:.*$list:1: user 'no-such-user-$tag' is not known" 'a user that is none'
printf 'server\n' >"$work/bad"
run "$cleanup" -T --list "$list" --servers "$work/bad"
like "$rc" '^1$' 'bad servers'
printf 'scheduler = { spool = 5; };\n' >"$work/bad.conf"
run "$cleanup" -T --config "$work/bad.conf" --list "$list"
like "$rc:$errout" "^1:.*$work/bad.conf:1" 'a bad configuration'

# --- what stays ----------------------------------------------------------------------------------
victim gnuplot hang 3
printf '# a comment\ngnuplot-%s,1 ab,5\n' "$tag" >"$list"
clean 61
like "$rc:$errout" "^1:.*$list:2: pattern 'ab' is too short: expected at least 3" 'a mistake is named with its place'
is "$(alive gnuplot)" 3 'a list with a mistake kills nothing'
printf '# a comment\ngnuplot-%s,2 /other-%s,1\n' "$tag" "$tag" >"$list"
clean 61
is "$rc:$out$errout" '0:' 'nothing is old enough'
is "$(alive gnuplot)" 3 'who is younger than the limit stays'
printf '# a comment\n\n/other-%s,1 gnuplot-%s,1\n' "$tag" "$tag" >"$list"
clean 0
is "$(alive gnuplot)" 3 'also by the real clock'
run "$builddir/t/no_pidfd" "$cleanup" --list "$list" --servers "$work/servers"
like "$rc:$errout" '^1:.*cannot use pidfd.*nothing is killed' 'without pidfd it refuses'
if unshare --pid --fork true 2>/dev/null; then
    ahead 61 unshare --pid --fork "$cleanup" --list "$list" --servers "$work/servers"
    like "$rc:$errout" '^1:.*cannot trust /proc' "and with another namespace's /proc"
else
    skip 'no pid namespace may be made'
fi
clean 61 --dry-run
is "$rc" 0 'a dry run'
like "$out" "would kill $(head -n 1 "$work/gnuplot.pids")|would kill $(sed -n 2p "$work/gnuplot.pids")|would kill $(sed -n 3p "$work/gnuplot.pids")" 'says whom'
like "$out" "/gnuplot-$tag, user $(id -un), 1m [0-9]+s old\): 'gnuplot-$tag,1' of $list:3 is in its program" 'and why'
is "$(grep -c 'and below it' <<<"$out")" 2 'and who dies with it'
is "$(alive gnuplot)" 3 'but kills nobody'

# --- what dies -----------------------------------------------------------------------------------
# Arguments are no names: an editor, and a script whose argument fits.
victim editor stay 1 "gnuplot-$tag.conf"
printf '#!/bin/sh\n"%s" stay "%s"\n' "$bin/child-$tag" "$work/script.pids" >"$bin/post-test-$tag"
printf 'system { "%s" } "%s", "stay", "%s";\n' "$bin/child-$tag" "child-$tag" "$work/perl.pids" >"$bin/asn-$tag.pl"
chmod 755 "$bin/post-test-$tag"
cp "$probe" "$bin/child-$tag"
"$bin/post-test-$tag" </dev/null >/dev/null 2>&1 &
started; script=$!
perl -w "$bin/asn-$tag.pl" </dev/null >/dev/null 2>&1 &
started; perl=$!
sh -c "\"\$0\" stay $work/argument.pids; :" "$bin/child-$tag" "post-test-$tag" </dev/null >/dev/null 2>&1 &
started
for name in script perl argument; do
    wait_for 10 lines 1 "$work/$name.pids" || fail "the $name starts"
    see "$name"
done
clean 61
is "$rc:$out" '0:' 'a cleanup that kills'
is "$(alive gnuplot)" 0 'the match dies with its tree: who ignores SIGTERM, who left the session'
like "$errout" "killed [0-9]+ \(.*/gnuplot-$tag, user $(id -un), 1m [0-9]+s old\) and 2 below it by SIGKILL; 'gnuplot-$tag,1' of $list:3 is in its program" 'one line says so'
is "$(wc -l <<<"$errout")" 1 'and only one'
is "$(alive editor)" 1 'an editor of a file of that name stays'
printf 'post-test-%s,1 asn-%s.pl,1\n' "$tag" "$tag" >"$list"
clean 61
is "$rc" 0 'scripts'
is "$(alive script)$(alive perl)" 00 'die with what they started'
like "$errout" "killed $script \(.*/post-test-$tag, .* is in its script" 'a shell script, by its name'
like "$errout" "killed $perl \(.*/asn-$tag.pl, .*and 1 below it by SIGTERM.* is in its script" "and perl's"
is "$(alive argument)" 1 'who has the name as an argument stays'
clean 61
is "$rc:$out$errout" '0:' 'once more there is nothing to do'

# --- who is protected -------------------------------------------------------------------------------
printf 'ancestor-%s,1\n' "$tag" >"$list"
printf '#!/bin/sh\n"$@"\nstatus=$?\necho went on\nexit $status\n' >"$bin/ancestor-$tag"
chmod 755 "$bin/ancestor-$tag"
ahead 61 "$bin/ancestor-$tag" "$cleanup" --list "$list" --servers "$work/servers"
is "$rc:$out$errout" '0:went on' 'an ancestor stays'
ahead 61 "$bin/ancestor-$tag" "$cleanup" --list "$list" --servers "$work/servers" --dry-run
like "$out" 'spares .* which is a parent of this cleanup' 'a dry run says that'

victim server stay 1
printf 'x,,\nserver-%s,bin,-s -p 5000 -w 20M\n' "$tag" >"$work/servers"
printf 'server-%s,1\n' "$tag" >"$list"
clean 61
is "$rc:$(alive server)" '0:1' 'a listed server stays'
clean 61 --dry-run
like "$out" 'spares .* which is a listed server' 'a dry run says that'

# A protected process below a match, by names that are the last part of a path.
mkdir "$bin/$tag"
cp "$probe" "$bin/$tag/mariadbd"
printf '#!/bin/sh\n"%s" stay "%s" &\n"%s" stay "%s"\n' "$bin/$tag/mariadbd" "$work/mariadbd.pids" "$bin/child-$tag" "$work/child.pids" >"$bin/parent-$tag"
chmod 755 "$bin/parent-$tag"
"$bin/parent-$tag" </dev/null >/dev/null 2>&1 &
started
for name in mariadbd child; do
    wait_for 10 lines 1 "$work/$name.pids" || fail "$name starts"
    see "$name"
done
printf '/%s/mariadbd,1 parent-%s,1\n' "$tag" "$tag" >"$list"
clean 61
is "$rc:$(alive mariadbd)$(alive child)" '0:10' 'a database server stays, also below one that dies'
like "$errout" 'spared below a match: [0-9]+ is a database server' 'the log says that'

# --- slots, events, two at once ------------------------------------------------------------------------
mkdir -m 700 "$work/spool" "$work/spool/events"
printf 'scheduler = { spool = "%s"; host = "h1"; };\ndatabase = { password_file = "%s/none"; };\n' "$work/spool" "$work" >"$work/conf"
HAETAE_SCHEDULEID=8589934599 victim slot stay 1
printf 'slot-%s,1\n' "$tag" >"$list"
clean 61 --config "$work/conf"
is "$rc:$(alive slot)" '0:0' 'what belongs to a probe dies, too'
like "$errout" 'it belongs to slot 8589934599 of spec 2' 'and its slot is named'
is "$(find "$work/spool/events" -type f ! -name '.*' | wc -l)" 1 'one event a kill' || diag "$errout"

victim twice hang 3
printf 'twice-%s,1\n' "$tag" >"$list"
(clean 61; echo "$rc" >"$work/rc2") &
other=$!
clean 61
wait "$other"
is "$rc:$(cat "$work/rc2"):$(alive twice)" '0:0:0' 'two at once do no harm'

# --- whose processes ---------------------------------------------------------------------------------------
as_nobody() { setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups "$@"; }
if [ "$(id -u)" = 0 ] && as_nobody true 2>/dev/null; then
    cp "$probe" "$bin/foreign-$tag"
    foreign() {
        rm -f "$work/out/foreign.pids" "$work/foreign.pids"
        as_nobody "$bin/foreign-$tag" stay "$work/out/foreign.pids" </dev/null >/dev/null 2>&1 &
        started
        wait_for 10 lines 1 "$work/out/foreign.pids" || fail 'a foreign process starts'
        pid=$(cat "$work/out/foreign.pids")
        see foreign "$work/out/foreign.pids"
    }
    mkdir -m 777 "$work/out"
    foreign
    printf 'foreign-%s,1\n' "$tag" >"$list"
    clean 61
    is "$rc:$errout:$(alive foreign)" '0::1' "root leaves another user's process alone"
    clean 61 --dry-run
    like "$out" "spares $pid \(.*user nobody.* which is another user's, which needs --any-user" 'a dry run says that'
    printf 'foreign-%s,1,user=nobody\n' "$tag" >"$list"
    clean 61
    is "$rc:$(alive foreign)" '0:1' 'also one that an entry names'
    run "$cleanup" -T --list "$list" --servers "$work/servers"
    like "$out" "$list:1: user=nobody needs --any-user" '-T says that'
    printf 'foreign-%s,1,user=daemon\n' "$tag" >"$list"
    clean 61 --any-user
    is "$rc:$(alive foreign)" '0:1' 'and one of another user than the entry names'
    printf 'foreign-%s,1,user=nobody\n' "$tag" >"$list"
    clean 61 --any-user
    is "$rc:$(alive foreign)" '0:0' 'with --any-user it dies'
    foreign
    printf 'foreign-%s,1\n' "$tag" >"$list"
    clean 61 --any-user
    is "$rc:$(alive foreign)" '0:0' 'also by an entry that names nobody'

    # Not permitted to signal: nobody's cleanup, with --any-user, at a process of root's.
    victim forbidden stay 1
    printf 'forbidden-%s,1\n' "$tag" >"$list"
    clean 61
    is "$(alive forbidden)" 0 'the own one dies'
    victim forbidden stay 1
    ahead 61 setpriv --reuid nobody --clear-groups "$cleanup" --list "$list" --servers "$work/servers" --any-user --grace 100ms
    like "$rc:$errout" '^1:.*cannot kill [0-9]+ .*could not be killed.*Operation not permitted' 'who may not is told'
    is "$(alive forbidden)" 1 'and the process stays'

    # The cgroup of the scheduler, if one may be made: by its own name, and by a name that others
    # may share.
    cgroups=/sys/fs/cgroup/systemd
    [ -d "$cgroups" ] || cgroups=/sys/fs/cgroup
    own=$cgroups/haetae-$tag.service shared=$cgroups/cron-$tag.service
    if mkdir "$own" "$shared" 2>/dev/null; then
        at_exit "rmdir '$own' '$shared'"
        at_exit end_all
        cp "$probe" "$bin/haetae-scheduler"
        "$bin/haetae-scheduler" stay "$work/supervisor.pids" </dev/null >/dev/null 2>&1 &
        started
        wait_for 10 lines 1 "$work/supervisor.pids"
        cp "$work/supervisor.pids" "$work/spool/lock.supervisor"
        supervisor=$(cat "$work/supervisor.pids")
        foreign
        printf 'foreign-%s,1\nhaetae-scheduler,1\n' "$tag" >"$list"
        echo "$supervisor" >"$shared/cgroup.procs"
        echo "$pid" >"$shared/cgroup.procs"
        clean 61 --config "$work/conf"
        is "$rc:$(alive foreign)" '0:1' 'a cgroup that is not the own one of the scheduler does not count'
        echo "$supervisor" >"$own/cgroup.procs"
        clean 61 --config "$work/conf"
        is "$rc:$(alive foreign)" '0:1' 'nor does another than the one of the scheduler'
        echo "$pid" >"$own/cgroup.procs"
        clean 61 --config "$work/conf"
        is "$rc:$(alive foreign)" '0:0' 'a process in the cgroup of the scheduler dies, whoever it belongs to'
        start_of "$supervisor" >/dev/null
        ok $? 'but never the scheduler'
    else
        skip 'no cgroup may be made'
    fi
else
    skip 'not root: no processes of others'
fi
tap_done
