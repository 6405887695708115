# Needs only make and Python >= 3.11 with venv. Everything else is installed into .venv from the lock.

PYTHON ?= python3
VENV ?= .venv
# Processes that run tests at the same time; a group (xdist_group) stays on one of them.
TEST_PROCESSES ?= 2
PYTEST_ARGS ?=
# For `make faults`: --seed N, --short, --only SCENE ..., --lanes N, --plan, --report FILE.
ARGS ?=

BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test check lint bench faults histories lock clean

help: ## say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

$(READY): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "error: Sluice needs Python 3.11 or newer, and $(PYTHON) is not; name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "error: $(PYTHON) comes without venv; install it (on Debian: python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## play a two-year co-production, end to end
	@$(BIN)/python -m app.demo

test: $(READY) ## the whole test suite
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadgroup $(PYTEST_ARGS)

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/deploy

check: lint ## lint, format, types, import contracts, deploy files, then the tests
	@$(MAKE) --no-print-directory test

bench: $(READY) ## the benchmarks, each prints JSON
	@$(BIN)/python -m bench.payments
	@$(BIN)/python -m bench.ledger
	@$(BIN)/python -m bench.waterfall
	@$(BIN)/python -m bench.revenue_import
	@$(BIN)/python -m bench.replay
	@$(BIN)/python -m bench.lists
	@$(BIN)/python -m bench.bank

faults: $(READY) ## inject more than a thousand faults, check after each, print JSON; again: ARGS="--seed N"
	@$(BIN)/python -m tests.faults.programme $(ARGS)

histories: $(READY) ## record the golden histories that are missing, on real servers
	@$(BIN)/python -m tests.replay.record

lock: $(READY) ## choose versions anew and write both locks
	env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL $(BIN)/uv --no-config pip compile $(LOCK) pyproject.toml -o requirements.txt
	env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL $(BIN)/uv --no-config pip compile $(LOCK) --all-extras -c requirements.txt pyproject.toml -o requirements-dev.txt

LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
  --no-emit-find-links --no-emit-index-url --custom-compile-command "make lock"

clean: ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
