"""What runs inside the child process: one request after the other, until the parent ends.

A message is its length (8 bytes, little-endian) and that many bytes. A request is the name
of a function, the seconds that it may take, and its arguments; an answer is one of the
records below. Both are MessagePack, typed by the function's own annotations, never pickles.
"""

import contextlib
import functools
import importlib
import io
import os
import struct
import sys
import traceback
import typing
from collections.abc import Callable
from types import GenericAlias
from typing import Any

import msgspec

from curate.boundary import may_run_in_child
from curate.exports.process_limits import (
    collect_seldom,
    limit_cpu_time,
    limit_memory,
    write_no_core_dumps,
)
from curate.reasons import Refusal

LENGTH = struct.Struct("<Q")
"""How the length of a message is written before it."""

READY = b""
"""The first message of a child that has started."""


class Result(msgspec.Struct, tag=True, frozen=True):
    """What the function returned, encoded."""

    value: msgspec.Raw


class Refused(msgspec.Struct, tag=True, frozen=True):
    """The Refusal that the function raised."""

    reason: str
    detail: str


class OutOfMemory(msgspec.Struct, tag=True, frozen=True):
    """The function took more memory than it may."""


class Faulted(msgspec.Struct, tag=True, frozen=True):
    """Any other exception: a bug of ours. `trace`: its traceback, as Python prints it."""

    summary: str
    trace: str


Answer = Result | Refused | OutOfMemory | Faulted
"""What a child may answer."""


def send(pipe: Any, data: bytes) -> None:
    """Write a message to an unbuffered pipe, which may take it in several pieces."""
    rest = memoryview(LENGTH.pack(len(data)) + data)
    while rest:
        written = pipe.write(rest)
        rest = rest[written:]


def serve(memory: int, name: str) -> None:
    """Answer one request after the other until the parent closes the pipe.

    `memory`: bytes that a function may take, above what the process holds when idle.
    `name`: of the function that is asked for first.
    """
    requests = sys.stdin.buffer
    answers = _private_output()
    with contextlib.suppress(Exception):  # the answer to the request says what is wrong
        _function(name, memory)
    send(answers, READY)
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        while header := requests.read(LENGTH.size):
            (length,) = LENGTH.unpack(header)
            answer = answer_to(requests.read(length), memory)
            send(answers, msgspec.msgpack.encode(answer))


def answer_to(request: bytes, memory: int) -> Answer:
    """Run the function that a request names, within its limits, and say what came of it."""
    request_type = tuple[str, float, msgspec.Raw]
    name, seconds, raw_arguments = msgspec.msgpack.decode(request, type=request_type)
    try:
        function, arguments_type = _function(name, memory)
        limit_cpu_time(seconds)
        arguments = msgspec.msgpack.decode(raw_arguments, type=arguments_type)
        result = function(*arguments)
        return Result(msgspec.Raw(msgspec.msgpack.encode(result)))
    except Refusal as refusal:
        return Refused(refusal.reason.value, refusal.detail)
    except Exception as error:
        if _is_want_of_memory(error):
            return OutOfMemory()
        return Faulted(_summary(error), traceback.format_exc())


def _private_output() -> io.FileIO:
    """The pipe to the parent; whatever a C library prints goes nowhere."""
    # Decoders print their complaints, and must not print them between our messages.
    answers = io.FileIO(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


@functools.cache
def _function(name: str, memory: int) -> tuple[Callable[..., Any], Any]:
    """A function by its name MODULE:FUNCTION, and the type of its arguments.

    Loading it makes the process larger, so the limit on memory is set anew.
    """
    module, attribute = name.split(":")
    function = getattr(importlib.import_module(module), attribute)
    if not may_run_in_child(function):
        raise TypeError(f"{name} is not marked as one that runs in the child")
    hints = typing.get_type_hints(function)
    del hints["return"]
    limit_memory(memory)
    write_no_core_dumps()
    collect_seldom()
    return function, GenericAlias(tuple, tuple(hints.values()))


def _is_want_of_memory(error: Exception) -> bool:
    """Whether an exception says that there was no memory left; OpenCV has its own for it."""
    if isinstance(error, MemoryError):
        return True
    return type(error).__name__ == "error" and "Insufficient memory" in str(error)


def _summary(error: Exception) -> str:
    """Type and message of an exception, in a line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
