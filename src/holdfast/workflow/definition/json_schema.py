"""The JSON Schema of a workflow file, for editors: made by pydantic from what files are judged by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from holdfast.workflow.definition.schema import file_schema
from holdfast.workflow.model import KINDS


def json_schema(kinds: Iterable[str] = KINDS) -> dict[str, Any]:
    """The schema (draft 2020-12) of a file whose steps are of these kinds."""
    from pydantic.json_schema import GenerateJsonSchema

    names = tuple(kinds)
    made = _tidied(GenerateJsonSchema().generate(file_schema(names)))
    made["properties"]["steps"]["items"]["oneOf"] = [{"required": [name]} for name in names]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Holdfast workflow", **made}


def _tidied(schema: Any) -> Any:
    """The schema without the titles that are made of names, and with choices that may overlap, as numbers do."""
    if isinstance(schema, list):
        return [_tidied(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {
        name: (
            {key: _tidied(each) for key, each in value.items()}
            if name.lower().endswith("properties") and isinstance(value, dict)
            else _tidied(value)
        )
        for name, value in schema.items()
        if name != "title"
    }
    if "patternProperties" in tidy:
        tidy["additionalProperties"] = False
    choices = tidy.pop("oneOf", None)
    if choices is None:
        return tidy
    return {**tidy, **choices[0]} if len(choices) == 1 else {**tidy, "anyOf": choices}
