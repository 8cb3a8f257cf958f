"""YAML with positions, read within limits.

`located.where("exports", 0, "format")` gives FILE:LINE:COLUMN of that value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.resolver import VersionedResolver
from upath import UPath

from curate.errors import InputError
from curate.reasons import Reason, Refusal
from curate.text import decode_text, nesting

MAX_YAML_ALIASES = 100
"""Aliases of one document."""

MAX_YAML_NODES = 1_000_000
"""Nodes of one document, with every alias written out."""

MAX_YAML_DEPTH = 200
"""Nested mappings and lists."""

_TAB = "found character '\\t'"  # how the parser tells of a tab that indents
_MERGE_MARK = re.compile(r"^[ \t]*(<{7}|>{7}) ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Located:
    """Plain data of a YAML file, and the position of each value in it.

    `name`: what messages call the file. `document`: the parser's own tree, which knows positions.
    """

    data: Any
    name: str
    document: Any

    def where(self, *path: Any) -> str:
        """FILE:LINE:COLUMN of the value at a path of keys and indexes.

        If it does not exist, the place of the nearest value above it.
        """
        line = 0
        column = 0
        node = self.document
        for step in path:
            if isinstance(node, CommentedMap) and step in node:
                line, column = node.lc.key(step)
            elif (
                isinstance(node, CommentedSeq)
                and isinstance(step, int)
                and step < len(node)
            ):
                line, column = node.lc.item(step)
            else:
                break
            node = node[step]
        return f"{self.name}:{line + 1}:{column + 1}"


class _TextResolver(VersionedResolver):
    """Reads every scalar as text, as it is written: 1, no and null are words, too.

    An empty value stays null, and `<<` stays the merge key.
    """

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is ScalarNode and implicit[0] and value not in ("", "<<"):
            return self.DEFAULT_SCALAR_TAG
        return super().resolve(kind, value, implicit)


def load_yaml(path: Path | UPath, *, as_text: bool = False) -> Located:
    """A YAML file that a user edits. Raises InputError with file, line and column.

    `as_text`: every scalar is the text that is written, as in `parse_yaml`.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{path}: cannot be read: {reason}") from None
    return read_yaml(content, str(path), as_text=as_text)


def read_yaml(content: bytes, name: str, *, as_text: bool = False) -> Located:
    """YAML that a user wrote. Raises InputError with `name`, line and column."""
    try:
        return parse_yaml(decode_text(content), name, as_text=as_text)
    except Refusal as refusal:
        message = refusal.detail
        if not message.startswith(name):
            message = f"{name}: {message}"
        raise InputError(message) from None


def parse_yaml(text: str, name: str, *, as_text: bool = False) -> Located:
    """A YAML document with positions. `name`: what messages call it.

    `as_text`: every scalar but an empty one is the text that is written, so that the label 1 is
    "1" and the label no is "no", with and without quotes.

    Raises Refusal malformed_file, over_limit (aliases, nodes, nesting) or refused_markup (a tag).
    """
    try:
        _check_events(text, name)
        reader = YAML(typ="rt")
        if as_text:
            reader.Resolver = _TextResolver
        document = reader.load(StringIO(text))
        nodes = _expanded_size(document, {})
    except MarkedYAMLError as error:
        detail = _marked_problem(error, text, name)
        raise Refusal(Reason.MALFORMED_FILE, detail) from None
    except ReaderError as error:
        detail = _wrong_character(error, text, name)
        raise Refusal(Reason.MALFORMED_FILE, detail) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise Refusal(Reason.MALFORMED_FILE, f"{name}: no YAML: {error}") from None

    if nodes > MAX_YAML_NODES:
        detail = f"{name}: aliases expand to more than {MAX_YAML_NODES:,} nodes"
        raise Refusal(Reason.OVER_LIMIT, detail)
    return Located(_plain(document), name, document)


def _marked_problem(error: MarkedYAMLError, text: str, name: str) -> str:
    """What the parser found wrong, in plain words where it has none, and where."""
    mark = error.problem_mark or error.context_mark
    place = name
    if mark is not None:
        place = f"{name}:{mark.line + 1}:{mark.column + 1}"

    problem = str(error.problem or error.context)
    if isinstance(error, DuplicateKeyError):
        # The library goes on with both values, which may be whole blocks.
        problem, _, _ = problem.partition(" with value ")
    if problem.startswith(_TAB):
        problem = "a tab stands where YAML wants spaces; put spaces in its place"
    if _MERGE_MARK.search(text):
        problem = "the marks of a git merge (<<<<<<<, >>>>>>>) are left in the file"
    return f"{place}: {problem}"


def _wrong_character(error: ReaderError, text: str, name: str) -> str:
    """Which character YAML does not allow, and where it is."""
    before = text[: error.position]
    line = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    code = ord(text[error.position])
    problem = f"the character U+{code:04X} may not stand in YAML; take it out"
    return f"{name}:{line}:{column}: {problem}"


def _check_events(text: str, name: str) -> None:
    """Refuse, before anything is built: too many aliases or nodes, too deep a nesting, and tags."""
    # The parser takes quadratic time to find a deep nesting; counting brackets is fast.
    if nesting(text.encode("utf-8", "surrogatepass")) > MAX_YAML_DEPTH:
        raise Refusal(Reason.OVER_LIMIT, f"{name}: nests deeper than {MAX_YAML_DEPTH}")

    aliases = 0
    depth = 0
    for nodes, event in enumerate(YAML(typ="rt").parse(StringIO(text))):
        if isinstance(event, AliasEvent):
            aliases += 1
        elif isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1

        if aliases > MAX_YAML_ALIASES:
            raise Refusal(
                Reason.OVER_LIMIT, f"{name}: more than {MAX_YAML_ALIASES} aliases"
            )
        if depth > MAX_YAML_DEPTH or nodes > MAX_YAML_NODES:
            detail = (
                f"{name}: nests deeper than {MAX_YAML_DEPTH}, or has too many nodes"
            )
            raise Refusal(Reason.OVER_LIMIT, detail)

        tag = getattr(event, "ctag", None)
        if not _is_core_tag(tag):
            mark = event.start_mark
            place = f"{name}:{mark.line + 1}:{mark.column + 1}"
            raise Refusal(Reason.REFUSED_MARKUP, f"{place}: tag {tag} is never obeyed")


def _is_core_tag(tag: Any) -> bool:
    """Whether a tag is one of YAML's own types, such as !!str."""
    if tag is None:
        return True
    text = str(tag)
    if text.startswith("tag:yaml.org,2002:"):
        return "/" not in text
    return text.startswith("!!") and "/" not in text


def _expanded_size(node: Any, sizes: dict[int, int]) -> int:
    """Nodes of a tree with every alias written out. `sizes`: what is known, by id of the node."""
    known = sizes.get(id(node))
    if known is not None:
        return known

    if isinstance(node, Mapping):
        children = list(node.values())
    elif isinstance(node, list):
        children = node
    else:
        children = []

    size = 1
    for child in children:
        size += _expanded_size(child, sizes)
    sizes[id(node)] = size
    return size


def _plain(node: Any) -> Any:
    """The same data as Python's own types: the parser's scalars remember how they were written."""
    if isinstance(node, Mapping):
        return {_plain(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if isinstance(node, TaggedScalar):
        return node.value
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node
