"""A group whose subcommands are imported when they are called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup


class Lazy(TyperGroup):
    """Subclasses say in `lazily` where each subcommand is: a module that holds `app`, or `module:attribute`."""

    lazily: ClassVar[Mapping[str, str]]

    def list_commands(self, _ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(self.lazily)

    def get_command(self, _ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        if cmd_name not in self.lazily:
            return None
        module, _, attribute = self.lazily[cmd_name].partition(":")
        subcommand = getattr(import_module(module), attribute or "app")
        subcommand.rich_markup_mode = None  # plain help: rich takes 50 ms to import
        command = typer.main.get_command(subcommand)
        command.name = cmd_name
        return command

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]
        self.commands = dict.fromkeys(self.lazily)  # type: ignore[assignment]  # what a mistyped name is compared with
        return super().resolve_command(ctx, args)
