"""The commands that mend a declaration, by the tool that keeps the project's."""

from __future__ import annotations

from holdfast.checks import facts
from holdfast.checks.dependencies.model import MAIN, Declared
from holdfast.checks.interface import Context


class Fixes:
    """Commands to copy; None where the project's own files have to be edited by hand."""

    def __init__(self, context: Context) -> None:
        self.manager = next((name for name in ("poetry", "uv", "pdm") if _keeps(context, name)), None)

    def add(self, name: str, *, development: bool = False) -> str | None:
        flag = {"poetry": " --group dev", "uv": " --dev", "pdm": " --dev"}.get(self.manager or "", "")
        return f"{self.manager} add{flag if development else ''} {name}" if self.manager else None

    def remove(self, name: str, declared: Declared | None) -> str | None:
        if self.manager is None:
            return None
        group, extra = (declared.group, declared.extra) if declared else (MAIN, "")
        if extra:
            return {"uv": f"uv remove --optional {extra} {name}", "pdm": f"pdm remove -G {extra} {name}"}.get(
                self.manager
            )
        flag = "" if group == MAIN else f" --group {group}"
        return f"{self.manager} remove{flag} {name}"

    def move(self, name: str, declared: Declared | None) -> str | None:
        """From a development group to what the package needs."""
        removed, added = self.remove(name, declared), self.add(name)
        return f"{removed} && {added}" if removed and added else added

    def to_development(self, name: str, declared: Declared | None) -> str | None:
        removed, added = self.remove(name, declared), self.add(name, development=True)
        return f"{removed} && {added}" if removed and added else None


def _keeps(context: Context, manager: str) -> bool:
    return facts.configures(context, manager, files=(f"{manager}.lock",))
