# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # srcdir and work are tap.sh's
# What the lints share: the project's files, and a result that shows what was found.

# The project's own files, relative to the top: those in git, or all of a tarball's.
lint_files() {
    if [ -e "$srcdir/.git" ] && git -C "$srcdir" ls-files 2>/dev/null; then return; fi
    (cd "$srcdir" && find . -name 'build*' -prune -o -name '_*' -prune -o -name autom4te.cache -prune -o \
        -name '*.in' -o -name 'config.h.in~' -o -name configure -o -name aclocal.m4 -o -type f -printf '%P\n')
}

# So that "... | none NAME" counts in this shell.
shopt -s lastpipe

# Those that match the first regex and not the second, and that are still there.
lint_some() {
    local file
    while read -r file; do
        if [[ $file =~ $1 && ! $file =~ ${2:-^$} && -f $srcdir/$file ]]; then
            printf '%s\n' "$file"
        fi
    done <"$work/files"
}

# none NAME: passes when standard input is empty, else shows it.
none() {
    local found
    found=$(head -c 4000)
    if [ -z "$found" ]; then pass "$1"; else fail "$1"; diag "$found"; fi
}

lint_files >"$work/files"
cd "$srcdir" || exit 1
