"""JSON from strangers, read within limits."""

import codecs
import json
import re
from typing import Any

import msgspec

from curate.reasons import Reason, Refusal
from curate.text import BYTE_ORDER_MARKS, decode_text, nesting

_WINDOW = 1 << 20  # bytes of a document that are looked at in one go
_STRING = re.compile(
    rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL
)  # an open one goes to the end: never read twice
_STRING_OR_NO_NUMBER = re.compile(_STRING.pattern + rb"|-?(?:NaN|Infinity)\b", re.DOTALL)
_SURROGATE_ESCAPES = re.compile(
    rb"(\\[^u]|\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|\\u[dD][89a-fA-F]..", re.DOTALL
)
_LONGEST_NUMBER = 1000  # digits; Python refuses to read whole numbers of more than 4,300


def parse_json(raw: bytes, max_depth: int) -> Any:
    """A JSON document as plain data; bare NaN and Infinity are read. Refusal over_limit or malformed_file."""
    text = decode_text(raw).encode("utf-8", "surrogatepass")
    depth = nesting(text)
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
    if raw.startswith(tuple(BYTE_ORDER_MARKS)):
        raw = decode_text(raw).encode("utf-8", "surrogatepass")
    elif (broken := _no_utf8(raw)) is not None:
        raise Refusal(Reason.MALFORMED_FILE, f"no utf-8 text: {broken}")
    depth = nesting(raw)
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
