#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A folder that works, one that fails in each way, and ones that really hang: a FUSE server
# that is stopped, an ext4 that is frozen, an ext4 that is full or read-only.
. "${srcdir:-.}/t/hang.sh" || exit 1
check=$plugins/check_directory
mkdir "$work/good" "$work/small" "$work/closed"
at_exit 'umount -l "$work/small"'

call -p "$work/good"
is "$rc" 0 'a folder that works'
like "$line1" "^DIRECTORY OK - $work/good takes files and gives them back in [0-9.]+" '... and how long it took'
like "$out" "'time@$work/good'=[0-9.]+s;;;0 'time'=[0-9.]+s;;;0$" '... in perfdata'
is "$(ls -A "$work/good")" '' 'nothing is left there'
call -p "$work/good" --perfdata all
for step in open list create write fsync read unlink; do
    like "$out" "'$step@$work/good'=[0-9.]+s" "$step is timed"
done
call -p "$work/good" -p "$work/frozen" -w 'fsync=@0:1000'
like "$line1" "^DIRECTORY WARNING - $work/good fsync " 'a threshold on a step'
call -p "$work/good" -c time=0
is "$rc" 2 'a threshold on the slowest'

call -p "$work/none"
like "$line1" "^DIRECTORY CRITICAL - $work/none: cannot open: No such file" 'one that is not there'
: >"$work/file"
call -p "$work/file"
like "$line1" "^DIRECTORY CRITICAL - $work/file: cannot open: Not a directory" 'one that is a file'
call -p "$work/good" --mounted
like "$line1" "^DIRECTORY CRITICAL - $work/good is not mounted, it lies on /" 'one that is not mounted'
call -p "$work/frozen" --mounted --type 'ext*'
is "$rc" 0 'one that is'
call -p "$work/frozen" --type 'nfs*'
like "$line1" "^DIRECTORY CRITICAL - $work/frozen is ext4 \(on $work/frozen\), expected nfs\*" 'a file system of another type'
call -p /proc
like "$line1" '^DIRECTORY CRITICAL - /proc: cannot create: ' 'one that takes no files'
call -p /proc --perfdata all
like "$out" "'open@/proc'=[0-9.]+s;;;0 'list@/proc'=[0-9.]+s;;;0$" '... what was done before is timed'
call -p /proc --no-write
is "$rc" 0 '... which need not be asked for'

# What killed runs have left does not add up, and nobody else's file is touched.
for i in 0 1 2 3; do : >"$work/good/.haetae-check.$(uname -n).$i"; done
call -p "$work/good"
is "$rc" 0 'leftovers are no failure'
is "$(ls -A "$work/good")" '' '... and are removed'
ln -s "$work/precious" "$work/good/.haetae-check.$(uname -n).0"
echo keep >"$work/precious"
call -p "$work/good"
is "$rc $(cat "$work/precious")" '0 keep' 'a link in the place of our file is not followed'
rm "$work/good/.haetae-check.$(uname -n).0"
# A server that makes nobody of root (root_squash) leaves root files of nobody's.
for i in 0 1 2 3; do : >"$work/good/.haetae-check.$(uname -n).$i"; done
chown nobody "$work/good"/.haetae-check.*
call -p "$work/good"
is "$rc $(ls -A "$work/good")" '0 ' "root's leftovers are removed whoever they belong to"

chmod 711 "$work"
chmod 700 "$work/closed"
chmod 755 "$work/good"
as_nobody() { run setpriv --reuid nobody --regid nogroup --clear-groups "$check" --state-dir "$nobody" "$@"; }
nobody=$(mktemp -d "${TMPDIR:-/tmp}/haetae-nobody.XXXXXX")
at_exit 'rm -rf "$nobody"'
chown nobody "$nobody"
as_nobody -p "$work/good"
like "$line1" "^DIRECTORY UNKNOWN - $work/good: cannot create as nobody \(uid [0-9]+\): Permission denied; run this as root" 'who may not write says so, and who may'
as_nobody -p "$work/closed"
like "$line1" "^DIRECTORY UNKNOWN - $work/closed: cannot open as nobody .*; run this as the user" 'who may not even look says so'
mkdir "$nobody/sub"
chown nobody "$nobody/sub"
for i in 0 1 2 3; do : >"$nobody/sub/.haetae-check.$(uname -n).$i"; done
as_nobody -p "$nobody/sub"
like "$line1" "^DIRECTORY UNKNOWN - $nobody/sub: cannot create: files of others have all the names" 'names that others hold are no failure of the folder'
is "$(find "$nobody/sub" -name '.haetae*' | wc -l)" 4 '... and stay theirs'
rm "$nobody/sub"/.haetae-check.*
chmod 555 "$nobody/sub"
as_nobody -p "$nobody/sub"
like "$line1" "^DIRECTORY CRITICAL - $nobody/sub: cannot create: Permission denied" 'the owner who may not write is a failure'
chmod 755 "$nobody/sub"
as_nobody -p "$nobody/sub"
is "$rc" 0 'without root it works, too'

loop small
dd if=/dev/zero of="$work/small/fill" bs=64k 2>/dev/null
dd if=/dev/zero of="$work/small/fill-2" bs=512 2>/dev/null
call -p "$work/small"
like "$line1" "^DIRECTORY CRITICAL - $work/small: cannot (create|write|fsync): No space left" 'a full one'
rm "$work/small/fill" "$work/small/fill-2"
mount -o remount,ro "$work/small"
call -p "$work/small"
like "$line1" "^DIRECTORY CRITICAL - $work/small is on a read-only mount, $work/small" 'a read-only one'
call -p "$work/small" --no-write
is "$rc" 0 '... can be read'

kill -STOP $server
call -t "$deadline" -p "$work/hung" -p "$work/good"
like "$line1" "^DIRECTORY CRITICAL - $work/hung is stuck: (open|list) does not return" 'a stopped FUSE server'
in_time; ok $? "... within the deadline ($took ms)"
like "$out" "'time@$work/good'=" '... the other is looked at'
kill -CONT $server
wait_for 10 no_sleepers; ok $? '... nobody is left behind once it goes on'
call -t 5 -p "$work/hung"
unlike "$line1" 'stuck' '... and then it is asked again'

fsfreeze -f "$work/frozen"
call -t "$deadline" -p "$work/frozen"
like "$line1" "^DIRECTORY CRITICAL - $work/frozen is stuck: create does not return" 'a frozen ext4'
is "$(sleepers)" 1 '... one process sleeps there'
call -t "$deadline" -p "$work/frozen"
like "$line1" "^DIRECTORY CRITICAL - $work/frozen is stuck: process [0-9]+ of an earlier check still waits there" 'the next run knows'
wait_for 5 call_is_quick -p "$work/frozen"; ok $? "... and does not wait ($took ms)"
is "$(sleepers)" 1 '... nor leave another one'
call -t "$deadline" -p "$work/frozen" -c time=1 --output json
like "$out" '"state":2,' 'a threshold on what is stuck adds nothing'
fsfreeze -u "$work/frozen"
wait_for 10 no_sleepers; ok $? 'thawed: it is gone'
call -p "$work/frozen"
is "$rc" 0 '... and the folder works'
left=$(find "$work/frozen" -name '.haetae*' | wc -l)
[ "$left" -le 1 ]; ok $? "... the killed process leaves at most its file ($left)"
: >"$work/frozen/.haetae-check.$(uname -n).0"
touch -d '2 hours ago' "$work/frozen/.haetae-check.$(uname -n).0"
call -p "$work/frozen"
is "$(find "$work/frozen" -name '.haetae*' | wc -l)" 0 '... which a later run removes'

for bad in '' '-p relative'; do
    # shellcheck disable=SC2086
    run "$check" $bad
    like "$line1" '^DIRECTORY UNKNOWN - option -p: ' "refused: '$bad'"
done
tap_done
