#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The pages say what the programs do: every option, every metric, and examples that run.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/lint.sh"
common=plugins/haetae-plugins.7
mkdir "$work/state"

# section PAGE NAME: the lines of one section
section() { sed -n "/^\.Sh $2/,/^\.Sh /p" "$1" | grep -v '^\.Sh '; }
# The options of a help text, one a line: "-w" and "--warning"
options() { grep -oE '^ {2,6}(-[A-Za-z0-9], )?--[a-z0-9-]+' | grep -oE '\-\-?[A-Za-z0-9][a-z0-9-]*' | sort -u; }
# The options of a page's lists.
page_options() { sed -n 's/^\.It //p' "$1" | grep -oE '\bFl -?[A-Za-z0-9-]+|, -[a-z0-9-]+' | sed -E 's/^(Fl |, )/-/' | sort -u; }
# The example commands of a page as the shell would get them.
examples() {
    section "$1" EXAMPLES | sed -nE 's/^\.Dl //; s/^\$ //; /^check_/p' |
        sed -e 's/\\&//g; s/\\-/-/g; s/\\(ti/~/g; s/\\(aq/'"'"'/g; s/\\(dq/"/g; s/\\e/\\/g' -e 's/^"\(.*\)"$/\1/'
}

for plugin in "$plugins"/check_*; do
    name=${plugin##*/}
    case $name in *.*) continue ;; esac
    page=plugins/$name.1
    [ -f "$page" ]; ok $? "$name has a man page" || continue
    "$plugin" --help >"$work/help"
    # The plugin's own options come first, the common ones begin with -w.
    sed '/^  -w, --warning/,$d' "$work/help" | options >"$work/own"
    sed -n '/^  -w, --warning/,/^Metrics/p' "$work/help" | options >"$work/common"
    page_options "$page" >"$work/in-page"
    comm -23 "$work/own" "$work/in-page" | none "$name: every option is in its page"
    cat "$work/own" "$work/common" | sort -u | comm -13 - "$work/in-page" | none "$name: its page has no other options"
    page_options "$common" | comm -23 "$work/common" - | none "$name: common options are in haetae-plugins(7)"
    section "$page" METRICS | grep '^\.It' >"$work/items"
    sed -n '/^Metrics/,/^RANGE/s/^  \([a-z0-9_][a-z0-9_]*\).*/\1/p' "$work/help" | while read -r metric; do
        grep -qw -e "$metric" "$work/items" || printf '%s\n' "$metric"
    done | none "$name: every metric is in its page"
    awk 'length > 80' "$work/help" | none "$name: --help has at most 80 columns"
    grep -q '^\.Xr haetae-plugins 7' "$page"; ok $? "$name: its page refers to haetae-plugins(7)"
done

# Where a plugin is left out of the build, the page of all metrics has more.
built=yes
for file in plugins/check_*.c; do
    name=${file##*/}
    [ -x "$plugins/${name%.c}" ] || built=
done
if [ -n "$built" ]; then
    sh plugins/metrics.sh "$plugins" | diff plugins/haetae-metrics.7 - | none 'haetae-metrics(7) is what "make metrics" writes'
else
    skip "not all plugins were built"
fi

# keys FILE TABLE: the keys of a table of conf_key rows
keys() { sed -nE "/$2\[\] = \{/,/^\};/s/.*(KEY[A-Z_]*|FACT|WARN)\(\"([a-z_]*)\".*/\2/p" "$1"; }
page_keys() { sed -n 's/^\.It Cm //p' "$1" | tr -d ' ' | tr ',' '\n'; }
conf_page=scheduler/haetae.conf.5 profiles_page=config/haetae-profiles.5
for row in "lib/store/db_settings.c database_keys $conf_page" "scheduler/settings.c retention_keys $conf_page" \
    "subagent/settings.c agentx_keys $conf_page" "subagent/settings.c collector_keys $conf_page" \
    "scheduler/settings.c scheduler_keys $conf_page" "scheduler/probetype.c probetype_keys $conf_page" \
    'scheduler/specfile.c spec_keys scheduler/haetae-toolspecs.5' \
    "lib/health/profile_service.c service_keys $profiles_page" "lib/health/profile_service.c warn_keys $profiles_page" \
    "lib/health/service_socket.c listen_keys $profiles_page" "lib/health/service_socket.c depend_keys $profiles_page"; do
    read -r file table page <<<"$row"
    keys "$file" "$table" | sort -u >"$work/keys"
    [ -s "$work/keys" ]; ok $? "${file##*/}: $table is read"
    page_keys "$page" | sort -u | comm -23 "$work/keys" - | none "${page##*/}: every key of $table is there"
done

for page in plugins/*.[17]; do
    [ "$page" != plugins/haetae-metrics.7 ] || continue
    examples "$page" >"$work/examples"
    [ -s "$work/examples" ]; ok $? "${page##*/} has examples"
    name=${page##*/}
    case $name in
    check_*) [ -x "$plugins/${name%.1}" ] || { skip "${name%.1} was not built"; continue; } ;;
    esac
    while read -r command; do
        out=$(XDG_STATE_HOME=$work/state PATH=$plugins:$PATH timeout 200 bash -c "$command" 2>&1 </dev/null)
        rc=$?
        case $rc:$out in
        *"haetae was built without "*) ;;
        [0-3]:*" UNKNOWN - option "* | [0-3]:*" UNKNOWN - argument "*) printf '%s: %s\n' "$command" "$out" ;;
        [0-3]:*) ;;
        *) printf '%s exits %s: %s\n' "$command" "$rc" "$out" ;;
        esac
    done <"$work/examples" | none "${page##*/}: its examples run"
done
tap_done
