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
	@$(BIN)/python -m compileall -q assistant index sources web
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

.PHONY: run
run: install  ## build the starter library and serve it on 127.0.0.1:8000
	@if [ ! -e $${WELLCITED_DATA:-data}/wellcited.sqlite ] && [ -z "$${WELLCITED_DATABASE_URL:-}" ]; then \
		echo "Building the starter library (about half a minute, once) ..."; \
		$(BIN)/wellcited starter --publish; \
	fi
	@$(BIN)/wellcited serve --port $${PORT:-8000}

# The shell is the engine without the windows, and takes a fifth of the time; where it cannot be had, the whole browser does.
.PHONY: browser
browser:
	@command -v chromium-headless-shell >/dev/null || { \
		echo "Installing Chromium for the browser tests ..."; \
		root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$root apt-get update -qq || true; \
		$$root apt-get install -y -qq chromium-headless-shell >/dev/null || command -v chromium >/dev/null \
			|| $$root apt-get install -y -qq chromium >/dev/null; }

.PHONY: lint
lint: install  ## style, types and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: test
test: install browser lint  ## everything: style, types, and all tests on SQLite, PostgreSQL, the real model and Chromium
	@$(BIN)/python -m pytest -n 3 --dist loadgroup
	@echo "Every check passed. Next: make run, or make bench for the speed."

.PHONY: log-proof
log-proof: install  ## every proof of every tree up to 300 entries and every damage to an export, bit by bit (half an hour)
	@LOG_PROOF=1 $(BIN)/python -m pytest -n 2 tests/assistant/test_merkle.py tests/assistant/test_exporting.py

.PHONY: injection
injection: install browser  ## try every text that means harm in every field of every page, not only each sixteenth (ten minutes)
	@INJECTION=whole $(BIN)/python -m pytest -n 2 --dist loadgroup tests/stories -k not_harmed

.PHONY: hostile
hostile: install  ## read over 400 files made to harm their reader, while visitors ask (a quarter of an hour)
	@$(BIN)/python -m tests.hostile
.PHONY: review-speed
review-speed: install  ## how quick clinicians find answers among 100,000 (two minutes)
	@$(BIN)/python -m tests.review_scale

.PHONY: bench
bench: install  ## speed, memory and publishing, as ratios to a yardstick of the same run (several minutes)
	@$(BIN)/python -m tests.bench

.PHONY: curating-speed
curating-speed: install  ## how long staff wait for their pages over 1,000 articles (several minutes)
	@$(BIN)/python -m tests.bench.curating

.PHONY: replay
replay: install  ## give 1,000 answers over three editions again, byte for byte (several minutes)
	@$(BIN)/python -m tests.replaying

.PHONY: kill
kill: install  ## kill a server 200 times while it answers, and look whether an answer was lost (ten minutes)
	@$(BIN)/python -m tests.killing

.PHONY: erasure
erasure: install  ## plant 1,000 words in questions, erase them, and look for them in every file, on both databases (minutes)
	@$(BIN)/python -m tests.planting

.PHONY: switching
switching: install  ## publish 500 times while visitors ask, and look at every answer they got (half an hour)
	@$(BIN)/python -m tests.switching

.PHONY: spans
spans: install  ## ask 10,000 made-up questions and hold what is shown to the approved texts, letter by letter (minutes)
	@$(BIN)/python -m tests.spans

.PHONY: fragments
fragments: install browser  ## follow the links to 1,000 quotes on plain pages in Chromium (several minutes)
	@$(BIN)/python -m tests.fragments

.PHONY: screenshots
screenshots: install browser  ## take the README's screenshots anew
	@$(BIN)/python -m tests.screenshots
