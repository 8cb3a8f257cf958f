"""How a verb ends: 0 done; 1 a bug, with its traceback in a log file; 2 the input is wrong; 3 a check failed."""

import sys
import tempfile
import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import typer

P = ParamSpec("P")


class CheckFailed(Exception):
    """A check of the user's build failed; the message says which. Exit code 3."""


def ends_well(verb: Callable[P, None]) -> Callable[P, None]:
    """A verb whose failures become a message and an exit code, never a traceback on the screen."""

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            verb(*args, **kwargs)
        except (typer.Exit, typer.Abort):
            raise
        except KeyboardInterrupt:
            _say("stopped; the next run goes on from here")
            raise typer.Exit(130) from None
        except BrokenPipeError:
            raise typer.Exit(1) from None
        except Exception as error:
            raise typer.Exit(_explain(error)) from None

    return run


def _explain(error: Exception) -> int:
    from curate.errors import InputError

    if isinstance(error, InputError):
        _say(f"error: {error}")
        return 2
    if isinstance(error, CheckFailed):
        _say(f"check failed: {error}")
        return 3
    if isinstance(error, ModuleNotFoundError) and error.name in (
        "torch",
        "safetensors",
        "tensorboard",
    ):
        _say(
            f"error: this verb needs {error.name}; in the repository's folder: "
            "pip install --group train"
        )
        return 2
    if isinstance(error, OSError) and error.filename is not None:
        _say(f"error: {error.filename}: {error.strerror}")
        return 2
    with tempfile.NamedTemporaryFile("w", prefix="segcurate-", suffix=".log", delete=False) as log:
        log.write("".join(traceback.format_exception(error)))
    first = str(error).strip().split("\n")[0]
    _say(
        f"unexpected {type(error).__name__}: {first}\nThis is a bug of segcurate; its traceback is in {log.name}"
    )
    return 1


def _say(text: str) -> None:
    from pipelines.flow.screen import printable

    print(printable(text), file=sys.stderr, flush=True)  # noqa: T201
