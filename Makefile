# Each target is one line over the holdfast command line; `make help` lists them.
# Nothing needs Poetry beforehand: the environment is made from requirements/dev.txt, which is poetry.lock with hashes.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOLDFAST := $(BIN)/holdfast
READY := $(VENV)/.ready
LOGGED = $(HOLDFAST) task-log run --task $@ --
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# An environment whose interpreter no longer starts is made anew.
ifeq ($(shell $(BIN)/python -c 'print(1)' 2>/dev/null),)
$(shell rm -f $(READY))
endif

.DEFAULT_GOAL := help
.PHONY: help install update venv-check check-deps lint format type-check test validate-env demo bench docs clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

install: $(READY) ## make .venv from the lock, with this project in it

$(READY): requirements/dev.txt pyproject.toml
	@echo "setting up $(VENV) from requirements/dev.txt"
	@$(PYTHON) -m venv $$(test -x $(BIN)/python && $(BIN)/python -c '' || echo --clear) $(VENV)
	@$(PIP) --require-hashes --requirement requirements/dev.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(HOLDFAST) task-log run --task install -- $(HOLDFAST) venv-check --no-log
	@touch $@

update: install ## resolve the dependencies anew: poetry.lock and the requirements exported from it
	@$(LOGGED) scripts/lock.sh

venv-check: install ## is the environment the right one, and whole?
	@$(HOLDFAST) venv-check

check-deps: install ## do pyproject.toml, the lock, the environment and the imports agree?
	@$(HOLDFAST) check-deps

lint: install ## everything that needs no test to run: code, documents, workflows, scripts, secrets
	@$(HOLDFAST) validate-env --skip pytest,venv,poetry,lock,installed,conflicts,imports,vulnerabilities

format: install ## lay the code out, and mend what ruff can
	@$(LOGGED) $(SHELL) -c '$(BIN)/ruff check --quiet --fix . ; $(BIN)/black --quiet .'

type-check: install ## types alone
	@$(HOLDFAST) validate-env --only mypy

test: install ## all tests, with branch coverage
	@$(LOGGED) $(BIN)/pytest -n auto --cov --cov-report=term --cov-fail-under=90

validate-env: install ## every check that this repository asks for
	@$(HOLDFAST) validate-env

demo: install ## the main job, on this repository and on a real one
	@$(LOGGED) scripts/demo.sh

bench: install ## measure, and write the table in benchmarks/README.md
	@$(LOGGED) $(BIN)/python -m benchmarks

docs: install ## write the generated pages anew
	@$(LOGGED) $(BIN)/python scripts/generate_docs.py

clean: ## remove what the other targets made, but not the task registry
	@if [ -x $(HOLDFAST) ]; then $(HOLDFAST) task-log note 'make clean'; fi
	@rm -rf $(VENV) .holdfast build dist .coverage .coverage.* coverage.xml .mypy_cache .pytest_cache .ruff_cache .hypothesis
