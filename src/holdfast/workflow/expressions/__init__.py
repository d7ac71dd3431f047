"""CEL expressions and the texts that hold them."""

from holdfast.workflow.expressions.language import check, condition, evaluate, names
from holdfast.workflow.expressions.texts import filled, parts, references_of

__all__ = ["check", "condition", "evaluate", "filled", "names", "parts", "references_of"]
