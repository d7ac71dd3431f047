"""Where workflow files are."""

from __future__ import annotations

from pathlib import Path

from holdfast.core.errors import HoldfastError
from holdfast.workflow.definition.mistakes import meant

SUFFIXES = (".yaml", ".yml")


def find(name: str, project: Path, folder: str) -> Path:
    """The workflow file of that name in the project's folder of workflows, or the file that it is the path of.

    Raises HoldfastError with the nearest name where there is none.
    """
    if "\0" in name:
        raise HoldfastError(f"{name!r}: a name cannot hold a null character")
    is_path = "/" in name or name.endswith(SUFFIXES)
    found = [] if is_path else [path for suffix in SUFFIXES if _is_file(path := project / folder / f"{name}{suffix}")]
    if len(found) > 1:
        raise HoldfastError(f"two workflows {name}: {' and '.join(f'{folder}/{path.name}' for path in found)}")
    if found:
        return found[0]
    for path in (Path(name), project / name, project / folder / name):
        if is_path and _is_there(path):
            return path
    names = [path.stem for path in in_folder(project, folder)]
    near = meant(Path(name).stem if is_path else name, names)
    have = f"{folder} has {', '.join(names[:10])}" if names else f"there is none in {folder}"
    what = f"no file {name}" if is_path else f"no workflow {name} in {folder}"
    raise HoldfastError(f"{what}{near}", hint=f"{have}; give the name of one, or the path of a file")


def in_folder(project: Path, folder: str) -> list[Path]:
    """The workflow files of a project, by their names. Raises HoldfastError where the folder cannot be read."""
    from holdfast.core.files import file_errors

    place = project / folder
    with file_errors(place, "read"):
        found = [path for path in place.iterdir() if path.suffix in SUFFIXES] if place.is_dir() else []
    return sorted((path for path in found if not path.name.startswith(".")), key=lambda path: path.name)


def _is_file(path: Path) -> bool:
    import os

    return os.path.isfile(path)  # noqa: PTH113 - pathlib's raises where it may not look


def _is_there(path: Path) -> bool:
    import os

    return os.path.lexists(path)
