"""Text from strangers, read safely: encodings, JSON and YAML within limits, YAML with positions."""

import codecs
import json
import math
import re
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from rapidfuzz import process
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

from curate.reasons import Reason, Refusal

MAX_YAML_ALIASES = 100
MAX_YAML_NODES = 1_000_000
_WINDOW = 1 << 20  # bytes of a document that are looked at in one go
MAX_YAML_DEPTH = 200
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)  # an open one goes to the end: never read twice
_STRING_OR_NO_NUMBER = re.compile(_STRING.pattern + rb"|-?(?:NaN|Infinity)\b", re.DOTALL)
_SURROGATE_ESCAPES = re.compile(rb"(\\[^u]|\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|\\u[dD][89a-fA-F]..", re.DOTALL)
_SYMBOLS = np.isin(np.arange(256), np.frombuffer(b'[]{}"\\', np.uint8))  # bytes that tell the nesting of JSON
_LONGEST_NUMBER = 1000  # digits; Python refuses to read whole numbers of more than 4,300
_SURROGATE = re.compile("[\ud800-\udfff]")
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class InputError(ValueError):
    """What the user gave is wrong; the message names file and place, and what to do. Exit code 2."""


class Located(NamedTuple):
    """Plain data of a YAML file, and where each part stands: `where("exports", 0, "format")` → FILE:LINE:COLUMN."""

    data: Any
    where: Callable[..., str]


def decode_text(raw: bytes) -> str:
    """UTF-8, or UTF-16 where a byte-order mark says so; the mark goes, line ends become \\n. Refusal otherwise."""
    encoding = next((name for bom, name in _BOMS.items() if raw.startswith(bom)), "utf-8")
    try:
        return raw.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise Refusal(Reason.MALFORMED_FILE, f"no {encoding} text: {error}") from None


def clean_label(text: str) -> tuple[str, bool]:
    """A label without lone surrogates, which no UTF-8 file can hold; whether any was replaced."""
    cleaned = _SURROGATE.sub("\ufffd", text)
    return cleaned, cleaned != text


def encodable(value: Any) -> Any:
    """Plain data without what MessagePack and Parquet cannot hold: lone surrogates, whole numbers beyond 64 bits."""
    if isinstance(value, str):
        return clean_label(value)[0]
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return float(value) if value.bit_length() < 1024 else math.copysign(math.inf, 1 if value > 0 else -1)
    if isinstance(value, list):
        return [encodable(each) for each in value]
    if isinstance(value, dict):
        return {encodable(key): encodable(each) for key, each in value.items()}
    return value


def parse_json(raw: bytes, max_depth: int) -> Any:
    """A JSON document as plain data; bare NaN and Infinity are read. Refusal over_limit or malformed_file."""
    text = decode_text(raw).encode("utf-8", "surrogatepass")
    depth = _nesting(text)
    if depth > max_depth:
        raise Refusal(Reason.OVER_LIMIT, f"nests {depth} brackets, more than {max_depth}")
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        pass  # NaN, Infinity and lone surrogates are no JSON, yet tools write them
    try:
        return json.loads(text, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise Refusal(Reason.MALFORMED_FILE, f"no JSON: {error}") from None


def json_text(raw: bytes, max_depth: int) -> bytes:
    """A JSON document as strict UTF-8, for msgspec to decode in pieces: large files are never plain data as a whole.

    The mark goes; bare NaN and Infinity become null, lone surrogates U+FFFD. Refusal over_limit or malformed_file.
    """
    if raw.startswith(tuple(_BOMS)):
        raw = decode_text(raw).encode("utf-8", "surrogatepass")
    elif (broken := _no_utf8(raw)) is not None:
        raise Refusal(Reason.MALFORMED_FILE, f"no utf-8 text: {broken}")
    depth = _nesting(raw)
    if depth > max_depth:
        raise Refusal(Reason.OVER_LIMIT, f"nests {depth} brackets, more than {max_depth}")
    if _json_error(raw):
        raw = _STRING_OR_NO_NUMBER.sub(_repair, raw)
        if error := _json_error(raw):
            raise Refusal(Reason.MALFORMED_FILE, f"no JSON: {error}")
    return raw


def json_value(piece: bytes | msgspec.Raw) -> Any:
    """Plain data of a piece of `json_text`; a number beyond float64 becomes infinite."""
    try:
        return msgspec.json.decode(piece)
    except msgspec.DecodeError:
        return json.loads(bytes(piece), parse_int=_whole)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) < _LONGEST_NUMBER else float(digits)


def _no_utf8(raw: bytes) -> UnicodeDecodeError | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(raw), _WINDOW):
            decoder.decode(raw[start : start + _WINDOW])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return error
    return None


def _json_error(text: bytes) -> str:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        return str(error)
    return ""


def _repair(token: re.Match[bytes]) -> bytes:
    if not token[0].startswith(b'"'):
        return b"null"
    return _SURROGATE_ESCAPES.sub(lambda found: found[0] if found[1] else rb"\ufffd", token[0])


def _nesting(text: bytes) -> int:
    """The deepest nesting of brackets outside strings, found window by window.

    A backslash counts wherever it stands: outside strings no JSON goes on after it.
    """
    depth = deepest = quotes = backslashes = 0
    for start in range(0, len(text), _WINDOW):
        window = np.frombuffer(text, np.uint8, min(_WINDOW, len(text) - start), start)
        place = np.flatnonzero(_SYMBOLS[window])
        symbols, order = window[place], np.arange(place.size)
        is_backslash = symbols == ord("\\")
        follows = (
            np.diff(place, prepend=-1) == 1
        )  # the first one too, if it is the first byte: it follows the last window
        goes_on = follows & np.concatenate(([backslashes > 0], is_backslash[:-1]))
        run_start = np.maximum.accumulate(np.where(goes_on & is_backslash, 0, order + 1))
        before = np.where(run_start == 0, backslashes, 0)
        run = np.where(is_backslash, order + 1 - np.maximum(run_start - 1, 0) + before, 0)
        escaping = np.concatenate(([backslashes], run[:-1]))
        is_quote = (symbols == ord('"')) & ~(goes_on & (escaping % 2 == 1))
        outside = (quotes + np.cumsum(is_quote)) % 2 == 0
        is_open, is_close = np.isin(symbols, (ord("["), ord("{"))), np.isin(symbols, (ord("]"), ord("}")))
        depths = depth + np.cumsum(outside * (is_open.astype(np.int64) - is_close))
        deepest = max(deepest, int(depths.max(initial=0)))
        depth = int(depths[-1]) if depths.size else depth
        quotes += int(is_quote.sum())
        backslashes = int(run[-1]) if place.size and place[-1] == window.size - 1 else 0
    return deepest


def parse_yaml(text: str, name: str) -> Located:
    """A YAML document with positions; aliases are counted and tags refused. Refusal as the ledger names it."""
    try:
        _check_events(text, name)
        document = YAML(typ="rt").load(StringIO(text))
        if _expanded(document, {}) > MAX_YAML_NODES:
            raise Refusal(Reason.OVER_LIMIT, f"{name}: aliases expand to more than {MAX_YAML_NODES:,} nodes")
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
    if _nesting(text.encode("utf-8", "surrogatepass")) > MAX_YAML_DEPTH:  # the parser takes quadratic time to tell
        raise Refusal(Reason.OVER_LIMIT, f"{name}: nests deeper than {MAX_YAML_DEPTH}")
    for nodes, event in enumerate(YAML(typ="rt").parse(StringIO(text))):
        aliases += isinstance(event, AliasEvent)
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if aliases > MAX_YAML_ALIASES:
            raise Refusal(Reason.OVER_LIMIT, f"{name}: more than {MAX_YAML_ALIASES} aliases")
        if depth > MAX_YAML_DEPTH or nodes > MAX_YAML_NODES:
            raise Refusal(Reason.OVER_LIMIT, f"{name}: nests deeper than {MAX_YAML_DEPTH}, or has too many nodes")
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


def nearest(word: str, valid: Mapping[str, Any] | list[str]) -> str:
    """`; did you mean '…'?` with the nearest valid word, or nothing where none is near."""
    found = process.extractOne(word, list(valid), score_cutoff=60)
    return f"; did you mean '{found[0]}'?" if found else ""


def _is_core(tag: Any) -> bool:
    return tag is None or (str(tag).startswith(("tag:yaml.org,2002:", "!!")) and "/" not in str(tag))


def _expanded(node: Any, sizes: dict[int, int]) -> int:
    if id(node) not in sizes:
        children = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
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
