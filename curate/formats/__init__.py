"""The formats: one file each, found by its name; `read(export)` yields image records and drops."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator

from curate.exports.export import Export
from curate.records import Drop, ImageRecord

Reader = Callable[[Export], Iterator[ImageRecord | Drop]]


def names() -> list[str]:
    """Names of all formats, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)


def describe(name: str) -> str:
    """A format's documentation: the docstring of its file."""
    return (importlib.import_module(f"{__name__}.{name}").__doc__ or "").strip()


def reader(name: str) -> Reader:
    """The `read` function of a format; `name` must be one of `names()`."""
    read: Reader = importlib.import_module(f"{__name__}.{name}").read
    return read


def options(name: str) -> frozenset[str]:
    """The words that a format allows under `options:` of an export."""
    return frozenset(getattr(importlib.import_module(f"{__name__}.{name}"), "OPTIONS", ()))


def options_by_name() -> dict[str, frozenset[str]]:
    """For each format, the words that it allows under `options:` of an export."""
    return {name: options(name) for name in names()}
