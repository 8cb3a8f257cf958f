"""Which code a function reaches, and a digest of it that prose does not change.

The code is followed by name, definition by definition: a function of `curate.settings`
that a stage does not use does not count for the stage. What is called by a name that
only a value holds, such as a format's reader, has to be given as a further start.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]

Definition = tuple[str, str]
"""A module, and a name that it defines at its top level."""

# What differs between versions of Python, or says nothing about the code.
_IGNORED_FIELDS = ("ctx", "kind", "type_comment", "type_params")


@dataclass(frozen=True)
class Module:
    """The statements of a module by what they define, and its imports.

    `statements`: of the top level. `nameless`: those that define nothing. `sources`:
    for an imported name, the module that has it and its name there.
    """

    statements: dict[str, list[ast.stmt]] = field(default_factory=dict)
    nameless: list[ast.stmt] = field(default_factory=list)
    sources: dict[str, Definition] = field(default_factory=dict)


def digests(
    starts: Iterable[Definition], rooms: tuple[str, ...], left_out: tuple[str, ...]
) -> dict[str, str]:
    """A digest for each module of the definitions in it that the starts reach.

    `rooms`: prefixes of the modules to follow; `left_out`: modules among these that do
    not count.
    """
    names_of: dict[str, list[str]] = {}
    for module, name in sorted(_reach(starts, rooms, left_out)):
        names_of.setdefault(module, []).append(name)

    found = {}
    for module, names in names_of.items():
        code = _read(module)
        statements = list(code.nameless)
        for name in names:
            statements += code.statements[name]
        text = "\n".join(canonical(statement) for statement in statements)
        found[module] = hashlib.sha256(text.encode()).hexdigest()[:16]
    return found


def definitions(module: str) -> list[Definition]:
    """All definitions of a module, as starts."""
    return [(module, name) for name in _read(module).statements]


def canonical(node: object) -> str:
    """A syntax tree as text, without docstrings or descriptions of settings."""
    if isinstance(node, list):
        texts = [canonical(each) for each in node if not _is_prose(each)]
        return f"[{','.join(texts)}]"
    if not isinstance(node, ast.AST):
        return repr(node)

    fields = []
    for name, value in ast.iter_fields(node):
        if name not in _IGNORED_FIELDS and value not in (None, []):
            fields.append(f"{name}={canonical(value)}")
    return f"{type(node).__name__}({','.join(fields)})"


def _is_prose(node: object) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg == "description"
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _reach(
    starts: Iterable[Definition], rooms: tuple[str, ...], left_out: tuple[str, ...]
) -> set[Definition]:
    """The definitions that the starts use, directly or through others."""
    waiting = list(starts)
    reached: set[Definition] = set()
    while waiting:
        module, name = waiting.pop()
        if not module.startswith(rooms) or module in left_out or _file(module) is None:
            continue
        code = _read(module)
        if name in code.sources:
            waiting.append(code.sources[name])
        elif name in code.statements and (module, name) not in reached:
            reached.add((module, name))
            for statement in (*code.statements[name], *code.nameless):
                waiting += _used(statement, module)
    return reached


def _used(statement: ast.stmt, module: str) -> Iterator[Definition]:
    """The definitions whose names a statement contains."""
    code = _read(module)
    sources = code.sources | _imports(statement)
    for node in _nodes(statement, follow_annotations=False):
        if isinstance(node, ast.Name):
            yield sources.get(node.id, (module, node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            # remap.remap_objects, where remap is a module that was imported by `from`
            yield ".".join(sources.get(node.value.id, ("", ""))), node.attr


def _nodes(node: ast.AST, *, follow_annotations: bool) -> Iterator[ast.AST]:
    """A node and those below it, without the annotations of functions.

    What a function does with a value does not depend on its annotations, unless it runs
    in the child process: there they say what its arguments are decoded to.
    """
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        follow_annotations = any(
            "runs_in_child" in ast.dump(each) for each in node.decorator_list
        )
    for name, value in ast.iter_fields(node):
        is_annotation = name == "returns" or (
            name == "annotation" and isinstance(node, ast.arg)
        )
        if is_annotation and not follow_annotations:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _nodes(child, follow_annotations=follow_annotations)


@cache
def _read(module: str) -> Module:
    path = _file(module)
    assert path is not None, module
    code = Module()
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        code.sources.update(_imports(statement))
        names = list(_defined(statement))
        for name in names:
            code.statements.setdefault(name, []).append(statement)
        is_import = isinstance(statement, ast.Import | ast.ImportFrom)
        if not names and not is_import and not _is_prose(statement):
            code.nameless.append(statement)
    return code


def _file(module: str) -> Path | None:
    """The file of a module, if it is one of this project."""
    path = ROOT / Path(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file
    return None


def _defined(statement: ast.stmt) -> Iterator[str]:
    """The names that a top-level statement defines, also inside `if` and `try`."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        yield statement.name
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _imports(statement: ast.stmt) -> dict[str, Definition]:
    """The names that a statement imports with `from`, at any depth, and where from."""
    sources = {}
    for node in ast.walk(statement):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                sources[alias.asname or alias.name] = (node.module, alias.name)
    return sources
