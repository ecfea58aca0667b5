# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# Debian packages that a script needs: lists what is missing and installs it, as root only,
# without starting any service. For quickstart.sh and run-tests.sh, which set:
#   packages      the names
#   install, ask  yes or no
#   package_log   where apt writes

policy=/usr/sbin/policy-rc.d
policy_made=

packages_clean_up() {
    [ -z "$policy_made" ] || rm -f "$policy"
    policy_made=
}

missing_packages() {
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            printf ' %s' "$package"
    done
}

may_install() {
    [ "$install" = yes ] || return 1
    if [ "$(id -u)" != 0 ]; then
        echo "not root; to install them: apt-get install$missing"
        return 1
    fi
    if [ "$ask" = yes ] && [ -t 0 ]; then
        printf 'install them? [Y/n] '
        read -r answer || return 1
        case $answer in n* | N*) return 1 ;; esac
    fi
}

# A package's service must not start because of us.
forbid_services() {
    if [ -e "$policy" ]; then
        "$policy" haetae start >/dev/null 2>&1
        [ $? = 101 ] && return 0
        echo "$policy lets services start; install by hand: apt-get install$missing"
        return 1
    fi
    printf '#!/bin/sh\nexit 101\n' >"$policy" || return 1
    policy_made=1
    chmod 755 "$policy"
}

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -q "$@" \
        >>"$package_log" 2>&1 </dev/null
}

# Returns 0 when all are there, also where there is no dpkg to ask.
need_packages() {
    command -v dpkg-query >/dev/null 2>&1 || return 0
    # shellcheck disable=SC2086
    missing=$(missing_packages $packages)
    [ -n "$missing" ] || return 0
    echo "missing packages:$missing"
    may_install || return 1
    forbid_services || return 1
    # shellcheck disable=SC2086
    apt install -y --no-install-recommends $missing ||
        { apt update && apt install -y --no-install-recommends $missing; } ||
        { echo "cannot install all of them: see $package_log"; packages_clean_up; return 1; }
    packages_clean_up
}
