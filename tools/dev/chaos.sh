#!/usr/bin/env bash
# `make chaos`: the services' temporary directories lie on a small file system that only this run sees, so that it can be
# filled. Options are those of `bench chaos`.
set -euo pipefail
cd "$(dirname "$0")/../.."

bench=${BENCH:-target/release/bench}
# root mounts as it is, others where the kernel allows user namespaces
namespaces=(--mount)
((EUID == 0)) || namespaces+=(--map-current-user --keep-caps)
disk=$(mktemp -d)
trap 'rmdir "$disk"' EXIT
# shellcheck disable=SC2016 # the inner shell expands them
unshare "${namespaces[@]}" bash -c '
  mount -t tmpfs -o size=512m,mode=755 chaos "$1"
  disk=$1 bench=$2
  shift 2
  TMPDIR=$disk exec "$bench" chaos "$@"' chaos "$disk" "$bench" "$@"
