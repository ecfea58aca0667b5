# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# Debian packages that a script needs: lists what is missing and installs it, as root only,
# without starting any service. For quickstart.sh and run-tests.sh, which set:
#   packages      the names; A|B where releases have one or the other
#   install, ask  yes or no
#   package_log   where apt writes
# and call packages_clean_up when they end.

policy=/usr/sbin/policy-rc.d
policy_made=

packages_clean_up() {
    [ -z "$policy_made" ] || rm -f "$policy"
    policy_made=
}

is_installed() {
    for name in $(echo "$1" | tr '|' ' '); do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" != installed ] || return 0
    done
    return 1
}

missing_packages() {
    for package in "$@"; do
        is_installed "$package" || printf ' %s' "$package"
    done
}

# What this release calls them; apt reports a name that it does not know.
release_names() {
    for package in "$@"; do
        for name in $(echo "$package" | tr '|' ' ') "${package%%|*}"; do
            if apt-cache show "$name" >/dev/null 2>&1; then break; fi
        done
        printf ' %s' "$name"
    done
}

may_install() {
    [ "$install" = yes ] || return 1
    if [ "$(id -u)" != 0 ]; then
        # shellcheck disable=SC2086
        echo "not root; to install them: apt-get install --no-install-recommends$(release_names $missing)"
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
    policy_made=1
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
}

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -q "$@" \
        >>"$package_log" 2>&1 </dev/null
}

install_missing() {
    # shellcheck disable=SC2046,SC2086
    apt install -y --no-install-recommends $(release_names $missing)
}

# Returns 0 when all are there, also where there is no dpkg to ask.
need_packages() {
    command -v dpkg-query >/dev/null 2>&1 || return 0
    # shellcheck disable=SC2086
    missing=$(missing_packages $packages)
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2046,SC2086
    echo "missing packages:$(release_names $missing)"
    may_install || return 1
    forbid_services || return 1
    echo "installing them; what apt-get says is in $package_log"
    if install_missing || { apt update && install_missing; }; then
        packages_clean_up
        return 0
    fi
    packages_clean_up
    tail -n 5 "$package_log"
    echo "cannot install all of them"
    return 1
}
