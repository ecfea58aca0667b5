#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What run-tests.sh says at its end about failures, by logs as the TAP driver leaves them.
# shellcheck disable=SC2154
. "${srcdir:-.}/t/tap.sh" || exit 1
o=$work/build-tests
mkdir -p "$o/plain/t" "$o/plain/haetae-1/_build/sub/t" "$o/lint/t"
report() { run sh -c '. "$1/t/report.sh"; shift; report "$@"' sh "$srcdir" "$o" "$@"; }
# result FOLDER NAME RESULT: what the driver leaves beside a log
result() { printf ':test-result: PASS ok\n:test-result: %s\n' "$3" >"$o/$1/t/$2.trs"; }

report
is "$rc:$out$errout" '0:' 'nothing failed: nothing is said'

result plain good 'PASS one'
printf 'ok 1 - one\nPASS: t/good 1 - one\n1..1\n' >"$o/plain/t/good.log"
result plain bad 'FAIL two'
cat >"$o/plain/t/bad.log" <<'LOG'
# of the first
ok 1 - one
PASS: t/bad 1 - one
#      got: x
# expected: y
not ok 2 - two
FAIL: t/bad 2 - two
# behind the second

ok 3 - three
# of the fourth
not ok 4 - four
FAIL: t/bad 4 - four
ok 5 - five
1..5
ERROR: t/bad - exited with status 1
LOG
result plain/haetae-1/_build/sub far 'FAIL one'
printf 'not ok 1 - in the tarball\n' >"$o/plain/haetae-1/_build/sub/t/far.log"
report plain
is "$out" '-- the end of plain/t/bad.log
# of the first
ok 1 - one
#      got: x
# expected: y
not ok 2 - two
# behind the second
ok 3 - three
# of the fourth
not ok 4 - four
ok 5 - five
1..5
ERROR: t/bad - exited with status 1
-- failed:
-- plain/t/bad.log
#      got: x
# expected: y
not ok 2 - two
# behind the second
# of the fourth
not ok 4 - four
ERROR: t/bad - exited with status 1' 'all that failed, each with what was said about it, behind the end of its log'
report distcheck
like "$out" '-- plain/haetae-1/_build/sub/t/far.log'$'\n''not ok 1 - in the tarball$' 'distcheck: the tests of the tarball'

# A stage without TAP.
printf 'cc one\nx.c:1:2: error: no such thing\nmake: *** [x.o] Error 1\nthe last line\33[2J\n' >"$o/lint.log"
report lint
is "${out##*-- failed:}" '
-- lint.log
x.c:1:2: error: no such thing
make: *** [x.o] Error 1' 'the errors of a compiler'
like "$out" $'the last line\\[2J\n' 'nothing that a terminal would obey'

# --- bounds ------------------------------------------------------------------------------------
for i in {10..39}; do
    result plain "many$i" 'FAIL x'
    for j in {1..40}; do printf '# said before %s\nnot ok %s - assertion\n# said behind %s\n' "$j" "$j" "$j"; done >"$o/plain/t/many$i.log"
done
report plain lint
[ "$(wc -l <<<"$out")" -le 210 ]
ok $? 'many failures: about 200 lines' || diag "$(wc -l <<<"$out")"
like "${out##*$'\n'}" '^-- and [0-9]+ lines more$' 'and how many are left out'
rm "$o"/plain/t/many{13..39}.*
for i in 10 11 12; do for j in {1..30}; do echo "not ok $j - assertion"; for k in {1..30}; do echo "# $k"; done; done >"$o/plain/t/many$i.log"; done
report plain lint
is "$(grep -c '^not ok' <<<"${out##*-- failed:}")" 92 'what was said goes before an assertion goes'
head -c 3000000 /dev/urandom >"$o/plain/t/many10.log"
report plain lint
[ "${#out}" -lt 100000 ]
ok $? 'a log that is no text'
tap_done
