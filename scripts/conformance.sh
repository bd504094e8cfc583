#!/bin/sh
# Plays the OASIS test cases against a kmipd of its own, and takes everything away again.
#
#   scripts/conformance.sh DIR [--all] [--case TEXT] [--as 1.3|2.0] [--way ttlv|https|xml|json] [--tolerances] [--json] [--junit FILE]
#
# DIR: a folder with test cases as XML. --all: also the cases that need what kmipd does not declare.
# --as: the cases of 1.2 told in 1.3, or those of 2.1 in 2.0, of which there are none.
# --way: how messages travel, but for the cases about a way of their own. Exit code: 0 no case failed, 1 some did, 2 it could not run.
set -eu
[ $# -ge 1 ] || { echo 'conformance: say where the test cases are: scripts/conformance.sh DIR' >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
make -s -C "$here/.." build >&2 || exit 2
exec node "$here/conformance.mjs" "$@"
