"""Faults in documents, and projects whose documents are right in all the ways that look wrong."""

from __future__ import annotations

from tests.faults.model import Clean, Fault, Files

SHOP = """\
[project]
name = "shop"
version = "1.1.0"
requires-python = ">=3.11"

[project.scripts]
shop = "shop.cli:main"

[project.urls]
Repository = "https://github.com/acme/shop-api"
"""
MAKEFILE = """\
include targets.mk
VERBS = lint test
.PHONY: help $(VERBS)

help: ## list the targets
\t@echo help
$(VERBS): .ready
\t@echo $@
build-%:
\t@echo $*
"""
CHANGELOG = """\
# Changelog

The format is based on [Keep a Changelog](https://keepachangelog.com/en/1.1.0/).

## [Unreleased]

### Added

- More

## [1.1.0] - 2026-10-02

### Fixed

- A thing

### Security

- Another

## [1.0.0] - 2026-01-31 [YANKED]

### Added

- All of it

[Unreleased]: https://example.org/compare/v1.1.0...HEAD
[1.1.0]: https://example.org/compare/v1.0.0...v1.1.0
[1.0.0]: https://example.org/releases/v1.0.0
"""
GUIDE = "# Guide\n\n## Set up\n\n## Set up\n\nText.\n"
RUMDL = '[project]\nname = "shop"\nversion = "1.0"\n\n[tool.rumdl]\nline-length = 80\n'


def _readme(text: str) -> Files:
    return {
        "README.md": f"# Shop\n\n{text}\n",
        "docs/guide.md": GUIDE,
        "Makefile": MAKEFILE,
        "targets.mk": "deploy:\n\t@true\n",
        "scripts/release.sh*": "#!/bin/sh\n",
        "src/shop/__init__.py": "",
        "src/shop/worker.py": "",
        "package.json": '{"scripts": {"build": "x"}}',
        "pyproject.toml": SHOP,
    }


def _shell(*lines: str, kind: str = "bash") -> Files:
    return _readme("\n".join([f"```{kind}", *lines, "```"]))


def _changelog(old: str, new: str) -> Files:
    return {"CHANGELOG.md": CHANGELOG.replace(old, new), "pyproject.toml": SHOP}


FAULTS = [
    Fault("link to nothing", "docs", _readme("See [it](docs/gide.md)."), "DOC001", "README.md:3"),
    Fault("image that is gone", "docs", _readme("![logo](docs/logo.png)"), "DOC001", "README.md:3"),
    Fault("reference to nothing", "docs", _readme("See [it][g].\n\n[g]: docs/gone.md 'x'"), "DOC001", "README.md:5"),
    Fault("HTML link to nothing", "docs", _readme('<a class="x" href="docs/gone.md">x</a>'), "DOC001", "README.md:3"),
    Fault("HTML image that is gone", "docs", _readme("<p>\n<img width=9 src='a.png'>\n</p>"), "DOC001", "README.md:4"),
    Fault("link from the root to nothing", "docs", _readme("[it](/docs/gone.md)"), "DOC001", "README.md:3"),
    Fault("encoded link to nothing", "docs", _readme("[it](docs/two%20words.md)"), "DOC001", "README.md:3"),
    Fault("link over two lines", "docs", _readme("See [what is\nthere](docs/gone.md)."), "DOC001", "README.md:4"),
    Fault("link behind code", "docs", _readme("Say ``a`b`` [it](docs/gone.md)"), "DOC001", "README.md:3"),
    Fault(
        "badge that leads to nothing",
        "docs",
        _readme("[![x](https://x.invalid/y.svg)](ci.md)"),
        "DOC001",
        "README.md:3",
    ),
    Fault("link that differs by case", "docs", _readme("[it](Docs/Guide.md)"), "DOC002", "README.md:3"),
    Fault(
        "link to an ignored file",
        "docs",
        {**_readme("[it](notes.md)"), ".gitignore": "notes.md\n", "notes.md!": "# N\n"},
        "DOC003",
        "README.md:3",
    ),
    Fault(
        "link to an untracked file",
        "docs",
        {**_readme("[it](notes.md)"), "notes.md!": "# N\n"},
        "DOC003",
        "README.md:3",
    ),
    Fault("link out of the repository", "docs", _readme("[it](../other/README.md)"), "DOC004", "README.md:3"),
    Fault("anchor that is not there", "docs", _readme("[it](#set-up)"), "DOC005", "README.md:3"),
    Fault("anchor of another document", "docs", _readme("[it](docs/guide.md#setup)"), "DOC005", "README.md:3"),
    Fault("anchor of a third of two", "docs", _readme("[it](docs/guide.md#set-up-2)"), "DOC005", "README.md:3"),
    Fault("anchor of a heading in code", "docs", _readme("[it](#no)\n\n```md\n# No\n```"), "DOC005", "README.md:3"),
    Fault(
        "link with a space", "docs", {**_readme("[it](my notes.md)"), "my notes.md": "# N\n"}, "DOC006", "README.md:3"
    ),
    Fault(
        "document in another encoding", "docs", {"README.md": "# Caf\xe9\n".encode("latin-1")}, "DOC007", "README.md"
    ),
    Fault("target of make", "docs", _shell("make lint", "make tests"), "DOC010", "README.md:5"),
    Fault(
        "target behind &&", "docs", _shell("cd docs && cd .. && FOO=1 make -s publish || true"), "DOC010", "README.md:4"
    ),
    Fault(
        "target at a prompt",
        "docs",
        _shell("$ make \\", "> instal", "installed", kind="console"),
        "DOC010",
        "README.md:4",
    ),
    Fault("script that is gone", "docs", _shell("./scripts/publish.sh --all"), "DOC011", "README.md:4"),
    Fault("script for bash", "docs", _shell("bash scripts/publish.sh"), "DOC011", "README.md:4"),
    Fault("module that is gone", "docs", _shell("uv run python -m shop.workers"), "DOC011", "README.md:4"),
    Fault("package without __main__", "docs", _shell("python3 -m shop"), "DOC011", "README.md:4"),
    Fault("npm script", "docs", _shell("npm ci", "npm run bild"), "DOC013", "README.md:5"),
    Fault(
        "file that nothing names",
        "docs",
        {
            **_readme(""),
            "docs/lost.md": "# Lost\n",
            "pyproject.toml": f'{SHOP}\n[tool.holdfast.docs]\nunreferenced = ["docs/**"]\n',
        },
        "DOC020",
        "docs/lost.md",
    ),
    Fault("date that is none", "docs", _changelog("2026-10-02", "2026-13-02"), "DOC032", "CHANGELOG.md:11"),
    Fault("date in words", "docs", _changelog("2026-10-02", "2 October 2026"), "DOC032", "CHANGELOG.md:11"),
    Fault("release without a date", "docs", _changelog(" - 2026-10-02", ""), "DOC032", "CHANGELOG.md:11"),
    Fault(
        "release in another form",
        "docs",
        _changelog("[1.1.0] - 2026-10-02", "v1.1.0 (2026-10-02)"),
        "DOC030",
        "CHANGELOG.md:11",
    ),
    Fault(
        "no Unreleased",
        "docs",
        _changelog("## [Unreleased]\n\n### Added\n\n- More\n\n", ""),
        "DOC031",
        "CHANGELOG.md:5",
    ),
    Fault(
        "releases out of order",
        "docs",
        _changelog("[1.0.0] - 2026-01-31 [YANKED]", "[1.2.0] - 2026-11-01"),
        "DOC033",
        "CHANGELOG.md:21",
    ),
    Fault(
        "release twice",
        "docs",
        _changelog("[1.0.0] - 2026-01-31 [YANKED]", "[1.1.0] - 2026-01-31"),
        "DOC033",
        "CHANGELOG.md:21",
    ),
    Fault("section of another name", "docs", _changelog("### Fixed", "### Bug fixes"), "DOC034", "CHANGELOG.md:13"),
    Fault(
        "release without a link", "docs", _changelog("\n[1.0.0]: https", "\n[1.0]: https"), "DOC035", "CHANGELOG.md:21"
    ),
    Fault(
        "version that was not written down",
        "docs",
        {"CHANGELOG.md": CHANGELOG, "pyproject.toml": SHOP.replace("1.1.0", "1.2.0")},
        "DOC036",
        "CHANGELOG.md",
    ),
    Fault(
        "line that is too long",
        "markdown",
        {"README.md": f"# Shop\n\n{'word ' * 30}\n", "pyproject.toml": RUMDL},
        "markdown:MD013",
        "README.md:3",
    ),
    Fault(
        "heading without a space",
        "markdown",
        {"README.md": "# Shop\n\n#Use\n", "pyproject.toml": RUMDL},
        "markdown:MD018",
        "README.md:3",
    ),
]

RIGHT = """\
<!-- [a comment](is/no/link.md)
goes on `and on` -->
# Shop API: `get_all()` & _more_ :rocket: \U0001f680

[Guide](docs/guide.md "a title"), [its part](docs/guide.md#set-up-1), [that](./docs/guide.md#set-up),
[here](#shop-api-get_all--more-rocket-), [a directory](docs/), [root](/docs/guide.md), [self](README.md#café--co),
[encoded](docs/two%20words.md), [pointed](<docs/two words.md>), [brackets](docs/a(b).md),
[lines](src/shop/cli.py#L3-L9),
[issues](../../issues), [CI](../../actions/workflows/ci.yml), [mail](mailto:a@b.example),
[query](docs/logo.png?raw=true),
[elsewhere](https://example.org/x y), <https://example.org>, [ref], [ref][], [text][ref], ![logo][logo], [top](#top),
[wrapped
text](docs/guide.md), [![badge](docs/logo.png)](docs/guide.md), [set][a-b], [template]({{ url }}), [by name](#by-name),
`[code](no/link.md)`, ``[more ` code](no.md)``, \\[no link](no.md), a[0](call me), [x](docs/sub/../guide.md).

[ref]: docs/guide.md
[logo]: <docs/logo.png> 'with a title'
[a-b]: docs/guide.md#set-up
[^1]: A footnote, not a link.

Text with a footnote[^1], and [its mark](#user-content-fn-1).

Café & Co
---------

<a id="by-name"></a><h2 align="center">In HTML</h2>

See [HTML](#in-html) and <a href="docs/guide.md">guide</a> <img src="docs/logo.png" alt="x">.

    [indented](code.md)

- A list

  ```md
  [in a fence](gone.md)
  # Not a heading
  ```

  [in the list](docs/guide.md)

> ```text
> [in a quote](gone.md)
> ```

~~~sh
```
make anything # in no fence of its own, but tildes
~~~
"""
COMMANDS = """\
# Use

```bash
git clone https://github.com/acme/shop-api && cd shop-api
make                     # the default
make lint test           # both
make build-docs VERBOSE=1 -j 4
make -C docs html && make -f targets.mk deploy
make "$TARGET" <target>
for each in lint tests; do make $each; done
./scripts/release.sh --dry-run | tee out.txt
.venv/bin/python -m shop.worker && python -m shop.cli --help && python -m http.server && python -m venv .venv
python scripts/gen.py > build/out.txt 2>&1
cat <<'EOF' > notes.sh
make nothing-of-this
EOF
uv run --group dev pytest tests/nothing.py
npm run build -- --watch
curl -LO https://example.org/install.sh && ./install.sh
cd /opt/other && make world && ./scripts/other.sh
```

```console
$ make lint
make tests: is what make prints, and no command
$ python examples/missing/../demo.py
```

```python
make = "no shell"
```

```text
make sense of this
```
"""
MKDOCS_PAGE = """\
# Home { #home }

[part](guide/#set-up) [page](/api/) [label](shop.api.Cart) [own](#home) [n](#wörter) [other](#worter)

## Wörter

!!! note
    [inside](guide.md)
"""
BACKPORT = "## [1.0.1] - 2026-10-20\n\n### Fixed\n\n- B\n\n## [1.1.0]"
CLEAN = [
    Clean(
        "links of all kinds",
        "docs",
        {
            "README.md": RIGHT,
            "docs/guide.md": GUIDE,
            "docs/two words.md": "# Two\n",
            "docs/a(b).md": "# B\n",
            "docs/logo.png": b"\x89PNG\r\n",
            "docs/sub/x.md": "[up](../../README.md), [out](../../src/shop/cli.py)\n",
            "src/shop/cli.py": "",
            "tests/data/broken.md": "[dead](on/purpose.md)\n",
            "node_modules/x/README.md": "[dead](on/purpose.md)\n",
            ".github/ISSUE_TEMPLATE/bug.md": "---\nname: Bug\n---\n[rules](CONTRIBUTING.md)\n",
        },
    ),
    Clean(
        "commands of all kinds",
        "docs",
        {
            **_readme(""),
            "docs/use.md": COMMANDS,
            "docs/Makefile": "%: Makefile\n\t@echo $@\n",
            "scripts/gen.py": "",
            "examples/demo.py": "",
            "src/shop/cli.py": "",
        },
    ),
    Clean("changelog", "docs", {"CHANGELOG.md": CHANGELOG, "pyproject.toml": SHOP}),
    Clean(
        "changelogs of other forms",
        "docs",
        {
            "CHANGELOG.md": "# Releases\n\n## 2.0 (May 5th)\n\n### Bugs\n\n## 1.9\n\n## 1.10\n",
            "docs/history.md": "# History\n\nIn 2020 all began.\n\n## 1.0\n",
        },
    ),
    Clean(
        "a fix for an older series, by its date",
        "docs",
        {
            "CHANGELOG.md": CHANGELOG.replace("## [1.1.0]", BACKPORT) + "[1.0.1]: https://example.org\n",
            "pyproject.toml": SHOP,
        },
    ),
    Clean(
        "a site of MkDocs",
        "docs",
        {
            "mkdocs.yml": "site_name: Shop\ndocs_dir: pages\n",
            "pages/index.md": MKDOCS_PAGE,
            "pages/guide.md": GUIDE,
        },
    ),
    Clean(
        "everything is named",
        "docs",
        {
            "mkdocs.yml": "nav:\n  - Guide: guide.md\n",
            "docs/index.md": "# Home\n",
            "docs/guide.md": "# Guide\n\n![x](logo.png)\n",
            "docs/logo.png": b"\x89PNG\r\n",
            "docs/data.json": "{}",
            "src/shop/load.py": 'open("docs/data.json")\n',
            "pyproject.toml": f'{SHOP}\n[tool.holdfast.docs]\nunreferenced = ["docs/**"]\n',
        },
    ),
    Clean("Markdown in style", "markdown", {"README.md": "# Shop\n\nText.\n", "pyproject.toml": RUMDL}),
]
