from __future__ import annotations

from collections.abc import Callable

import pytest

from holdfast.checks.dockerfile import CHECK, is_dockerfile
from holdfast.checks.interface import Context
from holdfast.checks.tools import CannotRun
from holdfast.core.findings import Location, Severity, Status

Make = Callable[..., Context]
LATEST = "FROM python:latest\n"
BROKEN = "FROMM x\n"


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile",
        "a/b/Dockerfile",
        "Containerfile",
        "Dockerfile.web",
        "web.Dockerfile",
        "a.dockerfile",
        "x.Containerfile",
    ],
)
def test_a_dockerfile_is_known_by_its_name(make_context: Make, name: str) -> None:
    context = make_context({name: "FROM scratch\n"})
    assert is_dockerfile(name)
    assert CHECK.wanted(context)
    assert str(CHECK.run(context).checked) == "1 of 1 Dockerfiles"


@pytest.mark.parametrize(
    "name",
    ["Dockerfile.dockerignore", "Dockerfile.j2", "Dockerfile.md", "dockerfile.py", "MyDockerfile", "Dockerfiles/a.txt"],
)
def test_another_file_is_none(make_context: Make, name: str) -> None:
    assert not CHECK.wanted(make_context({name: ""}))


def test_levels_become_severities(make_context: Make) -> None:
    result = CHECK.run(make_context({"Dockerfile": LATEST + "RUN apt-get install -y curl=7\nRUN cd /x && ls\n"}))
    found = {each.id: each.severity for each in result.findings}
    assert (result.status, found["hadolint:DL3007"]) == (Status.PASSED, Severity.WARNING)
    assert found["hadolint:DL3015"] is Severity.INFO


def test_a_file_that_does_not_parse_fails_and_keeps_no_other_from_being_looked_at(make_context: Make) -> None:
    result = CHECK.run(make_context({"Dockerfile": BROKEN, "b.Dockerfile": LATEST}))
    assert result.status is Status.FAILED
    found = {each.id: each.location for each in result.findings}
    assert found["hadolint:DL1000"] == Location("Dockerfile", 1, 5)
    assert found["hadolint:DL3007"] == Location("b.Dockerfile", 1, 1)
    assert not any("\n" in each.message for each in result.findings)


def test_the_project_s_own_configuration_counts(make_context: Make) -> None:
    ignored = {"Dockerfile": LATEST, ".hadolint.yaml": "ignored: [DL3007]\n"}
    assert CHECK.run(make_context(ignored)).findings == ()
    inline = {"Dockerfile": f"# hadolint ignore=DL3007\n{LATEST}"}
    (context := make_context(inline)).project.joinpath(".hadolint.yaml").unlink()
    assert CHECK.run(context).findings == ()


def test_a_configuration_that_lets_an_error_pass_makes_it_a_warning(make_context: Make) -> None:
    config = "no-fail: true\noverride:\n  error: [DL3007]\n"
    result = CHECK.run(make_context({"Dockerfile": LATEST, ".hadolint.yaml": config}))
    assert (result.status, [each.severity for each in result.findings]) == (Status.PASSED, [Severity.WARNING])


def test_a_broken_configuration_is_could_not_run(make_context: Make) -> None:
    with pytest.raises(CannotRun, match="exit code 0"):
        CHECK.run(make_context({"Dockerfile": "FROM scratch\n", ".hadolint.yaml": "ignored: [\n"}))


def test_what_it_says_of_itself_when_asked_to_is_no_trouble(make_context: Make) -> None:
    context = make_context({"Dockerfile": "FROM scratch\n"}, args=("--verbose",))
    assert CHECK.run(context).status is Status.PASSED


def test_other_letters_are_no_trouble_in_a_plain_locale(make_context: Make) -> None:
    context = make_context({"Dockerfile": "FROM python:3\nRUNN \u00e9\u4e2d\n"})
    result = CHECK.run(context._replace(child_env={**context.child_env, "LC_ALL": "C", "LANG": "C"}))
    assert "hadolint:DL1000" in [each.id for each in result.findings]
