# The workshop. `make` alone tells what there is to do.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The first Python that is new enough; another one: make setup PYTHON=/path/to/python
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach one,python3 python3.13 python3.12 python3.11,\
	$(shell $(one) -c '$(NEW_ENOUGH)' 2>/dev/null && echo $(one))))

BIN := .venv/bin
DONE := .venv/done
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS ?= 2

# Package clients keep their downloads in HOME; a user without a writable one keeps them here.
ifneq ($(shell test -w "$$HOME" && echo yes),yes)
export HOME := $(CURDIR)/.venv/home
endif

# What the built pages and the compiled core are made of.
WEB := $(shell find web -type f -not -path '*/node_modules/*' 2>/dev/null)
NATIVE := $(shell find native -type f -not -path '*/build/*' -not -name '*.so' 2>/dev/null)

.PHONY: help setup demo test soak bench fix check docs lock clean

help: ## Say what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(DONE)/package $(DONE)/web $(DONE)/native ## Install everything into .venv; quick when nothing changed

demo: setup ## Run the whole house on this machine, with a simulated world around it
	@$(BIN)/doorstep demo

test: setup ## Run every test but the long ones, against a real PostgreSQL and in a real browser
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m 'not soak' $(ARGS)

soak: setup ## Run the long tests: days of traffic, crashes, races
	@$(BIN)/python -m pytest -m soak $(ARGS)

bench: setup ## Measure one promise of the house: make bench NAME=intake
	@$(BIN)/doorstep bench $(or $(NAME),--help) $(ARGS)

fix: setup ## Format, and repair what can be repaired by machine
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

check: setup ## Lint, types and the laws of the house, without a database
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@if [ -f web/build.py ]; then $(BIN)/python web/build.py check; fi
	@bash -n .ci/run
	@$(BIN)/python -m pytest --quiet --no-header -p no:cacheprovider tests/test_tidy.py tests/tidy

docs: setup ## Write anew what is generated: life cycles, reference, OpenAPI
	@$(BIN)/python docs/build.py

lock: $(DONE)/venv ## Choose the newest versions that pyproject.toml allows, and pin them
	@$(PIP) install 'uv>=0.9,<1'
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command 'make lock' pyproject.toml --extra dev -o requirements.lock
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["node"])' \
		| $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command 'make lock' - -o requirements-node.lock

clean: ## Remove what was built; the embedded database and its data stay
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build native/build doorstep/solvers/compiled/*.so web/node_modules doorstep/platform/static/built

# Each step leaves a stamp inside .venv and is done again only when what it is made of changed.

$(DONE)/venv:
	@if [ -z "$(PYTHON)" ]; then \
		echo 'Doorstep needs Python 3.11 or newer and found none. Install one, or name it: make setup PYTHON=/path/to/python' >&2; \
		exit 1; fi
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo '$(PYTHON) came without venv or ensurepip. On Debian and Ubuntu: apt install python3-venv; then run make setup again.' >&2; \
		exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv
	@mkdir -p $(DONE) "$$HOME"
	@touch $@

$(DONE)/lock: requirements.lock | $(DONE)/venv
	@echo 'Installing the pinned packages'
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(DONE)/package: pyproject.toml $(DONE)/lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# Node from a wheel where the machine has none, or one that is too old.
$(DONE)/node: requirements-node.lock | $(DONE)/lock
	@if ! { command -v npm && node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))'; } >/dev/null 2>&1; then \
		echo 'Installing Node.js into .venv'; \
		$(PIP) install --require-hashes -r requirements-node.lock; fi
	@touch $@

$(DONE)/web: $(WEB) $(DONE)/node $(DONE)/package
	@if [ -f web/build.py ]; then echo 'Building the pages'; $(BIN)/python web/build.py; fi
	@touch $@

$(DONE)/native: $(NATIVE) $(DONE)/package
	@$(BIN)/python native/build.py
	@touch $@
