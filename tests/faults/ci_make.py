"""Makefiles and Dockerfiles as real ones are, and nothing wrong."""

from __future__ import annotations

from textwrap import dedent

RICH_MAKEFILE = """\
# Everything that is done here; `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
PYTHON ?= python3
VERSION != git describe --tags  # since GNU make 4
SOURCES := $(shell find src -name '*.py') \\
           setup.cfg
OBJECTS = $(patsubst %.c,%.o,$(wildcard native/*.c))
URL := https://example.org/a:b\\#fragment
TARGETS := alpha beta
export PATH := $(CURDIR)/bin:$(PATH)
unexport PYTHONPATH
override CFLAGS += -O2
empty :=
space := $(empty) $(empty)

define HELP
Usage: make [TARGET]
    test   run the tests
\tall: everything
ifdef not a condition
endef
export HELP

define compile =
$(1)/%.o: $(1)/%.c
\t$$(CC) -c $$< -o $$@
endef

ifeq ($(OS),Windows_NT)
  RM = del
  open:
\tstart .
else ifneq (,$(findstring Darwin,$(shell uname)))
  open:
\topen .
else
  open:
\txdg-open .
endif
    ifdef DEBUG
    CFLAGS += -g
    endif

.DEFAULT_GOAL := help
.PHONY: help test all clean FORCE \\
        $(TARGETS) release-% open

help: ; @echo "$$HELP"  # with a recipe on its own line

all: $(TARGETS) | build/
all: build/app.tar.gz

$(TARGETS): %: src/shop/%.py
\t@echo $@ from $<
    # a comment with spaces
\t@for f in $^; do \\
\t    echo "$$f: ok"; \\
    done

test: export FORCE_COLOR = 1
test: PYTEST_ARGS ?= -q
test:: .venv/ready FORCE
\t.venv/bin/pytest $(PYTEST_ARGS)

test::
ifdef COVERAGE
\tcoverage report
endif

.venv/ready: pyproject.toml requirements.txt
\t$(PYTHON) -m venv .venv
\ttouch $@

build/:
\tmkdir -p $@

build/%.tar.gz: $(SOURCES) build/list
\ttar czf $@ $(SOURCES)

build/list build/index &: pyproject.toml
\ttouch build/list build/index

native/%.o: native/%.c native/%.h
\t$(CC) $(CFLAGS) -c $< -o $@

lib.a: lib.a(one.o two.o) generated.h
\tranlib $@

stamp: gen.py
\tpython gen.py > generated.h
.INTERMEDIATE: stamp

print-%: ; @echo $* = $($*)

release: release-major
release-%: all
\tbump $*

local.env: ; cp example.env $@
clean:
\t-rm -rf build $(OBJECTS)
$(info building $(VERSION): $(words $(SOURCES)) files)
FORCE:
-include local.mk .env
include mk/docs.mk
"""
MAKE_PART = "docs: mk/conf.py\n\tsphinx-build docs build/docs\nconf: undefined-here\n\tls\n.PHONY: docs serve\n"
MAKEFILES = {
    "Makefile": RICH_MAKEFILE,
    "mk/docs.mk": MAKE_PART,
    "mk/conf.py": "",
    "requirements.txt": "",
    "src/shop/alpha.py": "",
    "src/shop/beta.py": "",
    "setup.cfg": "",
    "gen.py": "",
    "bsd/Makefile": '.include "common.mk"\n.if defined(A)\nall:\n.endif\n',
    "win/Makefile.vc": "!include <win32.mak>\n",
    "Makefile.am": "bin_PROGRAMS = a\nif X\nendif\n",
    "prefix/Makefile": ".RECIPEPREFIX = >\nall: sub\n> echo a\n> echo b\nsub:\n>ls\n",
    "open/Makefile": "$(foreach t,a b,$(eval $(call rule,$(t))))\nall: a b c\n.PHONY: a d\n",
    "docs/Makefile": dedent("""\
        SPHINXOPTS    ?=
        SPHINXBUILD   ?= sphinx-build
        SOURCEDIR     = .

        # Put it first so that "make" without argument is like "make help".
        help:
        \t@$(SPHINXBUILD) -M help "$(SOURCEDIR)" "build" $(SPHINXOPTS) $(O)

        .PHONY: help Makefile

        # Catch-all target: route all unknown targets to Sphinx using the new
        # "make mode" option.  $(O) is meant as a shortcut for $(SPHINXOPTS).
        %: Makefile
        \t@$(SPHINXBUILD) -M $@ "$(SOURCEDIR)" "build" $(SPHINXOPTS) $(O)
        """),
}
DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG PYTHON=3.12
FROM python:${PYTHON}-slim AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN <<EOF
python -m compileall src
EOF

FROM python:${PYTHON}-slim
COPY --from=build --chown=10001:10001 /app /app
USER 10001
HEALTHCHECK CMD ["python", "-c", "import shop"]
ENTRYPOINT ["python", "-m", "shop"]
"""
DOCKER = {
    "Dockerfile": DOCKERFILE,
    "docker/Containerfile": "FROM scratch\nCOPY app /app\n",
    "Dockerfile.j2": "FROM {{ base }}\n{% if x %}\n",
    "Dockerfile.dockerignore": "*.pyc\n",
    "docs/Dockerfile.md": "# Our Dockerfile\n",
}
