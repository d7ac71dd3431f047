"""What an unknown key was probably meant to be."""

from __future__ import annotations

from holdfast.core.config.mistakes import nearest
from holdfast.core.config.table import ANY_NAME, Config, KeyPath, Record, Section, all_settings, entries


def meant_key(path: KeyPath) -> str:
    """`; did you mean validate.jobs?` where a key beside it, or else one of another section, comes near; or nothing."""
    *parents, last = (str(part) for part in path)
    keys = [".".join(way).replace(ANY_NAME, "NAME") for way, _ in all_settings()]
    section, _, name = last.rpartition(".")
    if not parents and last in keys:
        return f"; write {name} in the section {section}"
    beside = nearest(last, _beside(parents))
    if beside:
        return f"; did you mean {'.'.join([*parents, beside])}?"
    elsewhere = nearest(last, dict.fromkeys(key.rpartition(".")[2] for key in keys))
    meant = next((key for key in keys if key.rpartition(".")[2] == elsewhere), None)
    return f"; did you mean {meant}?" if meant else ""


def _beside(parents: list[str]) -> list[str]:
    """The keys of the section that holds the unknown one."""
    section: type[Record] = Config
    for parent in parents:
        entry = entries(section).get(parent)
        section = entry.of if isinstance(entry, Section) else section
    return list(entries(section))
