"""JSON from strangers, read within limits.

A document is read whole, as plain data (`parse_json`), or as checked text whose pieces are
decoded later (`json_text`, `json_value`): large documents must never be plain data as a
whole.
"""

import codecs
import json
import re
from typing import Any

import msgspec

from curate.reasons import Reason, Refusal
from curate.text import BYTE_ORDER_MARKS, decode_text, nesting

_WINDOW = 1 << 20  # bytes of a document that are checked in one go
_LONGEST_NUMBER = (
    1000  # digits; Python refuses to read whole numbers of more than 4,300
)

# A string that is never closed matches to the end of the text, so that it is read only once.
_STRING = rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
_STRING_OR_BARE_WORD = re.compile(_STRING + rb"|-?(?:NaN|Infinity)\b", re.DOTALL)

# Whatever is escaped and a pair of surrogates match as group 1, a lone surrogate does not.
_SURROGATE_ESCAPE = re.compile(
    rb"(\\[^u]|\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|\\u[dD][89a-fA-F]..", re.DOTALL
)


def parse_json(raw: bytes, max_depth: int) -> Any:
    """A JSON document as plain data; the bare words NaN and Infinity are read as floats.

    Raises:
        Refusal: over_limit if brackets nest deeper than `max_depth`, else malformed_file.
    """
    text = decode_text(raw).encode("utf-8", "surrogatepass")
    _check_depth(text, max_depth)
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        pass  # NaN, Infinity and lone surrogates are no JSON, but tools write them

    try:
        return json.loads(text, parse_int=_whole_number)
    except (ValueError, RecursionError) as error:
        raise Refusal(Reason.MALFORMED_FILE, f"no JSON: {error}") from None


def json_text(raw: bytes, max_depth: int) -> bytes:
    """A JSON document as strict UTF-8, for msgspec to decode in pieces.

    A byte-order mark is taken off. Bare NaN and Infinity become null, and lone surrogates
    U+FFFD.

    Raises:
        Refusal: over_limit if brackets nest deeper than `max_depth`, else malformed_file.
    """
    if raw.startswith(tuple(BYTE_ORDER_MARKS)):
        raw = decode_text(raw).encode("utf-8", "surrogatepass")
    else:
        _check_utf8(raw)
    _check_depth(raw, max_depth)
    if not _json_error(raw):
        return raw

    repaired = _STRING_OR_BARE_WORD.sub(_repair, raw)
    error = _json_error(repaired)
    if error:
        raise Refusal(Reason.MALFORMED_FILE, f"no JSON: {error}")
    return repaired


def json_value(piece: bytes | msgspec.Raw) -> Any:
    """Plain data of a piece of `json_text`; a number beyond the largest float is infinite."""
    try:
        return msgspec.json.decode(piece)
    except msgspec.DecodeError:
        return json.loads(bytes(piece), parse_int=_whole_number)


def _check_depth(text: bytes, max_depth: int) -> None:
    depth = nesting(text)
    if depth > max_depth:
        raise Refusal(
            Reason.OVER_LIMIT, f"nests {depth} brackets, more than {max_depth}"
        )


def _check_utf8(raw: bytes) -> None:
    """Refuse what is no UTF-8, without a decoded copy of the whole document."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(raw), _WINDOW):
            decoder.decode(raw[start : start + _WINDOW])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Refusal(Reason.MALFORMED_FILE, f"no utf-8 text: {error}") from None


def _json_error(text: bytes) -> str:
    """What is wrong with the text, or "" if it is JSON."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        return str(error)
    return ""


def _repair(token: re.Match[bytes]) -> bytes:
    """A string without lone surrogates; null for a bare word."""
    if not token[0].startswith(b'"'):
        return b"null"
    return _SURROGATE_ESCAPE.sub(_repair_escape, token[0])


def _repair_escape(escape: re.Match[bytes]) -> bytes:
    is_fine = escape[1] is not None
    if is_fine:
        return escape[0]
    return rb"\ufffd"


def _whole_number(digits: str) -> int | float:
    if len(digits) < _LONGEST_NUMBER:
        return int(digits)
    return float(digits)
