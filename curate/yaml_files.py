"""YAML with positions, read within limits: `where("exports", 0, "format")` tells file, line and column."""

from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

from curate.errors import InputError
from curate.reasons import Reason, Refusal
from curate.text import decode_text, nesting

MAX_YAML_ALIASES = 100
MAX_YAML_NODES = 1_000_000
MAX_YAML_DEPTH = 200


class Located(NamedTuple):
    """Plain data of a YAML file, and where each part stands: `where("exports", 0, "format")` → FILE:LINE:COLUMN."""

    data: Any
    where: Callable[..., str]


def parse_yaml(text: str, name: str) -> Located:
    """A YAML document with positions; aliases are counted and tags refused. Refusal as the ledger names it."""
    try:
        _check_events(text, name)
        document = YAML(typ="rt").load(StringIO(text))
        if _expanded(document, {}) > MAX_YAML_NODES:
            raise Refusal(
                Reason.OVER_LIMIT, f"{name}: aliases expand to more than {MAX_YAML_NODES:,} nodes"
            )
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise Refusal(Reason.MALFORMED_FILE, f"{place}: {error.problem or error.context}") from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise Refusal(Reason.MALFORMED_FILE, f"{name}: no YAML: {error}") from None
    return Located(_plain(document), lambda *path: _position(document, path, name))


def _check_events(text: str, name: str) -> None:
    """Refuse, before anything is built: too many aliases or nodes, too deep a nesting, and tags."""
    aliases = depth = 0
    if (
        nesting(text.encode("utf-8", "surrogatepass")) > MAX_YAML_DEPTH
    ):  # the parser takes quadratic time to tell
        raise Refusal(Reason.OVER_LIMIT, f"{name}: nests deeper than {MAX_YAML_DEPTH}")
    for nodes, event in enumerate(YAML(typ="rt").parse(StringIO(text))):
        aliases += isinstance(event, AliasEvent)
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if aliases > MAX_YAML_ALIASES:
            raise Refusal(Reason.OVER_LIMIT, f"{name}: more than {MAX_YAML_ALIASES} aliases")
        if depth > MAX_YAML_DEPTH or nodes > MAX_YAML_NODES:
            raise Refusal(
                Reason.OVER_LIMIT,
                f"{name}: nests deeper than {MAX_YAML_DEPTH}, or has too many nodes",
            )
        if not _is_core(getattr(event, "ctag", None)):
            place = f"{name}:{event.start_mark.line + 1}:{event.start_mark.column + 1}"
            raise Refusal(Reason.REFUSED_MARKUP, f"{place}: tag {event.ctag} is never obeyed")


def load_yaml(path: Path) -> Located:
    """A YAML file that a user edits. InputError with file, line and column."""
    try:
        return parse_yaml(decode_text(path.read_bytes()), str(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except Refusal as refusal:
        detail = refusal.detail
        raise InputError(detail if detail.startswith(str(path)) else f"{path}: {detail}") from None


def _is_core(tag: Any) -> bool:
    return tag is None or (
        str(tag).startswith(("tag:yaml.org,2002:", "!!")) and "/" not in str(tag)
    )


def _expanded(node: Any, sizes: dict[int, int]) -> int:
    if id(node) not in sizes:
        children = (
            node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
        )
        sizes[id(node)] = 1 + sum(_expanded(child, sizes) for child in children)
    return sizes[id(node)]


def _plain(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {_plain(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if isinstance(node, TaggedScalar):
        return node.value
    for kind in (bool, int, float, str):  # ruamel's scalars remember how they were written
        if isinstance(node, kind):
            return kind(node)
    return node


def _position(document: Any, path: tuple[Any, ...], name: str) -> str:
    line, column = 0, 0
    node = document
    for step in path:
        if isinstance(node, CommentedMap) and step in node:
            line, column = node.lc.key(step)
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line, column = node.lc.item(step)
        else:
            break
        node = node[step]
    return f"{name}:{line + 1}:{column + 1}"
