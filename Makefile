# The portal's commands. `make demo` shows it all; `make test` checks it all.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo run test bench fmt

help:
	@echo "make demo   set everything up and show the portal on emulated vendors (ONCE=1: end after the first sync)"
	@echo "make run    web server and workers on the configured database, until Ctrl-C"
	@echo "make test   format, lint, types, and every test on PostgreSQL and on SQLite"
	@echo "make bench  measure memory and time of large syncs"
	@echo "make fmt    put the code into its standard form"
	@echo "make setup  only what the others need: packages, .env, database"

$(PY):
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON). Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "The portal needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "The virtual environment could not be made. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.txt | $(PY)
	@echo "Installing packages (once, and when requirements.txt changes) ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-tests: requirements.txt tests/requirements.txt $(VENV)/.installed
	@echo "Installing what the tests need (once, and when tests/requirements.txt changes) ..."
	@$(PIP) -r tests/requirements.txt
	@touch $@

.env: | $(PY)
	@$(PY) -m portal.envfile

setup: $(VENV)/.installed .env
	@$(PY) manage.py migrate --verbosity 0

demo: setup
	@$(PY) manage.py demo $(if $(filter-out 0,$(ONCE)),--once)

run: setup
	@exec $(PY) manage.py serve

test: $(VENV)/.installed-tests
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy manage.py portal integrations
	$(PY) -m tests.postgres $(PY) -m pytest -n 2
	$(PY) -m pytest -n 2

bench: $(VENV)/.installed-tests
	$(PY) -m tests.bench

fmt: $(VENV)/.installed-tests
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .
