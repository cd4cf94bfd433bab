# The whole job, from nothing: `make run`, then `make live`. `make help` lists the rest.

PYTHON ?= python3
ENVIRONMENT := .venv
BIN := $(ENVIRONMENT)/bin
INSTALLED := $(ENVIRONMENT)/.installed
ENGINES := $(ENVIRONMENT)/.engines
DELTA := 4.0.1
AS_ROOT := $(shell test "$$(id -u)" = 0 || echo sudo --non-interactive)
DELTA_JARS := $(foreach part,delta-spark_2.13 delta-storage,data/jars/$(part)-$(DELTA).jar)
# tests/support/distribution.py says which tests stay in one process. The order of tests/conftest.py
# is kept: the longest begin first. One process more than there are processors, as some wait for pages.
IN_PARALLEL := -n $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --maxprocesses 4 --dist loadscope --no-loadscope-reorder

# Another business has data and tables of its own (docs/worlds.md).
ifneq ($(CASPERS_WORLD),)
export CASPERS_WORLD
export CASPERS_DATA := $(or $(CASPERS_DATA),$(CURDIR)/data/$(notdir $(patsubst %/,%,$(CASPERS_WORLD))))
endif
DATA := $(or $(CASPERS_DATA),data)

export DO_NOT_TRACK := 1
# Tests and windows start many processes, and each would compile all of the project.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install install-engines install-browser run evidence live desk status check sql report exact test test-thorough test-long test-mutations test-engines test-spark test-cluster lint bench docs clean teardown

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# uv installs in seconds what takes pip minutes. Where it cannot be had, or does not find what pip is
# configured to find, pip does it.
define install_packages
@$(BIN)/python -m pip install --quiet uv && \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --requirement $(1) || \
	$(BIN)/python -m pip install --quiet --requirement $(1)
endef

install: $(INSTALLED)  ## the environment in .venv, from requirements.lock

$(INSTALLED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'error: Python 3.11 or newer is needed; say which with `make PYTHON=python3.12 …`' >&2; exit 1; }
	$(PYTHON) -m venv $(ENVIRONMENT)
	$(call install_packages,requirements.lock)
	@touch $(INSTALLED)

install-engines: $(ENGINES)  ## the same with the other engines, for the tests

# Spark, Sail and the Databricks adapter are large, and not needed to run the business on a laptop.
$(ENGINES): $(INSTALLED) requirements-engines.lock
	$(call install_packages,requirements-engines.lock)
	@touch $(ENGINES)

# The pages of the desk are tested in it. Without it these tests are skipped.
install-browser:  ## Chromium, by the package manager of Debian and Ubuntu
	@command -v chromium >/dev/null || { $(AS_ROOT) apt-get update --quiet=2 && \
		$(AS_ROOT) apt-get install --quiet=2 --yes --no-install-recommends chromium >/dev/null; } || \
		echo 'Chromium cannot be installed here: tests in a browser are skipped.'

run: $(INSTALLED)  ## make the dataset if it is missing, land the next window, build and test the models
	@$(BIN)/python -m flows.business once

live: $(INSTALLED)  ## do the same every three minutes, at 60 times speed, until stopped; MANAGERS=1 decides about refunds, LIVE=1 makes what lands as it happens
	@$(if $(MANAGERS),CASPERS_MANAGERS=1 )$(BIN)/python -m flows.business serve $(if $(LIVE),--live --live-options='$(LIVE_OPTIONS)')

status: $(INSTALLED)  ## where the replay is
	@$(BIN)/python -m flows.replay status

desk: $(INSTALLED)  ## the refund desk alone, with its Postgres (`make live` serves it too)
	@$(BIN)/python -m apps.desk

check: $(INSTALLED)  ## every data test over all of history; a window tests what it has replaced
	@$(BIN)/python -m flows.check

sql: $(INSTALLED)  ## a SQL prompt on the published tables, read-only; make -s sql < query.sql answers one query
	@test -e '$(DATA)/published/caspers.duckdb' || \
		{ echo 'error: nothing is published in $(DATA) yet: `make run`' >&2; exit 1; }
	@$(BIN)/duckdb -readonly "$$(readlink -f '$(DATA)/published/caspers.duckdb')"

report: $(INSTALLED)  ## one HTML page of the business that can be mailed, data/report.html
	@$(BIN)/python -m reports.page

exact: $(INSTALLED)  ## compare a table with a full refresh of it, built in a copy: make exact MODEL=name
	$(if $(MODEL),,$(error say which table: make exact MODEL=gold_order_header))
	@$(BIN)/python -m flows.exact $(MODEL)

test: $(ENGINES)  ## all tests of every day: Python, dbt data tests and unit tests; a sample of what takes long
	$(BIN)/python -m pytest $(IN_PARALLEL) --timeout 900 -m 'not thorough and not long and not engine and not spark and not cluster'

test-thorough: $(ENGINES)  ## what takes half a minute each: more schedules, every mode of a page, dbt in every way it is called
	$(BIN)/python -m pytest $(IN_PARALLEL) --timeout 900 -m 'thorough and not long and not engine' tests
	CASPERS_SCHEDULES=5 $(BIN)/python -m pytest tests/models/test_increments_equal_a_full_refresh.py -k random_schedules

test-engines: $(ENGINES) $(DELTA_JARS)  ## the other engines: all tables on Sail, every statement and Spark's parser on it, the dataset on Spark
	$(BIN)/python -m pytest $(IN_PARALLEL) --timeout 900 -m 'engine and not long'

test-long: $(ENGINES) $(DELTA_JARS)  ## the tests that take long: thousands of random schedules, kills everywhere, full disks
	$(BIN)/python -m pytest -m 'long or thorough' tests
	CASPERS_SCHEDULES=200 $(BIN)/python -m pytest tests/models/test_*_equal_a_full_refresh.py
	CASPERS_SCHEDULES=2000 $(BIN)/python -m pytest $(IN_PARALLEL) tests/oracle/test_schedules_equal_the_oracle.py

test-mutations: $(ENGINES)  ## small breaks in a copy of the project: each has to make a test fail
	@$(BIN)/python -m tests.mutations

test-spark: $(ENGINES) $(DELTA_JARS)  ## the same tables on Spark with Delta Lake (needs Java 17 and Maven)
	$(BIN)/python -m pytest -m spark

test-cluster: $(ENGINES) $(DELTA_JARS)  ## the same once more on a standalone cluster of two workers, on loopback
	$(BIN)/python -m pytest -m cluster

# Delta Lake is in no Python package. The jars stay in data/, which is not committed.
data/jars/%-$(DELTA).jar:
	mvn --batch-mode --quiet dependency:copy -Dartifact=io.delta:$*:$(DELTA) -DoutputDirectory=$(CURDIR)/data/jars

lint: $(INSTALLED)  ## style, types, the order of the rooms, YAML, SQL, and links between documents
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/yamllint --strict .
	@$(BIN)/rumdl check --quiet .
	@$(BIN)/sqlfluff lint --disable-progress-bar models analyses tests/dbt/integrity

bench: $(INSTALLED)  ## the benchmarks whose ratios docs/proofs-and-figures.md quotes
	@$(BIN)/python -m bench

# The pages are one more reader of the published tables; Node.js is needed for nothing else.
evidence: $(INSTALLED)  ## pages over the published tables with Evidence (needs Node.js 18); served on PORT=8700
	@command -v npm >/dev/null || \
		{ echo 'error: Evidence needs Node.js 18 or newer, and npm is not there: https://nodejs.org' >&2; exit 1; }
	@test -e '$(DATA)/published/publication.json' || \
		{ echo 'error: nothing is published in $(DATA) yet: `make run`' >&2; exit 1; }
	@ln -sfn '$(abspath $(DATA))/published' reports/evidence/published
	cd reports/evidence && npm install && npm run sources && npm run build
	$(if $(NO_SERVER),,$(BIN)/python -m http.server --bind 127.0.0.1 --directory reports/evidence/build $(or $(PORT),8700))

docs: $(INSTALLED)  ## the models' documentation as one HTML page, target/static_index.html
	@$(BIN)/dbt docs generate --static

clean:  ## remove what was generated (downloaded streets in data/roads are kept)
	@test ! -d $(DATA)/postgres || $(BIN)/python -m flows.postgres stop
	rm -rf $(DATA)/canonical $(DATA)/landing $(DATA)/prefect $(DATA)/caspers.duckdb $(DATA)/caspers.duckdb.wal $(DATA)/casper.png $(DATA)/report.html
	rm -rf $(DATA)/published $(DATA)/publications $(DATA)/postgres $(DATA)/runs
	rm -rf target logs

teardown: $(INSTALLED)  ## remove all that the project has made, tables and files; shows it and asks first
	@$(BIN)/python -m flows.teardown
