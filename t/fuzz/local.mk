# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz targets: two lines each. Without --enable-fuzz each replays its corpus as a test.
FUZZ_LIBS = lib/libcheck.a lib/libcollect.a lib/libbase.a $(FUZZ_ENGINE)
FUZZ_TARGETS =
if ENABLE_FUZZ
FUZZ_MAIN = %D%/fuzz.h
noinst_PROGRAMS += $(FUZZ_TARGETS)
else
FUZZ_MAIN = %D%/fuzz.h %D%/replay.c
check_PROGRAMS += $(FUZZ_TARGETS)
TESTS += $(FUZZ_TARGETS)
endif
EXTRA_DIST += %D%/corpus %D%/run.sh %D%/replay.c

FUZZ_TARGETS += %D%/fuzz_num
%C%_fuzz_num_SOURCES = %D%/fuzz_num.c $(FUZZ_MAIN)
%C%_fuzz_num_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_range
%C%_fuzz_range_SOURCES = %D%/fuzz_range.c $(FUZZ_MAIN)
%C%_fuzz_range_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_perf
%C%_fuzz_perf_SOURCES = %D%/fuzz_perf.c $(FUZZ_MAIN)
%C%_fuzz_perf_LDADD = $(FUZZ_LIBS)

FUZZ_TARGETS += %D%/fuzz_text
%C%_fuzz_text_SOURCES = %D%/fuzz_text.c $(FUZZ_MAIN)
%C%_fuzz_text_LDADD = $(FUZZ_LIBS)
