"""Shops with the project's own hook, and with the hooks of a tag, which are installed once for all tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hooks.shops import OF_THE_PROJECT, RUNNERS, Runner, Shop, from_tag, shipped

MakeShop = Callable[..., Shop]


class Tags:
    """The repository of the hooks, and each runner once it has installed them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.hooks = directory / "hooks"
        self.runners: dict[str, Runner] = {}

    def runner(self, name: str) -> Runner:
        if not self.runners:
            shipped(self.hooks)
        if name not in self.runners:
            self.runners[name] = Runner(name, self.directory / name)
            self.runners[name].fetch(self.hooks)
        return self.runners[name]


@pytest.fixture(scope="session")
def tags(tmp_path_factory: pytest.TempPathFactory) -> Tags:
    return Tags(tmp_path_factory.mktemp("tags"))


@pytest.fixture(params=RUNNERS)
def runner_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def tagged(runner_name: str, tags: Tags, tmp_path: Path) -> MakeShop:
    """Makes a shop that takes hooks from a tag."""

    def make(*ids: str, **options: object) -> Shop:
        runner = tags.runner(runner_name)
        # the options are those of Shop
        return Shop(runner, tmp_path / "mein café", from_tag(tags.hooks, *ids), **options)  # type: ignore[arg-type]

    return make


@pytest.fixture(params=["own", pytest.param("tag", marks=pytest.mark.real)])
def shop(request: pytest.FixtureRequest, runner_name: str, tmp_path: Path) -> Shop:
    """A shop whose hook is holdfast-validate: of its own environment, and from a tag."""
    if request.param == "own":
        return Shop(Runner(runner_name, tmp_path / "runner"), tmp_path / "mein café", OF_THE_PROJECT)
    tags: Tags = request.getfixturevalue("tags")
    return Shop(tags.runner(runner_name), tmp_path / "mein café", from_tag(tags.hooks, "holdfast-validate"))
