"""JSON from strangers, read within limits.

A document is read whole, as plain data (`parse_json`), or as checked text whose pieces are
decoded later (`json_text`, `json_value`): large documents must never be plain data as a
whole.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from curate.exports.mapping import Text, spool, windows
from curate.reasons import Reason, Refusal
from curate.text import BYTE_ORDER_MARKS, decode_text, nesting

_LONGEST_MARK = max(map(len, BYTE_ORDER_MARKS))
# Digits; Python refuses to read whole numbers of more than 4,300.
_LONGEST_NUMBER = 1000

# A string that is never closed matches to the end of the text, so that it is read only once.
_STRING = rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
_STRING_OR_BARE_WORD = re.compile(_STRING + rb"|-?(?:NaN|Infinity)\b", re.DOTALL)

# Without any of these, a document that is no JSON cannot be repaired.
_REPAIRABLE = re.compile(rb"NaN|Infinity|\\u[dD][89a-fA-F]")

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


def json_text(raw: Text, max_depth: int) -> Text:
    """A JSON document as strict UTF-8, for msgspec to decode in pieces.

    A byte-order mark is taken off. Bare NaN and Infinity become null, and lone surrogates
    U+FFFD. What has to be rewritten of a mapped document goes to a temporary file.

    Raises:
        Refusal: over_limit if brackets nest deeper than `max_depth`, else malformed_file.
    """
    text = utf8_text(raw)
    _check_depth(text, max_depth)
    error = _json_error(text)
    if not error:
        return text
    if _REPAIRABLE.search(text) is None:
        raise Refusal(Reason.MALFORMED_FILE, f"no JSON: {error}")

    repaired = _repaired(text)
    error = _json_error(repaired)
    if error:
        raise Refusal(Reason.MALFORMED_FILE, f"no JSON: {error}")
    return repaired


def utf8_text(raw: Text) -> Text:
    """A text as UTF-8 without a byte-order mark. Refusal malformed_file if it is no text."""
    start = bytes(raw[:_LONGEST_MARK])
    if start.startswith(codecs.BOM_UTF8):
        raw = raw[len(codecs.BOM_UTF8) :]
    elif start.startswith(tuple(BYTE_ORDER_MARKS)):
        return _rewritten(raw, _in_utf8(raw))
    for _ in _decoded(raw, "utf-8"):
        pass
    return raw


def json_value(piece: Text | msgspec.Raw) -> Any:
    """Plain data of a piece of `json_text`; a number beyond the largest float is infinite."""
    try:
        return msgspec.json.decode(piece)
    except msgspec.DecodeError:
        return json.loads(bytes(piece), parse_int=_whole_number)


def _check_depth(text: Text, max_depth: int) -> None:
    depth = nesting(text)
    if depth > max_depth:
        raise Refusal(
            Reason.OVER_LIMIT, f"nests {depth} brackets, more than {max_depth}"
        )


def _decoded(raw: Text, encoding: str) -> Iterator[str]:
    """A text, some of it at a time. Refusal malformed_file if it is not of the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for window in windows(raw):
            yield decoder.decode(window)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        detail = f"no {encoding} text: {error}"
        raise Refusal(Reason.MALFORMED_FILE, detail) from None


def _in_utf8(raw: Text) -> Iterator[bytes]:
    """A UTF-16 text as UTF-8, some of it at a time. Refusal malformed_file."""
    for decoded in _decoded(raw, "utf-16"):
        yield decoded.encode("utf-8", "surrogatepass")


def _rewritten(original: Text, pieces: Iterator[bytes]) -> Text:
    """The pieces together: in memory if the original is, else in a temporary file."""
    if isinstance(original, bytes):
        return b"".join(pieces)
    return spool(pieces)


def _repaired(text: Text) -> Text:
    """The text with null for bare words, and U+FFFD for lone surrogates."""
    if isinstance(text, bytes):
        return _STRING_OR_BARE_WORD.sub(_repair, text)
    return spool(_repaired_pieces(text))


def _repaired_pieces(text: Text) -> Iterator[bytes]:
    """The repaired text, some of it at a time."""
    done = 0
    for token in _STRING_OR_BARE_WORD.finditer(text):
        repaired = _repair(token)
        if repaired == token[0]:
            continue
        yield from windows(text[done : token.start()])
        yield repaired
        done = token.end()
    yield from windows(text[done:])


def _json_error(text: Text) -> str:
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
