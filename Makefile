# `make demo` and `make test` need Python 3.11 or newer, git and make; all else is fetched here, into this folder:
# Python's packages and Node from PyPI, the pages' packages from npm, browsers from Debian where they are missing.
# Each step leaves a stamp, so a second call starts at once.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

VENV := .venv
PYTHON := $(VENV)/bin/python
PYTEST := $(PYTHON) -m pytest
WEBBUILD := PYTHONPATH=scripts $(PYTHON) -m webbuild
WORKERS := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

.PHONY: help demo test check unit unit-web unit-others browsers install-browsers bench web setup clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

demo: setup ## a word count on a native worker and real browser tabs
	$(VENV)/bin/tabswarm demo $(ARGS)

test: check unit unit-web unit-others browsers ## everything; ends by pytest's closing line

check: setup ## ruff, mypy strict, Biome, tsc strict, the rules of the house
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(WEBBUILD) npm run check
	$(PYTEST) -q tests/house

unit: setup ## the unit suite on the main Python
	$(PYTEST) -q -n $(WORKERS) tests --ignore=tests/end_to_end --ignore=tests/house

unit-web: setup ## the pages' unit suite
	$(WEBBUILD) npm test

unit-others: setup ## the unit suite on each further Python that is found
	@scripts/unit_on_other_pythons.sh $(PYTHON) $(WORKERS)

install-browsers: setup
	$(PYTHON) -m tabswarm.browsers install chromium firefox

# A second try, listed as RERUN: docs/decisions/0160.
browsers: install-browsers ## end to end, in real Chromium and Firefox
	$(PYTEST) -q --reruns 1 -rR tests/end_to_end

bench: setup ## the benchmarks
	$(PYTHON) -m benchmarks $(ARGS)

web: setup ## build the pages and the tabs' Python anew where they changed

# The tabs' copy of tabswarm must be the one of this checkout; without changes this takes 0.2 s.
setup: $(VENV)/.ready
	@$(WEBBUILD)

$(VENV)/.ready: pyproject.toml hatch_build.py scripts/find_python.sh
	@scripts/make_venv.sh $(VENV) dev
	@touch $@

clean: ## remove what was built or installed here
	rm -rf .venv* dist web/dist web/node_modules web/.cache src/tabswarm/web .mypy_cache .ruff_cache .pytest_cache
