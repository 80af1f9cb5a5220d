# Every task of the house. It needs make, git and Python 3.11 or newer (with venv); the rest is installed, pinned and by
# hash, into .venv. `make PYTHON=python3.13 test` chooses the interpreter of a new .venv; ARGS goes to the tool.

VENV    ?= .venv
SECONDS ?= 60
ARGS    ?=

py      := $(VENV)/bin/python
python  := $(py) -W error::SyntaxWarning -m
typed   := segment_hooks segment_testing examples tests/typing tools
sdks    := tests/interop/node/node_modules
install := $(py) -m pip -qq --disable-pip-version-check install --no-compile

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test coverage lint format types build wheel-check bench soak faults fuzz mutants pins clean

help:  ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 14

demo: $(VENV)/demo.stamp  ## send, receive and deliver a few events on this machine
	@$(py) -m examples.demo $(ARGS)

test: $(VENV)/dev.stamp $(sdks)/stamp  ## run the tests
	$(python) pytest -n auto $(ARGS)

coverage: $(VENV)/dev.stamp $(sdks)/stamp  ## run the tests, and say which branches they missed
	$(python) coverage erase
	$(python) coverage run -m pytest -n auto $(ARGS)
	$(python) coverage combine -q
	$(python) coverage report

lint: $(VENV)/dev.stamp  ## check the style
	$(python) ruff check $(ARGS)
	$(python) ruff format --check

format: $(VENV)/dev.stamp  ## mend the style
	$(python) ruff check --fix $(ARGS)
	$(python) ruff format

types: $(VENV)/dev.stamp  ## check the types, with mypy and with pyright
	$(python) mypy --strict $(typed)
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(python) pyright --pythonpath $(py) $(filter-out tools,$(typed))

build: $(VENV)/dev.stamp  ## build the sdist, and the wheel from it, into dist/
	rm -rf dist
	$(python) build --no-isolation

wheel-check: build  ## install the wheel in empty environments, alone and with each extra, and import it
	$(py) tools/check_wheel.py dist/*.whl

bench: $(VENV)/dev.stamp $(VENV)/bench.stamp  ## measure against floors and peers
	$(py) -m benchmarks $(ARGS)

soak: $(VENV)/dev.stamp  ## send 200,000 events through bad weather, and look for one that is missing or came twice
	$(py) -m benchmarks.soak_client $(ARGS)

faults: $(VENV)/dev.stamp  ## kill whatever an inbox stands on, and count what became of 20,000 events
	$(py) -m tests.faults $(ARGS)

fuzz: $(VENV)/dev.stamp $(VENV)/fuzz.stamp  ## look for bytes that break a parser, for SECONDS
	$(py) -m fuzz --seconds $(SECONDS) $(ARGS)

mutants: $(VENV)/dev.stamp $(VENV)/fuzz.stamp  ## change the code a little, and see whether a test notices
	$(python) mutmut run $(ARGS)

pins:  ## pin the newest versions; needs pip-tools in the environment
	cd requirements && for each in dev demo bench fuzz; do \
	    pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
	        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file $$each.txt $$each.in || exit 1; \
	done

clean:  ## remove whatever was made here
	rm -rf $(VENV) $(sdks) build dist mutants .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache *.egg-info

# A stamp is as old as the last installation: an environment is touched only when what it is made from has changed.

$(VENV)/bin/python:
	@for each in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	    if $$each -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        exec $$each -m venv $(VENV); \
	    fi; \
	done; echo 'no Python 3.11 or newer with venv was found; name one with PYTHON=' >&2; exit 1

$(VENV)/dev.stamp: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	$(install) --require-hashes -r requirements/dev.txt
	$(install) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/%.stamp: requirements/%.txt | $(VENV)/bin/python
	$(install) --require-hashes -r $<
	@touch $@

# without npm the tests that need the SDKs for Node.js and browsers skip, and say so
$(sdks)/stamp: tests/interop/node/package-lock.json
	@if command -v npm >/dev/null; then cd tests/interop/node && npm ci --silent && touch node_modules/stamp; fi
