#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The servers that behave badly do so: other tests rely on them.
. "${srcdir:-.}/t/tap.sh" || exit 1
. "$srcdir/t/bad_peer.sh"

# ask HOST SECONDS BYTES [TEXT]: at most so many bytes of what the peer says, bytes that are no
# text left out, and behind it #0 (the end), #124 (time is over), #1 (a failure)
ask() {
    timeout "$2" bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "%b" "$2" >&3; cat <&3' \
        "$1" "$bad_port" "${4:-}" 2>"$work/ask.err" | head -c "$3" | LC_ALL=C tr -cd '\n -~'
    printf '#%s' "${PIPESTATUS[0]}"
}
request='GET / HTTP/1.1\r\nHost: x\r\n\r\n'

bad_peer silent
like "$bad_port" '^[0-9]+$' 'the port is printed'
is "$(ask 127.0.0.1 0.5 1 hello)" '#124' 'silent: no byte'
bad_peer silent --http
like "$(ask 127.0.0.1 0.5 1000 "$request")" '^HTTP/1\.1 200 OK.*#124$' 'silent behind a head'
bad_peer drip -6
like "$(ask ::1 10 2)" '^xx#' 'drip, on IPv6: one, and a second later another'
is "$(ask ::1 0.5 2)" 'x#124' 'not sooner'
bad_peer flood
is "$(ask 127.0.0.1 10 1000000 | tr -cd x | wc -c)" 1000000 'flood: as much as one likes'
printf 'STAT a 1\r\n' >"$work/stat"
bad_peer flood --file "$work/stat"
is "$(ask 127.0.0.1 10 30 | grep -c '^STAT a 1')" 3 'a file over and over'
bad_peer garbage
like "$(ask 127.0.0.1 10 1000)" '^\{"a": \[1,,.*#0$' 'garbage, and the end'
bad_peer garbage --http --file "$work/stat"
like "$(ask 127.0.0.1 10 1000 "$request")" $'Connection: close\n\nSTAT a 1\n#0$' 'given garbage behind a head'
bad_peer redirect
like "$(ask 127.0.0.1 0.5 1000 "$request$request")" "302 Found.*http://127.0.0.1:$bad_port/again.*302 Found" 'redirect: each time'
bad_peer reset
is "$(ask 127.0.0.1 10 1)" '#1' 'reset: no end, a failure'
like "$(cat "$work/ask.err")" 'reset' 'with these words'
printf 'hello\n' >"$work/hello"
bad_peer close --greeting "$work/hello"
is "$(ask 127.0.0.1 10 1000)" $'hello\n#0' 'close behind a greeting'
bad_peer_stop
gone() { ! (exec 3<>"/dev/tcp/127.0.0.1/$bad_port") 2>/dev/null; }
wait_for 5 gone
ok $? 'it ends when it is told'
bad_peer silent --unix "$work/bad.sock"
is "$bad_port" "$work/bad.sock" 'on a unix socket its path is printed'
[ -S "$work/bad.sock" ]
ok $? 'and it is one'
# ask_udp SECONDS BYTES: what comes back for a datagram
ask_udp() { timeout "$1" bash -c 'exec 3<>"/dev/udp/127.0.0.1/$0" && echo hello >&3; head -c "$1" <&3' "$bad_port" "$2"; }
bad_peer garbage --udp --file "$work/hello"
is "$(ask_udp 5 6)" hello 'garbage in a datagram'
bad_peer flood --udp
is "$(ask_udp 5 5000 | wc -c)" 5000 'a flood of datagrams'
bad_peer silent --udp
is "$(ask_udp 0.5 1)" '' 'silence for a datagram'
mkfifo "$work/in"
"$builddir/t/bad_peer" silent <"$work/in" >/dev/null &
pid=$!
exec 4>"$work/in" 4>&-
wait "$pid"
is "$?" 0 'it ends when the pipe at its input does'
tap_done
