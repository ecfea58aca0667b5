#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs t/store_maintain, which prints the TAP.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/store.sh"
store_run store_maintain
