#!/usr/bin/env bash
# `make fuzz`: every fuzz target for SECONDS (60), two at a time; FUZZ=page runs that one alone. Ends with an error at the
# first finding, whose input it keeps under out/fuzz. SAME=1 tries the same few inputs each time, for a run that must not
# end otherwise on another day. No nightly compiler: the passes that cargo-fuzz asks for are the
# stable compiler's too. New inputs that reach new code are kept in out/fuzz/corpus, the seeds are in fuzz/seeds.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${SECONDS_EACH:-60}
target=$(rustc -vV | sed -n 's/^host: //p')
coverage=(
  -Cpasses=sancov-module
  -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
  -Cllvm-args=-sanitizer-coverage-pc-table
  -Cllvm-args=-sanitizer-coverage-trace-compares
  --cfg=fuzzing
)

# libFuzzer is C++
command -v c++ >/dev/null || tools/dev/install.sh g++

# with --target, so that build scripts are not instrumented
RUSTFLAGS="${coverage[*]}" cargo build --manifest-path fuzz/Cargo.toml --release --locked --bins \
  --target "$target" --target-dir target/fuzz

run() {
  local name=$1 seeds=(fuzz/seeds/"$1") log=out/fuzz/$1.log
  # more of a page than this is more of the same; reading all the fixture pages takes the better part of a short run
  [[ $name == page ]] && seeds+=(-max_len=16384)
  [[ $name == page ]] && ((seconds >= 60)) && seeds+=(tests/fixtures/pages)
  if [[ -n ${SAME:-} ]]; then
    # inputs of earlier runs would lead elsewhere
    rm -rf "out/fuzz/corpus/$name"
    local most=100000
    [[ $name == page ]] && most=100
    seeds+=(-seed=1 "-runs=$most")
  fi
  mkdir -p "out/fuzz/corpus/$name"
  if "target/fuzz/$target/release/$name" "out/fuzz/corpus/$name" "${seeds[@]}" -max_total_time="$seconds" \
    -timeout=10 -rss_limit_mb=2048 -dict="fuzz/$name.dict" -artifact_prefix="out/fuzz/$name-" \
    -print_final_stats=1 >"$log" 2>&1; then
    printf 'fuzz: %-14s %s inputs, nothing found\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
  else
    printf 'fuzz: %s found something:\n' "$name" >&2
    grep -aE -A4 'panicked at|ERROR: libFuzzer|Test unit written' "$log" >&2 || tail -n 20 "$log" >&2
    return 1
  fi
}
export -f run
export seconds target

targets=(page url proxy_request cdp address)
[[ -n ${FUZZ:-} ]] && targets=("$FUZZ")
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c 'set -euo pipefail; run {}'
