# Two commands on a fresh machine: `make demo` runs the main job for real, `make test` passes the tests.
# The first one that runs makes .venv from the lock file (versions and hashes).

PYTHON ?= python3
BIN := .venv/bin
BOTH_CORES := -n 2 --dist worksteal

.PHONY: help setup demo demo-hosts down test test-slow test-long test-hosts test-random check bench proto lock wheel clean

help:            ## Show what can be made
	@grep -hE '^[a-z-]+: .*##|^[a-z-]+:  *##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

setup: .venv/installed  ## Make .venv with everything in the lock file

.venv/installed: requirements.lock pyproject.toml
	@./deploy/setup.sh "$(PYTHON)"
	@touch $@

demo: setup      ## From a customer's needs to running services, for real
	@$(BIN)/bidwright demo

demo-hosts: setup  ## The same, larger, on three real hosts over SSH (needs root)
	@$(BIN)/bidwright demo-hosts --state-dir var/hosts

down: setup      ## Stop everything the demo or `bidwright up` started
	@$(BIN)/bidwright down --all

check: setup     ## Lint, types, layers, contract, portfolio, roles
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bidwright portfolio check portfolios/managed_hosting
	$(BIN)/bidwright portfolio check portfolios/branch_networks
	cd playbooks && PATH="$(CURDIR)/$(BIN):$$PATH" ansible-lint --offline --profile production -q

test: check      ## All quick tests (under 15 minutes on 2 cores)
	$(BIN)/pytest -m "not slow" $(BOTH_CORES)

test-slow: test-long test-hosts  ## The slow tests

test-long: setup ## The slow tests but for those on hosts
	$(BIN)/pytest -m slow $(BOTH_CORES) --ignore tests/provisioning/roles_on_hosts

test-hosts: setup ## The slow tests on hosts: three labs, 15 to 25 minutes
	$(BIN)/pytest -m slow tests/provisioning/roles_on_hosts -n 3 --dist loadfile --no-loadscope-reorder

test-random: setup ## The tests that draw examples, with TIMES=15 as many, other ones in each run
	BIDWRIGHT_TEST_DRAWS=$(or $(TIMES),15) $(BIN)/pytest -m hypothesis $(BOTH_CORES)

bench: setup     ## Measure, as ratios side by side; QUICK=1 for under a minute
	$(BIN)/python -m bench $(if $(QUICK),--quick)

proto: setup     ## Generate the contract's code after a change of proto/
	proto/generate.sh

lock: setup      ## Resolve dependencies anew
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --all-extras --no-header \
	  pyproject.toml -o requirements.lock

wheel: setup     ## Build dist/*.whl
	$(BIN)/hatchling build -t wheel -d dist

clean:           ## Remove what was built; keeps var/
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
