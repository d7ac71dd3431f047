"""What a workflow file may hold, in the words of pydantic's core: the JSON schema is made from the same.

Written as a core schema, and not as classes, because the class layer takes 45 ms to import and a workflow that was
edited is read at the start of a command. The bodies of steps are judged by their kinds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic_core import CoreSchema, SchemaValidator, ValidationError
from pydantic_core import core_schema as core

from holdfast.core.config import kinds as settings
from holdfast.core.config.table import KeyPath
from holdfast.workflow import model

MOST_STEPS = 5000
ID = "[A-Za-z][A-Za-z0-9_-]{0,63}"
NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
VARIABLE = "[A-Za-z_][A-Za-z0-9_]{0,254}"
PLACE = "[A-Za-z0-9][A-Za-z0-9._:/@-]{0,254}"
FAILURE = "timeout|failure|interrupted|exit:[0-9]{1,3}|signal:(?:SIG[A-Z0-9+]{1,10}|[0-9]{1,2})"
NO_TIME = "0[dhms]?"
TYPES = ("string", "integer", "number", "boolean", "list", "map")
KEY = "[key]"
"""What pydantic puts into a path for the key itself."""
_TAGS = {f"\0{name}" for name in ("str", "int", "float", "bool", "list", "dict", "NoneType")}
Fields = Mapping[str, tuple[CoreSchema, str]]


class Wrong(NamedTuple):
    """Something that the schema does not allow. `known` holds what could stand in place of an unknown key."""

    path: KeyPath
    message: str
    known: tuple[str, ...] | None = None


def _must(be: str, schema: CoreSchema) -> CoreSchema:
    """The schema, with a message of ours in place of pydantic's."""
    return core.custom_error_schema(schema, custom_error_type="must", custom_error_message=f"must be {be}")


def _either(be: str, **shapes: CoreSchema) -> CoreSchema:
    """One schema for each type of value, by its name: what is inside a list or a table keeps its own messages."""
    return core.tagged_union_schema(
        {f"\0{name}": schema for name, schema in shapes.items()},
        discriminator=lambda value: f"\0{type(value).__name__}",
        custom_error_type="must",
        custom_error_message=f"must be {be}",
    )


def _text(be: str, pattern: str) -> CoreSchema:
    whole = rf"^(?:{pattern})$(?!\n)"  # in the words that Python's and ECMAScript's readers share
    return _must(be, core.str_schema(pattern=whole, regex_engine="python-re"))


def _number(be: str, least: float, most: float) -> CoreSchema:
    whole, part = core.int_schema(ge=int(least), le=int(most)), core.float_schema(ge=least, le=most)
    return _either(be, int=_must(be, whole), float=_must(be, part))


def _count() -> CoreSchema:
    return _must("a whole number of 0 or more", core.int_schema(ge=0, lt=2**31))


def _one_of(*words: str) -> CoreSchema:
    return _must(f"{', '.join(words[:-1])} or {words[-1]}", core.literal_schema(list(words)))


def _list(be: str, item: CoreSchema, *, least: int = 0) -> CoreSchema:
    return _either(be, list=core.list_schema(item, min_length=least or None))


def _fields(fields: Fields, *required: str) -> CoreSchema:
    made = {
        name: core.typed_dict_field(
            schema, required=name in required, metadata={"pydantic_js_updates": {"description": doc}}
        )
        for name, (schema, doc) in fields.items()
    }
    return core.typed_dict_schema(made, extra_behavior="forbid")


def _named(be: str, name: CoreSchema, fields: Fields) -> CoreSchema:
    return _either(be, dict=core.dict_schema(name, _either("a table", dict=_fields(fields))))


_ANY, _BOOL = core.any_schema(), _must("true or false", core.bool_schema())
_LINE = _text("one line of text", settings.WITHOUT_CONTROLS)
_PROSE = _text("text", settings.WITHOUT_NUL)
_ID = _text("the id of a step: a letter, then letters, digits, - and _, at most 64", ID)
_IDS = _either("the id of a step, or a list of ids", str=_ID, list=core.list_schema(_ID))
_VARIABLE = _text("a name of letters, digits and _", VARIABLE)
_TIME = settings.DURATION.must
_DURATION = _either(
    _TIME,
    str=_text(_TIME, settings.DURATION_TEXT),
    int=_must(_TIME, core.int_schema(gt=0, le=settings.LONGEST_S)),
    float=_must(_TIME, core.float_schema(gt=0, le=settings.LONGEST_S)),
)
_WAIT_IS = 'a time such as "0s", "2s", "1m30s" or a number of seconds'
_WAIT = _either(
    _WAIT_IS,
    str=_text(_WAIT_IS, f"{NO_TIME}|{settings.DURATION_TEXT}"),
    int=_must(_WAIT_IS, core.int_schema(ge=0, le=settings.LONGEST_S)),
    float=_must(_WAIT_IS, core.float_schema(ge=0, le=settings.LONGEST_S)),
)
_PATH = _text(settings.PATH.must, settings.INSIDE_PROJECT)
_GLOB = _text(settings.GLOB.must, settings.INSIDE_PROJECT)
_GROUP = _text("the name of a group", f"(?!$){settings.WITHOUT_CONTROLS}")
_QUEUE_NAME = _text("a name of a letter, then letters, digits, - and _, at most 64", ID)
_FAILURE = _text("timeout, failure, interrupted, exit:CODE or signal:SIGNAME", FAILURE)
_TIMES = _must("a whole number from 0 to 1000", core.int_schema(ge=0, le=1000))
RETRY: Fields = {
    "times": (_TIMES, "How often a failed step is tried again"),
    "backoff": (_WAIT, "How long to wait before the first time"),
    "factor": (_number("a number from 1 to 100", 1, 100), "What the wait is multiplied with each time"),
    "longest": (_DURATION, "The longest wait"),
    "jitter": (_BOOL, "Wait a random part of it"),
    "on": (
        _either("a kind of failure, or a list of them", str=_FAILURE, list=core.list_schema(_FAILURE)),
        "The kinds of failure that are tried again; all of them where none is named",
    ),
}
_CONCURRENCY = _either(
    "the name of a group, or a table with `group`",
    str=_GROUP,
    dict=_fields(
        {
            "group": (_GROUP, "Of those that name the same group, one is let in at a time; may hold ${...}"),
            "on_conflict": (_one_of("wait", "fail", "cancel"), "Wait, fail, or cancel the one that is in"),
        },
        "group",
    ),
)
_ENV_VALUE = "text (put numbers and words like true in quotes), or null to pass the caller's value on"
_ENV = _either(
    "a table of values, or a list of the caller's variables to pass on",
    dict=core.dict_schema(_VARIABLE, _either(_ENV_VALUE, str=_PROSE, NoneType=core.none_schema())),
    list=core.list_schema(_VARIABLE),
)
_WORDS = _text("text (put numbers and words like true in quotes)", settings.WITHOUT_NUL)
_COMMAND = _either("a list of words, or a text for the shell", str=_PROSE, list=core.list_schema(_WORDS, min_length=1))

DEFAULTS: Fields = {
    "timeout": (_DURATION, "After this long the step is ended, with all that it started; 10m where nothing is said"),
    "retry": (
        _either("a number of times, or a table", int=_TIMES, dict=_fields(RETRY)),
        "How often a failed step is tried again: a number, or a table",
    ),
    "on_crash": (
        _one_of(model.RERUN, model.NEVER, model.ASK, model.PROBE),
        "What to do where nobody knows whether the step finished",
    ),
    "env": (_ENV, "Variables with their values, which may hold ${...}; or names of the caller's to pass on"),
    "secrets": (_list("a list of names", _VARIABLE), "Secrets that reach the step as variables, masked in its output"),
    "uses": (_text("the name of a place such as local", PLACE), "Where the step runs"),
    "queue": (_QUEUE_NAME, "The queue that limits how fast and how many"),
    "cwd": (_PATH, "The directory in which it runs, inside the project"),
    "allow_failure": (_BOOL, "A failure is shown, and those that need this step go on"),
    "continue-on-error": (_BOOL, "Another name of allow_failure"),
    "max_parallel": (_count(), "How many items of for_each at once; 0: as many as --jobs"),
}
STEP: Fields = {
    "id": (_ID, "The step's name, unique in the file"),
    "description": (_PROSE, "What the step does"),
    "needs": (_IDS, "The steps that have to succeed before this one"),
    "if": (_either("an expression, true or false", str=_PROSE, bool=core.bool_schema()), "Skipped where this is false"),
    "when": (
        _one_of(model.ON_SUCCESS, model.ON_FAILURE, model.ALWAYS, model.NEVER_OF_ITSELF),
        "failure or always: at the end of the run; never: only as another step's on_failure",
    ),
    "for_each": (
        _either("an expression, or a list", str=_PROSE, list=core.list_schema(_ANY)),
        "The step runs once for each `item` of this list",
    ),
    "on_failure": (_ID, "The step that runs when this one has failed for good"),
    "probe": (_COMMAND, "For on_crash: probe; exit code 0: the step did its work, 1: it did not"),
    "idempotency_key": (_LINE, "What the step sees as HOLDFAST_IDEMPOTENCY_KEY; may hold ${...}"),
    "artifacts": (_list("a list of paths or patterns", _GLOB), "Files that are kept with their sha256"),
    "concurrency": (_CONCURRENCY, "A group of which one step is let in at a time"),
    **DEFAULTS,
}
INPUT: Fields = {
    "type": (_one_of(*TYPES), "string where nothing is said"),
    "default": (_ANY, "The value where the caller gives none"),
    "required": (_BOOL, "Whether the caller has to give it; true where there is no default"),
    "description": (_PROSE, "What it is for"),
    "choices": (_list("a list of values", _ANY, least=1), "The values that it may have"),
}
QUEUE: Fields = {
    "limit": (_count(), "At most so many starts in a period; 0: without limit"),
    "period": (_DURATION, "1 second where nothing is said"),
    "concurrency": (_count(), "At most so many at once, over all runs; 0: without limit"),
}
KINDS = {
    "run": "A program: a list of words, or a text for the shell",
    "check": "A check of holdfast validate-env",
    "gate": "A value that has to be good enough",
    "approve": "A question to a person",
    "guide": "Work for an agent or a person, with commands that have to pass",
    "tool": "A call of an MCP tool",
    "workflow": "Another workflow, as a child run",
}


def file_schema(kinds: Iterable[str]) -> CoreSchema:
    """The schema of a file, with the kinds of step that there are."""
    bodies = {kind: (_ANY, KINDS.get(kind, "A kind of step that a plugin brings")) for kind in kinds}
    step = _either("a table with `id` and what to do", dict=_fields({**STEP, **bodies}, "id"))
    fields: Fields = {
        "name": (_text("a name of letters, digits, ., - and _, at most 64", NAME), "By default the file's name"),
        "description": (_PROSE, "What the workflow is for"),
        "inputs": (_named("a table of inputs", _VARIABLE, INPUT), "The values that the caller gives"),
        "defaults": (_either("a table", dict=_fields(DEFAULTS)), "What holds where a step says nothing else"),
        "queues": (_named("a table of queues", _QUEUE_NAME, QUEUE), "How fast steps may start"),
        "concurrency": (_CONCURRENCY, "A group of which one run is let in at a time"),
        "timeout": (_DURATION, "After this long the whole run is ended"),
        "steps": (
            _either("a list of steps", list=core.list_schema(step, min_length=1, max_length=MOST_STEPS)),
            "What is done",
        ),
    }
    return _either("a table with `steps`", dict=_fields(fields, "steps"))


def wrong_in(value: object, kinds: Iterable[str]) -> Iterator[Wrong]:
    """What is wrong with a file's values; the bodies of steps are not looked at."""
    names = tuple(kinds)
    validator = SchemaValidator(file_schema(names))
    try:
        validator.validate_python(value, strict=True)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_context=True):
            yield _wrong(each, names)


def _wrong(error: Any, kinds: tuple[str, ...]) -> Wrong:
    path = _path(error["loc"])
    match error["type"]:
        case "extra_forbidden":
            return Wrong(path, "unknown key", _beside(path, kinds))
        case "missing":
            return Wrong(path[:-1], f"`{path[-1]}` is missing")
        case "too_short":
            return Wrong(path, "is empty")
        case "too_long":
            return Wrong(path, f"more than {MOST_STEPS} steps")
        case "must" if path[-1:] == (KEY,):
            return Wrong(
                path[:-1], f"the name {error['msg'].replace('a name', 'made')}, not {settings.shown(error['input'])}"
            )
        case "must":
            return Wrong(path, f"{error['msg']}, not {settings.shown(error['input'])}")
        case _:
            return Wrong(path, error["msg"][:1].lower() + error["msg"][1:])


def _path(where: tuple[str | int, ...]) -> KeyPath:
    """The way in the document: without the types that `_either` puts between."""
    return tuple(part for part in where if part not in _TAGS)


def _beside(path: KeyPath, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """The keys that may stand where an unknown one does."""
    match path:
        case (_,):
            return ("name", "description", "inputs", "defaults", "queues", "concurrency", "timeout", "steps")
        case ("steps", int(), _):
            return (*STEP, *kinds)
        case ("defaults", _):
            return tuple(DEFAULTS)
        case ("inputs", _, _):
            return tuple(INPUT)
        case ("queues", _, _):
            return tuple(QUEUE)
        case (*_, "retry", _):
            return tuple(RETRY)
        case _:
            return ("group", "on_conflict")
