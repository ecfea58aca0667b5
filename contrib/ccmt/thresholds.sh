#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The alarm page of CCMT (Cloud Computing Management Tool 1.0) as thresholds that are set at run
# time, for everything or for what the options name:
#   sh thresholds.sh
#   sh thresholds.sh --node 111
# They judge probes whose spec has judge = "worst" or "thresholds", for example check_node's.
# KBPS of that page are kilobytes a second. "Disk Used" is over all local file systems. The page
# leaves the counts of its three processes empty: processes@httpd, processes@mysql, processes@java.
set -e
: "${HAETAE:=haetae}"
set_threshold() { $HAETAE threshold set "$@"; }
set_threshold "$@" load1 -w 1 -c 5
set_threshold "$@" cpu -w 90 -c 100
set_threshold "$@" memory -w 90 -c 95
set_threshold "$@" disk_total -w 90 -c 95
set_threshold "$@" io -w 90 -c 95
set_threshold "$@" in -w 100k -c 200k
set_threshold "$@" out -w 100k -c 200k
