"""The severity that a CVSS 3 vector stands for."""

from __future__ import annotations

import math

_IMPACT = {"N": 0.0, "L": 0.22, "H": 0.56}
_WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "PR": {"N": 0.85, "L": 0.62, "H": 0.27},
    "UI": {"N": 0.85, "R": 0.62},
    "S": {"U": 0.0, "C": 1.0},
    "C": _IMPACT,
    "I": _IMPACT,
    "A": _IMPACT,
}
_PRIVILEGES_IN_CHANGED_SCOPE = {"N": 0.85, "L": 0.68, "H": 0.5}
_LEVELS = ((9.0, "critical"), (7.0, "high"), (4.0, "moderate"), (0.1, "low"))


def severity_of(vector: str) -> str:
    """`critical`, `high`, `moderate` or `low`; empty for a score of 0 and for what is no CVSS 3 vector.

    Levels as in section 5 of https://www.first.org/cvss/v3.1/specification-document.
    """
    score = base_score(vector)
    return next((level for least, level in _LEVELS if score is not None and score >= least), "")


def base_score(vector: str) -> float | None:
    """The base score, 0.0 to 10.0, by section 7.1 of the same; None for what is no CVSS 3 vector."""
    version, *parts = vector.split("/")
    metrics = dict(part.split(":", 1) for part in parts if ":" in part)
    if version not in ("CVSS:3.0", "CVSS:3.1") or any(metrics.get(name) not in of for name, of in _WEIGHTS.items()):
        return None
    weight = {name: of[metrics[name]] for name, of in _WEIGHTS.items()}
    changed = metrics["S"] == "C"
    privileges = _PRIVILEGES_IN_CHANGED_SCOPE[metrics["PR"]] if changed else weight["PR"]
    base = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 if changed else 6.42 * base
    if impact <= 0:
        return 0.0
    total = impact + 8.22 * weight["AV"] * weight["AC"] * privileges * weight["UI"]
    return _rounded_up(min(total * 1.08 if changed else total, 10))


def _rounded_up(score: float) -> float:
    """To one decimal, by Appendix A: without what binary fractions add."""
    whole = round(score * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (math.floor(whole / 10_000) + 1) / 10
