from __future__ import annotations

import pytest
from tests.faults.secret_values import Draw, in_context, tokens

from holdfast.core.masking import DETECTORS, find_secrets, is_secret_name, mask_argv, mask_text

DRAW = Draw()
JWT = DRAW.jwt()
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA " + "PRIVATE KEY-----"
ENCRYPTED = "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMIIEpAIBAAKCAQEA\n"
A36 = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"

EXAMPLES = {
    **{name: (f"use {value} now", value) for name, value in tokens(DRAW).items()},
    **in_context(DRAW),
    "private-key": (PEM, "MIIEpAIBAAKCAQEA"),
    "putty-private-key": ("Private-Lines: 1\nAAAAgQDXmIYVSQIDAQAB\nPrivate-MAC: 0", "AAAAgQDXmIYVSQIDAQAB\nPrivate"),
    "jwt": (f"cookie {JWT};", JWT),
    "authorization-header": ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    "bearer-token": ("send Bearer abc123def456", "abc123def456"),
    "url-password": ("postgres://shop:" + "hunter2@db/shop", "hunter2"),
    "curl-user": ("curl -fsS -u 'shop:" + "hunter2' https://host/", "hunter2"),
    "url-token": ("https://abcdefghij0123456789@host/x", "abcdefghij0123456789"),
    "assignment": ("DB_PASSWORD=hunter2 make", "hunter2"),
    "quoted-assignment": ('{"apiKey": "hunter2"}', "hunter2"),
    "header": ("X-Api-Key: hunter2", "hunter2"),
    "option": ("mysql --password hunter2 shop", "hunter2"),
}


def test_every_detector_has_an_example_here() -> None:
    assert {detector.name for detector in DETECTORS} == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_detector_finds_its_example(name: str) -> None:
    text, secret = EXAMPLES[name]
    found = [text[one.start : one.end].strip() for one in find_secrets(text) if one.detector == name]
    assert found == [secret]
    assert secret not in mask_text(text)
    assert "***" in mask_text(text)


@pytest.mark.parametrize(
    ("argv", "masked"),
    [
        (["deploy", "--password", "hunter2", "now"], ["deploy", "--password", "***", "now"]),
        (["deploy", "--api-key=hunter 2"], ["deploy", "--api-key=***"]),
        (["env", "DB_PASSWORD=with space", "make"], ["env", "DB_PASSWORD=***", "make"]),
        (["docker", "run", "-e", "API_TOKEN=hunter2"], ["docker", "run", "-e", "API_TOKEN=***"]),
        (["curl", "-u", "ana:hunter2", "https://x"], ["curl", "-u", "ana:***", "https://x"]),
        (["/usr/bin/curl", "--user", "ana:x"], ["/usr/bin/curl", "--user", "ana:***"]),
        (["curl", "-H", "Authorization: Bearer hunter2"], ["curl", "-H", "Authorization: Bearer ***"]),
        (["sh", "-c", "TOKEN=hunter2 make all"], ["sh", "-c", "TOKEN=*** make all"]),
        (["sh", "-c", "PASSWORD='a b' make"], ["sh", "-c", "PASSWORD='***' make"]),
        (["git", "clone", "https://ana:p@ss@host/r"], ["git", "clone", "https://ana:***@host/r"]),
        (["get", "https://x/?token=abc&page=2"], ["get", "https://x/?token=***&page=2"]),
        (["curl", "-uana:hunter2"], ["curl", "-uana:***"]),
        (["sudo", "curl", "-u", "ana:hunter2"], ["sudo", "curl", "-u", "ana:***"]),
        (["mysql", "-phunter2", "-u", "ana"], ["mysql", "-p***", "-u", "ana"]),
        (["sshpass", "-p", "hunter2", "ssh", "x"], ["sshpass", "-p", "***", "ssh", "x"]),
        (["docker", "login", "-u", "ana", "-p", "hunter2"], ["docker", "login", "-u", "ana", "-p", "***"]),
        (["docker", "run", "-p", "80:80", "x"], ["docker", "run", "-p", "80:80", "x"]),
        (["mkdir", "-p", "build"], ["mkdir", "-p", "build"]),
        (["PGPASSWORD=hunter2", "psql"], ["PGPASSWORD=***", "psql"]),
        (["x", "--password", "-hunter2", "y"], ["x", "--password", "***", "y"]),
        (["x", "--token", "--password", "hunter2"], ["x", "--token", "--password", "***"]),
        (["x", "--token", "--verbose", "y"], ["x", "--token", "--verbose", "y"]),
        (["curl", "-u", "ana:one:two"], ["curl", "-u", "ana:***"]),
        (["x", "--name=my-token", "y"], ["x", "--name=my-token", "y"]),
        (["env", "PASSWORD=a b=c"], ["env", "PASSWORD=***"]),
    ],
)
def test_a_command_line_keeps_its_shape(argv: list[str], masked: list[str]) -> None:
    assert mask_argv(argv) == masked


@pytest.mark.parametrize(
    "argument",
    [
        "3f1c9a7be20d4c5f8a6b7c8d9e0f1a2b3c4d5e6f",
        "550e8400-e29b-41d4-a716-446655440000",
        "src/holdfast/core/registry.py:12",
        "ssh://git@example.org/shop.git",
        "http://localhost:8080/token",
        "--max-tokens=500",
        "--token-file=/run/secrets/x",
        "--password=$PASSWORD",
        "TOKEN=${{ secrets.TOKEN }}",
        "--no-password",
        "--author=ana",
        "sk-learn-is-a-library-of-python",
        "basic understanding of bearer authentication",
        "password: see the vault",
        "the key=value form",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "task-asia-pacific-2",
        "12:30:45",
    ],
)
def test_what_is_no_secret_stays(argument: str) -> None:
    assert mask_argv(["run", argument]) == ["run", argument]
    assert mask_text(argument) == argument


@pytest.mark.parametrize("argv", [["x", "--max-tokens", "5"], ["x", "--no-password", "y"], ["x", "--token", "$TOKEN"]])
def test_a_value_after_an_option_that_holds_no_secret_stays(argv: list[str]) -> None:
    assert mask_argv(argv) == argv


@pytest.mark.parametrize(
    "name", ["PASSWORD", "DB_PASSWORD", "--github-token", "apiKey", "X-Api-Key", "AWS_SECRET_ACCESS_KEY", "PASSWORD1"]
)
def test_these_names_hold_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "--",
        "tokens",
        "max-tokens",
        "TOKEN_URL",
        "key",
        "monkey",
        "author",
        "password_file",
        "TOKENX",
        "without-password",
    ],
)
def test_these_names_hold_none(name: str) -> None:
    assert not is_secret_name(name)


def test_a_long_text_takes_no_longer_than_it_is_long() -> None:
    text = "a" * 200_000 + "=" * 1000 + "://" + "b" * 200_000
    assert mask_text(text) == text


def test_every_secret_of_a_text_is_masked_and_what_stands_between_them_stays() -> None:
    text = "USER=ana A_TOKEN=hunter1 MODE=fast B_TOKEN=hunter2 make"
    assert mask_text(text) == "USER=ana A_TOKEN=*** MODE=fast B_TOKEN=*** make"


def test_overlapping_finds_leave_nothing_of_either() -> None:
    assert mask_text(f"Authorization: Bearer {JWT}") == "Authorization: Bearer ***"
    assert mask_text(f"TOKEN=ghp_{A36}") == "TOKEN=***"


def test_a_key_with_headers_and_one_in_json_are_masked_whole() -> None:
    begin, end = "-----BEGIN RSA " + "PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
    assert mask_text(f"x {begin}{ENCRYPTED}{end} y") == f"x {begin}***{end} y"
    assert "MIIE" not in mask_text('{"private_key": "' + begin + "\\nMIIE+/\\n" + end + '\\n"}')


def test_what_a_linter_quotes_after_a_name_is_masked() -> None:
    assert mask_text("Possible hardcoded password: 'hunter2'") == "Possible hardcoded password: '***'"
