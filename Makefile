# Everything starts here: `make help`. Needs python3 (3.11 or newer), git and make; set-up brings the rest.

PYTHON ?= python3
BIN := .venv/bin
MAKEFLAGS += --no-print-directory
# Whoever forbids Python to keep compiled modules would have every process compile everything anew: seconds at each start.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: python help run test check proof bench screens docs lock setup setup-dev clean

help:  ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup  ## Set up and serve with demo data on http://127.0.0.1:8000 (ARGS="…" are handed to `lotse run`)
	@exec $(BIN)/lotse run --demo $(ARGS)

test: setup-dev  ## Set up and run every test (ARGS="-k name" for some of them)
	@exec $(BIN)/pytest -n auto --maxprocesses=4 --dist worksteal $(ARGS)

check: setup-dev  ## Everything that is checked without running the product
	@exec $(BIN)/python -m tools.check

proof: setup-dev  ## The proofs with their large sizes (hours; a part: ARGS="--percent 5"); writes docs/proof.md
	@exec $(BIN)/python -m tools.proof $(ARGS)

bench: setup-dev  ## Measure against a hand-written application (FULL=1: a million contacts); writes bench/results.md
	@exec $(BIN)/python -m bench $(if $(FULL),--full) $(ARGS)

screens: setup-dev  ## Screenshots of every page into screens/
	@exec $(BIN)/python -m tools.screens $(ARGS)

docs: setup-dev  ## Write the generated pages of docs/reference/
	@exec $(BIN)/python -m tools.docs $(ARGS)

lock: setup-dev  ## Resolve the packages anew and write the lock files (ARGS=--upgrade for newer versions)
	@exec $(BIN)/python -m tools.lock $(ARGS)

setup: python  ## Only set up what the product needs
	@$(PYTHON) -m tools.setup run

setup-dev: python  ## Only set up what tests and checks need
	@$(PYTHON) -m tools.setup dev

# Any Python that a machine may have can read this, so that it can say that it is too old.
python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Lotse needs Python 3.11 or newer, and %s is \
	%d.%d. Install a newer one, or name it: make PYTHON=python3.11" % ((sys.executable,) + sys.version_info[:2]))'

clean:  ## Remove what set-up and the tests made; the database in var/ stays
	rm -rf .venv .cache node_modules app/static/vendor screens build dist *.egg-info \
		.pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
	find app tests tools plugins bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
