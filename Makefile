# TerraDesk: `make run` opens the window, `make test` checks everything. `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(BIN)/python

# Both stamps live in the one environment; dev.txt holds run.txt and more.
.venv/made:
	@python=$$(scripts/find_python.sh) && echo "Making .venv with $$python" && "$$python" -m venv --clear .venv
	@touch $@

.venv/run.stamp: requirements/run.txt | .venv/made
	@echo "Installing what the program needs"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/run.txt
	@touch $@

.venv/dev.stamp: requirements/dev.txt | .venv/made
	@echo "Installing what developers need"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/dev.txt
	@touch $@ .venv/run.stamp

# numba compiles the kernels once and keeps them beside their source.
KERNELS := $(wildcard terradesk/arcs/*.py terradesk/render/*.py terradesk/measures/*.py terradesk/builder/*/*.py)
.venv/warm.stamp: .venv/run.stamp $(KERNELS)
	@echo "Compiling the map and the builder (a minute or two, the first time)"
	@$(PY) main.py --warm-up
	@touch $@

.PHONY: run
run: .venv/warm.stamp  ## open the window on the sample plan; without a display do the same job headless
	@$(PY) scripts/system_packages.py window
	@$(PY) main.py $(if $(ARGS),$(ARGS),--sample)

.PHONY: check
check: .venv/dev.stamp  ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: test
test: .venv/dev.stamp  ## check, then every test that needs no other program
	@$(MAKE) --no-print-directory --jobs=2 check .venv/warm.stamp
	@$(PY) scripts/system_packages.py tests
	QT_QPA_PLATFORM=offscreen $(PY) -m pytest $(ARGS)

.PHONY: proof
proof: .venv/dev.stamp  ## full counts, and the files through LibreOffice, Chromium and QGIS
	@$(PY) scripts/system_packages.py proof
	HYPOTHESIS_PROFILE=proof QT_QPA_PLATFORM=offscreen $(PY) -m pytest -m proof $(ARGS)

.PHONY: bench
bench: .venv/dev.stamp  ## measure speed; figures go to bench/results.md by hand
	$(PY) -m bench $(ARGS)

.PHONY: bench-peers
bench-peers: .venv/dev.stamp requirements/bench.txt  ## install what `python -m bench builder` compares with
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/bench.txt

.PHONY: screenshots
screenshots: .venv/dev.stamp  ## pictures of the window for the README and for looking at
	@$(PY) scripts/system_packages.py tests
	QT_QPA_PLATFORM=offscreen $(PY) scripts/screenshots.py $(ARGS)

.PHONY: package
package: .venv/dev.stamp  ## one-folder program for this platform in dist/
	$(PY) installer/build.py

.PHONY: requirements
requirements: .venv/dev.stamp  ## compile the pins and hashes anew from requirements/*.in
	@for name in run dev bench; do \
	    CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras \
	        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	        --output-file requirements/$$name.txt requirements/$$name.in || exit 1; \
	done

.PHONY: clean
clean:  ## remove everything that can be made again
	rm -rf .venv build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
