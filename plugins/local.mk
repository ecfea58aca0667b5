# SPDX-License-Identifier: GPL-2.0-or-later
# One block a plugin. The node plugins link libc alone.
PLUGIN_LIBS = lib/libcheck.a lib/libcollect.a lib/libbase.a

plugin_PROGRAMS += %D%/check_node_load
dist_man_MANS += %D%/check_node_load.1
%C%_check_node_load_SOURCES = %D%/check_node_load.c
%C%_check_node_load_LDADD = $(PLUGIN_LIBS)
