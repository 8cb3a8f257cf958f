"""Archives that write elsewhere, blow up, are encrypted, or break off: each is lost whole."""

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from curate.limits import Limits
from curate.reasons import Reason
from tests.curate.stages.bad_input.case import ALL, BadInput, Change

_FORMATS = ("coco", "labelmap")
_ZEROS = bytes(3_000_000)  # a few kB when packed

Spoil = Callable[[zipfile.ZipFile], None]
"""Adds something to an archive of the good export."""


def _zipped(spoil: Spoil) -> Change:
    """The good export in a zip, and something more."""

    def change(root: Path) -> Path:
        archive = root.with_name("export.zip")
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
            for path in sorted(root.rglob("*")):
                opened.write(path, path.relative_to(root))
            spoil(opened)
        return archive

    return change


def _tarred(*members: tuple[str, bytes, str]) -> Change:
    """The good export in a tar, and more members: name, type, and content or link target."""

    def change(root: Path) -> Path:
        archive = root.with_name("export.tar.gz")
        with tarfile.open(archive, "w:gz") as opened:
            opened.add(root, ".")
            for name, kind, content in members:
                member = tarfile.TarInfo(name)
                member.type = kind
                if kind == tarfile.REGTYPE:
                    member.size = len(content)
                else:
                    member.linkname = content
                opened.addfile(member, io.BytesIO(content.encode()))
        return archive

    return change


def _member(name: str, content: bytes = b"x") -> Spoil:
    return lambda opened: opened.writestr(name, content)


def _many(opened: zipfile.ZipFile) -> None:
    for number in range(101):
        opened.writestr(f"{number}.txt", "")


def _edited(change: Change, edit: Callable[[bytearray], bytes | bytearray]) -> Change:
    """The archive of another change with some bytes changed."""

    def edited(root: Path) -> Path:
        archive = change(root)
        assert archive is not None
        archive.write_bytes(edit(bytearray(archive.read_bytes())))
        return archive

    return edited


def _encrypted(data: bytearray) -> bytearray:
    """The first member in the list at the end says that it is encrypted."""
    at = data.index(b"PK\x01\x02") + 8
    data[at] |= 1
    return data


def _lying(data: bytearray) -> bytearray:
    """Wherever the size of the zeros is stated, it is 10."""
    size = struct.pack("<I", len(_ZEROS))
    assert size in data
    return data.replace(size, struct.pack("<I", 10))


def _sharing(data: bytearray) -> bytearray:
    """The last member has the bytes of the first."""
    at = data.rindex(b"PK\x01\x02") + 42
    data[at : at + 4] = struct.pack("<I", 0)
    return data


def _with_a_flipped_byte(data: bytearray) -> bytearray:
    middle = len(data) // 2
    data[middle - 20] ^= 0xFF
    return data


def _nothing(_: zipfile.ZipFile) -> None:
    """Add nothing."""


_ESCAPES: dict[str, Change] = {
    "a zip with a member above it": _zipped(_member("../x")),
    "a zip with an absolute member": _zipped(_member("/x")),
    "a zip with a member of a drive": _zipped(_member("C:\\x")),
    "a zip with a member of a share": _zipped(_member("\\\\host\\x")),
    "a tar with a member above it": _tarred(("a/../../x", tarfile.REGTYPE, "x")),
    "a tar that writes through its link": _tarred(
        ("out", tarfile.SYMTYPE, ".."), ("out/x", tarfile.REGTYPE, "x")
    ),
    "a tar that writes over its hard link": _tarred(
        ("out", tarfile.LNKTYPE, "/etc/hosts"), ("out", tarfile.REGTYPE, "x")
    ),
}
_BOMBS: dict[str, Change] = {
    "a zip of zeros": _zipped(_member("zeros", _ZEROS)),
    "a tar of zeros": _tarred(("zeros", tarfile.REGTYPE, _ZEROS.decode())),
    "a zip of many members": _zipped(_many),
}
_BROKEN: dict[str, Change] = {
    "a zip that breaks off": _edited(_zipped(_nothing), lambda data: data[:-200]),
    "a tar that breaks off": _edited(_tarred(), lambda data: data[: len(data) // 2]),
    "a zip with a flipped byte": _edited(_zipped(_nothing), _with_a_flipped_byte),
    "a zip that is a page": _edited(_zipped(_nothing), lambda _: b"<html>"),
}
_INNOCENT: dict[str, Change] = {
    "a good zip": _zipped(_nothing),
    "a good tar": _tarred(),
    "a tar with a link in it": _tarred(("x.txt", tarfile.SYMTYPE, "good.png")),
    "a tar with a link that leads out": _tarred(("x", tarfile.SYMTYPE, "/etc/passwd")),
    "a tar with a pipe": _tarred(("x", tarfile.FIFOTYPE, "")),
}

_LIMITS = Limits(archive_members=100, archive_ratio=20)


def _lost(what: str, change: Change, reason: Reason, format_: str) -> BadInput:
    """An archive that is lost with all that is in it."""
    return BadInput(
        what, change, {reason: None}, format=format_, survivors=(), limits=_LIMITS
    )


CASES = []
for _format in _FORMATS:
    for _what, _change in _ESCAPES.items():
        CASES.append(_lost(_what, _change, Reason.ARCHIVE_ESCAPE, _format))
    for _what, _change in _BOMBS.items():
        CASES.append(_lost(_what, _change, Reason.ARCHIVE_BOMB, _format))
    for _what, _change in _BROKEN.items():
        CASES.append(_lost(_what, _change, Reason.MALFORMED_FILE, _format))
    _sealed = _edited(_zipped(_nothing), _encrypted)
    CASES.append(_lost("an encrypted zip", _sealed, Reason.ARCHIVE_ENCRYPTED, _format))
    CASES.append(
        BadInput(
            "a zip with an endless path",
            _zipped(_member("a/" * 600 + "x")),
            {},  # it costs what refers to it
            format=_format,
            survivors=ALL,
        )
    )
    for _what, _change in _INNOCENT.items():
        CASES.append(BadInput(_what, _change, {}, format=_format, survivors=ALL))
