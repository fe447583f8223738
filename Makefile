# The project's commands. A fresh machine needs only Python 3.11+ and make: each command builds what it lacks.
PYTHON ?= python3
PORT ?= 8050
VENV := .venv
PY := $(VENV)/bin/python

.PHONY: run test check bench docs clean-demo

run: $(VENV)/.run ## make the environment, build the demo county on first start, serve it
	$(PY) app.py --demo --port $(PORT)

test: $(VENV)/.dev ## also the browser and everything the tests need; run all
	bash tests/browser/install.sh $(PY)
	$(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

check: $(VENV)/.dev ## lint and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

bench: $(VENV)/.dev ## speed, as ratios against peers
	$(PY) -m bench

docs: $(VENV)/.dev ## the data dictionary and the metric list, from the registries
	$(PY) -m data docs

clean-demo: ## forget the demo county (asks first); the next run builds it anew
	@printf 'Remove var/demo? [y/N] ' && read answer && [ "$$answer" = y ] && rm -rf var/demo

$(VENV)/.run: requirements.txt
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --requirement requirements.txt
	touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(PY) -m pip install --quiet --requirement requirements-dev.txt
	touch $@
