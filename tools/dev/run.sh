#!/usr/bin/env bash
# `make run`: installs what is missing, builds, then shows both services at work. ONCE=1 ends after the demonstration;
# INGESTION_PORT and IMAGE_PORT choose other ports than 8001 and 8002.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools/dev/install.sh
echo "building (the first time takes some minutes) ..."
cargo build --release --locked --workspace
options=()
[[ ${ONCE:-} == 1 ]] && options+=(--once)
[[ -n ${INGESTION_PORT:-} ]] && options+=(--ingestion-port "$INGESTION_PORT")
[[ -n ${IMAGE_PORT:-} ]] && options+=(--image-port "$IMAGE_PORT")
exec target/release/bench demo "${options[@]}"
