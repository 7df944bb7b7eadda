# What can be done here. `make` alone lists it.

PYTHON ?= python3
NOTEBOOK ?= 00_start_here.ipynb
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)

ifdef UV
INSTALL = uv pip install --quiet --python $(BIN)/python
MAKE_VENV = uv venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv
else
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
MAKE_VENV = $(PYTHON) -m venv .venv
endif

.PHONY: help install lab test fuzz check-processors demo notebooks models book bench format clean

help:  ## list what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 26

install: .venv/ready-dev  ## install everything that the other targets need, and run nothing

lab: .venv/ready-course  ## install, and open your copy of the course, my-course, in JupyterLab
	@$(BIN)/minidl lab --notebook $(NOTEBOOK)

test: .venv/ready-dev  ## install, and run everything that CI runs
	$(BIN)/python -m tests

fuzz: .venv/ready-dev  ## attack with random input, MINIDL_FUZZ=60 seconds each: programs, files, Ctrl-C, kills, labels, numbers, formulas
	MINIDL_FUZZ=$${MINIDL_FUZZ:-60} $(BIN)/python -m pytest -q -m "fuzz or hypothesis" tests

check-processors: .venv/ready-dev  ## run chapters, solutions, bridges and tests with the kernels of other processors
	@$(BIN)/python -m tests.processors

demo: .venv/ready-course  ## train on the digits, and write one page with the pictures
	@$(BIN)/minidl demo

notebooks: .venv/ready-dev  ## execute all notebooks again and write them in their normal form
	@$(BIN)/python -m minidl.course.notebooks notebooks

models: .venv/ready-dev  ## train again the small models that chapters load
	@for script in assets/models/*/train.py; do $(BIN)/python $$script || exit 1; done

book: .venv/ready-dev  ## build the book: course, reference and atlas as a site in build/book, which needs no server
	@$(BIN)/python -m book

bench: .venv/ready-dev  ## measure speed beside other libraries (QUICK=1: the tables of the README, in three minutes)
	@env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(BIN)/python benchmarks/run.py $(if $(QUICK),--quick)

format: .venv/ready-dev  ## bring the code into its usual form
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

clean:  ## remove the environment and what the tools left behind
	rm -rf .venv build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "minidl needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@echo "Creating .venv"
	@$(MAKE_VENV)

.venv/ready-course: pyproject.toml | .venv/bin/python
	@echo "Installing minidl (the first time this takes a minute or two)"
	@$(INSTALL) -e .
	@touch $@

.venv/ready-dev: pyproject.toml | .venv/bin/python
	@echo "Installing minidl and what its tests need (the first time this takes a few minutes)"
	@$(INSTALL) -e '.[dev]'
	@touch $@ .venv/ready-course
