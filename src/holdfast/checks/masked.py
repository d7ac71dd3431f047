"""No result carries a secret: what a check says is masked where it comes back, before anybody keeps or shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from holdfast.core.findings import Finding, Location, Result
from holdfast.core.masking import FORMS, find_secrets, mask_argv, mask_text


def masked(result: Result) -> Result:
    """The result with every secret in it replaced. Tools quote what they read: a source line, an assertion, a URL.

    In the name of a file only what has a known form is masked, for others have to find the file by it.
    """
    everything = "\n\n".join(_texts(result))
    if not everything or next(find_secrets(everything), None) is None:
        return result
    return result._replace(
        findings=tuple(map(_finding, result.findings)),
        reason=_text(result.reason),
        hint=_text(result.hint),
        output=mask_text(result.output),
        tool=_text(result.tool),
        suppressed=tuple(each._replace(finding=_finding(each.finding)) for each in result.suppressed),
    )


def _texts(result: Result) -> Iterator[str]:
    yield from filter(None, (result.reason, result.hint, result.output, result.tool))
    for finding in (*result.findings, *(each.finding for each in result.suppressed)):
        yield finding.message
        if finding.location:
            yield finding.location.file
        if finding.fix:
            yield finding.fix


def _finding(finding: Finding) -> Finding:
    place = finding.location
    where = Location(mask_text(place.file, FORMS), place.line, place.column) if place else None
    return finding._replace(message=mask_text(finding.message), location=where, fix=_text(finding.fix))


def _text(text: str | None) -> str | None:
    return mask_text(text) if text else text


def may_be_kept(text: str, *commands: Sequence[str]) -> bool:
    """Whether a text, and command lines in it, hold no secret, so that a cache may have them."""
    return next(find_secrets(text, FORMS), None) is None and all(mask_argv(each) == list(each) for each in commands)
