# A fresh machine needs Python 3.11 or newer, git and make. Everything else goes into .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PYTEST := $(BIN)/pytest --numprocesses auto --hypothesis-profile ci
DEMO   := .demo

export DVC_NO_ANALYTICS := 1

.DEFAULT_GOAL := help
.PHONY: help demo emulator test test-all lint bench fuzz clean

help:
	@echo "make demo      play the main job on a real little project"
	@echo "make emulator  start a RunPod on this machine, to try pods without an account"
	@echo "make test      lint, types, contracts and the tests, but for the slow ones"
	@echo "make test-all  the same with the slow ones"
	@echo "make lint      lint, types and contracts alone"
	@echo "make bench     measure all that users wait for, beside peers; writes docs/benchmarks.md"
	@echo "make fuzz      look for texts that the language cannot take; FUZZ_SECONDS=600"
	@echo "make clean     remove what these have made"

demo: $(VENV)/.demo
	@rm -rf $(DEMO)
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh workflows/tour.sh $(DEMO)/digits

emulator: $(VENV)/.dev
	@$(BIN)/python -m tests.emulator

test: lint
	$(PYTEST) -m "not slow"

test-all: lint
	$(PYTEST)

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.bench

fuzz: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --editable ".[fuzz]"
	$(BIN)/python -m tests.fuzz $(FUZZ_SECONDS)

clean:
	rm -rf $(VENV) $(DEMO) .bench .fuzz .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# An extra is installed once, and again when pyproject.toml has changed.
$(VENV)/.demo $(VENV)/.dev: $(VENV)/.%: pyproject.toml | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --editable ".[$*]"
	@touch $@

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "git-wf needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
