#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Writes haetae-metrics(7) from what the built plugins say about themselves:
#   metrics.sh FOLDER-OF-PLUGINS >haetae-metrics.7
set -eu
cat <<'PAGE'
.\" SPDX-License-Identifier: GPL-2.0-or-later
.\" Written by "make metrics"; do not edit.
.Dd November 21, 2026
.Dt HAETAE-METRICS 7
.Os haetae
.Sh NAME
.Nm haetae-metrics
.Nd every metric of every plugin
.Sh DESCRIPTION
A metric has one name in perfdata, in thresholds, in JSON and in the database.
The names are an interface: a rename is announced in
.Pa NEWS .
Where a metric has instances its label is
.Ar METRIC Ns @ Ns Ar INSTANCE .
The unit is in parentheses; what follows a semicolon is the default range.
PAGE
for plugin in "$1"/check_*; do
    name=${plugin##*/}
    case $name in *.*) continue ;; esac
    printf '.Ss %s\n.Bl -tag -width Ds -compact\n' "$name"
    # The name, then its text on the lines that are indented by more.
    { "$plugin" --help || :; } | sed -n '/^Metrics/,/^RANGE/p' | sed -n \
        -e 's/^      \([^ ].*\)/\1/p' -e 's/^  \([a-z0-9_]*\)\(.*\)/.It Cm \1\2/p' |
        sed -e 's/^\.It Cm \([a-z0-9_]*\)\[@INSTANCE\]/.It Cm \1 Ns @ Ns Ar INSTANCE/' -e "s/^'/\\\\\&'/"
    printf '.El\n'
done
cat <<'PAGE'
.Sh SEE ALSO
.Xr haetae-plugins 7
PAGE
