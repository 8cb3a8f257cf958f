"""libjpeg-turbo's lossless crops: its library found and called with ctypes.

Four functions of the TurboJPEG API are enough, and every release since 2.0 has them. The
library is taken from the package `turbojpeg`, whose wheels bring one, or else from the
system. Without it there are no lossless crops, and nothing else is missing.
Source: turbojpeg.h.
"""

import ctypes
import ctypes.util
import functools
import hashlib
import importlib.metadata
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from curate.records import Box

_PACKAGE = "turbojpeg"  # on PyPI; also the library's name on a system
_FILE = re.compile(r"lib(turbojpeg)\b.*\.(so|dylib)\b")
_VERSION = re.compile(rb"libjpeg-turbo version (\d+(?:\.\d+)+)")

_CROP = 4  # TJXOPT_CROP
_NO_MARKERS = 64  # TJXOPT_COPYNONE
_STOP_ON_WARNING = 8192  # TJFLAG_STOPONWARNING
_LIMIT_SCANS = 32768  # TJFLAG_LIMITSCANS

_OUT_OF_MEMORY = re.compile(r"[Ii]nsufficient memory|[Mm]emory allocation failure")


class NotCropped(Exception):
    """A JPEG that libjpeg-turbo cannot crop, or not without a warning."""


class _Region(ctypes.Structure):
    """tjregion"""

    _fields_ = (
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("w", ctypes.c_int),
        ("h", ctypes.c_int),
    )


class _Transform(ctypes.Structure):
    """tjtransform"""

    _fields_ = (
        ("region", _Region),
        ("operation", ctypes.c_int),
        ("options", ctypes.c_int),
        ("data", ctypes.c_void_p),
        ("custom_filter", ctypes.c_void_p),
    )


@dataclass(frozen=True, slots=True, eq=False)
class TurboJpeg:
    """A loaded library."""

    file: str
    """Its path."""
    _functions: ctypes.CDLL

    def crop(self, data: bytes, boxes: Sequence[Box]) -> list[bytes]:
        """A JPEG file for each box, of the file's own blocks and without its metadata.

        The file is read once. `boxes`: they begin at multiples of the file's MCU, and
        end there or at the edges. NotCropped if the file is no sound JPEG, MemoryError.
        """
        count = len(boxes)
        transforms = (_Transform * count)()
        for transform, box in zip(transforms, boxes, strict=True):
            transform.region = _Region(box.x0, box.y0, box.width, box.height)
            transform.options = _CROP | _NO_MARKERS
        files = (ctypes.c_void_p * count)()
        sizes = (ctypes.c_ulong * count)()

        handle = self._functions.tjInitTransform()
        if not handle:
            raise MemoryError("libjpeg-turbo does not start")
        try:
            failed = self._functions.tjTransform(
                handle,
                data,
                len(data),
                count,
                files,
                sizes,
                transforms,
                _STOP_ON_WARNING | _LIMIT_SCANS,
            )
            if failed:
                raise self._failure(handle)
            return [
                ctypes.string_at(file, size)
                for file, size in zip(files, sizes, strict=True)
            ]
        finally:
            for file in files:
                self._functions.tjFree(file)
            self._functions.tjDestroy(handle)

    def _failure(self, handle: int) -> Exception:
        """What the last call's message means."""
        said: bytes = self._functions.tjGetErrorStr2(handle)
        message = said.decode(errors="replace")
        if _OUT_OF_MEMORY.search(message):
            return MemoryError(message)
        return NotCropped(message)


@functools.cache
def library_file() -> str | None:
    """The path of the library, or None."""
    name = _file_of_package() or ctypes.util.find_library(_PACKAGE)
    if name is None:
        return None
    try:
        return load(name).file
    except (OSError, AttributeError):  # no such file, or an older API
        return None


@functools.cache
def load(name: str) -> TurboJpeg:
    """A library by its path, or by the name that the system finds it by.

    OSError if the library is not there, AttributeError if it is another one.
    """
    functions = ctypes.CDLL(name)
    _declare(functions)
    return TurboJpeg(_file_of(functions), functions)


@functools.cache
def version(file: str) -> str:
    """The version of libjpeg-turbo in a library's file, such as 3.1.2.

    The API does not tell it. If the file does not, it is a digest of the file.
    """
    content = Path(file).read_bytes()
    found = _VERSION.search(content)
    if found is None:
        return hashlib.sha256(content).hexdigest()[:12]
    return found[1].decode()


def _file_of_package() -> str | None:
    """The library's path in the wheel of the package."""
    try:
        files = importlib.metadata.files(_PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in files or ():
        if _FILE.match(file.name):
            return str(file.locate())
    return None


def _declare(functions: ctypes.CDLL) -> None:
    """Say what the functions take and give. AttributeError if one is missing."""
    handle = ctypes.c_void_p
    functions.tjInitTransform.restype = handle
    functions.tjInitTransform.argtypes = []
    functions.tjTransform.restype = ctypes.c_int
    functions.tjTransform.argtypes = [
        handle,
        ctypes.c_char_p,
        ctypes.c_ulong,
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_void_p),
        ctypes.POINTER(ctypes.c_ulong),
        ctypes.POINTER(_Transform),
        ctypes.c_int,
    ]
    functions.tjGetErrorStr2.restype = ctypes.c_char_p
    functions.tjGetErrorStr2.argtypes = [handle]
    functions.tjFree.restype = None
    functions.tjFree.argtypes = [ctypes.c_void_p]
    functions.tjDestroy.restype = ctypes.c_int
    functions.tjDestroy.argtypes = [handle]


class _SymbolInfo(ctypes.Structure):
    """Dl_info: what the loader knows of a function."""

    _fields_ = (
        ("file", ctypes.c_char_p),
        ("base", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
    )


def _file_of(functions: ctypes.CDLL) -> str:
    """The path that a library was loaded from."""
    info = _SymbolInfo()
    address = ctypes.cast(functions.tjTransform, ctypes.c_void_p)
    ctypes.CDLL(None).dladdr(address, ctypes.byref(info))
    return os.fsdecode(info.file)
