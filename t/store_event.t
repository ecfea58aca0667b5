#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Events and thresholds in a real database: see t/store_event.c.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/store.sh"
store_run store_event
