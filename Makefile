PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := libs/contracts libs/common services/candidates services/evaluations services/budget services/documents services/standalone

.PHONY: setup demo serve test check lint types imports unit generated lock clean

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock $(addsuffix /pyproject.toml,$(PACKAGES))
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(addprefix --editable ./,$(PACKAGES))
	touch $@

lock:  ## rewrite requirements.lock from the pyproject files
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links $(foreach p,$(PACKAGES),--no-emit-package parchemin-$(notdir $(p))) \
	  --group pyproject.toml:dev pyproject.toml --output-file requirements.lock
