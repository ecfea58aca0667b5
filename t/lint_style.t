#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What HACKING.md asks for and a machine can see.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/lint.sh"

lint_some '\.c$' '^t/data/' >"$work/c"
lint_some '\.[ch]$' '^t/data/' >"$work/ch"
# Files that people write; what was captured or found by a fuzzer is kept as it is.
lint_some '' '^(t/data/|t/fuzz/corpus/|COPYING$)' >"$work/text"

xargs -r awk 'FNR == 1 { seen = 0 } /^[[:blank:]]*#[[:blank:]]*(include|if|define)/ && !seen {
    seen = 1; if ($0 !~ /^#include "config\.h"/) print FILENAME ": " $0 }' <"$work/c" |
    none "every .c file includes config.h first"

while read -r file; do
    own=${file%.c}.h
    [ -f "$own" ] || continue
    second=$(grep -m2 '^#include' "$file" | tail -n1)
    [ "$second" = "#include \"$own\"" ] || printf '%s: second include is %s\n' "$file" "$second"
done <"$work/c" | none "every .c file includes its own header next"

# Calls that are banned, and the one file that may make them. Comments and strings are
# taken out first.
banned='sprintf|vsprintf|strcpy|strncpy|strcat|strncat|strtok|strtok_r|gets|atoi|atol|atoll|atof|strtol|strtoll|strtoul|strtoull|strtod|strtof|scanf|sscanf|fscanf|system|popen|alloca|mktemp|tmpnam|usleep'
while read -r file; do
    sed -E 's/"(\\.|[^"\\])*"/""/g; s,//.*,,; s,/\*[^*]*\*/,,g; /^[[:blank:]]*\/?\*/d' "$file" |
        grep -nE "(^|[^A-Za-z0-9_>.])($banned)[[:blank:]]*\(" | sed "s|^|$file:|"
done <"$work/ch" | grep -v '^lib/base/num\.c:.*strto[du]' | none "no banned call"

grep -E '(\.(c|h|sh|t|mk|ac|am|sql|cfg|conf|service|timer|[1578])|^\.ci/run)$' "$work/text" | while read -r file; do
    head -n 4 "$file" | grep -q 'SPDX-License-Identifier: GPL-2\.0-or-later' || printf '%s\n' "$file"
done | none "every source file names its licence"

# With this layout a function starts and ends with a brace in column 1.
xargs -r awk '/^\{/ { start = FNR } /^\}/ && start { if (FNR - start > 101) print FILENAME ":" start ": " FNR - start - 1 " lines"; start = 0 }' \
    <"$work/c" | none "no function is over 100 lines"
xargs -r wc -l <"$work/c" | awk '$1 > 800 && $2 != "total"' | none "no .c file is over 800 lines"

xargs -r grep -nE '\b(T[O]DO|F[I]XME|X[X]X|HA[C]K)\b' <"$work/text" | none "nothing is left for later in comments"
while read -r file; do
    if [ "$(head -c 4 "$file" | tr -d '\0')" = $'\177ELF' ]; then printf '%s\n' "$file"; fi
done <"$work/text" | none "nothing that was built is kept"
xargs -r grep -nIE '[[:blank:]]+$' <"$work/text" | none "no trailing blanks"
xargs -r grep -nIP '\t' < <(grep -E '\.(sh|t)$' "$work/text") | none "shell scripts are indented with blanks"
grep -v '/\.gitkeep$' "$work/text" | xargs -r grep -LE '^' | none "no file is empty"

grep -E '(\.(sh|t)|^\.ci/run)$' "$work/text" | while read -r file; do
    head -n1 "$file" | grep -q '^#!' || continue
    [ -x "$file" ] || printf '%s\n' "$file"
done | none "scripts have the run bit"
# Run from elsewhere a test would have no $work, and its "rm -r $work/..." would be of the root.
lint_some '\.t$' '^t/data/' | xargs -r grep -HnE '^\. .*/t/(tap|hang)\.sh"' | grep -v '|| exit 1$' |
    none "a test without its library ends at once"

# Everything in git is in the tarball. Folders in EXTRA_DIST count with all that is in them.
if [ -e .git ] && git ls-files >/dev/null 2>&1; then
    printf 'include Makefile\nprint-dist:\n\t@printf "%%s\\n" $(patsubst $(srcdir)/%%,%%,$(DISTFILES))\n' >"$work/Makefile"
    env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$builddir" -f "$work/Makefile" print-dist 2>"$work/stderr" |
        sort -u >"$work/dist"
    [ -s "$work/dist" ]; ok $? "the list of what is distributed"
    grep -vE '(^|/)\.git(ignore|attributes|keep)$' "$work/files" | while read -r file; do
        [ -e "$file" ] || continue
        part=$file
        until grep -qxF -e "$part" "$work/dist"; do
            case $part in */*) part=${part%/*} ;; *) printf '%s\n' "$file"; break ;; esac
        done
    done | none "every file in git is distributed"
else
    skip "not a git checkout"
fi
tap_done
