# Every verb of the project. `make` alone lists them.
#
# A verb's line of help is the text after its two number signs. The work itself is in scripts/,
# so that a hook or a continuous-integration job can call the same thing.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# What swift-format reads. Generated C is not Swift and needs no exception.
SWIFT_DIRECTORIES := $(wildcard Package.swift Sources Tests Benchmarks)
# An import that the manifest does not allow is an error, not a warning.
SWIFT_BUILD := swift build --explicit-target-dependency-import-check error
# Arguments for `plimsoll demo`, for example: make demo ARGUMENTS="--accounts 2000 --seed 7"
ARGUMENTS ?=
# Arguments for `swift test`, for example: make unit FILTER=FixedPointTests
FILTER ?=

# Where macOS keeps what Homebrew installed; Linux needs no help to find its libraries.
ifeq ($(shell uname -s),Darwin)
  HOMEBREW := $(shell brew --prefix 2>/dev/null)
  export CPATH := $(HOMEBREW)/include$(if $(CPATH),:$(CPATH))
  export LIBRARY_PATH := $(HOMEBREW)/lib$(if $(LIBRARY_PATH),:$(LIBRARY_PATH))
endif

export PLIMSOLL_TEST_PYTHON ?= $(CURDIR)/.build/venv/bin/python

.PHONY: help
help: ## List the verbs
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' \
	  $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: ## Replay a real crash through the whole worker, on an embedded broker (no Kafka needed)
	@scripts/setup build
	swift build -c release --product plimsoll
	@"$$(swift build -c release --show-bin-path)/plimsoll" demo $(ARGUMENTS)

.PHONY: test
test: setup lint ## Check format, lint and run every test (a real broker's with PLIMSOLL_TEST_BROKER)
	$(SWIFT_BUILD)
	@scripts/run-tests

.PHONY: setup
setup: ## Install what building and testing need, when it is missing
	@scripts/setup test
	@scripts/python-environment

.PHONY: build
build: ## Build for debugging
	@scripts/setup build
	$(SWIFT_BUILD)

.PHONY: unit
unit: ## Run the tests that FILTER names, without set-up or lint
	@scripts/run-tests $(if $(FILTER),--filter '$(FILTER)')

.PHONY: tidy
tidy: ## Run the rules about the repository itself (sizes, arrows, banned names, links)
	@scripts/run-tests --filter TidyTests

.PHONY: schemas
schemas: setup ## Generate the C of the schemas, and check the schemas for drift
	@Schemas/generate
	@Schemas/check

.PHONY: lint
lint: ## Check format and style of the Swift sources, and the shell scripts where shellcheck is
	swift format lint --strict --parallel --recursive $(SWIFT_DIRECTORIES)
	@scripts/lint-shell

.PHONY: format
format: ## Rewrite the Swift sources in the project's format
	@find $(SWIFT_DIRECTORIES) -name '*.swift' -exec scripts/wrap-comments {} +
	swift format --in-place --parallel --recursive $(SWIFT_DIRECTORIES)

.PHONY: check
check: test thread-sanitizer coverage ## Everything: the tests, the thread sanitizer, the coverage floors

.PHONY: thread-sanitizer
thread-sanitizer: setup ## Run the tests of threads and brokers under the thread sanitizer
	@scripts/run-thread-sanitizer

.PHONY: coverage
coverage: setup ## Measure line coverage per ring and hold it against its floor
	@scripts/check-coverage

.PHONY: bench
bench: ## Measure engine, option values and stream (a real broker too with PLIMSOLL_TEST_BROKER)
	@scripts/setup build
	@scripts/setup bench || echo "bench: going on without QuantLib"
	@scripts/run-benchmarks

.PHONY: release
release: ## Build the optimised executable with the Swift libraries linked in
	@scripts/setup build
	swift build -c release --static-swift-stdlib --product plimsoll
	@echo "built $$(swift build -c release --show-bin-path)/plimsoll"

.PHONY: hooks
hooks: ## Let git run the checks of .githooks before each commit
	git config core.hooksPath .githooks

.PHONY: clean
clean: ## Delete everything that was built
	rm -rf .build
