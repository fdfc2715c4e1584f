# `make run` and `make test` are all that a newcomer needs; `make help` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help run test test-pages test-site test-faults faults scaled browser long check audit bench screens lock clean

PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python)
BIN := .venv/bin

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

run: .venv/.run ## set up, then start the whole site
	@exec $(BIN)/python manage.py up

test: .venv/.test ## set up with the test extras, then run every test
	@$(BIN)/pytest -n auto --maxprocesses 4 --dist worksteal -m "not browser and not faults and not long" $(ARGS) || [ $$? -eq 5 ]
	@$(MAKE) --no-print-directory --jobs=3 test-pages test-site test-faults

# Processes of their own: the browser's driver keeps a loop running. They wait more than they work, so they
# run beside each other. What has none of them is not even looked at. pytest's 5 means that none was chosen.
PLAIN := --ignore=tests/contract --ignore=tests/fluxsite --ignore-glob="tests/test_*"

test-pages:
	@$(BIN)/pytest -m "browser and not site and not long" $(PLAIN) --ignore=tests/browser --ignore=tests/faults $(ARGS) || [ $$? -eq 5 ]

test-site:
	@$(BIN)/pytest -m "browser and site and not long" $(PLAIN) --ignore=tests/accounts --ignore=tests/gallery --ignore=tests/faults $(ARGS) || [ $$? -eq 5 ]

test-faults:
	@$(BIN)/pytest -m "faults and not long" $(PLAIN) --ignore=tests/accounts --ignore=tests/gallery --ignore=tests/browser $(ARGS) || [ $$? -eq 5 ]

faults: .venv/.test ## every fault, on SQLite and on PostgreSQL with Redis, and STORMS=10 storms on each
	@$(BIN)/pytest -m faults $(ARGS)

scaled: .venv/.test ## the same tests as `make test`, in the form of many machines: PostgreSQL, Redis and a store that speaks S3
	@$(BIN)/python tests/scaled.py -n auto --maxprocesses 4 --dist worksteal -m "not browser and not faults and not long" $(ARGS)
	@$(BIN)/python tests/scaled.py -m "browser and not site and not long" $(PLAIN) --ignore=tests/browser --ignore=tests/faults $(ARGS)
	@$(BIN)/python tests/scaled.py -m "browser and site and not long" tests/browser $(ARGS)
	@$(BIN)/pytest -m faults -k "not sqlite and not disk and not many_storms" tests/faults $(ARGS)

browser: .venv/.test ## every test in the browser, those too that take long
	@$(BIN)/pytest -m browser $(ARGS)

long: .venv/.test ## what takes long and needs neither a browser nor killed processes
	@$(BIN)/pytest -n auto --maxprocesses 4 --dist worksteal -m "long and not browser and not faults" $(ARGS)

check: .venv/.test ## format, lint, types, templates, migrations, dependency audit
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py check --fail-level ERROR
	$(BIN)/python manage.py makemigrations --check --dry-run
	@$(MAKE) --no-print-directory audit

audit: .venv/.test ## ask whether a locked package has a known weakness
	@$(BIN)/python requirements/audit.py requirements/run.txt

bench: .venv/.test ## the benchmarks, as ratios of two things measured in one run
	@PYTHONPATH=tests/faults:tests/contract $(BIN)/python tests/benchmarks

screens: .venv/.test ## renew the pictures of the pages in tests/browser/screens
	@$(BIN)/pytest tests/browser --screens

lock: ## renew the hashed locks (needs uv)
	uv pip compile pyproject.toml --extra scale --universal --generate-hashes \
	  --python-version 3.11 --no-header --no-annotate --quiet -o requirements/run.txt
	uv pip compile pyproject.toml --extra scale --group test --group lint --universal --generate-hashes \
	  --python-version 3.11 --no-header --no-annotate --quiet -c requirements/run.txt -o requirements/test.txt

clean: ## forget the environment; what the site keeps stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache

.venv/.run: requirements/run.txt
	@requirements/install $(PYTHON) $<
	@touch $@

.venv/.test: requirements/test.txt requirements/run.txt
	@requirements/install $(PYTHON) $<
	@touch $@ .venv/.run
