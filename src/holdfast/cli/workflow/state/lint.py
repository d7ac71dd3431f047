"""`holdfast workflow state lint`."""

from __future__ import annotations

import typer

from holdfast.cli.task_log_options import Form, FormOption, ProjectOption, show, show_json
from holdfast.cli.workflow.state.desk import open_desk
from holdfast.cli.workflow.state.options import Looks, Now, StateOption, state_file
from holdfast.core.errors import ExitCode

lint = typer.Typer(add_completion=False)


@lint.command()
def lint_file(
    project: ProjectOption = None,
    state: StateOption = None,
    form: FormOption = Form.TEXT,
    now: Now = None,
    dry_run: Looks = False,
) -> ExitCode:
    """Say what is wrong with the state file, with exit code 1 where anything is."""
    from holdfast.workflow.state_file.problems import problems

    del dry_run
    file = state_file(project, state, now)
    graph = open_desk(project, state, now).contract().graph
    found = problems(file.read(), graph.phases, graph.statuses)
    if form is Form.JSON:
        show_json("state-lint", {"file": str(file.path), "problems": [problem._asdict() for problem in found]})
    elif not found:
        show(f"{file.path}: nothing is wrong with it\n")
    for problem in () if form is Form.JSON else found:
        place = f"{file.path}:{problem.line}" if problem.line else str(file.path)
        show(f"{place}: {problem.message} ({problem.kind})\n")
        show(f"    {problem.hint}\n" if problem.hint else "")
    return ExitCode.FINDINGS if found else ExitCode.OK
