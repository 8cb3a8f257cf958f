"""The formats of exports: one file each, found by its name.

A format's file has a docstring, which is its documentation for users; `OPTIONS`, the words
that it allows under `options:` of an export; and a function `read(export)`. A format only
parses: it yields what the export says, and ingest finds the images, checks every number and
makes the masks. Files in shared/ are no formats: they hold what formats use.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType

from curate.exports.export import Export
from curate.records import ReadItem

Reader = Callable[[Export], Iterator[ReadItem]]
"""A format's `read`: records of images, drops, and files that were left alone.

It raises NotOfFormat if nothing in the export is of the format, and InputError if an option is
wrong.
"""


def names() -> list[str]:
    """Names of all formats, sorted."""
    return sorted(
        module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg
    )


def describe(name: str) -> str:
    """A format's documentation: the docstring of its file."""
    return (_module(name).__doc__ or "").strip()


def reader(name: str) -> Reader:
    """The `read` function of a format; `name` is one of `names()`."""
    read: Reader = _module(name).read
    return read


def options(name: str) -> frozenset[str]:
    """The words that a format allows under `options:` of an export."""
    return frozenset(_module(name).OPTIONS)


def options_by_name() -> dict[str, frozenset[str]]:
    """The words that each format allows under `options:` of an export."""
    return {name: options(name) for name in names()}


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name}")
