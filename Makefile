# Everything a person does with this folder; each target sets up what it needs and does nothing twice.
# Writing `make run PORT=8010 PARC_INSTANCE=/srv/parc` passes both on.

PYTHON ?= python3
PORT ?= 8000
FUZZ_RUNS ?= 20000
BIN := .venv/bin
SETUP := @$(PYTHON) -E -S tools/setup.py
COMPILE := $(BIN)/uv pip compile --quiet --system-certs --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help run demo setup test setup-test check setup-check format coverage bench setup-bench fuzz setup-fuzz messages lock clean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## Set up, then serve the pages and run the jobs (PORT=8000, PARC_INSTANCE=instance)
	@exec $(BIN)/parc run --port $(PORT)

demo: setup ## Set up, load a made-up fleet into an instance of its own, then serve it (PORT=8000, PARC_INSTANCE=instance/demo)
	@PARC_INSTANCE="$${PARC_INSTANCE:-instance/demo}"; export PARC_INSTANCE; \
		$(BIN)/parc demo --keep && exec $(BIN)/parc run --port $(PORT)

setup: ## Set up what `make run` needs, without starting it
	$(SETUP) run

test: setup-test ## Set up, then run every test on SQLite and those of the store again on PostgreSQL
	@$(BIN)/python tools/suite.py

setup-test: ## Set up what `make test` needs, without running it
	$(SETUP) test

check: setup-check ## Format, lint, types, architecture
	@sh tools/check

setup-check:
	$(SETUP) check

format: setup-check ## Format the Python code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

coverage: setup-test ## Run every test on SQLite and say which lines none of them reaches
	@$(BIN)/pytest --cov --cov-report=term -n 2 --dist loadgroup

bench: setup-bench ## Measure Parc and its peers
	@$(BIN)/python -m benchmarks

setup-bench:
	$(SETUP) bench

fuzz: setup-fuzz ## Feed odd datagrams to the SNMP scanner, guided by what they reach (FUZZ_RUNS=20000)
	@$(BIN)/python -m tests.scanners.snmp.fuzz_replies -runs=$(FUZZ_RUNS)

setup-fuzz:
	$(SETUP) fuzz

messages: setup-check ## Collect the words to translate and bring the catalogues up to date
	@mkdir -p inventory/translations
	@$(BIN)/pybabel --quiet extract -F tools/babel.cfg -k N_ -k NN_:1,2 -k _l -k lazy_gettext -k lazy_ngettext:1,2 \
		--add-location=file --sort-by-file --width=110 --project=Parc --version=0 \
		-o inventory/translations/messages.pot inventory scanners templates
	@$(BIN)/pybabel --quiet update -i inventory/translations/messages.pot -d inventory/translations -l fr \
		--init-missing --ignore-pot-creation-date --no-fuzzy-matching --width=110

lock: setup-check ## Choose the versions again and write the lock files
	$(COMPILE) --upgrade -o requirements.lock requirements.in
	$(COMPILE) --upgrade -c requirements.lock -o requirements-dev.lock requirements-dev.in
	$(COMPILE) --upgrade -o requirements-bench.lock requirements-bench.in
	$(COMPILE) --upgrade -o requirements-fuzz.lock requirements-fuzz.in
	$(COMPILE) --upgrade -o tools/installer.lock tools/installer.in
	$(COMPILE) --upgrade -o tools/node.lock tools/node.in
	npm install --package-lock-only
	node tools/without-addresses.mjs

clean: ## Remove what was installed and built; the instance is kept
	rm -rf .venv node_modules inventory/static/vendor .mypy_cache .pytest_cache .ruff_cache
