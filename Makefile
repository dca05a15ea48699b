# Every target sets up .venv when it is missing. `make help` lists them.
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SHARED ?= ../shared
JOBS ?= 2

.PHONY: help install run test check lint tests bench torture quality peers train clean
help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip -c constraints.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	@touch $@

install: $(STAMP) ## create .venv and install everything

run: $(STAMP) ## index seeds/ (the first time) and start the service: the chat page, Telegram where its token is set
	$(BIN)/tintinh serve

check: lint ## alias of lint
lint: $(STAMP) ## ruff, mypy, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

tests: $(STAMP) ## the tests alone, in JOBS processes, a file in one; PYTEST_ARGS are handed on
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(PYTEST_ARGS)

test: lint tests ## everything that needs no network and no evaluation data

bench: $(STAMP) ## speed and memory
	$(BIN)/python -m benchmarks.serving $(SHARED)/data/dev-corpus.jsonl $(SHARED)/eval/dev-questions.jsonl

torture: $(STAMP) ## long fault and load tests: reloads killed, starved and under load (strace is needed)
	$(BIN)/python -m tests.torture

quality: $(STAMP) ## the figures over the evaluation data in SHARED (../shared); fails where one is too low
	$(BIN)/python -m benchmarks.quality $(SHARED)

peers: ## search beside bm25s, Haystack, txtai and LlamaIndex, installed into .venv-peers; writes docs/benchmarks.md
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet -c constraints.txt -e '.[peers]'
	.venv-peers/bin/python -m benchmarks.peers $(SHARED)/data/dev-corpus.jsonl $(SHARED)/eval/dev-questions.jsonl

train: $(STAMP) ## fit the question, linking, ranking and reading models on the training questions in SHARED
	$(BIN)/python -m training.kinds $(SHARED)/eval/train-questions.jsonl
	for model in linking ranking; do \
		$(BIN)/python -m training.$$model $(SHARED)/data/dev-corpus.jsonl $(SHARED)/eval/train-questions.jsonl || exit 1; \
	done
	$(BIN)/python -m training.vectors $(SHARED)/data/news-train.jsonl.xz
	$(BIN)/python -m training.reader $(SHARED)/data/dev-corpus.jsonl $(SHARED)/eval/train-questions.jsonl \
		--chairs $(SHARED)/eval/dev-questions.jsonl
	$(BIN)/python -m training.elsewhere $(SHARED)/data/dev-corpus.jsonl \
		--asked $(SHARED)/data/qa/zalo2019-train.json --asked $(SHARED)/data/qa/alqac-vilqa.csv

clean: ## remove .venv and caches
	rm -rf $(VENV) .venv-peers .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
