# Everything is one word away: `make` lists the words.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup setup-service demo way qgis serve test test-long test-qgis344 lint package security bench bench-catalogue bench-results bench-signins lock vendor translations clean

SERVICE := .venv/service/bin/python
PLUGIN := .venv/plugin/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The journey reads the real images from here when the folder exists.
export DINAMIS_REALDATA ?= $(abspath ../shared/realdata)
# Names of places, made by the set-up.
export DINAMIS_GAZETTEER_PATH ?= $(CURDIR)/.venv/gazetteer.sqlite

help: ## list these words
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what is missing: Debian packages, Python environments (root or sudo)
	@tools/setup.sh

setup-service:
	@tools/setup.sh service

demo: setup ## play the whole journey in a real QGIS window; report in build/demo/report.html
	@$(SERVICE) tools/demo.py journey $(DEMO)

way: setup ## play the way from "my entity is not a member" to the first image in QGIS; build/demo/way.json
	@$(SERVICE) tools/demo.py way $(DEMO)

qgis: setup ## open QGIS with the plugin and a demonstration service, for a person to use
	@$(SERVICE) tools/demo.py person $(DEMO)

serve: setup-service ## start the service alone, data in data/ (SERVE='--port 8080' to change)
	@$(SERVICE) -m dinamis_service serve $(SERVE)

test: setup ## all tests, one summary at the end
	@$(SERVICE) tools/run_tests.py

test-long: setup ## load, kill, crawl and fuzz tests
	@$(SERVICE) tools/run_tests.py --long

test-qgis344: setup ## plugin tests and the journey on QGIS 3.44
	@$(SERVICE) tools/qgis344.py

lint: setup ## style, types, layers, Qt 6 names, translations, security, the zip
	@$(SERVICE) tools/lint.py

package: setup ## build the plugin's zip: build/dinamis_plugin.zip
	@$(SERVICE) tools/package.py

security: setup ## bandit and detect-secrets on the plugin as it is shipped
	@$(SERVICE) tools/lint.py package bandit secrets

bench-catalogue: setup-service ## the catalogue at scale: N=1000000 items, loaded and searched over HTTP
	@PYTHONPATH=. $(SERVICE) bench/catalogue.py $(if $(N),-n $(N)) $(BENCH)

bench: setup vendor ## run the benchmarks of bench/ (BENCH=name for one)
	@$(SERVICE) tools/run_bench.py $(BENCH)

bench-results: setup vendor ## 10,000 results in the dock, beside pystac-client and QGIS 3.44's own search
	@$(SERVICE) tools/run_bench.py results

bench-signins: setup-service ## sign-ins a second, and what searches beside them lose
	@$(SERVICE) tools/run_bench.py signins

lock: setup-service ## make the locks of requirements/ again (newest versions)
	@tools/lock.sh

vendor: setup-service ## copy the locked packages into dinamis_plugin/_vendor
	@$(SERVICE) tools/vendor.py

translations: setup ## put new strings into i18n/dinamis_fr.ts, to be translated there
	@.venv/service/bin/pylupdate6 --no-obsolete --exclude "*/_vendor/*" --ts i18n/dinamis_fr.ts dinamis_plugin

clean: ## remove what was built (the environments of .venv and the data of make serve stay)
	@rm -rf build dist dinamis_plugin/_vendor .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	@find . -name .venv -prune -o -name __pycache__ -type d -exec rm -rf {} +
