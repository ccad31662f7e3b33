# Every task of a developer, by name. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help run test fmt lint lint-files audit docs hostile mutations schemathesis soak soak-hostile chaos kill burst bench cards corpus readiness executables gallery status-pictures png score fit bench-engine fuzz alerts stack images dashboards dashboard-pictures dashboards-schema

BENCH := target/release/bench
# one service only: make soak ONLY=image
ONLY_OPTION := $(if $(ONLY),--only $(ONLY))

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Install what is missing, build, show both services at work, stay up (ONCE=1: end after that)
	@ONCE="$(ONCE)" INGESTION_PORT="$(INGESTION_PORT)" IMAGE_PORT="$(IMAGE_PORT)" tools/dev/run.sh

test: ## Install what is missing, check the format, lint, run all tests, those with Chromium included
	@tools/dev/test.sh

hostile: ## Try every way out, every spelling, every leak that we know of, and print what got through (REFRESH_DOCS=1)
	@tools/dev/hostile.sh

mutations: ## Take the egress proxy, the sandbox, the contexts away in turn: do the tests notice? (10 minutes)
	@tools/dev/mutations.sh

fmt: ## Format the code
	cargo fmt --all

lint: ## Check the format and lint
	cargo fmt --all --check
	cargo clippy --release --locked --workspace --all-targets -- -D warnings

schemathesis: executables ## Requests made of the services' own OpenAPI, valid and not (5 minutes; EXAMPLES=40)
	@tools/dev/schemathesis.sh

lint-files: ## hadolint, shellcheck and docker compose config on what is not Rust
	@tools/dev/lint-files.sh

audit: ## Check the dependencies' licences and sources, and that all are used
	@tools/dev/audit.sh

docs: ## Rewrite what is generated: the configuration page and the OpenAPI descriptions
	REFRESH_DOCS=1 cargo test --quiet --release --locked --package playwright-ingestion --package playwright-image --lib

soak: executables ## 2 000 requests to each service, twice: does anything leak? (20 minutes; ONLY=image)
	$(BENCH) soak $(ONLY_OPTION)

soak-hostile: executables ## 10 000 requests to each service at once, every tenth hostile: does anything grow? (an hour; REQUESTS=1000)
	$(BENCH) soak --hostile $(ONLY_OPTION) $(if $(REQUESTS),--requests $(REQUESTS))

chaos: executables ## Break browsers, sites, names, the disk for ten minutes under load: is anything lost or left? (MINUTES=1)
	@tools/dev/chaos.sh $(if $(MINUTES),--seconds $$(( $(MINUTES) * 60 )))

kill: executables ## Kill a working browser every 2 s for 60 s on each service: does anybody notice? (ONLY=...)
	$(BENCH) kill $(ONLY_OPTION)

alerts: executables ## Make every alert fire by a real fault, and end (half an hour, root; REFRESH_DOCS=1 writes the table)
	$(BENCH) alerts

burst: executables ## 50, then 300 requests at once to each service (ONLY=...)
	$(BENCH) burst $(ONLY_OPTION)

bench: executables ## Each service against Chromium itself and against the original, in turns (an hour; QUICK=1, ONLY=...)
	$(BENCH) speed $(ONLY_OPTION) $(if $(QUICK),--quick)

cards: executables ## Render twenty different cards into out/cards
	$(BENCH) cards

gallery: executables ## Make the pictures of docs/gallery anew
	$(BENCH) gallery

status-pictures: executables ## Make the pictures of docs/status-page.md anew: both services' pages at work (3 minutes)
	$(BENCH) pages

png: executables ## What each compression of a PNG costs and saves, over ten cards
	$(BENCH) png

corpus: executables ## Extract every page of a folder through the service: make corpus CORPUS=dir
	@test -n "$(CORPUS)" || { echo "which folder? make corpus CORPUS=dir, with manifest.json and pages/<id>.html" >&2; exit 2; }
	$(BENCH) corpus "$(CORPUS)"
	@if test -f "$(CORPUS)/score.py"; then python3 "$(CORPUS)/score.py" out/corpus; fi

readiness: executables ## Prices that come late, twice or never, beside busy processes: is one ever wrong? (SEED=2)
	$(BENCH) readiness $(if $(SEED),--seed $(SEED))

bench-engine: ## How long the extraction engine takes for large pages and hostile shapes (CORPUS=dir: saved pages too)
	CORPUS="$(abspath $(CORPUS))" cargo bench --locked --package playwright-ingestion --bench extract

fuzz: ## Every fuzz target for a minute, two at a time: make fuzz SECONDS=600, FUZZ=page for one alone
	@SECONDS_EACH="$(or $(SECONDS),60)" FUZZ="$(FUZZ)" tools/dev/fuzz.sh

executables:
	@cargo build --release --locked --workspace

score: ## How right the extraction is on labelled pages: make score CORPUS=dir (without CORPUS the project's own pages)
	@cargo run --release --locked --quiet --package score -- score $(or $(CORPUS),tests/fixtures/pages) $(if $(WRONG),--wrong)

fit: ## Fit extraction_confidence anew: make fit CORPUS=dir (and the project's own pages)
	@cargo run --release --locked --quiet --package score -- fit $(CORPUS) tests/fixtures/pages

dashboards: ## Rewrite grafana/dashboards and the page that explains them, from tools/dashboards
	@cargo run --release --locked --quiet --package dashboards

dashboard-pictures: executables ## Run both services under load, draw each dashboard from what Prometheus has seen (5 minutes; SECONDS=60)
	@target/release/dashboards pictures $(if $(SECONDS),--seconds $(SECONDS))

dashboards-schema: ## Read the dashboards by Grafana's own schema: is there a key that it does not know? (needs PyPI)
	@tools/dev/dashboards-schema.sh
