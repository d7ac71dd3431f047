"""The kinds of step. Each turns a step into a command; `approve` and `guide` wait for somebody first."""

BUILT_IN = {
    "run": "holdfast.workflow.kinds.run:KIND",
    "check": "holdfast.workflow.kinds.check:KIND",
    "gate": "holdfast.workflow.kinds.gate:KIND",
    "approve": "holdfast.workflow.kinds.approve:KIND",
    "guide": "holdfast.workflow.kinds.guide:KIND",
    "tool": "holdfast.workflow.kinds.tool:KIND",
    "workflow": "holdfast.workflow.kinds.workflow:KIND",
}
"""`module:attribute` of each; those of plugins come beside them in holdfast.plugins."""
