#!/usr/bin/env bash
# `make hostile`: everything that a page, a name or a document may try, and a table of what was tried and what got
# through. REFRESH_DOCS=1 writes the table into docs/security.md. Network namespaces are needed: root has them, and so
# has everybody where the kernel allows user namespaces; without them the tests fail.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit

rows=target/tmp/hostile
rm -rf "$rows"
# DEV=1 uses what an ordinary `cargo test` has built
profile=(--release)
[[ ${DEV:-} == 1 ]] && profile=()
if command -v cargo-nextest >/dev/null; then
  cargo nextest run "${profile[@]}" --locked --package playwright-tests --test hostile
else
  cargo test "${profile[@]}" --locked --package playwright-tests --test hostile
fi
status=$?

table() {
  echo "| kind | what was tried | cases | got through | failures |"
  echo "| --- | --- | ---: | ---: | ---: |"
  cat "$rows"/* | awk -F '\t' '
    { printf "| %s | %s | %d | %s | %d |\n", $1, $2, $3, $4, $5 }
    $1 != "control" { cases += $3; hits += $4; failures += $5 }
    END { printf "| | **all but the controls** | **%d** | **%d** | **%d** |\n", cases, hits, failures }'
}

tried=$(find "$rows" -type f 2>/dev/null | wc -l)
# one row for each test
expected=$(grep -rc '^#\[test\]' tests/tests/hostile | awk -F : '{ tests += $2 } END { print tests }')
echo
if ((tried == 0)); then
  echo "hostile: no test came to its end" >&2
  exit 1
fi
table
echo
((tried == expected)) || echo "hostile: $tried of $expected tests came to their end" >&2

if [[ ${REFRESH_DOCS:-} == 1 && $status == 0 ]]; then
  table >target/tmp/hostile-table
  awk '/<!-- table begins/ { print; while ((getline line < "target/tmp/hostile-table") > 0) print line; skip = 1 }
       /<!-- table ends/ { skip = 0 } !skip' docs/security.md >target/tmp/security.md
  awk '/<!-- table begins/ { seen = 1 } END { exit !seen }' docs/security.md && cp target/tmp/security.md docs/security.md
fi
exit "$status"
