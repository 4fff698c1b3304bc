PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := libs/contracts libs/common \
  services/candidates services/evaluations services/budget services/documents services/standalone
SERVICES := candidates evaluations budget documents
OUT ?= var/demo

.DEFAULT_GOAL := help
.PHONY: help setup demo serve services services-stop test bench faults load check lint types imports unit migrations generated \
  deployment generate communes lock clean

help:  ## what can be made
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.ready  ## make the virtual environment from the lock

$(VENV)/.ready: requirements.lock $(addsuffix /pyproject.toml,$(PACKAGES))
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
	  $(addprefix --editable ./,$(PACKAGES))
	touch $@

demo: setup  ## play the sample cohort; documents and summary go to var/demo
	$(BIN)/parchemin demo --out $(OUT)

serve: setup  ## run the four services on http://127.0.0.1:8000
	$(BIN)/parchemin serve

services: setup  ## run PostgreSQL and Kafka for development, until interrupted; data in var/services
	$(BIN)/python -m tests.engines.services $(SERVICES_OPTIONS)

services-stop:
	$(BIN)/python -m tests.engines.services $(SERVICES_OPTIONS) --stop

test: setup build/deployment/.ready  ## run all tests
	$(BIN)/python -m pytest -n 3 --dist worksteal

bench: setup  ## measure against the raw floors in the same run; FULL=1 for the sizes of docs/performance.md
	$(BIN)/python -m benchmarks $(if $(FULL),--full)

faults: setup  ## kill, starve and repeat, all of it, with nothing else running; PARCHEMIN_FAULTS_SEED=… for one again
	PARCHEMIN_FAULTS=whole $(BIN)/python -m pytest -p no:randomly -rsP --show-capture=stdout tests/faults $(FAULTS_OPTIONS)

load: setup  ## thirty jurors at once, the whole size, with nothing else running
	PARCHEMIN_FAULTS=whole $(BIN)/python -m pytest -p no:randomly -rsP --show-capture=stdout tests/load

check: lint types imports unit  ## fast feedback: lint, types, import rules, rules' tests

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy $(addsuffix /src,$(PACKAGES))

imports: setup
	$(BIN)/lint-imports

unit: setup
	$(BIN)/python -m pytest -n 2 -q -m "not postgres and not kafka and not slow" libs/contracts \
	  $$(find services -name 'test_*.py' \( -path '*/rules/*' -o -name '*rules*' -o -name '*policy*' \) \
	    -not -name 'test_scheduling_rules.py' -not -name 'test_register_rules.py')

migrations: setup  ## fail where a model has moved on from its migrations
	for service in $(SERVICES); do \
	  PARCHEMIN_VAR=$$(mktemp -d) $(BIN)/python -m parchemin.common.migrations check $$service || exit 1; \
	done

generated: setup  ## fail where docs/api is not current
	PARCHEMIN_VAR=$$(mktemp -d) $(BIN)/python -m parchemin.standalone.generate docs/api --check

deployment: setup build/deployment/.ready  ## read docker-compose.yml and deploy/ as an installation would
	$(BIN)/python -m pytest -n 2 -q tests/deploy

build/deployment/.ready: deploy/tools.lock
	$(PYTHON) -m venv build/deployment
	build/deployment/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	touch $@

generate: setup  ## write docs/api anew
	PARCHEMIN_VAR=$$(mktemp -d) $(BIN)/python -m parchemin.standalone.generate docs/api

communes: setup  ## make the list of communes anew from the yearly lists (npm)
	$(BIN)/python services/candidates/tools/communes.py

lock: setup  ## write requirements.lock anew: versions and hashes, no addresses
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links $(foreach p,$(PACKAGES),--no-emit-package parchemin-$(notdir $(p))) \
	  --group pyproject.toml:dev pyproject.toml --output-file requirements.lock

clean:  ## remove what was made, but for the virtual environment
	rm -rf var build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
