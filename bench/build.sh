# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# The build that is measured, for the benchmarks: sourced with $top and $work set.
# bench_build BUILDDIR OPTION...: sets $build to a configured build; "" makes one with -O2.
bench_build() {
    build=$1
    shift
    if [ -z "$build" ]; then
        build=$work/build
        mkdir "$build"
        echo "building with -O2 ..."
        (cd "$build" && { [ -x "$top/configure" ] || (cd "$top" && autoreconf -fi); } &&
            "$top/configure" CFLAGS='-O2 -g' "$@" && make -j2) >"$work/build.log" 2>&1 ||
            { tail -n 5 "$work/build.log" >&2; exit 1; }
    fi
    make -s -C "$build" bench-programs >"$work/make.log" 2>&1 ||
        { tail -n 5 "$work/make.log" >&2; exit 1; }
    build=$(cd "$build" && pwd)
}
