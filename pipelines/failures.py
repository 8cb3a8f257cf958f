"""How a verb ends: with a message and an exit code, and without a traceback.

0: done. 1: something unexpected, a bug; its traceback is in a file whose path is
printed. 2: the user's input is wrong. 3: a check failed. 130: Ctrl-C.
"""

import sys
import tempfile
import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import typer

from pipelines.flow.screen import printable

_P = ParamSpec("_P")
_OPTIONAL_PACKAGES = ("torch", "safetensors", "tensorboard")
_INTERRUPTED = 130  # what shells report of a program that Ctrl-C has stopped


class CheckFailed(Exception):
    """A check of the user's build failed; the message says which."""


class FaultsMet(Exception):
    """The run has ended, but lost images to bugs of ours; the message says where."""


def ends_well(verb: Callable[_P, None]) -> Callable[_P, None]:
    """A verb whose exceptions become a message on standard error and an exit code."""

    @wraps(verb)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            verb(*args, **kwargs)
        except (typer.Exit, typer.Abort):
            raise  # the verb has said what there is to say
        except KeyboardInterrupt:
            _print("stopped; the next run goes on from here")
            raise typer.Exit(_INTERRUPTED) from None
        except BrokenPipeError:
            # Who reads the output, such as `head`, has enough of it.
            raise typer.Exit(1) from None
        except Exception as error:
            raise typer.Exit(_explain(error)) from None

    return run


def _explain(error: Exception) -> int:
    """Print what went wrong, and return the exit code."""
    from curate.errors import InputError  # both are slow to import
    from curate.stores import StoreUnavailable

    if isinstance(error, InputError):
        _print(f"error: {error}")
        return 2
    if isinstance(error, StoreUnavailable):
        _print(
            f"error: {error}\nThe store does not answer. Its address and keys come from the "
            "environment (docs/scale.md); the next run goes on from here"
        )
        return 2
    if isinstance(error, CheckFailed):
        _print(f"check failed: {error}")
        return 3
    if isinstance(error, FaultsMet):
        _print(f"error: {error}")
        return 1
    if isinstance(error, ModuleNotFoundError) and error.name in _OPTIONAL_PACKAGES:
        _print(
            f"error: this verb needs {error.name}; in the repository's folder: "
            "pip install --group train"
        )
        return 2
    if isinstance(error, OSError) and error.filename is not None:
        _print(f"error: {error.filename}: {error.strerror}")
        return 2

    _explain_bug(error)
    return 1


def _explain_bug(error: Exception) -> None:
    """Write the traceback to a log file, and print where it is."""
    text = "".join(traceback.format_exception(error))
    trace_of_child = getattr(error, "trace", "")
    if trace_of_child:
        text += f"\nIn the child process:\n{trace_of_child}\n"
    with tempfile.NamedTemporaryFile(
        "w", prefix="segcurate-", suffix=".log", delete=False
    ) as log:
        log.write(text)

    first_line = str(error).strip().split("\n")[0]
    place = "".join(f" ({note})" for note in getattr(error, "__notes__", []))
    _print(f"unexpected {type(error).__name__}{place}: {first_line}")
    _print(f"This is a bug of segcurate; its traceback is in {log.name}")


def _print(text: str) -> None:
    print(printable(text), file=sys.stderr, flush=True)  # noqa: T201
