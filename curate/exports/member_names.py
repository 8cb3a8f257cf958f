"""Names of an archive's members whose encoding the archive does not say.

A zip says only whether a name is UTF-8; macOS writes UTF-8 and does not say so, and Windows
writes the code page of its country. A name that is no ASCII is read as

1. UTF-8 if its bytes are, and if some code page of the world has all its letters: bytes of
   a Chinese name are UTF-8 by chance now and then, and then its letters are of no one
   language;
2. else the code page of `CODE_PAGES` in which most of its letters are common ones of one
   script, the earlier page if two are as good.

This is a guess, so the other readings are kept, too: an image that a document names is
looked for under all of them.
"""

import unicodedata
from collections.abc import Callable

CODE_PAGES = ("cp936", "cp932", "cp1251", "cp866", "cp1252", "cp437")
"""Chinese, Japanese, Russian of Windows and of DOS, Western of Windows and of DOS."""

_MORE_CODE_PAGES = (
    "cp949",
    "cp950",
)  # Korean, Taiwan: bytes that could be cp936 as well
# One page for each group of languages, so that some page has all letters of a name.
_LANGUAGE_PAGES = (
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("cp1258", "cp874", "cp932", "cp936", "cp949", "cp950"),
)

# Both standards list their everyday characters first, by sound; rare ones follow.
_COMMON_GB2312 = range(0xB0, 0xD8)
_COMMON_SHIFT_JIS = range(0x88, 0x99)
_KANA = range(0x3040, 0x3100)
_RUSSIAN = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяё")
# From here on UTF-8 takes three bytes, each of its own kind.
_NEVER_BY_CHANCE = "\u0800"
_RARE = 0.3  # what a character counts that is possible but not common

Weigh = Callable[[str], float]


def read_member_name(raw: bytes) -> tuple[str, list[str]]:
    """The likeliest reading of a name, and the other ones.

    >>> read_member_name("Tür.png".encode())[0]
    'Tür.png'
    >>> read_member_name("汽车/图片.png".encode("gbk"))[0]
    '汽车/图片.png'
    """
    if raw.isascii():
        return raw.decode("ascii"), []
    readings = {}
    for page in ("utf-8", *CODE_PAGES, *_MORE_CODE_PAGES):
        try:
            readings[page] = raw.decode(page)
        except UnicodeDecodeError:
            continue

    text = readings.get("utf-8", "")
    if text and max(text) >= _NEVER_BY_CHANCE:
        return text, []
    if not text or not _is_of_a_language(text):
        likely = [page for page in CODE_PAGES if page in readings]
        best = max(likely, key=lambda page: _likeliness(readings[page], page))
        text = readings[best]
    others = [other for other in dict.fromkeys(readings.values()) if other != text]
    return text, others


def _is_of_a_language(text: str) -> bool:
    """Whether a code page has all letters of a text."""
    letters = unicodedata.normalize("NFC", text)
    return any(_can_hold(page, letters) for page in _LANGUAGE_PAGES)


def _can_hold(page: str, text: str) -> bool:
    try:
        text.encode(page)
    except UnicodeEncodeError:
        return False
    return True


def _likeliness(text: str, page: str) -> float:
    """How common the characters of a text are in a code page, 0 to 1; ASCII does not count."""
    weigh = _WEIGHTS[page]
    weights = []
    for place, character in enumerate(text):
        if character.isascii():
            continue
        weight = weigh(character)
        if weigh is _weigh_russian and _has_latin_beside(text, place):
            weight = 0.0
        weights.append(weight)
    if not weights:
        return 0.0
    return sum(weights) / len(weights)


def _has_latin_beside(text: str, place: int) -> bool:
    beside = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
    return any(each.isascii() and each.isalpha() for each in beside)


def _weigh_chinese(character: str) -> float:
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return 0.0
    if code[0] in _COMMON_GB2312:
        return 1.0
    return _RARE


def _weigh_japanese(character: str) -> float:
    try:
        code = character.encode("shift_jis")
    except UnicodeEncodeError:
        return 0.0
    if ord(character) in _KANA or code[0] in _COMMON_SHIFT_JIS:
        return 1.0
    is_half_width = len(code) == 1
    if is_half_width or not character.isalpha():
        return 0.0
    return _RARE


def _weigh_russian(character: str) -> float:
    return float(character.lower() in _RUSSIAN)


def _weigh_western(character: str) -> float:
    """Letters with accents; a little less than the others, whose bytes are fewer by chance."""
    is_letter = character.isalpha() and "LATIN" in unicodedata.name(character, "")
    return 0.9 * is_letter


_WEIGHTS: dict[str, Weigh] = {
    "cp936": _weigh_chinese,
    "cp932": _weigh_japanese,
    "cp1251": _weigh_russian,
    "cp866": _weigh_russian,
    "cp1252": _weigh_western,
    "cp437": _weigh_western,
}
