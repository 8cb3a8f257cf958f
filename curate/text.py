"""Text from strangers: its encoding, characters that no file can hold, and how deep its brackets nest."""

import math
import re
from typing import Any

import numpy as np

from curate.reasons import Reason, Refusal

_WINDOW = 1 << 20  # bytes that are looked at in one go
_SYMBOLS = np.isin(
    np.arange(256), np.frombuffer(b'[]{}"\\', np.uint8)
)  # bytes that tell the nesting of JSON
_SURROGATE = re.compile("[\ud800-\udfff]")
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def decode_text(raw: bytes) -> str:
    """UTF-8, or UTF-16 where a byte-order mark says so; the mark goes, line ends become \\n. Refusal otherwise."""
    encoding = next(
        (name for bom, name in BYTE_ORDER_MARKS.items() if raw.startswith(bom)), "utf-8"
    )
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
        return (
            float(value)
            if value.bit_length() < 1024
            else math.copysign(math.inf, 1 if value > 0 else -1)
        )
    if isinstance(value, list):
        return [encodable(each) for each in value]
    if isinstance(value, dict):
        return {encodable(key): encodable(each) for key, each in value.items()}
    return value


def nesting(text: bytes) -> int:
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
        is_open, is_close = (
            np.isin(symbols, (ord("["), ord("{"))),
            np.isin(symbols, (ord("]"), ord("}"))),
        )
        depths = depth + np.cumsum(outside * (is_open.astype(np.int64) - is_close))
        deepest = max(deepest, int(depths.max(initial=0)))
        depth = int(depths[-1]) if depths.size else depth
        quotes += int(is_quote.sum())
        backslashes = int(run[-1]) if place.size and place[-1] == window.size - 1 else 0
    return deepest
