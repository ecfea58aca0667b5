# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What run-tests.sh says about failures: sourced by it. Where the output is all that is left of a
# run, and of that the end alone, a failure must be understood from there.
#   report OUT STAGE...   of each stage that failed its tests' logs in OUT, else its own log: how
#                         each ends, then every assertion that failed with what was said about it

report_tails_max=80
report_assertions_max=120

# Logs of the tests that failed, below a build folder; a distcheck has one of its own in there.
report_logs() { # FOLDER
    find "$1" -path "$1/haetae-*" -prune -o -name '*.trs' \
        -exec grep -lE '^:test-result: (FAIL|ERROR|XPASS)' {} + 2>/dev/null |
        sed 's/\.trs$/.log/' | sort
}

report_logs_of() { # OUT STAGE
    case $2 in
    distcheck) for folder in "$1"/plain/haetae-*; do report_logs "$folder"; done ;;
    *) report_logs "$1/$2" ;;
    esac
}

# Without the driver's repetition of each line, and nothing that a terminal would obey.
report_text() { # LOG
    LC_ALL=C tr -d '\000-\010\013-\037\177' <"$1" |
        grep -avE '^(PASS|FAIL|XFAIL|SKIP): |^[[:space:]]*$' | cut -c 1-300
}

# Failed assertions with at most MOST lines of diagnostics before each and behind it. A log without
# any has the errors of a compiler, of make or of a linter.
report_assertions() { # LOG MOST
    report_text "$1" | awk -v most="$2" '
        /^not ok/ {
            for (i = n > most ? n - most : 0; i < n; i++) print said[i]
            print; n = 0; behind = most; found = 1; next
        }
        /^#/ { if (behind > 0) { print; behind-- } else if (!found || behind < 0) said[n++] = $0; next }
        /^ok/ { n = 0; behind = -1; next }
        /^ERROR: / { print; found = 1; next }
        /(^|[ :])[Ee]rror[: ]|ERROR|\*\*\*/ { if (n_errors < 20) errors[n_errors++] = $0 }
        END { if (!found) for (i = 0; i < n_errors; i++) print errors[i] }
    '
}

report_all_assertions() { # LIST OUT MOST
    while read -r log; do
        printf -- '-- %s\n' "${log#"$2"/}"
        report_assertions "$log" "$3"
    done <"$1"
}

report() {
    out=$1
    shift
    for stage; do
        report_logs_of "$out" "$stage" >"$out/report.logs"
        if [ -s "$out/report.logs" ]; then cat "$out/report.logs"; else echo "$out/$stage.log"; fi
    done >"$out/report.list"
    n=$(wc -l <"$out/report.list")
    [ "$n" -gt 0 ] || return 0
    tail=$((report_tails_max / n))
    [ "$tail" -le 30 ] || tail=30
    [ "$tail" -lt 4 ] || while read -r log; do
        printf -- '-- the end of %s\n' "${log#"$out"/}"
        report_text "$log" | tail -n "$tail"
    done <"$out/report.list"
    for most in 20 8 3 1 0; do
        report_all_assertions "$out/report.list" "$out" "$most" >"$out/report"
        [ "$(wc -l <"$out/report")" -gt "$report_assertions_max" ] || break
    done
    echo '-- failed:'
    head -n "$report_assertions_max" "$out/report"
    n=$(($(wc -l <"$out/report") - report_assertions_max))
    [ "$n" -le 0 ] || echo "-- and $n lines more"
}
