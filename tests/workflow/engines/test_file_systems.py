"""Telling network file systems from local ones."""

from __future__ import annotations

import pytest

from holdfast.workflow.engines.file_systems import network_file_system, network_type

MOUNTS = r"""
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 0:40 / /home/ana rw - nfs4 server:/home rw
31 30 0:41 / /home/ana/local rw - xfs /dev/sdb rw
32 21 0:42 / /mnt/my\040share rw - cifs //server/share rw
33 21 0:43 / /mnt/over rw - nfs server:/x rw
34 33 0:44 / /mnt/over rw - tmpfs tmpfs rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/project", None),
        ("/home/ana/project", "nfs4"),
        ("/home/ana", "nfs4"),
        ("/home/anabel", None),
        ("/home/ana/local/project", None),
        ("/mnt/my share/x", "cifs"),
        ("/mnt/over/x", None),
    ],
)
def test_the_innermost_and_latest_mount_counts(path: str, kind: str | None) -> None:
    assert network_file_system(path, MOUNTS) == kind


def test_a_test_directory_is_local(tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert network_type(tmp_path) is None
