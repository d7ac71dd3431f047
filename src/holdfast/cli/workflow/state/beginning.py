"""`holdfast workflow state init`."""

from __future__ import annotations

from typing import Annotated

import typer

from holdfast.cli.task_log_options import Form, FormOption, ProjectOption, show, show_json
from holdfast.cli.workflow.state.desk import open_desk
from holdfast.cli.workflow.state.options import DryRun, Now, StateOption

init = typer.Typer(add_completion=False)


@init.command()
def begin(
    phases: Annotated[
        bool, typer.Option("--phases", help="Write phases.yaml too, a copy of the built-in phases to change.")
    ] = False,
    project: ProjectOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    now: Now = None,
    form: FormOption = Form.TEXT,
) -> None:
    """Write workflow_state.md and project_config.md, where they are not there yet. Nothing is overwritten."""
    from holdfast.workflow.rules.contract import PHASES
    from holdfast.workflow.rules.graph_file import builtin_text
    from holdfast.workflow.rules.templates import CONFIG, STATE, create
    from holdfast.workflow.state_file.document import parse

    desk = open_desk(project, state, now, dry_run=dry_run)
    graph = desk.contract().graph
    text = STATE.format(start=graph.start, status=graph.statuses[0])
    files = {
        desk.config: CONFIG.format(name=desk.project.name),
        **({desk.project / PHASES: builtin_text()} if phases else {}),
    }
    made = [path.name for path in files if not path.exists()]
    if not desk.file.exists():
        made.insert(0, str(desk.file.path))
        desk.file.change(lambda _empty: parse(text.encode()), why="init", create=True, dry_run=dry_run)
    if not dry_run:
        for path, content in files.items():
            create(path, content)
    kept = [name for name in (str(desk.file.path), *(path.name for path in files)) if name not in made]
    if form is Form.JSON:
        show_json("state-init", {"dry_run": dry_run, "written": made, "kept": kept})
        return
    show("".join(f"{'would write' if dry_run else 'wrote'} {name}\n" for name in made))
    show("".join(f"{name} is there already\n" for name in kept))
