# Two commands: `make run` starts the mall, `make test` runs all its tests. `make help` lists the rest.

PYTHON ?= python3
BIN = .venv/bin
FLASK = $(BIN)/flask
PIP = $(BIN)/python -m pip --disable-pip-version-check
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard mall/translations/*/LC_MESSAGES/*.po))

# The demo speaks plain http and shows who to log in as. docs/operations.md tells how production differs.
export MALL_HTTPS ?= 0
export MALL_DEMO ?= 1
export FLASK_APP = wsgi

.PHONY: run reset setup database test prove lint types check texts clean help

run: database  ## Set everything up, then serve the mall with its worker (PORT, HOST, DATABASE_URL)
	@exec $(FLASK) serve

reset: setup  ## Start the demo over (a database named by DATABASE_URL is emptied only with SURE=yes)
	@$(FLASK) demo reset $(if $(filter yes,$(SURE)),--yes)

setup: .venv/.installed node_modules/.installed $(CATALOGUES)
	@mkdir -p var
	@$(FLASK) assets build

database: setup
	@$(FLASK) db upgrade
	@$(FLASK) demo seed

test: .venv/.installed-dev setup  ## Run every test, on SQLite and on real PostgreSQL, in a real browser (ARGS="-k word")
	@sh tests/browser/install.sh
	$(BIN)/pytest -n auto --maxprocesses 8 --dist loadgroup $(ARGS)

prove: .venv/.installed-dev setup  ## Run the ledger's proofs in their long form (MALL_PROVE_POSTINGS, a million; ARGS=--anew)
	@$(BIN)/python -W ignore:XDG_RUNTIME_DIR -m tests.points.proving $(ARGS)

lint: .venv/.installed-dev  ## Check style and known mistakes
	$(BIN)/ruff check .

types: .venv/.installed-dev  ## Check types
	$(BIN)/mypy

check:  ## All that CI checks
	@sh .ci/run

texts: .venv/.installed  ## Bring both catalogues up to the texts of the source; what is new stands there empty
	@mkdir -p var
	@$(BIN)/pybabel --quiet extract -F babel.cfg --no-location --no-wrap --sort-output -o var/messages.pot .
	@$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --no-wrap -i var/messages.pot -d mall/translations
	@sed -i.bak -E '/^"(Project-Id|Report-Msgid|POT-Creation|PO-Revision|Last-Translator|Language-Team|Generated-By)/d' \
		mall/translations/*/LC_MESSAGES/messages.po && rm mall/translations/*/LC_MESSAGES/messages.po.bak

clean:  ## Remove what was installed and built; the data in var/ stay
	rm -rf .venv node_modules static/build .mypy_cache .ruff_cache .pytest_cache test-results $(CATALOGUES)

help:
	@sed -n 's/^\([a-z]*\):.*##  *\(.*\)/  make \1	\2/p' Makefile

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "The mall needs Python 3.11 or newer; name one with make PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "Python could not make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }

.venv/.installed: requirements.lock | .venv/bin/python
	@echo "Installing packages: a minute or two, this once"
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@touch $@

.venv/.installed-dev: requirements-dev.lock | .venv/.installed
	@echo "Installing the packages of the tests"
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

node_modules/.installed: package-lock.json .venv/.installed
	@echo "Installing the front end's packages"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

%.mo: %.po .venv/.installed
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
