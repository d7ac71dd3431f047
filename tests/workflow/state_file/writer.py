"""A process that writes log entries until it is done or killed: `python writer.py DIRECTORY NAME COUNT`."""

from __future__ import annotations

import sys
from pathlib import Path

from holdfast.workflow.state_file.document import Document
from holdfast.workflow.state_file.store import in_project


def main(directory: Path, name: str, count: int) -> None:
    file = in_project(directory, directory / "workflow_state.md")
    for number in range(count):

        def added(document: Document, number: int = number) -> Document:
            return document.with_log(f"entry {name} {number}: {'words ' * 3}").with_state("RunStep", f"{name}-{number}")

        file.change(added, why="test")
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
