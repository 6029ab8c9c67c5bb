# The commands of TFDrift; each installs what it needs first. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# uv from the PATH, else the pinned one in .tools.
UV := $(shell command -v uv 2>/dev/null || echo $(CURDIR)/.tools/bin/uv)
export PATH := $(CURDIR)/.tools/bin:$(PATH)
RUN := $(UV) run --frozen --no-sync

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: setup
setup: ## Install uv, the locked dependencies, the emulator and the built dashboard
	@bash tools/setup.sh

.PHONY: demo
demo: setup ## Run the whole product on this machine and watch a story of changes
	@$(RUN) tfdrift demo

.PHONY: smoke
smoke: setup ## Run the demo without a terminal, check what arrived, exit 0 or 1
	@$(RUN) tfdrift demo --smoke

.PHONY: test
test: setup ## Run every check and the whole test suite
	@bash tools/test-setup.sh
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory audit-what-answers
	@$(RUN) pytest -n 2 --dist loadfile

.PHONY: lint
lint: ## Lint, check types and the direction of imports
	@$(RUN) ruff format --check --quiet .
	@$(RUN) ruff check --quiet .
	@$(RUN) mypy --no-error-summary
	@$(RUN) lint-imports --no-cache >/dev/null || $(RUN) lint-imports --no-cache

.PHONY: format
format: ## Format and mend what the linter can
	@$(RUN) ruff check --fix --quiet . ; $(RUN) ruff format --quiet .

.PHONY: audit
audit: setup ## Ask OSV and npm for known vulnerabilities of what is shipped
	@$(UV) sync --frozen --quiet --project tools/scanners
	@$(RUN) python -m tools.audit

# Who does not answer (exit code 2) stops nobody from testing; what an update would end does.
.PHONY: audit-what-answers
audit-what-answers:
	@$(RUN) python -m tools.audit || [ $$? -eq 2 ]

.PHONY: sbom
sbom: setup ## Write CycloneDX lists of the packages to build/sbom
	@bash tools/sbom.sh

.PHONY: faults
faults: setup ## Break everything between writers and clients for minutes; nothing may be lost
	@$(RUN) python -m tests.faults

.PHONY: bench
bench: setup ## Measure speed and memory next to yardsticks; print JSON
	@bash tools/bench-setup.sh
	@$(RUN) python -m bench
