#!/usr/bin/env bash
# `make test`: everything that must hold before a change lands. The same profile as `make run`, so that things are built
# once.
set -euo pipefail
cd "$(dirname "$0")/../.."

step() { printf '\n== %s\n' "$*"; }

step "install"
# with what runs the documents' commands, and a TLS server
tools/dev/install.sh curl openssl python3-httpx

step "format"
cargo fmt --all --check

step "lints"
cargo clippy --release --locked --workspace --all-targets -- -D warnings

step "build"
# the executables that the tests start
cargo build --release --locked --workspace

step "tests"
if command -v cargo-nextest >/dev/null; then
  cargo nextest run --release --locked --workspace
else
  echo "(cargo-nextest is not installed: running the same tests by cargo test)"
  cargo test --release --locked --workspace --lib --bins --tests
fi

step "examples in the documentation"
cargo test --release --locked --workspace --doc --quiet

step "fuzzing, briefly"
SECONDS_EACH=20 SAME=1 tools/dev/fuzz.sh

if command -v cargo-deny >/dev/null || command -v cargo-machete >/dev/null; then
  step "dependencies"
  tools/dev/audit.sh
fi
