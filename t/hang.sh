# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# File systems that really hang, for the tests of what asks them: a FUSE server that can be
# stopped at $work/hung, an ext4 that can be frozen at $work/frozen. They live in a mount
# namespace of their own, where no other test meets them. To be read before anything else.
if [ "$(id -u)" = 0 ] && [ -z "${HANG_INSIDE:-}" ] && unshare -m true 2>/dev/null; then
    HANG_INSIDE=1 exec unshare -m --propagation private "$BASH" "$0" "$@"
fi
. "${srcdir:-.}/t/tap.sh" || exit 1
[ "$(id -u)" = 0 ] || skip_all 'mounts need root'
[ -n "${HANG_INSIDE:-}" ] || skip_all 'no mount namespaces here'
[ -c /dev/fuse ] || skip_all 'no /dev/fuse'
need fsfreeze util-linux
need mkfs.ext4 e2fsprogs
PATH=$PATH:/sbin:/usr/sbin
# Another's mount that hangs is no part of the test.
for mount in $(findmnt -rno TARGET -t fuse,fuse.test,fuseblk); do umount -l "$mount"; done
state=$work/state
mkdir "$state" "$work/hung" "$work/frozen"

# loop NAME: a loop ext4 at $work/NAME
loop() {
    truncate -s 16M "$work/$1.img" && mkfs.ext4 -qF "$work/$1.img" && mount -o loop "$work/$1.img" "$work/$1"
}
at_exit 'for m in hung frozen; do umount -l "$work/$m"; done'
at_exit 'fsfreeze -u "$work/frozen"'
loop frozen || skip_all 'no loop devices here'
"$builddir/t/fuse_server" "$work/hung" >"$work/server" 2>&1 &
server=$!
at_exit 'kill -CONT $server; kill -KILL $server'
wait_for 5 grep -q ready "$work/server" || skip_all "no FUSE here: $(cat "$work/server")"

# A tenth of the deadline, and at least 0.2 s, is there for the verdict: on a machine that others
# share that may be too short.
deadline=2
[ "${HAETAE_CI:-}" != 1 ] || deadline=6
in_time() { [ "$took" -lt $(((deadline + 4) * 1000)) ]; }
always=()
# call OPTION...: $took is what the capture of the output of $check took, in ms
call() {
    local start
    start=$(date +%s%3N)
    run "$check" --state-dir "$state" "${always[@]}" "$@"
    took=$(($(date +%s%3N) - start))
}
# What waits for its part of the deadline never takes less than that.
call_is_quick() { call -t "$deadline" "$@" && [ "$took" -lt $((deadline * 900 - 50)) ]; }
# Processes of this test's own checks: others run the same program beside it.
sleepers() { pgrep -c -f "^$check --state-dir $state( |$)" || true; }
no_sleepers() { [ "$(sleepers)" = 0 ]; }
