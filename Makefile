# make demo    install what the lock names into .venv, then compare the flagship's arrangements
# make test    the same set-up, then all tests
# make lint    the style and type checks that .ci/run makes
# make lock    pin every dependency again (needs uv)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
PYTEST_FLAGS ?= -n auto

.PHONY: demo test lint lock clean
.DELETE_ON_ERROR:

demo: $(STAMP)
	$(BIN)/foedus compare ukraine

test: $(STAMP)
	$(BIN)/python -m pytest $(PYTEST_FLAGS)

lint: $(STAMP)
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy

# Nothing comes from outside the lock: dependencies by hash, and the package itself with a build backend
# that the lock names too.
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Foedus needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src
	touch $@

lock:
	uv pip compile --universal --generate-hashes --no-header --no-annotate --quiet \
		--extra dev --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
