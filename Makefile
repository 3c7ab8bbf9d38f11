# make book builds the site, make test runs everything; make help tells the rest.

BIN   := .venv/bin
READY := .venv/.ready
SITE  := _build/html/book/index.html
SOURCES := _config.yml _toc.yml \
  $(shell find book lossbook eqcheck website tools -type f ! -path '*/__pycache__/*' ! -path '*/.*')
PIP   := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help book draft test equations mutants bench-site offline versions browser run serve lint clean
.DEFAULT_GOAL := help

help:
	@echo "make book       build the site into _build/html"
	@echo "make draft      show one page within seconds: make draft PAGE=mse-gradient"
	@echo "make test       run every test: of the package, the chapters and the site"
	@echo "make equations  check every display equation"
	@echo "make mutants    see that the check rejects every small mistake in them"
	@echo "make offline    pack the site into one archive for a lecture without a network"
	@echo "make bench-site compare the site with Jupyter Book's own (a few minutes)"
	@echo "make versions   run package and chapters with the oldest and the newest releases (long)"
	@echo "make run        re-execute all chapters in place"
	@echo "make serve      build the site and serve it at http://127.0.0.1:8000"
	@echo "make lint       check style, types and spelling"
	@echo "make clean      remove what was built (the environment in .venv stays)"
	@echo "A Python of your choice: make PYTHON=/path/to/python3.12 …"

book: $(SITE)
	@echo "The book is at $(CURDIR)/_build/html/index.html"

draft: $(READY)
	@$(BIN)/python -m tools.draft $(PAGE)

test: $(READY) browser
	$(BIN)/python -m pytest -n logical --dist loadscope --no-loadscope-reorder

equations: $(READY)
	$(BIN)/python -m eqcheck

mutants: $(READY)
	$(BIN)/python -m eqcheck.mutants

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
	$(BIN)/mypy --strict lossbook
	$(BIN)/codespell

clean:
	rm -rf _build .mypy_cache .pytest_cache .ruff_cache .hypothesis

# What was read is kept (website/ext/incremental.py says why that is sound), and all pages are written
# again, so none stays that is no longer in the book. On a terminal Sphinx says how far it is; a log
# gets a few lines. Jupyter Book can exit 0 having built nothing, so see that the page is there.
$(SITE): $(READY) $(SOURCES)
	@rm -rf _build/html
	@echo "Building the site: about a minute at first, less when few pages have changed"
	@test -t 1 || quiet=-q; \
	  $(BIN)/jupyter-book build . -W -n --keep-going $$quiet || { rm -rf _build/html; exit 1; }
	@test -s $@

# Where PyTorch's index is out of reach, pip tries it anew for every package, ten minutes in all;
# so it tries once at first, and has its usual patience only if that fails. Python compiles what it
# imports, so pip need not compile all.
$(READY): $(BIN)/python requirements.txt constraints.txt pyproject.toml
	$(PIP) --retries 0 --no-compile -r requirements.txt 2>/dev/null || $(PIP) -r requirements.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/python:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making .venv with $$($$python --version)"; \
	    $$python -m venv .venv && exit 0; rm -rf .venv; exit 1; \
	  fi; \
	done; \
	echo "Lossbook needs Python 3.11 or newer: make PYTHON=/path/to/python book" >&2; exit 1
