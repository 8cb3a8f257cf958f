"""The mark on functions that the child process may be asked for, see curate/exports/child.py."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_MARK = "__runs_in_child__"


def runs_in_child(function: Callable[P, T]) -> Callable[P, T]:
    """Mark a function as one that the child may be asked for.

    Its arguments and its result must be plain data, as msgspec encodes it by the function's own
    annotations; it takes no keyword arguments.
    """
    setattr(function, _MARK, True)
    return function


def may_run_in_child(function: object) -> bool:
    """Whether a function bears the mark."""
    return getattr(function, _MARK, False) is True
