"""Text from strangers: its encoding, characters no file can hold, nesting of brackets."""

import math
import re
from typing import Any

import numpy as np

from curate.reasons import Reason, Refusal

BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
"""The encoding that each byte-order mark at the start of a file stands for."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
_INT64 = range(-(1 << 63), 1 << 63)
_FLOAT_BITS = 1024  # a whole number with fewer bits than this is no infinite float

_WINDOW = 1 << 20  # bytes that `nesting` looks at in one go
BRACKETS = np.zeros(256, np.int8)
"""(256,): by how much each byte changes the depth of brackets in a JSON text."""

BRACKETS[list(b"[{")] = 1
BRACKETS[list(b"]}")] = -1

_NO_SYMBOL = bytes(set(range(256)) - set(b'[]{}"'))


def decode_text(raw: bytes) -> str:
    """Decode UTF-8, or UTF-16 if a byte-order mark says so.

    The mark is taken off and every line end becomes a newline.

    Raises:
        Refusal: malformed_file, if the bytes are no text of that encoding.
    """
    encoding = "utf-8"
    for mark, name in BYTE_ORDER_MARKS.items():
        if raw.startswith(mark):
            encoding = name

    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refusal(Reason.MALFORMED_FILE, f"no {encoding} text: {error}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def clean_label(text: str) -> tuple[str, bool]:
    """Replace lone surrogates, which no UTF-8 file can hold; say if there was one.

    >>> clean_label("cat")
    ('cat', False)
    """
    cleaned = _SURROGATE.sub(_REPLACEMENT, text)
    return cleaned, cleaned != text


def encodable(value: Any) -> Any:
    """Plain data without what MessagePack and Parquet cannot hold.

    Lone surrogates in text are replaced. Whole numbers beyond 64 bits become floats,
    those beyond the largest float become infinite.
    """
    if isinstance(value, str):
        cleaned, _ = clean_label(value)
        return cleaned
    if isinstance(value, int):
        return _within_64_bits(value)
    if isinstance(value, list):
        return [encodable(each) for each in value]
    if isinstance(value, dict):
        return {encodable(key): encodable(each) for key, each in value.items()}
    return value


def _within_64_bits(number: int) -> int | float:
    if number in _INT64:
        return number
    if number.bit_length() < _FLOAT_BITS:
        return float(number)
    if number < 0:
        return -math.inf
    return math.inf


def nesting(text: bytes | memoryview) -> int:
    """The depth of the deepest bracket ([ or {) of a JSON text; brackets in strings do not count.

    The text need not be valid. It is read window by window, so that a large document
    costs no more memory than a small one.

    >>> nesting(b'{"a": [1, 2, "[[["]}')
    2
    """
    depth = 0
    deepest = 0
    quotes = 0
    open_escape = b""
    for start in range(0, len(text), _WINDOW):
        window, open_escape = blank_escapes(
            open_escape + bytes(text[start : start + _WINDOW])
        )
        symbols = np.frombuffer(window.translate(None, delete=_NO_SYMBOL), np.uint8)
        if not symbols.size:
            continue

        quotes_so_far = quotes + np.cumsum(symbols == ord('"'))
        is_in_string = quotes_so_far % 2 == 1
        steps = np.where(is_in_string, 0, BRACKETS[symbols])
        depths = depth + np.cumsum(steps)

        deepest = max(deepest, int(depths.max()))
        depth = int(depths[-1])
        quotes = int(quotes_so_far[-1])
    return deepest


def blank_escapes(window: bytes) -> tuple[bytes, bytes]:
    """Put spaces for escaped quotes and backslashes.

    Also give the backslash at the end that escapes the first byte of the next window,
    or b"".
    """
    if b"\\" not in window:
        return window, b""

    # Pairs go first: a backslash that is still there escapes the byte after it.
    window = window.replace(b"\\\\", b"  ")
    open_escape = b""
    if window.endswith(b"\\"):
        open_escape = b"\\"
    return window.replace(b'\\"', b"  "), open_escape
