"""Reading XML from a stranger: as a stream of starts and ends, without a tree, a doctype or entities of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.parsers import expat

from holdfast.workflow.gates.files import LIMIT, report
from holdfast.workflow.gates.interface import Gate, NoData

DEEPEST = 200
CHUNK = 2**16
LONGEST_TAG = 2**20
Start = Callable[[list[str], Mapping[str, str]], None]


def read_xml(gate: Gate, start: Start) -> None:
    """Calls `start` with the way to each element (its own name last) and its attributes. Raises NoData."""
    name = gate.options["from"]
    way: list[str] = []
    parser = expat.ParserCreate()

    def begin(tag: str, attributes: dict[str, str]) -> None:
        way.append(tag.rpartition(":")[2])
        if len(way) > DEEPEST:
            raise NoData(f"{name}:{parser.CurrentLineNumber}: elements nested more than {DEEPEST} deep")
        start(way, attributes)

    def end(_tag: str) -> None:
        way.pop()

    def refuse(doctype: str, system: str | None, public: str | None, internal: object) -> None:  # noqa: ARG001
        # a doctype brings entities: bombs, and files of this machine
        raise NoData(f"{name}:{parser.CurrentLineNumber}: it has a doctype ({doctype[:40]}), which no report needs")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = refuse
    _feed(gate, parser)


def _feed(gate: Gate, parser: expat.XMLParserType) -> None:
    name = gate.options["from"]
    seen = 0
    try:
        with report(gate) as file:
            while chunk := file.read(CHUNK):
                seen += len(chunk)
                if seen > LIMIT:
                    raise NoData(f"{name} grew beyond {LIMIT:,} bytes")
                parser.Parse(chunk, False)  # noqa: FBT003 - its parameter has no name
                if seen - parser.CurrentByteIndex > LONGEST_TAG:  # which the parser reads anew with every chunk
                    raise NoData(f"{name}:{parser.CurrentLineNumber}: a tag of more than {LONGEST_TAG:,} bytes")
            if not seen:
                raise NoData(f"{name} is empty")
            parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise NoData(f"{name}:{error.lineno}: not XML: {expat.ErrorString(error.code)}") from error
    except (ValueError, LookupError) as error:  # an encoding that nobody knows
        raise NoData(f"{name}: not XML: {error}") from error
