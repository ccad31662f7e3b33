#!/usr/bin/env bash
# Schemathesis against both services: requests made of their own OpenAPI descriptions, valid and not, and answers held to
# the same. Installs it into target/ with pip; needs python3 with venv, and the executables in BIN.
#   EXAMPLES  requests per operation and kind (40)
#   BIN       folder of the executables (target/release)
set -euo pipefail
cd "$(dirname "$0")/../.."

bin=${BIN:-target/release}
examples=${EXAMPLES:-40}
venv=target/schemathesis
version=4.32.5
out=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait; rm -rf "$out"' EXIT

if [[ ! -x $venv/bin/schemathesis ]]; then
  if ! python3 -m venv "$venv"; then
    echo "schemathesis: python3 with its venv module is needed (Debian: python3-venv)" >&2
    exit 1
  fi
  "$venv/bin/pip" install --quiet "schemathesis==$version"
fi

# A service on a free port; its address is in its log.
start() {
  local name=$1
  shift
  : >"$out/$name.log"
  env PLAYWRIGHT_LISTEN=127.0.0.1:0 PLAYWRIGHT_DRAIN_DELAY_S=0 PLAYWRIGHT_LOG_FORMAT=json "$@" \
    "$bin/playwright-$name" 2>"$out/$name.log" &
  pids+=($!)
  for _ in {1..200}; do
    address=$(sed -n 's/.*"message":"listening".*"address":"\([^"]*\)".*/\1/p' "$out/$name.log")
    if [[ -n $address ]] && [[ $("$venv/bin/python" - "$address" <<'PY'
import sys, urllib.request
try:
    print(urllib.request.urlopen(f"http://{sys.argv[1]}/ready", timeout=2).status)
except OSError:
    print(0)
PY
    ) == 200 ]]; then
      return
    fi
    sleep 0.1
  done
  echo "schemathesis: playwright-$name did not become ready" >&2
  cat "$out/$name.log" >&2
  exit 1
}

failed=0
for name in ingestion image; do
  # No name server: what Schemathesis makes up must reach nobody.
  start "$name" PLAYWRIGHT_DNS_SERVER=127.0.0.1:9
  echo "== $name"
  # positive_data_acceptance: an address that is well-formed may still be refused, or not be there.
  "$venv/bin/schemathesis" --config-file tools/dev/schemathesis.toml run "http://$address/openapi.json" \
    --checks all --exclude-checks positive_data_acceptance \
    --mode all --phases examples,coverage,fuzzing --max-examples "$examples" \
    --max-response-time 61 --request-timeout 70 --workers 2 --seed 1 --no-color \
    --report junit --report-junit-path "$out/$name.xml" || failed=1
  if grep -q '"message":"panicked' "$out/$name.log"; then
    echo "schemathesis: playwright-$name panicked" >&2
    grep '"message":"panicked' "$out/$name.log" >&2
    failed=1
  fi
done
exit "$failed"
