"""Which file systems a journal must not be on: those that other machines write to as well.

SQLite's write-ahead log keeps its index in memory that processes of one machine share (sqlite.org/wal.html), and
locks on network file systems are not to be relied on.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

NETWORK = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "lustre", "gpfs", "beegfs", "gfs2", "ocfs2")
) | {"fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone", "davfs", "fuse.davfs2"}
MOUNTS = Path("/proc/self/mountinfo")


def network_file_system(path: str, mountinfo: str) -> str | None:
    """The type of the network file system that an absolute path is on, by proc(5)'s mountinfo; None where it is not."""
    best, kind = "", ""
    for line in mountinfo.splitlines():
        fields, _, rest = line.partition(" - ")
        words = fields.split(" ")
        if len(words) < 5 or not rest:
            continue
        mount = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), words[4])
        inside = path == mount or path.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):  # of two at one place the later one is seen
            best, kind = mount, rest.split(" ")[0]
    return kind if kind in NETWORK else None


def network_type(folder: Path) -> str | None:
    """The same for a directory of this machine; None too where the system does not tell."""
    try:
        mounts = MOUNTS.read_text("utf-8", errors="surrogateescape")
    except OSError:
        return None
    return network_file_system(os.path.realpath(folder), mounts)
