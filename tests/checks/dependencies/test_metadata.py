from __future__ import annotations

import email
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.checks.dependencies.metadata import HEAD_LIMIT, Metadata, read_egg_info, read_metadata

HEAD = "Metadata-Version: 2.1\nName: Shop.Api\nVersion: 1.0\n"


def read(tmp_path: Path, content: str | bytes) -> Metadata:
    path = tmp_path / "METADATA"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_metadata(str(path))


def test_the_headers_are_read_and_the_description_is_not(tmp_path: Path) -> None:
    head = f"{HEAD}Requires-Python: >=3.8\nProvides-Extra: Big_One\nRequires-Dist: a>=1\n"
    found = read(tmp_path, f"{head}Requires-Dist: b ; extra == 'big-one'\n\nRequires-Dist: c\n")
    assert found == Metadata("Shop.Api", "1.0", ("a>=1", "b ; extra == 'big-one'"), ("big-one",), ">=3.8")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_ends_are_read(tmp_path: Path, end: str) -> None:
    text = f"{HEAD}Requires-Dist: a\n\nRequires-Dist: b\n".replace("\n", end)
    assert read(tmp_path, text) == Metadata("Shop.Api", "1.0", ("a",))


def test_a_byte_order_mark_and_bytes_of_another_encoding_are_no_hindrance(tmp_path: Path) -> None:
    found = read(tmp_path, b"\xef\xbb\xbfName: shop\nAuthor: Andr\xe9\nVersion: 1.0\nRequires-Dist: a\n\n")
    assert (found.name, found.requires, found.trouble) == ("shop", ("a",), "")


def test_folded_headers_are_unfolded(tmp_path: Path) -> None:
    found = read(tmp_path, f"{HEAD}Requires-Dist: a\n  >=1,\n\t<2\nLicense: x\n  Requires-Dist: b\n\n")
    assert found.requires == ("a >=1, <2",)


def test_the_case_of_header_names_is_of_no_account(tmp_path: Path) -> None:
    assert read(tmp_path, "name: shop\nVERSION: 1\nrequires-dist: a\n\n") == Metadata("shop", "1", ("a",))


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["Requires-Dist", "requires-dist", "Provides-Extra", "Classifier", "X-Requires-Dist"]),
        st.text("abc >=1.;'\t-_", max_size=12),
        st.sampled_from(["\n", "\n  more\n", "\r\n"]),
    ),
    max_size=6,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HEADERS)
def test_requirements_are_those_that_the_email_parser_finds(
    tmp_path: Path, headers: list[tuple[str, str, str]]
) -> None:
    text = HEAD + "".join(f"{key}: {value}{end}" for key, value, end in headers) + "\nbody\n"
    expected = [" ".join(each.split()) for each in email.message_from_string(text).get_all("Requires-Dist") or []]
    assert [" ".join(each.split()) for each in read(tmp_path, text).requires] == expected


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        ("", "METADATA has no name"),
        ("\n\nName: shop\n", "METADATA has no name"),
        ("Name: shop\n\nVersion: 1\n", "METADATA has no version"),
        ("Name: ../../etc\nVersion: 1\n", "METADATA has no usable name: ../../etc"),
        ("Name: a\x00b\nVersion: 1\n", "METADATA has no usable name: a\\x00b"),
        ("Name: a\x1b[31m\nVersion: 1\n", "METADATA has no usable name: a\\x1b[31m"),
    ],
)
def test_what_names_no_package_is_said(tmp_path: Path, content: str, trouble: str) -> None:
    assert read(tmp_path, content).trouble == trouble


def test_headers_without_end_are_given_up_after_a_while(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "Classifier: x\n" * (HEAD_LIMIT // 10))
    assert found.trouble == "the headers of METADATA do not end within 1 MiB"


def test_headers_longer_than_the_first_read_are_read_whole(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "Classifier: x\n" * 20_000 + "Requires-Dist: last\n\nbody\n")
    assert found.requires == ("last",)


def test_a_description_of_any_length_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "METADATA"
    path.write_text(f"{HEAD}\n", "utf-8")
    os.truncate(path, 2**40)  # a sparse file
    assert read_metadata(str(path)).trouble == ""


def test_what_is_not_there_is_missing(tmp_path: Path) -> None:
    assert read_metadata(str(tmp_path / "METADATA")).trouble == "METADATA is missing"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "METADATA")
    assert stat.S_ISFIFO((tmp_path / "METADATA").stat().st_mode)
    assert read_metadata(str(tmp_path / "METADATA")).trouble == "METADATA cannot be read: not a regular file"


def test_a_directory_and_a_loop_of_links_are_said(tmp_path: Path) -> None:
    (tmp_path / "METADATA").mkdir()
    assert read_metadata(str(tmp_path / "METADATA")).trouble == "METADATA cannot be read: not a regular file"
    (tmp_path / "loop").symlink_to("loop")
    trouble = read_metadata(str(tmp_path / "loop")).trouble
    assert trouble == "loop cannot be read: Too many levels of symbolic links"


def test_an_egg_info_directory_has_its_requirements_in_requires_txt(tmp_path: Path) -> None:
    (tmp_path / "PKG-INFO").write_text(HEAD, "utf-8")
    listed = 'a>=1\n\n[Big_One]\nb\n\n[:sys_platform == "win32"]\nc\n\n[x:python_version < "3"]\nd\n'
    (tmp_path / "requires.txt").write_text(listed, "utf-8")
    found = read_egg_info(str(tmp_path))
    assert found.requires == (
        "a>=1",
        'b ; extra == "big-one"',
        'c ; (sys_platform == "win32")',
        'd ; (python_version < "3") and extra == "x"',
    )
    assert found.extras == ("big-one", "x")


def test_an_egg_info_says_its_requirements_itself_where_it_can(tmp_path: Path) -> None:
    (tmp_path / "PKG-INFO").write_text(f"{HEAD}Requires-Dist: a\n", "utf-8")
    (tmp_path / "requires.txt").write_text("b\n", "utf-8")
    assert read_egg_info(str(tmp_path)).requires == ("a",)


def test_an_egg_info_file_is_pkg_info_itself(tmp_path: Path) -> None:
    (tmp_path / "shop-1.0.egg-info").write_text(HEAD, "utf-8")
    assert read_egg_info(str(tmp_path / "shop-1.0.egg-info")).name == "Shop.Api"


def test_an_empty_egg_info_directory_is_incomplete(tmp_path: Path) -> None:
    assert read_egg_info(str(tmp_path)).trouble == "PKG-INFO is missing"
