#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which programs may be started, and what they are started with: the host's owner decides the one,
# nobody's shell, crontab or terminal the other.
# shellcheck disable=SC2119,SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/scheduler.sh"
sched_init
row_of() { sql "SELECT outcome, text FROM RUNLOG WHERE kind = 0 AND specid = $(specid "$1") ORDER BY due_ms DESC LIMIT 1" | tr '\t' ' '; }
# Each spec has one slot an hour, which is now, and is run by a pass. A slot is a second.
next_second() { [ $(($(now_ms) / 1000)) -gt "$(cat "$work/second" 2>/dev/null || echo 0)" ]; }
again() {
    local now
    wait_for 3 next_second
    now=$(now_ms)
    echo $((now / 1000)) >"$work/second"
    sql "UPDATE TOOLSPECS SET phase_ms = MOD($now, interval_ms), nextdue_ms = $now, version = version + 1 WHERE enabled = 1"
}

# --- what may be started ------------------------------------------------------------------------------
good=$work/bin
mkdir "$work/open" "$work/group" "$work/other" "$work/away" "$work/secret"
for folder in open group other away secret; do cp "$probe" "$work/$folder/probe"; done
chmod 777 "$work/open"
chmod 775 "$work/group"
chgrp daemon "$work/group" 2>/dev/null
chmod 711 "$work/secret"
chmod 711 "$work/secret/probe"
cp "$probe" "$good/writable"
chmod 757 "$good/writable"
ln -s "$work/away/probe" "$good/link"
ln -s "$work/open" "$work/link-to-open"
ln -s nowhere "$good/dangling"
ln -s "$good/writable" "$good/link-to-writable"
mkdir "$good/folder"
mkfifo "$good/fifo"
cat >"$good/script" <<'S'
#!/bin/sh
echo "SCRIPT OK - $0 $#"
S
printf 'no interpreter line\n' >"$good/text"
printf '#!/nonexistent/interpreter\n' >"$good/lost"
chmod 755 "$good/script" "$good/text" "$good/lost"
types=
for folder in open group other secret link-to-open absent; do
    types+=", { name = \"$folder\"; folder = \"$work/$folder\"; }"
done
types+=", { name = \"single\"; command = \"$work/open/probe\"; }, { name = \"relative\"; folder = \"$good/../bin\"; }"
sed -i "s|^probetypes = .*|probetypes = ( { name = \"probe\"; folder = \"$good\"; }$types );|" "$conf"
ran=$work/out/ran
run_it=(run "$ran" 0)
once() { spec "$1" interval=3600 timeout=20 "${@:2}"; }
once in_open probetype='"open"' -- "${run_it[@]}" in_open
once in_group probetype='"group"' -- "${run_it[@]}" in_group
once in_link probetype='"link-to-open"' -- "${run_it[@]}" in_link
once in_absent probetype='"absent"' -- "${run_it[@]}" in_absent
once in_secret probetype='"secret"' -- "${run_it[@]}" in_secret
once single probetype='"single"' command= -- "${run_it[@]}" single
once relative probetype='"relative"' -- "${run_it[@]}" relative
for name in writable link link-to-writable dangling folder fifo script text lost; do
    once "$name" command="\"$name\"" -- "${run_it[@]}" "$name"
done
if [ "$(id -u)" = 0 ]; then
    chown daemon "$work/other"
    once in_other probetype='"other"' -- "${run_it[@]}" in_other
    cp "$probe" "$good/others-own"
    chown daemon "$good/others-own"
    once others_own command='"others-own"' -- "${run_it[@]}" others-own
fi
import
ok $? 'specs are imported' || diag "$(cat "$work/import.log")"
# What the command refuses can be written by hand.
once dots -- "${run_it[@]}" dots
once absolute -- "${run_it[@]}" absolute
once hidden -- "${run_it[@]}" hidden
once newline -- "${run_it[@]}" newline
import
sql "UPDATE TOOLSPECS SET command = '../open/probe' WHERE name = 'dots'"
sql "UPDATE TOOLSPECS SET command = '/bin/sh' WHERE name = 'absolute'"
sql "UPDATE TOOLSPECS SET command = '.' WHERE name = 'hidden'"
sql "UPDATE TOOLSPECS SET command = 'probe\nprobe' WHERE name = 'newline'"
again
run within 60 "$scheduler" --config "$conf" --once
is "$rc" 0 'a pass ends with 0' || diag "$errout"
table=$("$haetae" --config "$conf" status --probes)
refused() { # NAME REGEX
    like "$(row_of "$1")" "^3 .*$2" "$1 is not started"
    like "$(grep -E "^n1 +$1 " <<<"$table")" "$2" "$1: status says why"
}
writable='others may write to it'
refused in_open "cannot use $work/open: $writable"
refused in_link "cannot use $work/link-to-open: $writable"
refused single "cannot use $work/open: $writable"
refused writable "cannot use $good/writable: $writable"
refused link-to-writable "cannot use $good/link-to-writable: $writable"
refused in_absent "cannot start $work/absent/probe: No such file"
refused dangling "cannot start $good/dangling: No such file"
refused folder "cannot start $good/folder: "
refused fifo "cannot start $good/fifo: "
refused text "cannot start $good/text: Exec format error"
refused lost "cannot start $good/lost: No such file"
refused dots 'is not the name of a file in the folder'
refused absolute 'is not the name of a file in the folder'
refused hidden 'is not the name of a file in the folder'
like "$(row_of newline)" '^3 ' 'newline is not started'
if [ "$(id -u)" = 0 ]; then
    refused in_group "cannot use $work/group: $writable"
    refused in_other "cannot use $work/other: it belongs to uid [0-9]+, neither to root"
    refused others_own "cannot use $good/others-own: it belongs to uid [0-9]+, neither to root"
else
    skip 'folders of others need root'
fi
like "$(row_of in_secret)" '^1 RUN OK' 'a folder and a program that nobody may read are no reason'
like "$(row_of relative)" '^1 RUN OK' 'nor is a path with .. of the host itself'
like "$(row_of link)" '^1 RUN OK' 'nor a link to a program that nobody may write to'
is "$(row_of script)" "1 SCRIPT OK - $good/script 4" 'a script knows its own path'
# A user's own group is no other.
[ "$(id -u)" = 0 ] || sed -i '/ in_group$/d' "$ran"
is "$(awk '$1 == "begin" { print $4 }' "$ran" | sort | tr '\n' ' ')" 'in_secret link relative ' 'and nothing else was started'

# --- what replaces it, and what it may do ------------------------------------------------------------
sql 'UPDATE TOOLSPECS SET enabled = 0'
once replaced command='"changing"' -- args one
once gone command='"going"' -- args one
import
cp "$probe" "$good/changing"
cp "$probe" "$good/going"
again
run within 60 "$scheduler" --config "$conf" --once
is "$(row_of replaced)" '1 ARGS OK - [6f6e65]' 'a program is started'
rm "$good/going"
cp "$good/script" "$good/changing.new" && mv "$good/changing.new" "$good/changing"
chmod o+w "$good/changing"
again
run within 60 "$scheduler" --config "$conf" --once
like "$(row_of replaced)" "^3 cannot use $good/changing: $writable" 'one that others may write to by now is not, by the next slot'
like "$(row_of gone)" "^3 cannot start $good/going: No such file" 'nor one that is gone'

# --- arguments, as they are ---------------------------------------------------------------------------
sql 'UPDATE TOOLSPECS SET enabled = 0'
# shellcheck disable=SC2016
odd_args=('' ' ' ';' '; id' '$(id)' '`id`' '$HOME' '${PATH}' '&& id' '| id' '> /tmp/x' '< /etc/passwd'
    "a'b\"c" $'two\nlines' $'\n' $'tab\there' $'\001' '한국어' $'\xc3\xa9' '-x' '--' '-' '*' '?' '~' '~root' '!' '#' '%s%n' "\\" '\n' '(' '{a,b}' "$(printf 'x%.0s' $(seq 4000))" '')
once arguments -- args "${odd_args[@]}"
import
again
run within 60 "$scheduler" --config "$conf" --once
want='ARGS OK -'
for argument in "${odd_args[@]}"; do
    want+=" [$(printf '%s' "$argument" | od -An -v -tx1 | tr -d ' \n')]"
done
got=$(row_of arguments)
# Line 1 is kept up to 480 bytes, the rest in the record is not: by their beginning.
is "${got:0:470}" "1 ${want:0:468}" 'odd arguments arrive as they are'

# --- surroundings ---------------------------------------------------------------------------------------
sql 'UPDATE TOOLSPECS SET enabled = 0'
once surroundings -- surroundings
once limits -- limits
import
# What a pass gives its probes, but for what is of the slot.
surroundings() { # COMMAND... : what starts the pass
    again
    "$@" || diag "$* ended with $?"
    sql "SELECT details FROM STATUS WHERE specid IN ($(specid surroundings), $(specid limits)) AND due_ms DIV 1000 >= $(cat "$work/second") ORDER BY specid" |
        sed 's/\\n/\n/g' | sed 's/SCHEDULEID=[0-9]*$/SCHEDULEID=ID/; s,/[0-9]*\.probe$,/CAPTURE,' | sort
}
plainly() { within 60 "$scheduler" --config "$conf" --once </dev/null >>"$work/pass.log" 2>&1; }
cron() { env -i HOME=/root LOGNAME=root SHELL=/bin/sh PATH=/usr/bin:/bin setsid -w sh -c "exec timeout 600 $scheduler --config $conf --once" </dev/null 2>&1 | cat >>"$work/pass.log"; }
systemd() { (cd / && env -i "$scheduler" --config "$conf" --once </dev/null >/dev/null 2>&1); }
odd() {
    (
        cd "$work/out" || exit
        umask 077
        ulimit -Sn 200 -Ss 1024 -Sc unlimited -Sl 8 -St 77 -Sf 100000 2>/dev/null
        # A sanitizer's shadow is larger than that.
        grep -q -- '-fsanitize' "$builddir/config.log" 2>/dev/null || ulimit -Sv 4000000
        exec 5</etc/passwd 6>"$work/out/kept" 7<&0 9<"$work"
        HAETAE_SCHEDULEID=77 LD_LIBRARY_PATH=/nowhere LANG=ko_KR.UTF-8 LC_ALL=C IFS=x BASH_ENV=/nowhere TZ=Asia/Seoul \
            exec choom -n 100 -- env --block-signal --ignore-signal=HUP --ignore-signal=PIPE --ignore-signal=CHLD --ignore-signal=TERM \
            "$scheduler" --config "$conf" --once
    ) <&- >&- 2>&-
}
# shellcheck disable=SC2317
terminal() { timeout 600 script -qec "$scheduler --config $conf --once" /dev/null </dev/null >>"$work/pass.log" 2>&1; }
by_hand=$(surroundings plainly)
like "$by_hand" 'limit nofile 1024' 'a probe says what it was started with' || diag "$(cat "$work/pass.log")"
like "$by_hand" 'terminal 0' 'no terminal,'
like "$by_hand" 'limit core 0' 'no core,'
like "$by_hand" 'limit fsize 1048576' 'and no file above the limit of its capture'
like "$by_hand" "env HOME=$spool" 'its home is the spool'
is "$(grep -c '^env' <<<"$by_hand")" 4 'and it has four variables'
is "$(surroundings cron)" "$by_hand" 'the same from a crontab'
is "$(surroundings systemd)" "$by_hand" 'the same with an empty environment'
is "$(surroundings odd)" "$by_hand" 'the same with odd limits, signals, descriptors and variables'
if command -v script >/dev/null; then
    is "$(surroundings terminal)" "$by_hand" 'the same from a terminal'
else
    skip 'no script (package bsdutils)'
fi

# --- setuid: killed as any other ---------------------------------------------------------------------------
if [ "$(id -u)" = 0 ]; then
    sql 'UPDATE TOOLSPECS SET enabled = 0'
    cp "$probe" "$good/setuid"
    chmod 4755 "$good/setuid"
    spec setuid command='"setuid"' interval=3600 timeout='"1 s"' killgrace='"500 ms"' -- hang "$work/out/setuid"
    import
    again
    run within 60 "$scheduler" --config "$conf" --once
    like "$(row_of setuid)" '^2 no end by its timeout: killed' 'a setuid program may be started, and is killed at its deadline'
    gone() {
        local pid
        while read -r pid; do
            if [ -e "/proc/$pid" ] && ! ended "$pid"; then return 1; fi
        done <"$work/out/setuid"
    }
    [ "$(wc -l <"$work/out/setuid")" = 3 ] && wait_for 3 gone
    ok $? 'with its tree' || diag "$(cat "$work/out/setuid")"
else
    skip 'setuid programs need root'
fi
like "$(accounting)" 'unaccounted: 0' 'every slot is accounted for' || diag "$(accounting)"
tap_done
