#!/usr/bin/env bash
# `make mutations`: takes one protection away at a time, in a copy of this tree, and shows that the hostile tests notice.
# A mutation that no test notices makes this fail.
#   MUTATIONS   which of them (no_egress_proxy no_sandbox shared_context)
#   MUTATIONS_TARGET_DIR  where they are built, each in a folder of its own: one must never hold what another changed
# The mutations are called by the names in MUTATIONS.
# shellcheck disable=SC2317
set -uo pipefail
cd "$(dirname "$0")/../.." || exit

copy=$(mktemp -d)
trap 'git worktree remove --force "$copy/tree"; rm -rf "$copy"' EXIT
git worktree add --quiet --detach "$copy/tree" HEAD
targets=${MUTATIONS_TARGET_DIR:-$PWD/target/mutations}
mkdir -p "$targets"
cd "$copy/tree" || exit 1

pool=shared/browser-pool/src
# Each leaves the code compiling: what it takes away is no longer asked for, and nothing else changes.
no_egress_proxy() {
  sed -i 's|proxy_server: Some(egress.proxy_url())|proxy_server: None|; s|proxy_bypass_list: Some("<-loopback>".to_owned())|proxy_bypass_list: None|' "$pool"/page.rs
  sed -i '/add(format!("--proxy-server=/d' "$pool"/process/flags.rs
  sed -i 's|"--host-resolver-rules=MAP \* ~NOTFOUND , EXCLUDE 127.0.0.1"|"--no-such-switch-a"|; s|"--force-webrtc-ip-handling-policy=disable_non_proxied_udp"|"--no-such-switch-b"|' "$pool"/process/flags.rs
}
no_sandbox() { sed -i 's|if !self.sandbox {|if true {|' "$pool"/process/flags.rs; }
# All pages in the browser's own context, whose proxy lets them out: they reach what they may, and share what is kept.
shared_context() {
  sed -i 's|target.browser_context_id = Some(context.clone());|let _ = context;|' "$pool"/page.rs
  sed -i 's|Scope::Background).await|Scope::Page).await|' "$pool"/egress.rs
}
# Lines that each must have changed: a pattern that no longer matches would leave half a mutation.
declare -A lines=([no_egress_proxy]=5 [no_sandbox]=1 [shared_context]=2)

failed=0
for mutation in ${MUTATIONS:-no_egress_proxy no_sandbox shared_context}; do
  git checkout --quiet -- .
  "$mutation"
  changed=$(git diff --numstat | awk '{ lines += $2 } END { print lines + 0 }')
  if ((changed != lines[$mutation])); then
    echo "$mutation: took away $changed lines and not ${lines[$mutation]}, mend tools/dev/mutations.sh" >&2
    failed=1
    continue
  fi
  echo "== $mutation"
  export CARGO_TARGET_DIR=$targets/$mutation
  cargo build --quiet --package playwright-ingestion --package playwright-image --package test-support || { failed=1; continue; }
  # its tests are many and each fails for itself
  caught=$(RUST_BACKTRACE=0 cargo test --quiet --package playwright-tests --test hostile --no-fail-fast -- --test-threads 2 2>&1 |
    tee "$targets/$mutation.log" | sed -n 's/^    \([a-z_]*::[a-z_]*\)$/\1/p' | sort -u)
  if [[ -z $caught ]]; then
    echo "$mutation: no test noticed" >&2
    failed=1
  else
    # shellcheck disable=SC2086  # a name a line
    printf 'caught by %s\n' $caught
  fi
done
exit "$failed"
