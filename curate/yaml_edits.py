"""Changes to YAML files that people edit: what is not changed keeps every byte.

A change is made in the text, at the place that the parser names. Comments, order, quotes and
spacing of everything else stay as they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from operator import attrgetter
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from curate.errors import InputError
from curate.yaml_scalars import one_line, plain_or_quoted

Tree = str | Mapping[str, "Tree"]
"""New content: a value as YAML on one line, or a mapping from keys, as plain text, to content."""

_STEP = 2  # spaces by which a nested block is indented


@dataclass(frozen=True, slots=True)
class _Splice:
    """A change of the text: `new` takes the place of the characters from start to end."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class _Holder:
    """What new entries go into. `node`: a mapping, None for an empty value or file.

    `key`: the key whose value it is, None at the top.
    """

    node: Any
    key: Any


def set_entries(
    text: str, path: tuple[str, ...], entries: Mapping[str, Tree], name: str
) -> str:
    """The text with these entries in the mapping at `path`.

    An entry whose key is there gets the new value; the others are added at the end. A mapping
    that is missing is made.

    `entries`: the content of each key. `name`: what messages call the file.
    InputError if the text has a form that cannot be changed without touching the rest.
    """
    holder, missing = _find(text, path, name)
    splices: list[_Splice] = []
    added: dict[str, Tree] = {}
    for key, value in entries.items():
        pair = None
        if not missing:
            pair = _pair(holder.node, key)
        if pair is None:
            added[key] = value
        else:
            splices.append(_replacement(text, pair, value, name))

    if added:
        tree: Mapping[str, Tree] = added
        for step in reversed(missing):
            tree = {step: tree}
        splices.append(_insertion(text, holder, tree))
    return _apply(text, splices)


def remove_entry(text: str, path: tuple[str, ...], key: str, name: str) -> str:
    """The text without one entry of the mapping at `path`; as it is if there is no such entry.

    InputError if the entry does not fill its lines, as in `{a: b, c: d}`.
    """
    holder, missing = _find(text, path, name)
    pair = _pair(holder.node, key)
    if missing or pair is None:
        return text
    if holder.node.flow_style:
        raise InputError(f"{name}: {key!r} shares its line; remove it there by hand")

    start = text.rfind("\n", 0, pair[0].start_mark.index) + 1
    end = _line_end(text, _end(text, pair[1]))
    return _apply(text, [_Splice(start, end, "")])


def add_items(text: str, key: str, items: Iterable[str], name: str) -> str:
    """The text with more items in the list under a key at the top; it is made if it is missing.

    `items`: as YAML on one line.
    """
    holder, _ = _find(text, (), name)
    pair = _pair(holder.node, key)
    if pair is None or _is_empty(pair[1]):
        return set_entries(text, (), {key: "[" + ", ".join(items) + "]"}, name)

    sequence = pair[1]
    if not isinstance(sequence, SequenceNode):
        raise InputError(f"{name}: {key!r} is no list")
    if sequence.flow_style:
        return _apply(text, [_into_flow(text, sequence, ", ".join(items))])
    indent = " " * sequence.start_mark.column
    at = _line_end(text, _end(text, sequence))
    new = "".join(f"{indent}- {item}\n" for item in items)
    return _apply(text, [_Splice(at, at, _on_new_line(text, at) + new)])


def remove_items(text: str, key: str, items: Iterable[str], name: str) -> str:
    """The text without some items, plain texts, of the list under a key at the top."""
    holder, _ = _find(text, (), name)
    pair = _pair(holder.node, key)
    if pair is None or not isinstance(pair[1], SequenceNode):
        return text

    going = set(items)
    sequence = pair[1]
    if sequence.flow_style:
        staying = [node.value for node in sequence.value if node.value not in going]
        start = sequence.start_mark.index
        end = sequence.end_mark.index
        return _apply(text, [_Splice(start, end, one_line(staying))])

    splices = []
    for node in sequence.value:
        if node.value in going:
            start = text.rfind("\n", 0, node.start_mark.index) + 1
            splices.append(_Splice(start, _line_end(text, _end(text, node)), ""))
    return _apply(text, splices)


# where something is -------------------------------------------------------------------------------


def _find(text: str, path: tuple[str, ...], name: str) -> tuple[_Holder, list[str]]:
    """The deepest mapping on a path that is there, and the steps of the path that are missing."""
    holder = _Holder(YAML(typ="safe", pure=True).compose(StringIO(text)), None)
    for number, step in enumerate(path):
        pair = _pair(holder.node, step)
        if pair is None:
            return holder, list(path[number:])
        _check_place(pair, name)
        if _is_empty(pair[1]):
            return _Holder(None, pair[0]), list(path[number + 1 :])
        holder = _Holder(pair[1], pair[0])
    if holder.node is not None and not isinstance(holder.node, MappingNode):
        raise InputError(f"{name}: a mapping is expected under {'.'.join(path)!r}")
    return holder, []


def _pair(node: Any, key: str) -> tuple[Any, Any] | None:
    """The nodes of a key and its value; None if the mapping has no such key."""
    if not isinstance(node, MappingNode):
        return None
    for key_node, value_node in node.value:
        if isinstance(key_node, ScalarNode) and key_node.value == key:
            return key_node, value_node
    return None


def _check_place(pair: tuple[Any, Any], name: str) -> None:
    """InputError if the value of a key is an alias: its text is somewhere else."""
    key, value = pair
    if value.start_mark.index < key.end_mark.index:
        line = key.start_mark.line + 1
        raise InputError(f"{name}:{line}: {key.value!r} is an alias; change it by hand")


def _is_empty(node: Any) -> bool:
    """Whether a value is there only as its key, as in `labels:`."""
    return isinstance(node, ScalarNode) and not node.value and node.style is None


def _end(text: str, node: Node) -> int:
    """Where the text of a node ends, without the blank lines and comments after it."""
    is_block = not getattr(node, "flow_style", True)
    if is_block and node.value:
        last = node.value[-1]
        if isinstance(last, tuple):
            last = last[1]
        return _end(text, last)
    end: int = node.end_mark.index
    return len(text[:end].rstrip())


def _line_end(text: str, at: int) -> int:
    """The first character of the next line, or the end of the text."""
    found = text.find("\n", at)
    if found < 0:
        return len(text)
    return found + 1


# what changes -------------------------------------------------------------------------------------


def _replacement(text: str, pair: tuple[Any, Any], tree: Tree, name: str) -> _Splice:
    """A new value for a key."""
    _check_place(pair, name)
    value = _flow(tree)
    key, old = pair
    if _is_empty(old):
        colon = text.index(":", key.end_mark.index) + 1
        return _Splice(colon, colon, f" {value}")
    start = old.start_mark.index
    end = _end(text, old)
    if text[key.end_mark.index : start].count("\n"):
        # A block below its key: the value comes up to the key's line.
        start = text.index(":", key.end_mark.index) + 1
        value = f" {value}"
    return _Splice(start, end, value)


def _insertion(text: str, holder: _Holder, tree: Mapping[str, Tree]) -> _Splice:
    """New entries at the end of a mapping."""
    node = holder.node
    if node is not None and node.flow_style:
        return _into_flow(text, node, _flow(tree)[1:-1])

    if node is not None:
        indent = node.start_mark.column
        at = _line_end(text, _end(text, node))
    elif holder.key is not None:
        indent = holder.key.start_mark.column + _STEP
        at = _line_end(text, holder.key.end_mark.index)
    else:
        indent = 0
        at = len(text)
    return _Splice(at, at, _on_new_line(text, at) + _block(tree, indent))


def _into_flow(text: str, holder: Any, new: str) -> _Splice:
    """New text before the closing bracket of a flow mapping or list."""
    closing = holder.end_mark.index - 1
    at = closing
    if not holder.value:
        return _Splice(at, at, new)
    last = holder.value[-1]
    if isinstance(last, tuple):
        last = last[1]
    at = _end(text, last)
    return _Splice(at, at, f", {new}")


def _on_new_line(text: str, at: int) -> str:
    """A line end, if the text before `at` does not end with one."""
    if at == 0 or text[at - 1] == "\n":
        return ""
    return "\n"


def _block(tree: Mapping[str, Tree], indent: int) -> str:
    """Content as block mappings."""
    lines = []
    for key, value in tree.items():
        start = " " * indent + plain_or_quoted(key) + ":"
        if isinstance(value, Mapping):
            lines.append(f"{start}\n{_block(value, indent + _STEP)}")
        else:
            lines.append(f"{start} {value}\n")
    return "".join(lines)


def _flow(tree: Tree) -> str:
    """Content as a flow mapping, on one line."""
    if isinstance(tree, str):
        return tree
    pairs = [f"{plain_or_quoted(key)}: {_flow(value)}" for key, value in tree.items()]
    return "{" + ", ".join(pairs) + "}"


def _apply(text: str, splices: Iterable[_Splice]) -> str:
    """The text with all splices, which do not overlap."""
    last_first = sorted(splices, key=attrgetter("start", "end"), reverse=True)
    for splice in last_first:
        text = text[: splice.start] + splice.new + text[splice.end :]
    return text
