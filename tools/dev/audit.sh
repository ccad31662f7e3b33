#!/usr/bin/env bash
# `make audit`: licences, sources and duplicates of the dependencies (cargo-deny) and dependencies that nothing uses
# (cargo-machete). Both take minutes to install from source, so the tests run them only where they are installed:
#   cargo install --locked cargo-deny cargo-machete
set -euo pipefail
cd "$(dirname "$0")/../.."

ran=0
if command -v cargo-deny >/dev/null; then
  # the advisory database is fetched from outside; `make audit ADVISORIES=1` asks for it
  checks=(bans licenses sources)
  [[ ${ADVISORIES:-} == 1 ]] && checks+=(advisories)
  cargo deny --locked check "${checks[@]}"
  ran=1
fi
if command -v cargo-machete >/dev/null; then
  cargo machete
  ran=1
fi
if ((ran == 0)); then
  echo "neither is installed: cargo install --locked cargo-deny cargo-machete" >&2
  exit 1
fi
