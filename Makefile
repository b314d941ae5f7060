.DEFAULT_GOAL := help
.PHONY: help env env-dev demo demo-reset test check fast lint types contracts migrations unit browsers bench chaos collections css translations lock

PYTHON := .venv/bin/python
JOBS ?= auto

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

env: ## The environment in .venv, as running needs it
	@python3 tools/bootstrap.py

env-dev: ## The environment in .venv, as checks and tests need it
	@python3 tools/bootstrap.py dev

demo: env ## A sample practice on http://localhost:8000, until Ctrl-C
	@exec $(PYTHON) -m tools.demo

demo-reset: env ## Forget the demo's data, so that the next demo starts over
	@$(PYTHON) -m tools.demo --reset

test: env-dev lint types contracts migrations browsers ## Everything that CI checks; pytest comes last
	$(PYTHON) -m pytest -n $(JOBS)

check: test ## The same as make test

fast: env-dev lint types contracts ## The quick half: lint, types, contracts, money rules
	$(PYTHON) -m pytest -q tests/rules tests/house

lint: env-dev ## ruff: style, bugs, security
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

types: env-dev ## mypy, strict
	$(PYTHON) -m mypy

contracts: env-dev ## import-linter: imports only point down
	.venv/bin/lint-imports --no-logo

migrations: env-dev ## Up, down, up; no drift from the models
	$(PYTHON) -m pytest -q tests/migrations

browsers: ## Chromium for the browser tests, from the system's packages when absent
	@sh tools/browser.sh

bench: env-dev ## Every figure beside its peer, into docs/performance.md (about 6 minutes)
	$(PYTHON) -m benchmarks.report

chaos: env-dev ## Kill everything at random for DURATION seconds and judge the books; SEED=n replays
	KINDBILL_MACHINE_STORIES=25 KINDBILL_MACHINE_STEPS=20 $(PYTHON) -m pytest -q tests/proof/test_machine.py
	$(PYTHON) -m tests.chaos --duration $(or $(DURATION),600) $(if $(SEED),--seed $(SEED))

collections: env-dev ## 400 days of ACCOUNTS accounts on their way to an agency, before an oracle; SEED=n replays, EVERY=n passes n days at once
	KINDBILL_COLLECT_ACCOUNTS=$(or $(ACCOUNTS),2000) KINDBILL_COLLECT_DAYS=400 KINDBILL_COLLECT_EVERY=$(or $(EVERY),1) \
	KINDBILL_COLLECT_SEED=$(or $(SEED),4711) $(PYTHON) -m pytest -q -n0 -s tests/proof/test_collect_days.py::test_CORE_5_no_account_moves_a_step_unproven
	KINDBILL_COLLECT_STORIES=25 KINDBILL_COLLECT_STEPS=12 $(PYTHON) -m pytest -q -n0 tests/proof/test_collect_machine.py

css: ## Compile styles/ into portal/static/css (needs node; the result is committed)
	npm --prefix styles ci --no-audit --no-fund --silent
	npm --prefix styles run --silent build

translations: env-dev ## Collect the patients' words, compile the Spanish catalogue (the result is committed)
	$(PYTHON) -m tools.translations

lock: env-dev ## Pin requirements*.in into requirements*.txt (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url requirements-dev.in -o requirements-dev.txt
