"""Changes to YAML files that people edit: what is not changed keeps every byte.

A change is made in the text, at the place that the parser names. Comments, order, quotes and
spacing of everything else stay as they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from ruamel.yaml.nodes import SequenceNode

from curate.errors import InputError
from curate.yaml_places import (
    Holder,
    Pair,
    check_place,
    end_of,
    find_mapping,
    find_pair,
    is_empty,
    is_flow,
    last_child,
    line_end,
)
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


def set_entries(
    text: str, path: tuple[str, ...], entries: Mapping[str, Tree], name: str
) -> str:
    """The text with these entries in the mapping at `path`.

    An entry whose key is there gets the new value; the others are added at the end. A mapping
    that is missing is made.

    `entries`: the content of each key. `name`: what messages call the file.
    InputError if the text has a form that cannot be changed without touching the rest.
    """
    holder, missing = find_mapping(text, path, name)
    splices: list[_Splice] = []
    added: dict[str, Tree] = {}
    for key, value in entries.items():
        pair = None
        if not missing:
            pair = find_pair(holder.node, key)
        if pair is None:
            added[key] = value
            continue
        replacement = _replacement(text, pair, value, name)
        splices.append(replacement)

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
    holder, missing = find_mapping(text, path, name)
    pair = find_pair(holder.node, key)
    if missing or pair is None:
        return text
    if is_flow(holder.node):
        raise InputError(f"{name}: {key!r} shares its line; remove it there by hand")

    removal = _without_lines(text, pair.key, pair.value)
    return _apply(text, [removal])


def add_items(text: str, key: str, items: Iterable[str], name: str) -> str:
    """The text with more items in the list under a key at the top; it is made if it is missing.

    `items`: as YAML on one line.
    """
    holder, _ = find_mapping(text, (), name)
    pair = find_pair(holder.node, key)
    if pair is None and not is_flow(holder.node):
        lines = _item_lines(items, _STEP)
        start = _on_new_line(text, len(text))
        return f"{text}{start}{plain_or_quoted(key)}:\n{lines}"
    if pair is None or is_empty(pair.value):
        listed = ", ".join(items)
        return set_entries(text, (), {key: f"[{listed}]"}, name)

    sequence = pair.value
    if not isinstance(sequence, SequenceNode):
        raise InputError(f"{name}: {key!r} is no list")
    if sequence.flow_style:
        listed = ", ".join(items)
        return _apply(text, [_into_flow(text, sequence, listed)])

    # A block: the new items come after its last line.
    at = line_end(text, end_of(text, sequence))
    lines = _item_lines(items, sequence.start_mark.column)
    start = _on_new_line(text, at)
    return _apply(text, [_Splice(at, at, start + lines)])


def remove_items(text: str, key: str, items: Iterable[str], name: str) -> str:
    """The text without some items, plain texts, of the list under a key at the top."""
    holder, _ = find_mapping(text, (), name)
    pair = find_pair(holder.node, key)
    if pair is None or not isinstance(pair.value, SequenceNode):
        return text

    going = set(items)
    sequence = pair.value
    if sequence.flow_style:
        staying = [node.value for node in sequence.value if node.value not in going]
        start = sequence.start_mark.index
        end = sequence.end_mark.index
        return _apply(text, [_Splice(start, end, one_line(staying))])

    leaving = [node for node in sequence.value if node.value in going]
    if len(leaving) == len(sequence.value):
        return remove_entry(text, (), key, name)
    removals = [_without_lines(text, node, node) for node in leaving]
    return _apply(text, removals)


def _replacement(text: str, pair: Pair, tree: Tree, name: str) -> _Splice:
    """A new value for a key."""
    check_place(pair, name)
    value = _flow(tree)
    key_end = pair.key.end_mark.index
    after_colon = text.index(":", key_end) + 1
    if is_empty(pair.value):
        return _Splice(after_colon, after_colon, f" {value}")

    start = pair.value.start_mark.index
    end = end_of(text, pair.value)
    if "\n" in text[key_end:start]:
        # A block below its key: the value comes up to the key's line.
        return _Splice(after_colon, end, f" {value}")
    return _Splice(start, end, value)


def _without_lines(text: str, first: Any, last: Any) -> _Splice:
    """Removes the lines from one node to another."""
    line_before = text.rfind("\n", 0, first.start_mark.index)
    last_end = end_of(text, last)
    end = line_end(text, last_end)
    return _Splice(line_before + 1, end, "")


def _insertion(text: str, holder: Holder, tree: Mapping[str, Tree]) -> _Splice:
    """New entries at the end of a mapping."""
    node = holder.node
    if is_flow(node):
        in_brackets = _flow(tree)
        return _into_flow(text, node, in_brackets[1:-1])

    if node is not None:
        indent = node.start_mark.column
        at = line_end(text, end_of(text, node))
    elif holder.key is not None:
        indent = holder.key.start_mark.column + _STEP
        at = line_end(text, holder.key.end_mark.index)
    else:
        indent = 0
        at = len(text)
    start = _on_new_line(text, at)
    block = _block(tree, indent)
    return _Splice(at, at, start + block)


def _into_flow(text: str, holder: Any, new: str) -> _Splice:
    """New text before the closing bracket of a flow mapping or list."""
    last = last_child(holder)
    if last is None:
        closing = holder.end_mark.index - 1
        return _Splice(closing, closing, new)
    at = end_of(text, last)
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
        name = plain_or_quoted(key)
        start = f"{' ' * indent}{name}:"
        if isinstance(value, Mapping):
            inner = _block(value, indent + _STEP)
            lines.append(f"{start}\n{inner}")
        else:
            lines.append(f"{start} {value}\n")
    return "".join(lines)


def _item_lines(items: Iterable[str], indent: int) -> str:
    """Items of a list, a line each."""
    start = " " * indent
    return "".join(f"{start}- {item}\n" for item in items)


def _flow(tree: Tree) -> str:
    """Content as a flow mapping, on one line."""
    if isinstance(tree, str):
        return tree
    pairs = []
    for key, value in tree.items():
        name = plain_or_quoted(key)
        pairs.append(f"{name}: {_flow(value)}")
    return "{" + ", ".join(pairs) + "}"


def _apply(text: str, splices: Iterable[_Splice]) -> str:
    """The text with all splices, which do not overlap."""
    last_first = sorted(splices, key=attrgetter("start", "end"), reverse=True)
    for splice in last_first:
        text = text[: splice.start] + splice.new + text[splice.end :]
    return text
