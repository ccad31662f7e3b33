#!/usr/bin/env bash
# `make images`: builds the images of both services and refuses those that are too large. PREBUILT=1 takes the executables
# that cargo builds on this machine, which must run the Debian of BASE, instead of compiling in the engine. BUILDER and BASE
# name other images to build on, CHROMIUM_VERSION another browser than the newest, IMAGE_TAG another tag than `local`.
set -euo pipefail
cd "$(dirname "$0")/../.."

most_bytes=400000000
base=${BASE:-debian:bookworm-slim}
tag=${IMAGE_TAG:-local}

if ! docker info >/dev/null 2>&1; then
  echo "images: no Docker engine answers here (docker info): install or start one, or set DOCKER_HOST" >&2
  exit 1
fi

newest_chromium() {
  docker run --rm "$base" sh -c \
    'apt-get update -qq >/dev/null && apt-cache madison chromium-headless-shell' | awk -F ' *[|] *' 'NR == 1 { print $2 }'
}

chromium=${CHROMIUM_VERSION:-$(newest_chromium)}
[[ -n $chromium ]] || { echo "images: no chromium-headless-shell is to be had in $base" >&2; exit 1; }
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
arguments=(--build-arg "BASE=$base" --build-arg "CHROMIUM_VERSION=$chromium" --build-arg "REVISION=$revision")
if [[ ${PREBUILT:-} == 1 ]]; then
  PLAYWRIGHT_REVISION=$revision cargo build --release --locked --package playwright-ingestion --package playwright-image
  mkdir -p out/image
  for service in ingestion image; do
    strip --strip-debug -o "out/image/playwright-$service" "target/release/playwright-$service"
  done
  arguments+=(--build-arg PREBUILT=out/image --build-arg "BUILDER=$base")
elif [[ -n ${BUILDER:-} ]]; then
  arguments+=(--build-arg "BUILDER=$BUILDER")
fi

failed=0
for service in ingestion image; do
  began=$SECONDS
  docker build --target "$service" "${arguments[@]}" --tag "playwright-$service:$tag" .
  bytes=$(docker image inspect -f '{{.Size}}' "playwright-$service:$tag")
  echo "playwright-$service:$tag: $((bytes / 1000000)) MB, Chromium $chromium, built in $((SECONDS - began)) s"
  if ((bytes > most_bytes)); then
    echo "images: playwright-$service:$tag is larger than $((most_bytes / 1000000)) MB" >&2
    failed=1
  fi
done
exit "$failed"
