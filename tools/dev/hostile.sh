#!/usr/bin/env bash
# `make hostile`: everything that a page, a name or a document may try, and a table of what was tried and what got
# through. REFRESH_DOCS=1 writes the table into docs/security.md. Network namespaces are needed: root has them, and so
# has everybody where the kernel allows user namespaces; without them the tests fail.
set -uo pipefail
cd "$(dirname "$0")/../.."

rows=target/tmp/hostile
rm -rf "$rows"
profile=--release
[[ ${PROFILE:-} == dev ]] && profile=--profile=dev
if command -v cargo-nextest >/dev/null; then
  cargo nextest run --release --locked --package playwright-tests --test hostile
else
  cargo test --release --locked --package playwright-tests --test hostile
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
expected=$(grep -rho 'Tally::new("[a-z0-9-]*"\|"a1-[a-z]*", "\|compare("[a-z0-9-]*"' tests/tests/hostile | grep -vc 'Tally::new("x')
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
