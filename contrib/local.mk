# SPDX-License-Identifier: GPL-2.0-or-later
# Samples for other systems, installed as documentation.
ccmtdir = $(docdir)/contrib/ccmt
dist_ccmt_DATA = %D%/ccmt/alarm.cfg
