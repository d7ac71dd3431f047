"""`holdfast workflow state history|diff|restore|repair`: the versions of the state file."""

from __future__ import annotations

from typing import Annotated

import typer

from holdfast.cli.task_log_options import Form, FormOption, ProjectOption, say, show, show_json
from holdfast.cli.workflow.state.options import DryRun, Now, StateOption, show_diff, state_file

history = typer.Typer(add_completion=False)
diff = typer.Typer(add_completion=False)
restore = typer.Typer(add_completion=False)
repair = typer.Typer(add_completion=False)

LONGEST = 60
VERSION = "A number from history, last, or the beginning of a digest."


@history.command()
def show_history(project: ProjectOption = None, state: StateOption = None, form: FormOption = Form.TEXT) -> None:
    """List the versions of the state file that are kept, the newest at the end."""
    file = state_file(project, state)
    versions = file.history()
    if form is Form.JSON:
        show_json("state-history", {"file": str(file.path), "versions": [version._asdict() for version in versions]})
        return
    for one in versions:
        why = one.why if len(one.why) <= LONGEST else f"{one.why[: LONGEST - 3]}..."
        show(f"{one.number:>6}  {one.at}  {one.by:<6}  {one.size:>7} bytes  {one.digest[:12]}  {why}".rstrip() + "\n")
    if not versions:
        say(f"no version of {file.path} is kept: nothing was written by a command yet")


@diff.command()
def show_difference(
    before: Annotated[str, typer.Argument(metavar="[A]", help=VERSION)] = "last",
    after: Annotated[str | None, typer.Argument(metavar="[B]", help="The same; by default the file as it is.")] = None,
    project: ProjectOption = None,
    state: StateOption = None,
    form: FormOption = Form.TEXT,
) -> None:
    """Show what changed between two versions, or since the last write."""
    file = state_file(project, state)
    old = file.version(before)
    new = None if after is None else file.version(after)
    content = (file.content() or b"") if new is None else file.content_of(new)
    names = (f"{file.path} (version {old.number})", f"{file.path} ({f'version {new.number}' if new else 'now'})")
    lines = show_diff(file.content_of(old), content, names)
    if form is Form.JSON:
        show_json("state-diff", {"from": old.number, "to": new.number if new else None, "diff": lines})
    else:
        show("".join(f"{line}\n" for line in lines))


@restore.command()
def restore_version(
    version: Annotated[str, typer.Argument(metavar="VERSION", help=VERSION)],
    project: ProjectOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    now: Now = None,
    form: FormOption = Form.TEXT,
) -> None:
    """Make an older version the file again. What is there now is kept as a version too."""
    file = state_file(project, state, now)
    chosen, before = file.version(version), file.content() or b""
    done = file.restore(version, dry_run=dry_run)
    lines = show_diff(before, bytes(done.document), (f"{file.path} (now)", f"{file.path} (restored)"))
    refused = [f"{refusal.claim}: {refusal.reason}" for refusal in done.refused]
    if form is Form.JSON:
        document = {"version": chosen.number, "changed": done.changed, "refused": refused, "diff": lines}
        show_json("state-restore", {"file": str(file.path), "dry_run": dry_run, **document})
        return
    show("".join(f"{line}\n" for line in lines) if dry_run else "")
    for line in refused:
        say(f"refused: {line}")
    what = "would be restored" if dry_run else "restored"
    say(f"version {chosen.number} {what}" if done.changed else f"{file.path} is version {chosen.number} already")


@repair.command()
def repair_file(
    project: ProjectOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    now: Now = None,
    form: FormOption = Form.TEXT,
) -> None:
    """Mend a damaged file from the versions that are kept, and what lint says of tables and sections."""
    from holdfast.workflow.state_file import repairing

    file = state_file(project, state, now)
    before = file.content() or b""
    found = repairing.repaired(file) if dry_run else repairing.repair(file)
    lines = show_diff(before, bytes(found.document), (f"{file.path} (now)", f"{file.path} (repaired)"))
    if form is Form.JSON:
        show_json("state-repair", {"file": str(file.path), "dry_run": dry_run, "done": found.done, "diff": lines})
        return
    show("".join(f"{line}\n" for line in lines) if dry_run else "")
    for line in found.done:
        say(f"would repair: {line}" if dry_run else line)
    if not found.done:
        say(f"{file.path}: nothing to repair")
