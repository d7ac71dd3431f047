"""What is said of a secret: its kind, its place and what to do, and never the value or anything that could give it."""

from __future__ import annotations

from holdfast.checks.secret_scan.content import NAMED, PRIVATE_KEYS
from holdfast.checks.secret_scan.names import Held
from holdfast.core.findings import Finding, Location, Severity
from holdfast.core.git import untrack_command
from holdfast.core.masking import FORMS, mask_text

KNOWN, PRIVATE, WRITTEN, HELD, NAME = "SECRET001", "SECRET002", "SECRET003", "SECRET004", "SECRET005"
OTHER, UNSEEN, ALONE, PARTIAL = "SECRET006", "SECRET007", "SECRET008", "SECRET009"
MARK = "if it is none, mark the line: pragma: allowlist secret"
WHAT = {
    "environment": "a file of environment variables",
    "keystore": "a keystore",
    "ssh-key": "a private key of ssh",
    "private-key": "a private key",
    "credentials": "a file of credentials",
}


def of_content(kind: str, path: str, line: int, *, since: str | None = None) -> Finding:
    """A secret in a file; with `since`, as `since_commit` says it, in the history."""
    where = Location(mask_text(path, FORMS), line)
    if kind in PRIVATE_KEYS:
        return Finding(PRIVATE, Severity.ERROR, f"a private key ({kind}); {_advice(since, 'replace')}", where)
    if kind == NAMED:
        message = f"a value that looks random is given to the name of a secret; {_advice(since, 'replace')}"
        return Finding(WRITTEN, Severity.ERROR, message, where)
    if kind in ("url-password", "bearer-token", "authorization-header"):
        return Finding(WRITTEN, Severity.ERROR, f"a secret is written out ({kind}); {_advice(since, 'replace')}", where)
    return Finding(KNOWN, Severity.ERROR, f"a secret of the kind {kind}; {_advice(since, 'revoke')}", where)


def of_tool(kind: str, path: str, line: int) -> Finding:
    """A secret that only detect-secrets knows."""
    where = Location(mask_text(path, FORMS), line)
    return Finding(OTHER, Severity.ERROR, f"detect-secrets: {kind}; {_advice(None, 'revoke')}", where)


def _advice(since: str | None, verb: str) -> str:
    if since is None:
        return f"{verb} it, then take it out; {MARK}"
    return f"{since}: {verb} it; git filter-repo takes it out"


def since_commit(commit: str) -> str:
    """Where in the history something came in."""
    return f"in the history since commit {commit[:12]}"


def of_tag(blob: str) -> str:
    """Where something is that no commit has."""
    return f"kept by a tag alone (blob {blob[:12]})"


def of_file(held: Held, path: str) -> Finding:
    """A file that is made to hold secrets, and that git tracks or would track."""
    shown, what = mask_text(path, FORMS), WHAT[held.kind]
    severity = Severity.ERROR if held.certain else Severity.WARNING
    message = f"{what} that git tracks, or would" + (
        ": if it was ever committed, replace what is in it" if held.certain else ""
    )
    return Finding(HELD, severity, message, Location(shown), untrack_command(shown))


def of_past_file(held: Held, path: str, since: str) -> Finding:
    """A file that is made to hold secrets, in the history."""
    message = f"{WHAT[held.kind]}; {since}: replace what is in it; git filter-repo takes it out"
    return Finding(HELD, Severity.ERROR, message, Location(mask_text(path, FORMS)))


def of_name(kind: str, path: str, *, since: str | None = None) -> Finding:
    """A file whose name holds a secret; with `since`, in the history."""
    advice = _advice(since, "revoke") if since else "revoke it, then rename the file"
    message = f"the file's name holds a secret of the kind {kind}; {advice}"
    return Finding(NAME, Severity.ERROR, message, Location(mask_text(path, FORMS)))


def unseen(path: str, why: str, severity: Severity) -> Finding:
    """A file that was not looked into."""
    return Finding(UNSEEN, severity, f"not looked into: {why}", Location(mask_text(path, FORMS)))


def alone(hint: str | None) -> Finding:
    """detect-secrets is not there."""
    message = "detect-secrets is not installed: its kinds were not looked for"
    return Finding(ALONE, Severity.INFO, message, fix=hint)


def partial(why: str, fix: str) -> Finding:
    """The history is not all here."""
    return Finding(PARTIAL, Severity.WARNING, f"not all of the history was looked at: {why}", fix=fix)
