# What this project can do; `make help` lists it. Everything is installed into this folder (.tools, .venv, .cache).

BIN := .venv/bin

# Tests and the demo start hundreds of processes: where Python may not keep what it compiles, each compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo drill test lint types imports bench soak clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: .venv/.set-up ## install into this folder: needs git, make and Python 3.11 to 3.13

.venv/.set-up: pyproject.toml uv.lock .ci/setup
	@PYTHON="$(PYTHON)" .ci/setup

# What tests and benchmarks hold us against, as far as pip can bring it (see pyproject.toml): not for the demo.
.venv/.set-up-real: .venv/.set-up
	@PYTHON="$(PYTHON)" .ci/setup real

demo: setup ## a stream of sample traffic into a campaign table, and the Dagster UI (DEMO_SECONDS=120 bounds it)
	$(BIN)/advertisex demo

drill: setup ## break things on purpose in a Dagster of its own, and see the alerts arrive (minutes)
	$(BIN)/advertisex drill

# Three files at a time on two cores: some wait for servers and clocks.
test: .venv/.set-up-real ## every test that this machine can run; names at the end what it could not run
	$(BIN)/pytest -m "not soak" -n 3 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lint: setup ## ruff: errors, imports, formatting of names
	$(BIN)/ruff check .

types: setup ## mypy --strict on the contracts and the pure logic
	$(BIN)/mypy --strict schemas advertisex_assets/transforms

imports: setup ## which floor may import which
	$(BIN)/lint-imports

bench: .venv/.set-up-real ## the benchmarks: half an hour at most on an idle machine (SIZE=long: many hours)
	$(BIN)/python -m benchmarks.suite $(or $(SIZE),short)

soak: .venv/.set-up-real ## the crash certificate: SIGKILL at every step, many times (long)
	$(BIN)/pytest -m soak -s --timeout=0 $(PYTEST_ARGS)

clean: ## remove what was installed and made here
	rm -rf .venv .tools .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
