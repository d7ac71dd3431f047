"""What one Python file reads from the environment, by its syntax: nothing is imported or run."""

from __future__ import annotations

import ast

from holdfast.checks.environment_files.reads import FileReads, Names, Read, constant, keyword

ENVIRON, GETENV = "os.environ", ("os.getenv", "os.environ.get")
CASTS = {"int": "int", "float": "float", "json.loads": "json", "decimal.Decimal": "float", "uuid.UUID": "uuid"}
"""What is called with the text of a variable, and fails where that is not of the kind."""
CATCHES = frozenset({"KeyError", "LookupError", "Exception", "BaseException"})
_METHODS = {
    "int": "int integer",
    "float": "float decimal",
    "bool": "bool boolean",
    "string": "str string unicode",
    "url": "url db db_url dj_db_url cache cache_url email_url search_url channels",
    "": "email dict tuple enum timedelta log_level datetime time bytes get_value",
} | {kind: kind for kind in ("uuid", "json", "date", "list", "path")}
METHODS = {name: kind for kind, names in _METHODS.items() for name in names.split()}
"""The methods of environs and django-environ that read a variable, with the kind that they want."""
FILLED = frozenset({"int", "float", "url", "uuid", "date"})
"""The kinds for which all of them refuse an empty text."""
USUAL = {"db": "DATABASE_URL", "cache": "CACHE_URL", "email": "EMAIL_URL", "search_url": "SEARCH_URL"}
"""What django-environ reads where no name is given."""
READERS = {
    "environs.Env": "env",
    "environ.Env": "env",
    "environ.FileAwareEnv": "env",
    "starlette.config.Config": "call",
}
READERS |= {"decouple.Config": "call", "decouple.AutoConfig": "call"}
INSTANCES = {"decouple.config": "call", "environs.env": "env"}


def reads_in(tree: ast.Module, names: Names, file: str) -> FileReads:
    """All that the module reads."""
    visitor = _Visitor(names, file)
    visitor.visit(tree)
    return FileReads(
        tuple(visitor.reads),
        frozenset(visitor.sets),
        frozenset(visitor.asked),
        tuple(visitor.computed),
    )


class _Visitor(ast.NodeVisitor):
    """Walks a module, knowing what stands around each node: a cast, a `try`, a prefix."""

    def __init__(self, names: Names, file: str) -> None:
        self.names, self.file = names, file
        self.reads: list[Read] = []
        self.sets: set[str] = set()
        self.asked: set[str] = set()
        self.computed: list[int] = []
        self._readers = dict(INSTANCES)
        self._schemes: dict[str, ast.expr] = {}
        self._kinds: dict[int, str] = {}
        self._caught = 0
        self._prefix = ""

    def visit_Try(self, node: ast.Try) -> None:
        caught = any(_catches(handler) for handler in node.handlers)
        self._caught += caught
        for statement in node.body:
            self.visit(statement)
        self._caught -= caught
        for rest in (*node.handlers, *node.orelse, *node.finalbody):
            self.visit(rest)

    def visit_With(self, node: ast.With) -> None:
        before, suppressing = self._prefix, 0
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "prefixed":
                self._prefix += self.names.text(call.args[0] if call.args else None) or ""
            elif isinstance(call, ast.Call) and self.names.path(call.func) == "contextlib.suppress":
                suppressing += any(_is_caught(each) for each in call.args)
        self._caught += suppressing
        self.generic_visit(node)
        self._caught -= suppressing
        self._prefix = before

    def visit_Assign(self, node: ast.Assign) -> None:
        if isinstance(node.value, ast.Call) and (kind := READERS.get(self.names.path(node.value.func))):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self._readers[target.id] = kind
            self._schemes |= {each.arg: each.value for each in node.value.keywords if each.arg and kind == "env"}
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if self.names.path(node.target) == ENVIRON:
            self._update(node.value)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if self.names.path(node.value) == ENVIRON:
            name = self.names.text(node.slice)
            if isinstance(node.ctx, ast.Load):
                self._read(node, name, required=not self._caught)
            elif isinstance(node.ctx, ast.Store) and name:
                self.sets.add(name)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        if isinstance(node.ops[0], ast.In | ast.NotIn) and self.names.path(node.comparators[0]) == ENVIRON:
            name = self.names.text(node.left)
            self._read(node, name)
            self.asked.update({name} if name else ())
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        path = self.names.path(node.func) or (node.func.id if isinstance(node.func, ast.Name) else "")
        if path in CASTS and len(node.args) == 1 and not node.keywords:
            self._kinds[id(node.args[0])] = CASTS[path]
        if path in GETENV:
            self._getenv(node)
        elif path in (f"{ENVIRON}.pop", f"{ENVIRON}.setdefault", f"{ENVIRON}.update"):
            self._changes(node, path.rpartition(".")[2])
        elif any(self.names.path(each) == ENVIRON for each in node.args) and path not in (
            "dict",
            "len",
            "list",
            "sorted",
        ):
            self.computed.append(node.lineno)  # whoever gets all of it may read any
        else:
            self._reader(node)
        for name in self.names.texts(keyword(node, "envvar")):
            self._read(node, name)
        self.generic_visit(node)

    def _getenv(self, node: ast.Call) -> None:
        given = node.args[0] if node.args else keyword(node, "key")
        default = node.args[1] if len(node.args) > 1 else keyword(node, "default")
        self._read(node, self.names.text(given), default=constant(default, self.names))

    def _changes(self, node: ast.Call, method: str) -> None:
        name = self.names.text(node.args[0]) if node.args else None
        if method == "pop":
            self._read(node, name, required=len(node.args) == 1 and not self._caught)
        elif method == "update":
            self._update(*node.args, *(ast.Dict([ast.Constant(each.arg)], [each.value]) for each in node.keywords))
        elif name:
            self.sets.add(name)
            self._read(node, name, default=constant(node.args[1], self.names) if len(node.args) > 1 else None)

    def _update(self, *given: ast.expr) -> None:
        for each in given:
            if isinstance(each, ast.Dict):
                self.sets.update(name for key in each.keys if (name := self.names.text(key)))

    def _reader(self, node: ast.Call) -> None:
        """A call of what environs, django-environ, decouple or starlette read variables with."""
        function, method = node.func, ""
        owner = function
        if isinstance(function, ast.Attribute) and function.attr in METHODS:
            owner, method = function.value, function.attr
        if not isinstance(owner, ast.Name):
            return
        kind = self._readers.get(self.names.path(owner)) or self._readers.get(owner.id)
        if kind is None or (method and kind != "env"):
            return
        given = node.args[0] if node.args else keyword(node, "var", "name", "option", "key")
        name = self.names.text(given) if given is not None else USUAL.get(method)
        if name is None:
            self.computed.extend([node.lineno] if given is not None else [])
            return
        self._described(node, self._prefix + name, method)

    def _described(self, node: ast.Call, name: str, method: str) -> None:
        default = node.args[1] if len(node.args) > 1 and method else keyword(node, "default")
        cast = keyword(node, "cast", "subcast") if not method else None
        scheme = self._schemes.get(name)
        if isinstance(scheme, ast.Tuple) and len(scheme.elts) == 2:
            cast, default = cast or scheme.elts[0], default or scheme.elts[1]
        known = METHODS.get(method, "") or (METHODS.get(cast.id, "") if isinstance(cast, ast.Name) else "")
        text = constant(default, self.names)
        has_default = default is not None or len(node.args) > 1 or any(each.arg is None for each in node.keywords)
        self._read(
            node, name, required=not has_default and not self._caught, default=text, kind=known, filled=known in FILLED
        )

    def _read(
        self,
        node: ast.expr,
        name: str | None,
        *,
        required: bool = False,
        default: str | None = None,
        kind: str = "",
        filled: bool = False,
    ) -> None:
        if name is None:
            self.computed.append(node.lineno)
        elif name:
            cast = self._kinds.get(id(node), "")
            wanted = kind or cast
            read = Read((name,), self.file, node.lineno, required, wanted, default, filled=bool(cast) or filled)
            self.reads.append(read)


def _catches(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or _is_caught(kind) for kind in kinds)


def _is_caught(kind: ast.expr) -> bool:
    return isinstance(kind, ast.Name) and kind.id in CATCHES
