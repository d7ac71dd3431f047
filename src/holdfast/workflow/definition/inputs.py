"""The values that a caller gives a workflow: `--input target=src`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from holdfast.core.config.kinds import BOOLEANS, shown
from holdfast.core.errors import HoldfastError
from holdfast.workflow.definition.mistakes import meant
from holdfast.workflow.definition.source import Source
from holdfast.workflow.definition.values import unfit_in
from holdfast.workflow.model import Input, Workflow

MUST = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "list": "a list",
    "map": "a table",
}
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "list": (list,),
    "map": (dict,),
}


def judge_inputs(source: Source, inputs: object) -> None:
    """Notes where an input's default or choices are not of its type."""
    for name, given in inputs.items() if isinstance(inputs, dict) else ():
        kind = given.get("type", "string") if isinstance(given, dict) else None
        if not isinstance(kind, str) or kind not in MUST:
            continue
        choices = given["choices"] if isinstance(given.get("choices"), list) else []
        for place, choice in enumerate(choices):
            if not fits(choice, kind):
                source.wrong(("inputs", name, "choices", place), f"must be {MUST[kind]}, not {shown(choice)}")
        if "default" in given:
            _judge_default(source, ("inputs", name, "default"), given, kind, choices)


def _judge_default(
    source: Source, at: tuple[str, ...], given: Mapping[str, Any], kind: str, choices: Sequence[Any]
) -> None:
    default = given["default"]
    if given.get("required") is True:
        source.wrong(at, "an input that is required has no default; leave one of them out")
    elif default is not None and not fits(default, kind):
        source.wrong(at, f"must be {MUST[kind]}, not {shown(default)}")
    elif default is not None and choices and default not in choices:
        source.wrong(at, f"must be one of the choices, not {shown(default)}")


def fits(value: object, kind: str) -> bool:
    """Whether a value is of an input's type; true and false are no numbers."""
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def parse_inputs(workflow: Workflow, given: Sequence[str], files: Sequence[Path] = ()) -> dict[str, Any]:
    """Every input's value: from `name=value` words, before those from tables in YAML or JSON files, else the default.

    Lists are JSON or words between commas, maps are JSON. Raises HoldfastError with all that is wrong.
    """
    known = {each.name: each for each in workflow.inputs}
    wrong: list[str] = []
    values: dict[str, Any] = {}
    for origin, name, value in [*_from_files(files), *_from_words(given, known, wrong)]:
        if name not in known:
            wrong.append(f"{origin}: {_unknown(workflow, name, known)}")
        elif problem := _unfit(known[name], value):
            wrong.append(f"{origin}: {name} {problem}")
        else:
            values[name] = value
    named = {*values, *(each.partition("=")[0] for each in given)}
    wrong += [f"{_described(each)} is missing" for each in workflow.inputs if each.required and each.name not in named]
    if wrong:
        lead = f"inputs of {workflow.name}: "
        text = lead + wrong[0] if len(wrong) == 1 else "\n".join([f"{lead}{len(wrong)} mistakes", *_indented(wrong)])
        raise HoldfastError(text, hint=f"holdfast workflow show {workflow.file} lists them")
    return {each.name: values.get(each.name, each.default) for each in workflow.inputs}


def _described(asked: Input) -> str:
    return f"{asked.name} ({asked.description})" if asked.description else asked.name


def _indented(lines: Sequence[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _unknown(workflow: Workflow, name: str, known: Mapping[str, Input]) -> str:
    if not known:
        return f"{workflow.name} takes no inputs"
    return f"no input `{name[:80]}`{meant(name, known) or '; there are ' + ', '.join(known)}"


def _from_words(given: Sequence[str], known: Mapping[str, Input], wrong: list[str]) -> Iterator[tuple[str, str, Any]]:
    for word in given:
        name, equals, text = word.partition("=")
        if not equals:
            wrong.append(f"{word[:80]}: not NAME=VALUE")
        else:
            yield "--input", name, _typed(text, known[name].type) if name in known else text


def _typed(text: str, kind: str) -> Any:
    """The value that a text stands for, or the text where it stands for none of that type."""
    match kind:
        case "integer" if re.fullmatch("[-+]?[0-9]{1,300}", text):
            return int(text)
        case "number" if re.fullmatch(r"[-+]?(?:[0-9]{1,300}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?", text):
            return int(text) if re.fullmatch("[-+]?[0-9]+", text) else float(text)
        case "boolean":
            return BOOLEANS.get(text.strip().lower(), text)
        case "list" if not text.lstrip().startswith("["):
            return [part.strip() for part in text.split(",") if part.strip()]
        case "list" | "map":
            try:
                return json.loads(text)
            except (ValueError, RecursionError):
                return text
    return text


def _unfit(asked: Input, value: Any) -> str | None:
    if value is None and not asked.required:
        return None
    if not fits(value, asked.type):
        form = " in JSON, such as '{\"a\": 1}'" if asked.type == "map" else ""
        return f"must be {MUST[asked.type]}{form}, not {shown(value)}"
    for _, message in unfit_in(value):
        return message
    if asked.choices and value not in asked.choices:
        return f"must be one of {', '.join(map(str, asked.choices))}, not {shown(value)}"
    return None


def _from_files(files: Sequence[Path]) -> Iterator[tuple[str, str, Any]]:
    for path in files:
        source = Source.read(path, str(path))
        source.parse()
        source.refuse_mistakes()
        if not isinstance(source.value, dict):
            raise HoldfastError(f"{path}: must be a table of inputs, not {shown(source.value)}")
        for name, value in source.value.items():
            yield f"{path}:{source.line((name,))}", name, value
