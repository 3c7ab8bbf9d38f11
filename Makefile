# make book builds the site, make test tests a change; make help lists the rest.

# What Python has compiled is kept, wherever this is set: importing PyTorch and SymPy then takes a third.
unexport PYTHONDONTWRITEBYTECODE

BIN   := .venv/bin
READY := .venv/.ready
INDEX := _build/html/book/index.html
SOURCES := _config.yml _toc.yml \
  $(shell find book lossbook eqcheck website tools -type f ! -path '*/__pycache__/*' ! -path '*/.*')
TESTS ?= --ignore=tests/nightly -m "not nightly"
PIP   := $(BIN)/python -m pip install --disable-pip-version-check --no-compile

.PHONY: help book draft test test-all equations mutants links bench-site offline versions browser \
  run serve lint release address clean
.DEFAULT_GOAL := help

help:
	@echo "make book       build the site into _build/html"
	@echo "make draft      show one page within seconds: make draft PAGE=mse-gradient"
	@echo "make test       test the package, the chapters, the site and the repository"
	@echo "make test-all   run every test there is (long)"
	@echo "make equations  check every display equation"
	@echo "make mutants    make every small mistake in them, each of which the check must reject"
	@echo "make links      check every link to the outside"
	@echo "make offline    pack the site into one archive for a lecture without a network"
	@echo "make bench-site compare the site with Jupyter Book's own (a few minutes)"
	@echo "make versions   run package and chapters with the oldest and the newest releases (long)"
	@echo "make run        re-execute all chapters in place"
	@echo "make serve      build the site and serve it at http://127.0.0.1:8000"
	@echo "make lint       check style, types, spelling, CITATION.cff and the workflows"
	@echo "make release VERSION=0.2.0 (or 0.3.0.dev0)"
	@echo "                give the book a version, in every file that carries it"
	@echo "make address REPOSITORY=https://github.com/OWNER/NAME SITE=https://…"
	@echo "                change the address of the repository and of the site, everywhere"
	@echo "make clean      remove what was built (the environment in .venv stays)"
	@echo "A Python of your choice: make PYTHON=/path/to/python3.12 …"

book: $(INDEX)
	@echo "The book is at $(CURDIR)/_build/html/index.html"

draft: $(READY)
	@$(BIN)/python -m tools.draft $(PAGE)

test: $(INDEX) browser
	$(BIN)/python -m pytest $(TESTS) -n logical --dist loadscope --no-loadscope-reorder

test-all: TESTS =
test-all: test

equations: $(READY)
	$(BIN)/python -m eqcheck

mutants: $(READY)
	$(BIN)/python -m eqcheck --mutants

links: $(READY)
	$(BIN)/python -m tools.links

offline: book
	$(BIN)/python -m tools.offline

bench-site: book browser
	$(BIN)/python -m tools.bench_site

versions: $(READY)
	$(BIN)/nox

browser: $(READY)
	@$(BIN)/python -m tools.browser

run: $(READY)
	$(BIN)/python -m tools.run_chapters

serve: book
	$(BIN)/python -m http.server 8000 --bind 127.0.0.1 --directory _build/html

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --offline --quiet .

release: $(READY)
	@$(BIN)/python -m tools.release $(VERSION)

address: $(READY)
	@$(BIN)/python -m tools.address $(REPOSITORY) $(SITE)

clean:
	rm -rf _build .mypy_cache .pytest_cache .ruff_cache .hypothesis

# What was read is kept (website/ext/incremental.py says why that is sound), and all pages are written
# again, so none stays that is no longer in the book. On a terminal Sphinx says how far it is; a log
# gets a few lines. Jupyter Book can exit 0 having built nothing, so see that the page is there.
$(INDEX): $(READY) $(SOURCES)
	@rm -rf _build/html
	@echo "Building the site: about a minute at first, less when few pages have changed"
	@test -t 1 || quiet=-q; \
	  $(BIN)/jupyter-book build . -W -n --keep-going $$quiet || { rm -rf _build/html; exit 1; }
	@test -s $@

# Where PyTorch's index is out of reach, pip tries it anew for every package, ten minutes in all;
# so it tries once at first, and has its usual patience only if that fails. It shows its progress
# on a terminal, and keeps a log short. Python compiles what it imports, so pip need not compile all.
$(READY): $(BIN)/python requirements.txt constraints.txt pyproject.toml
	@echo "Installing into .venv: 1.7 GB, a few minutes, once"
	@test -t 1 || export PIP_QUIET=1; \
	$(PIP) --retries 0 -r requirements.txt || \
	  { echo "pip failed; once more, with its usual patience"; $(PIP) -r requirements.txt; } && \
	$(PIP) --no-deps --no-build-isolation --editable . && touch $@

$(BIN)/python:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making .venv with $$($$python --version)"; \
	    $$python -m venv .venv && exit 0; rm -rf .venv; exit 1; \
	  fi; \
	done; \
	echo "Lossbook needs Python 3.11 or newer: make PYTHON=/path/to/python book" >&2; exit 1
