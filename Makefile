# Two doors: `make run` and `make test`. Both set up what they need, once per state of the locks.

.DEFAULT_GOAL := run
.PHONY: run lint test test-all test-properties test-slow test-browser test-trust test-postgres \
	test-long trust bench check lock messages

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
VAR_DIR ?= var
export PORT VAR_DIR

# The stamps carry the checksum of the locks they stand for, so a changed lock installs again.
RUN_STAMP := $(VENV)/run-$(firstword $(shell cat requirements.lock | cksum))
TEST_STAMP := $(VENV)/test-$(firstword $(shell cat requirements-dev.lock | cksum))

run: $(RUN_STAMP)
	@$(BIN)/python manage.py make_keys
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py createcachetable
	@$(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@echo "安还 Anhuan: $${SITE_URL:-http://127.0.0.1:$(PORT)}  (Ctrl-C stops)"
	@$(BIN)/python manage.py worker & worker=$$!; trap 'kill $$worker 2>/dev/null; wait' EXIT INT TERM; \
	$(BIN)/gunicorn config.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --threads 4 \
		--forwarded-allow-ips "" --log-level warning

# One worker a core, each with a database, a folder and a browser of its own.
PYTEST := $(BIN)/pytest --numprocesses auto --dist worksteal

lint: $(TEST_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict planner config
	$(BIN)/python manage.py makemigrations --check --dry-run --settings tests.settings

# What a change is most likely to break, properties with few cases.
test: lint
	@sh tests/tools.sh gettext
	$(PYTEST) -m "not slow and not browser and not trust" --hypothesis-profile quick

# The rest, part by part.
test-all: test-properties test-slow test-browser test-trust test-postgres

test-properties: $(TEST_STAMP)
	$(PYTEST) -m property --hypothesis-profile thorough

test-slow: $(TEST_STAMP)
	$(PYTEST) -m "slow and not property"

test-browser: $(TEST_STAMP)
	@sh tests/tools.sh browser
	$(PYTEST) -m browser

# The short form of `make trust`, on both databases.
test-trust: $(TEST_STAMP)
	@sh tests/postgres.sh true
	$(PYTEST) -m trust

# All that speaks to a database, on PostgreSQL.
test-postgres: $(TEST_STAMP)
	sh tests/postgres.sh $(PYTEST) -m "database and not browser"

# Left to a person with an hour: ten times the cases, and the grids that are left out above.
test-long: $(TEST_STAMP)
	@sh tests/tools.sh browser
	$(PYTEST) -m "property or long" --hypothesis-profile long

# The promises of docs/trust.md, measured against the real server on both databases: half an hour.
trust: $(TEST_STAMP)
	@REQUIRE_POSTGRES=1 sh tests/postgres.sh true
	@$(BIN)/python -m tests.trust.run

bench: $(TEST_STAMP)
	@set -e; for program in benchmarks/bench_*.py; do $(BIN)/python $$program; done

# Would these settings do on the internet? (Read with the environment of the deployment.)
check: $(RUN_STAMP)
	$(BIN)/python manage.py check --deploy --fail-level WARNING --database default

# After a change of requirements*.txt: all that they come to, by checksums.
LOCK := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet

lock: $(TEST_STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/python -m uv pip compile $(LOCK) requirements-dev.txt --output-file requirements-dev.lock
	$(BIN)/python -m uv pip compile $(LOCK) requirements.txt \
		--constraint requirements-dev.lock --output-file requirements.lock

# Collects the texts of the pages for translation; edit the .po file, then run it again.
messages: $(TEST_STAMP)
	@REQUIRE_BROWSER= sh tests/tools.sh gettext
	$(BIN)/python manage.py makemessages --locale zh_Hans --no-location --no-obsolete --no-wrap \
		--ignore 'tests/*' --ignore 'benchmarks/*' --ignore '$(VENV)/*' --ignore '$(VAR_DIR)/*'
	$(BIN)/python manage.py compilemessages --ignore $(VENV) --verbosity 0

$(VENV)/bin/python:
	@if command -v uv >/dev/null; then uv venv --quiet --seed --python '>=3.11' $(VENV); \
	elif ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		echo "Python 3.11 or newer is needed; install it with: sudo apt-get install python3"; exit 1; \
	elif ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "Python's venv module is missing; install it with: sudo apt-get install python3-venv"; \
		exit 1; \
	else $(PYTHON) -m venv $(VENV); fi

define install
	@if command -v uv >/dev/null; \
	then uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1); \
	else $(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check \
		--require-hashes -r $(1); fi
endef

$(RUN_STAMP): | $(VENV)/bin/python
	$(call install,requirements.lock)
	@rm -f $(VENV)/run-*
	@touch $@

$(TEST_STAMP): | $(VENV)/bin/python
	$(call install,requirements-dev.lock)
	@rm -f $(VENV)/test-* $(VENV)/run-*
	@touch $@ $(RUN_STAMP)
