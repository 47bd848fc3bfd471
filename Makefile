# make app    set up once, then start the app        make test   everything that CI checks
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup app test test-cluster test-browser test-look test-python types data browser screenshots pictures mutants

setup: .venv/installed

.venv/installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with make PYTHON=…"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	@touch $@

# Movies whose terms forbid shipping them; without a network the app starts on the planted cinema and says so.
data: .venv/installed
	@test -d data/movielens-100k || $(BIN)/python -m fame data fetch movielens-100k || echo "Going on without MovieLens-100K."
	@# What follows from these movies' users names them, so it is made here and never shipped.
	@test ! -d data/movielens-100k || for model in pretrained/movielens-100k-*/; do \
	  test -f $$model/derived/example.json || $(BIN)/python -m fame derive --model $$model --data data/movielens-100k >/dev/null || echo "Going on without what follows from the users of $$model."; \
	done

app: setup data
	$(BIN)/streamlit run app/Home.py

browser:
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	  else echo "The browser tests need Chromium: install it with your package manager (Debian: apt-get install chromium) and run make test again."; exit 2; fi; }

test: .venv/installed-dev data browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	OMP_NUM_THREADS=1 $(MAKE) --jobs=4 --output-sync=target test-browser test-look test-python types  # they share the cores

test-browser:
	$(BIN)/python -m pytest tests/browser --ignore=tests/browser/test_look.py

test-look:
	$(BIN)/python -m pytest tests/browser/test_look.py

# What numba compiles cannot be followed line by line.
test-python:
	$(BIN)/python -m slipcover --branch --skip-covered --source fame,app --omit "fame/error_analysis/tally.py,fame/model/compiled_beliefs.py" -m pytest --ignore=tests/browser

types:
	$(BIN)/mypy

# What needs Ray, in an environment of its own: two workers on this machine.
.venv-cluster/installed: requirements-cluster.txt requirements.txt requirements-dev.txt pyproject.toml
	test -x .venv-cluster/bin/python || $(PYTHON) -m venv .venv-cluster
	.venv-cluster/bin/python -m pip install --quiet -r requirements-cluster.txt $$(grep -E '^(pytest|hypothesis)==' requirements-dev.txt)
	@touch $@

test-cluster: .venv-cluster/installed
	OMP_NUM_THREADS=1 .venv-cluster/bin/python -m pytest tests/cluster

# The pictures in the README, taken by the browser tests from the real app.
screenshots: .venv/installed-dev data browser
	$(BIN)/python -m pytest tests/browser/screenshots.py

# The pictures in docs/architecture.md, of the imports as they are; needs Graphviz.
pictures: .venv/installed-dev
	for package in fame app; do \
	  $(BIN)/import-linter drawgraph $$package > docs/$$package.dot; \
	  tred docs/$$package.dot | dot -Tsvg -Gbgcolor=white -Nstyle=rounded -Nshape=box -Nfontsize=12 -o docs/$$package.svg; \
	done

# Does a test fail for every small change of what all figures rest on? Half an hour; it goes on where it was stopped.
mutants: .venv/installed-dev data
	OMP_NUM_THREADS=1 $(BIN)/mutmut run --max-children 1
