"""Where the parts of a YAML text are: what a change needs to know.

The nodes are those of the parser. They know at which character of the text they begin and end.
"""

from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode

from curate.errors import InputError


@dataclass(frozen=True, slots=True)
class Holder:
    """What new entries go into. `node`: a mapping, None for an empty value or file.

    `key`: the key whose value it is, None at the top.
    """

    node: Any
    key: Any


@dataclass(frozen=True, slots=True)
class Pair:
    """The nodes of an entry of a mapping."""

    key: Any
    value: Any


def find_mapping(
    text: str, path: tuple[str, ...], name: str
) -> tuple[Holder, list[str]]:
    """The deepest mapping on a path that is there, and the steps of the path that are missing."""
    holder = Holder(YAML(typ="safe", pure=True).compose(StringIO(text)), None)
    for number, step in enumerate(path):
        pair = find_pair(holder.node, step)
        if pair is None:
            return holder, list(path[number:])
        check_place(pair, name)
        if is_empty(pair.value):
            return Holder(None, pair.key), list(path[number + 1 :])
        holder = Holder(pair.value, pair.key)
    if holder.node is not None and not isinstance(holder.node, MappingNode):
        raise InputError(f"{name}: a mapping is expected under {'.'.join(path)!r}")
    return holder, []


def find_pair(node: Any, key: str) -> Pair | None:
    """The entry of a key; None if the mapping has no such key."""
    if not isinstance(node, MappingNode):
        return None
    for key_node, value_node in node.value:
        if isinstance(key_node, ScalarNode) and key_node.value == key:
            return Pair(key_node, value_node)
    return None


def check_place(pair: Pair, name: str) -> None:
    """InputError if the value of a key is an alias: its text is somewhere else."""
    if pair.value.start_mark.index < pair.key.end_mark.index:
        place = f"{name}:{pair.key.start_mark.line + 1}"
        message = f"{pair.key.value!r} is an alias; change it by hand"
        raise InputError(f"{place}: {message}")


def is_empty(node: Any) -> bool:
    """Whether a value is there only as its key, as in `labels:`."""
    return isinstance(node, ScalarNode) and not node.value and node.style is None


def is_flow(node: Any) -> bool:
    """Whether a node is a mapping or list in brackets."""
    return bool(getattr(node, "flow_style", False))


def last_child(node: Any) -> Any:
    """The last item of a list, or the last value of a mapping; None if it has none."""
    if isinstance(node, ScalarNode) or not node.value:
        return None
    last = node.value[-1]
    if isinstance(node, MappingNode):
        _, value = last
        return value
    return last


def end_of(text: str, node: Any) -> int:
    """Where the text of a node ends, without the blank lines and comments after it."""
    last = last_child(node)
    # A parser says that a block ends where the next thing begins.
    if last is not None and not is_flow(node):
        return end_of(text, last)
    end: int = node.end_mark.index
    return len(text[:end].rstrip())


def line_end(text: str, at: int) -> int:
    """The first character of the next line, or the end of the text."""
    found = text.find("\n", at)
    if found < 0:
        return len(text)
    return found + 1
