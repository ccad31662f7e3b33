#!/usr/bin/env bash
# `make stack`: builds the images, starts docker-compose.yml as it is shipped, with a shop to read beside it, and tries what
# must hold of it. STANDIN=1 takes Debian's Prometheus and Alertmanager, without Grafana, where no image registry is reached.
# What images.sh reads (PREBUILT, BUILDER, BASE) goes on to it; STARTS is how often a start is timed. Needs root on the
# engine's own machine: whether the sandbox is on is read from the kernel, not asked of the service.
set -euo pipefail
cd "$(dirname "$0")/../.."

fail() { echo "stack: $*" >&2; exit 1; }
say() { printf 'stack: %s\n' "$*"; }

docker info >/dev/null 2>&1 || fail "no Docker engine answers here (docker info): install or start one"
docker compose version >/dev/null 2>&1 || fail "docker compose is missing: install Compose v2"
((EUID == 0)) || fail "root is needed, to read the sandbox's state from /proc"
command -v jq >/dev/null || fail "jq is missing: apt-get install jq"

export COMPOSE_PROJECT_NAME=playwright-stack NETWORK_NAME=playwright-stack
export INGESTION_PORT=18001 IMAGE_PORT=18002 PROMETHEUS_PORT=19090 ALERTMANAGER_PORT=19093 GRAFANA_PORT=13000
export EGRESS_ALLOW=shop:8080
ingestion=http://127.0.0.1:$INGESTION_PORT image=http://127.0.0.1:$IMAGE_PORT prometheus=http://127.0.0.1:$PROMETHEUS_PORT
services=(playwright-ingestion playwright-image)
out=out/stack
mkdir -p "$out"

files=(-f docker-compose.yml -f tests/stack/compose.yml)
standins=(shop)
if [[ ${STANDIN:-} == 1 ]]; then
  files+=(-f tests/stack/stand-ins.yml)
  standins+=(prometheus alertmanager)
fi
compose() { docker compose "${files[@]}" "$@"; }
container() { compose ps --all --quiet "$1"; }

# eventually SECONDS WHAT COMMAND...: until the command succeeds
eventually() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || fail "not in time: $what"
    sleep 0.2
  done
  say "$what"
}

end() {
  local code=$?
  compose logs --no-color >"$out/compose.log" 2>&1 || true
  docker rm --force playwright-stack-broken >/dev/null 2>&1 || true
  compose down --volumes --timeout 10 >/dev/null 2>&1 || true
  ((code == 0)) || echo "stack: failed; what the containers said is in $out/compose.log" >&2
}
trap end EXIT

# ---- what the checks ask
value() { curl -fsS --get "$prometheus/api/v1/query" --data-urlencode "query=$1" | jq -r '.data.result | length'; }
are_both_up() { [[ $(value 'up{job=~"playwright-(ingestion|image)"} == 1') == 2 ]]; }
are_rules_healthy() {
  curl -fsS "$prometheus/api/v1/rules" |
    jq -e '[.data.groups[].rules[].health] | length > 30 and all(. == "ok")'
}
is_alertmanager_found() { curl -fsS "$prometheus/api/v1/alertmanagers" | jq -e '.data.activeAlertmanagers | length == 1'; }
extract() {
  curl -fsS -m 30 "$ingestion/v1/extract" -H 'content-type: application/json' -d '{"url":"http://shop:8080/item.html"}'
}
is_extracted() { extract | jq -e '.price == "429.00" or .price == 429'; }
render() {
  curl -fsS -m 30 "$image/v1/render" -H 'content-type: application/json' -H 'accept: image/png' -H 'cache-control: no-store' \
    -d "{\"html\":\"<h1 style='font:60px sans-serif'>429 USD</h1>\",\"delay_ms\":${1:-0}}"
}
is_rendered() { render >"$out/card.png" && [[ $(head -c 8 "$out/card.png" | od -An -tx1 | tr -d ' \n') == 89504e470d0a1a0a ]]; }
processes() { docker top "$1" -eo pid,stat,args | tail -n +2; }
renderers() { processes "$1" | awk '/--type=renderer/ { print $1 }'; }
browsers() { processes "$1" | awk '/headless-shell/ && !/--type=/ { print $1 }'; }
has_no_zombie() { ! processes "$1" | awk '$2 ~ /^Z/ { found = 1 } END { exit !found }'; }
is_healthy() { [[ $(docker inspect -f '{{.State.Health.Status}}' "$1") == healthy ]]; }

# The kernel's word on one renderer of a container.
show_sandbox() {
  local id=$1 name=$2 main pid space
  main=$(docker inspect -f '{{.State.Pid}}' "$id")
  pid=$(renderers "$id" | head -n 1)
  [[ -n $pid ]] || fail "$name has no renderer"
  for space in user pid net; do
    [[ $(readlink "/proc/$pid/ns/$space") != $(readlink "/proc/$main/ns/$space") ]] ||
      fail "$name: a renderer shares the $space namespace of the container"
  done
  local status="/proc/$pid/status" filters
  filters=$(awk '/^Seccomp_filters/ { print $2 }' "$status")
  ((filters >= 2)) || fail "$name: $filters seccomp filters on a renderer, the engine's own and Chromium's are two"
  grep -Eq '^NoNewPrivs:\s+1$' "$status" || fail "$name: a renderer may gain privileges"
  grep -Eq '^CapEff:\s+0+$' "/proc/$main/status" || fail "$name: the container has capabilities"
  say "$name: a renderer has its own user, pid and net namespaces, $filters seccomp filters, no new privileges"
}

# ---- it comes up
tools/dev/images.sh | tee "$out/images.log" | grep ' MB, ' || fail "the images were not built or are too large"
for image_name in "${standins[@]}"; do
  docker build --quiet --target "$image_name" --build-arg "BASE=${BASE:-debian:bookworm-slim}" \
    --tag "playwright-stack-$image_name" tests/stack >/dev/null
done
compose config --quiet
began=$SECONDS
compose up --detach --no-build --wait --wait-timeout 180 2>"$out/up.log" || { tail -n 3 "$out/up.log" >&2; fail "it did not come up"; }
say "all healthy after $((SECONDS - began)) s"
eventually 60 "up == 1 for both jobs" are_both_up
eventually 60 "every rule is healthy" are_rules_healthy
eventually 60 "Prometheus has its Alertmanager" is_alertmanager_found
eventually 30 "a product that a script draws is extracted" is_extracted
eventually 30 "a card is rendered ($out/card.png)" is_rendered

# ---- the sandbox
for service in "${services[@]}"; do
  show_sandbox "$(container "$service")" "$service"
done
for address in "$ingestion" "$image"; do
  curl -fsS "$address/metrics" | grep -qx 'playwright_sandbox_enabled 1' || fail "$address says that its sandbox is off"
done

# ---- a browser dies
for service in "${services[@]}"; do
  id=$(container "$service")
  browsers "$id" | head -n 1 | xargs kill -KILL
  say "$service: a browser was killed"
  if [[ $service == playwright-image ]]; then eventually 30 "it renders again" is_rendered; else eventually 30 "it extracts again" is_extracted; fi
  eventually 30 "no zombie is left" has_no_zombie "$id"
  eventually 60 "the engine finds it healthy" is_healthy "$id"
done

# ---- no browser can start
docker run --detach --name playwright-stack-broken --restart unless-stopped --env PLAYWRIGHT_CHROMIUM_PATH=/nowhere/chromium \
  "playwright-image:${IMAGE_TAG:-local}" >/dev/null
is_restarted() { (($(docker inspect -f '{{.RestartCount}}' playwright-stack-broken) >= 2)); }
eventually 120 "a service without a browser ends and is started again" is_restarted
# refused for as long as it is between two starts
ends_with_a_failure() {
  docker update --restart no playwright-stack-broken && [[ $(docker wait playwright-stack-broken) == 1 ]]
}
eventually 60 "it ends with a failure" ends_with_a_failure

# ---- how long a start takes
now() { date +%s%3N; }
for ((start = 1; start <= ${STARTS:-5}; start++)); do
  began=$(now)
  compose up --detach --no-build --no-deps --force-recreate --timeout 80 playwright-ingestion >/dev/null 2>&1
  created=$(now)
  until curl -fsS "$ingestion/health" >/dev/null 2>&1; do sleep 0.02; done
  healthy=$(now)
  is_extracted >/dev/null || fail "the first extraction after a start failed"
  extracted=$(now)
  say "start $start: drained and started in $((created - began)) ms, healthy $((healthy - created)) ms later, first extraction in $((extracted - healthy)) ms"
done

# ---- it is stopped at work
id=$(container playwright-image)
pids=()
for number in 1 2 3 4; do
  render 3000 >"$out/drain-$number.png" &
  pids+=($!)
done
is_working() { curl -fsS "$image/metrics" | grep -Eq '^playwright_requests_in_flight [1-9]'; }
eventually 10 "it is at work" is_working
began=$SECONDS
compose stop playwright-image >/dev/null 2>&1
took=$((SECONDS - began))
for pid in "${pids[@]}"; do wait "$pid" || fail "a request was lost when the service was stopped"; done
code=$(docker inspect -f '{{.State.ExitCode}}' "$id")
[[ $code == 0 ]] || fail "stopped at work, it ended with $code"
((took < 80)) || fail "the drain took $took s, longer than stop_grace_period"
say "stopped at work: every request was answered, exit 0 after $took s"

# ---- nothing stays
docker rm --force playwright-stack-broken >/dev/null
compose down --volumes >/dev/null 2>&1
for kind in container volume network; do
  all=()
  [[ $kind == container ]] && all=(--all)
  left=$(docker "$kind" ls --quiet "${all[@]}" --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME")
  [[ -z $left ]] || fail "a $kind was left behind: $left"
done
say "taken down: no container, volume or network is left"
