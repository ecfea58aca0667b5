#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SIGKILL at random, under load: the supervisor, a stage, a probe, mariadbd; and the loss of the
# host's power, of which only what is synced is left. After each 100 kills, and at the end, every
# slot is accounted for, every synced record is in the tables exactly once, and no slot was started
# more often than its attempts: once, but for specs that say otherwise.
#   HAETAE_KILL_SECONDS=20  how long
#   HAETAE_KILL_COUNT=N     so many kills, however long they take
#   HAETAE_KILL_WHAT=WORDS  of these alone
# shellcheck disable=SC2119
. "${srcdir:-.}/t/tap.sh" || exit 1
seconds=${HAETAE_KILL_SECONDS:-20}
count=${HAETAE_KILL_COUNT:-0}
read -r -a kinds <<<"${HAETAE_KILL_WHAT:-supervisor materialise claim run run load load maintain probe probe mariadbd power}"
scheduler=$builddir/scheduler/haetae-scheduler
haetae=$builddir/scheduler/haetae
[ -x "$scheduler" ] || skip_all 'built without the scheduler'
. "$srcdir/t/server_mariadb.sh"

mariadb_require
mariadb_sql 'CREATE DATABASE haetae' || fail 'a database is made'
chmod 755 "$work"
mkdir -m 700 "$work/spool"
mkdir -m 777 "$work/keep" "$work/synced" "$work/log"
user=$(id -un)
if [ "$user" = root ]; then
    user=nobody
    chown nobody "$work/spool"
fi
mkdir "$work/bin"
# The stages may be another user's, who cannot look into a closed home.
cp "$builddir/t/kill_probe" "$builddir/t/keep_unlinked.so" "$work/bin/"
cat >"$work/haetae.conf" <<C
database = { socket = "$mariadb_socket"; user = "$mariadb_user"; name = "haetae"; };
scheduler = { host = "killed"; spool = "$work/spool"; user = "$user"; max_running = 32; capture_max = "64 MiB"; };
probetypes = ( { name = "probe"; folder = "$work/bin"; } );
C
policy() { # NAME MILLISECONDS FIELDS [EXIT_CODE]
    local interval='interval = 1;'
    [[ $3 != *interval* ]] || interval=
    printf ',{ node = "n1"; name = "%s"; probetype = "probe"; command = "kill_probe"; args = ( "%s/log/ran", "%s"%s ); timeout = 5; %s %s; }\n' \
        "$1" "$work" "$2" "${4:+, \"$4\"}" "$interval" "$3"
}
# Probes of all lengths: most end at once, some are nearly always running.
{
    echo 'specs = ('
    for i in $(seq 1 60); do
        wait_ms=$((i % 10 == 0 ? 1500 : i % 3 == 0 ? 200 : 0))
        printf '%s{ node = "n%d"; name = "p%d"; probetype = "probe"; command = "kill_probe"; args = ( "%s/log/ran", "%d" ); interval = %d; timeout = 5; }\n' \
            "$([ "$i" -gt 1 ] && echo ,)" $((i % 7)) "$i" "$work" "$wait_ms" $((i % 5 == 0 ? 2 : 1))
    done
    # Of each policy some; those that fail are started twice.
    for i in $(seq 1 4); do
        policy "again$i" 0 'attempts = 2; retry = "200 ms"' 2
        policy "slowly$i" 100 'attempts = 3; retry = "50 ms"; interval = 2; jitter = "300 ms"' 2
        policy "queue$i" 1400 'overrun = "queue1"; maxlate = 5'
        policy "replace$i" 1400 'overrun = "replace"'
        policy "last$i" 50 'catchup = "last"; priority = 1'
        policy "all$i" 20 'catchup = "all"; catchup_max = 10; priority = 9'
    done
    echo ');'
} >"$work/specs.cfg"
"$haetae" --config "$work/haetae.conf" db init >"$work/init.log" 2>&1
ok $? 'the schema is made'
"$haetae" --config "$work/haetae.conf" spec import "$work/specs.cfg" >"$work/import.log" 2>&1
ok $? '84 specs are imported' || diag "$(cat "$work/import.log")"

# --- the scheduler, started again by "cron" whenever it is gone ---------------------------
ensure() {
    LD_PRELOAD=$work/bin/keep_unlinked.so HAETAE_TEST_KEEP=$work/keep HAETAE_TEST_SYNCED=$work/synced \
        "$scheduler" --config "$work/haetae.conf" --ensure </dev/null >>"$work/ensure.log" 2>&1
}
# Processes of ours that run this program: matched by executable and configuration.
pids_of() { # ARGUMENT: a word of the command line, "" for the supervisor
    local dir words
    for dir in /proc/[0-9]*; do
        mapfile -d '' -t words <"$dir/cmdline" 2>/dev/null || continue
        [[ " ${words[*]} " == *" $work/haetae.conf "* ]] || continue
        if [ "$1" = supervisor ]; then
            [[ " ${words[*]} " == *" --stage "* ]] || echo "${dir#/proc/}"
        elif [[ " ${words[*]} " == *" --stage $1"* ]]; then
            echo "${dir#/proc/}"
        fi
    done 2>/dev/null
}
probe_pids() {
    local dir
    for dir in /proc/[0-9]*; do
        [ "$(readlink "$dir/exe" 2>/dev/null)" = "$work/bin/kill_probe" ] && echo "${dir#/proc/}"
    done
}
stop_all() {
    local pid
    for pid in $(pids_of supervisor); do kill -9 "$pid"; done
    for pid in $(probe_pids); do kill -9 "$pid"; done
}
at_exit stop_all

# All at once; the next start is of another boot, and of an open segment what is behind the last
# sync is there in part. (The journal is whole: what it lacked would be run again after a boot
# that is quicker than the slots' lateness.)
power_loss() {
    local pids file synced size
    pids=$(pids_of supervisor; pids_of ''; probe_pids)
    # shellcheck disable=SC2086
    [ -n "$pids" ] && kill -9 $pids 2>/dev/null
    wait_for 10 all_gone
    if [ -e "$work/spool/run/journal" ]; then
        "$builddir/t/journal_reboot" "$work/spool/run/journal" || diag 'the journal cannot be made another boot'"'"'s'
    fi
    for file in "$work"/spool/segments/*.open; do
        [ -e "$file" ] || continue
        synced=$(cat "$work/synced/${file##*/}" 2>/dev/null || echo 0)
        size=$(stat -c %s "$file")
        truncate -s $((synced + RANDOM % (size - synced + 1))) "$file"
    done
}
all_gone() { [ -z "$(pids_of supervisor; pids_of ''; probe_pids)" ]; }

declare -A killed=([supervisor]=0 [materialise]=0 [claim]=0 [run]=0 [load]=0 [maintain]=0 [probe]=0 [mariadbd]=0 [power]=0)
n_killed=0
kill_one() {
    local what pids
    what=$(shuf -n 1 -e "${kinds[@]}")
    case $what in
    mariadbd)
        mariadb_kill
        mariadb_start || diag 'mariadbd does not come back'
        pids=none
        ;;
    power)
        power_loss
        pids=none
        ;;
    probe) pids=$(probe_pids) ;;
    *) pids=$(pids_of "$what") ;;
    esac
    pids=$(shuf -n 1 <<<"$pids")
    case $pids in
    '') return ;;
    none) ;;
    *) kill -9 "$pids" 2>/dev/null || return ;;
    esac
    killed[$what]=$((killed[$what] + 1))
    n_killed=$((n_killed + 1))
}

# --- quiet, then a count -------------------------------------------------------------------
# Slots that were due before the last kill all have their end, and ready/ is empty.
settled() {
    [ "$(mariadb_sql "SELECT COUNT(*) FROM haetae.SCHEDULE S LEFT JOIN haetae.RUNLOG R ON R.scheduleid = S.scheduleid AND R.kind = 0 WHERE S.due_ms < $last_kill AND R.scheduleid IS NULL")" = 0 ]
}
gone() { ! kill -0 "$supervisor" 2>/dev/null; }
quiet() {
    ensure
    last_kill=$(date +%s%3N)
    wait_for 60 settled
    ok $? 'every slot that was due comes to an end' ||
        diag "$(mariadb_sql 'SELECT * FROM haetae.SCHEDULE ORDER BY due_ms LIMIT 5'; tail -n 5 "$work/spool/log")"
    supervisor=$(pids_of supervisor)
    kill "$supervisor"
    wait_for 40 gone
    ok $? 'SIGTERM ends the scheduler'
    # Only the torn ends that a loss of power has left, each with its reason.
    is "$(find "$work/spool/ready" "$work/spool/segments" -type f | wc -l)" 0 'nothing is left to load'
    is "$(find "$work/spool/bad" -type f -printf '%f\n' | sort)" \
        "$(mariadb_sql "SELECT file FROM haetae.LOADERR WHERE reason LIKE 'a torn or damaged record at byte %'" | sort)" \
        'and nothing was refused but torn ends' || diag "$(mariadb_sql 'SELECT * FROM haetae.LOADERR')"
    [ "$(find "$work/spool/bad" -type f | wc -l)" -le "${killed[power]}" ]
    ok $? 'of which there is one a loss of power at most'
    is "$(find "$work/spool/run" -type f ! -name journal; find "$work/spool" -name '.*')" '' 'no file is forgotten in the spool'
    is "$(probe_pids | wc -l)" 0 'no probe is left'
    run "$haetae" --config "$work/haetae.conf" accounting
    is "$rc" 0 'the accounting is printed'
    like "$out" 'unaccounted: 0' 'no slot was silently missed' || diag "$out"
    compare
}
# What the probes say, what the segments say, and what the tables say.
compare() {
    # Starts of each slot, against what its spec allows.
    mariadb_sql 'SELECT specid, attempts FROM haetae.TOOLSPECS' >"$work/attempts"
    sort "$work/log/ran" | uniq -c |
        awk 'NR == FNR { most[$1] = $2; next } $1 > most[int($2 / 4294967296)] { print $2, $1 }' "$work/attempts" - >"$work/twice"
    is "$(wc -l <"$work/twice")" 0 'no slot was started more often than its attempts' || diag "$(head -n 5 "$work/twice")"
    # Every record that was synced and then deleted by the loader is in the tables.
    find "$work/keep" -type f -exec "$builddir/t/segment_dump" {} + >"$work/records" 2>"$work/dump.log"
    ok $? 'the kept segments are whole' || diag "$(head -n 3 "$work/dump.log")"
    # A probe that ran has its row, whatever was killed around it.
    mariadb_sql 'SELECT scheduleid FROM haetae.RUNLOG WHERE kind = 0 AND started_ms > 0' | sort >"$work/rows"
    sort -u "$work/log/ran" >"$work/ran"
    comm -23 "$work/ran" "$work/rows" >"$work/without"
    # A loss of power may leave the record that a slot was skipped, and not that this was decided:
    # then it is started. If that is lost in turn, what was decided outranks it. A run that its next
    # slot replaced is cancelled, too, but was begun: the end of it may be known and not synced.
    awk '$2 == "lost" { print $1 }' "$work/records" | sort -u >"$work/lost"
    mariadb_sql 'SELECT scheduleid FROM haetae.RUNLOG WHERE kind = 0 AND outcome IN (3, 4) AND started_ms IS NULL' | sort | comm -12 - "$work/lost" >"$work/outranked"
    [ "$(wc -l <"$work/outranked")" -le "${killed[power]}" ]
    ok $? 'no slot is both decided and begun, but for losses of power' || diag "$(wc -l <"$work/outranked") slots"
    is "$(comm -23 "$work/without" "$work/outranked" | wc -l)" 0 'every run has its RUNLOG row' ||
        for id in $(comm -23 "$work/without" "$work/outranked" | head -n 5); do
            diag "slot $id: $(mariadb_sql "SELECT * FROM haetae.RUNLOG WHERE scheduleid = $id"; mariadb_sql "SELECT * FROM haetae.SCHEDULE WHERE scheduleid = $id")" "$(grep "^$id " "$work/records")"
        done
    [ "$(wc -l <"$work/records")" -gt 100 ]
    ok $? 'there are records to compare'
    awk '$2 == "run" || $2 == "timeout" { print $1 }' "$work/records" | sort -u >"$work/synced.ids"
    mariadb_sql 'SELECT scheduleid FROM haetae.RUNLOG WHERE kind = 0 AND outcome IN (1, 2)' | sort >"$work/loaded"
    is "$(comm -23 "$work/synced.ids" "$work/loaded" | wc -l)" 0 'every synced record of a run is in RUNLOG' ||
        diag "$(comm -23 "$work/synced.ids" "$work/loaded" | head -n 5)"
    # A torn segment is not kept: it is in bad/, and its whole records are loaded.
    find "$work/spool/bad" -type f -exec "$builddir/t/segment_dump" {} + 2>>"$work/dump.log" |
        awk '$2 == "run" || $2 == "timeout" { print $1 }' | sort -u - "$work/synced.ids" >"$work/recorded"
    is "$(comm -13 "$work/recorded" "$work/loaded" | wc -l)" 0 'and RUNLOG has no run that was not recorded'
    is "$(sort "$work/loaded" | uniq -d | wc -l)" 0 'none is there twice'
    # A probe that was killed has no value; each other one has exactly its own.
    is "$(mariadb_sql 'SELECT COUNT(*) FROM haetae.RUNLOG L LEFT JOIN haetae.RESULT V ON V.day = L.day AND V.scheduleid = L.scheduleid WHERE L.kind = 0 AND L.outcome = 1 AND L.exit_code = 0 AND (V.value IS NULL OR V.value <> L.scheduleid & 0xFFFFFFFF)')" 0 \
        'every run that ended has its own value'
    is "$(mariadb_sql 'SELECT COUNT(*) FROM haetae.RESULT V LEFT JOIN haetae.RUNLOG L ON V.day = L.day AND V.scheduleid = L.scheduleid AND L.kind = 0 WHERE L.scheduleid IS NULL')" 0 \
        'and there is no value without its run'
    diag "$n_killed killed: $(for what in "${!killed[@]}"; do printf '%s %s, ' "$what" "${killed[$what]}"; done)records $(wc -l <"$work/records"), RUNLOG rows $(wc -l <"$work/rows"), runs $(wc -l <"$work/ran")"
}

ensure
ok $? 'the scheduler starts in the background'
wait_for 20 test -s "$work/log/ran"
ok $? 'probes run'
end=$((SECONDS + seconds))
goes_on() { if [ "$count" -gt 0 ]; then [ "$n_killed" -lt "$count" ]; else [ "$SECONDS" -lt "$end" ]; fi; }
next=100
while goes_on; do
    # A pause of 0 to 0.5 s, so that every moment of a pass is hit.
    sleep "0.$(printf '%03d' $((RANDOM % 500)))"
    kill_one
    if [ "$n_killed" -ge "$next" ]; then
        quiet
        next=$((next + 100))
    fi
    ensure || diag "$(tail -n 3 "$work/ensure.log")"
done
if [ "$n_killed" -ne $((next - 100)) ] || [ "$n_killed" -eq 0 ]; then quiet; fi
tap_done
