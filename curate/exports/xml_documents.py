"""XML from strangers, read as a stream, within limits, and without markup that expands or calls.

A document is checked to its end before anything of it is used: a broken file costs itself as a
whole. Then the elements below its root come one at a time, so memory holds only one of them.
"""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from curate.exports.export import Export
from curate.reasons import Reason, Refusal

_CHUNK = 1 << 16  # bytes that are read in one go

# Bounds on what has to be in memory as a whole: a tag with its attributes, which the parser
# collects, and a child of the root, which its reader gets in one piece.
_LONGEST_TAG = 1 << 26  # bytes
_LONGEST_TEXT = 1 << 20  # characters between two tags
_MOST_ELEMENTS = 1_000_000  # in one child of the root

_ENCODINGS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(slots=True)
class Element:
    """An element of a document.

    `text`: what stands between its start and its first child, without outer blanks.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def child(self, tag: str) -> "Element | None":
        """The first child of a tag, or None."""
        for each in self.children:
            if each.tag == tag:
                return each
        return None

    def text_of(self, tag: str) -> str:
        """The text of the first child of a tag, or ""."""
        child = self.child(tag)
        if child is None:
            return ""
        return child.text


@dataclass(frozen=True, slots=True)
class XmlDocument:
    """A well-formed document of an export.

    `root`: the tag of its root; `tags`: the tags of the root's children.
    """

    export: Export
    path: str
    root: str
    tags: frozenset[str]

    def children(self) -> Iterator[Element]:
        """The children of the root, one at a time, each with all that is in it."""
        builder = _Builder()
        for _ in _parse(self.export, self.path, builder):
            yield from builder.complete
            builder.complete.clear()


def open_xml(export: Export, path: str) -> XmlDocument:
    """Check a document from its first byte to its last.

    Raises:
        Refusal: refused_markup if it declares a document type, which is where entities are
            declared; unreadable_file, malformed_file or over_limit.
    """
    outline = _Outline(export.limits.json_depth)
    for _ in _parse(export, path, outline):
        pass
    return XmlDocument(export, path, outline.root, frozenset(outline.tags))


class _Target:
    """What a parser calls. `depth`: of the innermost open element; the root has 1.

    `is_idle`: whether the parser has called nothing since the flag was last set.
    """

    def __init__(self) -> None:
        self.depth = 0
        self.is_idle = True

    def start(self, _tag: str, _attributes: dict[str, str]) -> None:
        """An element begins."""
        self.depth += 1
        self.is_idle = False

    def data(self, _text: str) -> None:
        """Text comes, or a part of it."""
        self.is_idle = False

    def end(self, _tag: str) -> None:
        """The innermost open element ends."""
        self.depth -= 1
        self.is_idle = False

    def close(self) -> None:
        """The document ends."""


class _Outline(_Target):
    """Checks that a document keeps the limits, and notes the tags of the root and its children."""

    def __init__(self, max_depth: int) -> None:
        super().__init__()
        self.root = ""
        self.tags: set[str] = set()
        self._max_depth = max_depth
        self._elements = 0
        self._characters = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        self._characters = 0
        self._elements += 1
        if self.depth == 1:
            self.root = tag
        elif self.depth == 2:
            self.tags.add(tag)
            self._elements = 0

        if self.depth > self._max_depth:
            raise Refusal(
                Reason.OVER_LIMIT, f"nests elements more than {self._max_depth} deep"
            )
        if self._elements > _MOST_ELEMENTS:
            detail = f"one element holds more than {_MOST_ELEMENTS:,} others"
            raise Refusal(Reason.OVER_LIMIT, detail)

    def data(self, text: str) -> None:
        super().data(text)
        self._characters += len(text)
        if self._characters > _LONGEST_TEXT:
            detail = f"an element has a text of more than {_LONGEST_TEXT:,} characters"
            raise Refusal(Reason.OVER_LIMIT, detail)

    def end(self, tag: str) -> None:
        super().end(tag)
        self._characters = 0


class _Builder(_Target):
    """Makes elements. `complete`: children of the root that have come to their end."""

    def __init__(self) -> None:
        super().__init__()
        self.complete: list[Element] = []
        self._open: list[Element] = []
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        self._take_text()
        element = Element(tag, attributes)
        if self.depth > 2:
            self._open[-1].children.append(element)
        self._open.append(element)

    def data(self, text: str) -> None:
        super().data(text)
        self._text.append(text)

    def end(self, tag: str) -> None:
        super().end(tag)
        self._take_text()
        element = self._open.pop()
        if self.depth == 1:
            self.complete.append(element)

    def _take_text(self) -> None:
        """Give the text so far to the innermost element, if it has no child yet."""
        if self._open and not self._open[-1].children:
            self._open[-1].text = "".join(self._text).strip()
        self._text.clear()


def _parse(export: Export, path: str, target: _Target) -> Iterator[None]:
    """Parse a file into `target`, with a stop after each piece of it. Refusal as `open_xml`."""
    idle_bytes = 0
    try:
        with _opened(export, path) as file:
            encoding = _encoding(file.read(3))
            file.seek(0)
            parser = DefusedXMLParser(target=target, encoding=encoding, forbid_dtd=True)
            for piece in iter(lambda: file.read(_CHUNK), b""):
                target.is_idle = True
                parser.feed(piece)
                idle_bytes += len(piece)
                if not target.is_idle:
                    idle_bytes = 0
                if idle_bytes > _LONGEST_TAG:
                    raise Refusal(
                        Reason.OVER_LIMIT, f"a tag of more than {_LONGEST_TAG:,} bytes"
                    )
                yield
            parser.close()
    except Refusal as refusal:
        raise Refusal(refusal.reason, f"{path}: {refusal.detail}") from None
    except DefusedXmlException as error:
        detail = f"{path}: it declares a document type or an entity: {error}"
        raise Refusal(Reason.REFUSED_MARKUP, detail[:300]) from None
    except OSError as error:
        raise Refusal(
            Reason.UNREADABLE_FILE, f"{path}: {error.strerror or error}"
        ) from None
    except (ParseError, ValueError, LookupError) as error:
        # ValueError and LookupError: the document states an encoding that is not known.
        raise Refusal(Reason.MALFORMED_FILE, f"{path}: no XML: {error}") from None
    yield


@contextmanager
def _opened(export: Export, path: str) -> Iterator[IO[bytes]]:
    """A file of an export, opened for reading. Refusal over_limit if it is too large."""
    file = export.files.file(path)
    if file.stat().st_size > export.limits.file_bytes:
        raise Refusal(
            Reason.OVER_LIMIT, f"larger than {export.limits.file_bytes:,} bytes"
        )
    with file.open("rb") as stream:
        yield stream


def _encoding(start: bytes) -> str | None:
    """The encoding that a byte-order mark says; None if there is no mark.

    A mark counts more than what the document states: editors that save a file in another
    encoding leave the statement as it was.
    """
    for mark, encoding in _ENCODINGS.items():
        if start.startswith(mark):
            return encoding
    return None
