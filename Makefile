# The two commands a newcomer needs are `make run` and `make test`; the rest are parts of them or slower proofs.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
export HF_HUB_OFFLINE := 1

.PHONY: help
help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

.venv/installed: requirements.lock pyproject.toml
	@echo "Installing Wellcited into .venv (a few minutes the first time: the model and its libraries are about 1 GB) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_EXTRA) -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "Installed."

.PHONY: install
install: .venv/installed  ## install everything into .venv

.PHONY: lock
lock:  ## write requirements.lock anew from pyproject.toml
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet setuptools torch==2.13.0
	build/lock/bin/pip install --quiet '.[test]'
	build/lock/bin/pip freeze --all --exclude pip --exclude wellcited | sed -E 's/^(torch==[^+]*)\+.*/\1/; s/^torch @.*/torch==2.13.0/' > requirements.lock
