#!/usr/bin/env bash
# `make dashboards-schema`: reads each dashboard by Grafana's own schema (the Foundation SDK for Python, in a virtual
# environment under target/) and writes it again. A key that is not there any more is one that Grafana doesn't know.
set -euo pipefail
cd "$(dirname "$0")/../.."

# of the Grafana that docker-compose.yml runs
sdk='grafana-foundation-sdk==1769699379!11.6.0'
environment=target/grafana-schema

if [[ ! -x $environment/bin/python ]]; then
  python3 -m venv "$environment" || {
    echo "no virtual environment can be made: apt-get install python3-venv" >&2
    exit 1
  }
fi
"$environment/bin/pip" install --quiet --disable-pip-version-check "$sdk"
"$environment/bin/python" tools/dev/dashboards_schema.py grafana/dashboards/*.json
