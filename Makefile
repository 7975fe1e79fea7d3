# Everything a developer types. Each target works on a fresh machine that has Python 3.11 or
# later and make: it makes its own virtual environment, with the versions of constraints.txt.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
READY := $(VENV)/.ready
LOCK := $(VENV)/lock

# A developer's own database is none of the tests' business.
unexport SLAFLOW_DB SLAFLOW_ACTOR

.PHONY: demo test lint format bench words pictures lock clean

demo: $(READY) ## the whole product in one command
	$(BIN)/slaflow demo

# Every worker, and every command that a test starts, would compile slaflow anew.
unexport PYTHONDONTWRITEBYTECODE

test: $(READY) ## every test, on SQLite and PostgreSQL; make test ARGS="-k pause"
	$(BIN)/pytest -n auto --dist loadscope $(ARGS)

lint: $(READY) ## style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY) ## what lint asks for, done
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Short, so that all of them take a minute or two; bench/README.md has the long form of each.
bench: $(READY) ## lines of JSON, a question each, on SQLite
	@$(BIN)/python bench/start.py --rounds 3
	@$(BIN)/python bench/business_time.py --n 20000
	@$(BIN)/python bench/floor.py --n 10000
	@$(BIN)/python bench/tick.py --n 10000
	@$(BIN)/python bench/ratio.py --n 5000 --rounds 1
	@$(BIN)/python bench/due.py --sizes 1000,10000 --rounds 5
	@$(BIN)/python bench/periods.py --leads 500,1000
	@$(BIN)/python bench/outbox.py --n 2000
	@$(BIN)/python bench/hooks.py --seconds 3
	@$(BIN)/python bench/import.py --n 500
	@$(BIN)/python bench/log.py --n 50000 --rounds 20
	@$(BIN)/python bench/queues.py --leads 5000 --rounds 5
	@$(BIN)/python bench/verify.py --n 10000
	@$(BIN)/python bench/crash.py --kills 20 --rounds 1 --leads 9
	@$(BIN)/python bench/contention.py

pictures: $(READY) ## the pictures of docs/tour.md, from the demo; needs Chromium
	$(BIN)/python docs/picture.py

# Takes the newest versions that pyproject.toml allows, on the oldest Python it allows, so that
# what only old versions need is pinned too. Needs no earlier constraints.txt.
words: $(READY) ## what pages say, found anew and put at its place in every catalogue of slaflow/locale
	$(BIN)/python docs/words.py

lock: ## write constraints.txt anew; PYTHON=python3.11
	rm -rf $(LOCK)
	$(PYTHON) -m venv $(LOCK)
	$(LOCK)/bin/python -m pip --disable-pip-version-check --quiet install --upgrade pip "setuptools>=77"
	$(LOCK)/bin/python -m pip --disable-pip-version-check --quiet install --no-build-isolation --editable ".[all,dev]"
	{ echo "# Written by 'make lock'; do not edit."; \
	  $(LOCK)/bin/python -m pip list --format freeze --exclude-editable; } > constraints.txt
	rm -rf $(LOCK)

clean: ## remove what the other targets made
	rm -rf $(VENV) build dist *.egg-info .coverage htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is written last, so that an interrupted installation is taken up again.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit(f"slaflow needs Python 3.11 or later, $(PYTHON) is {sys.version.split()[0]}; name another: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --upgrade pip setuptools
	$(PIP) install --constraint constraints.txt --no-build-isolation --editable ".[all,dev]"
	@touch $@
