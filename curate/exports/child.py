"""The child process in which strangers' pictures and archives are opened: `call(read_image, limits, …)`.

One child per process, started at its first use, kept for all later calls, and ended with its parent. It runs the
functions marked by `runs_in_child` and nothing else; arguments and results travel over pipes as MessagePack, typed by the
function's own annotations, never as pickles. Its memory (RLIMIT_AS, above what it takes when idle), its CPU time
and the wall time of each call are limited. What kills it costs that one call, and the next starts a new child.
"""

import contextlib
import functools
import importlib
import io
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
import time
import typing
import weakref
from collections.abc import Callable
from pathlib import Path
from types import GenericAlias
from typing import Any, ParamSpec, Protocol, TypeVar

import msgspec

from curate.boundary import may_run_in_child
from curate.reasons import Reason, Refusal

_START_SECONDS = 60.0
_LENGTH = struct.Struct("<Q")
_THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")

P = ParamSpec("P")
T = TypeVar("T")


class ChildLimits(Protocol):
    """What a child may take: bytes of memory above its idle state, and seconds of CPU and wall time of a call."""

    @property
    def child_bytes(self) -> int:  # noqa: D102
        ...

    @property
    def child_seconds(self) -> float:  # noqa: D102
        ...


class ChildDied(Exception):
    """The child did not live to answer: it ran out of memory or time, or crashed."""

    def __init__(self, detail: str, *, memory: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.memory = memory


class _Answer(msgspec.Struct, omit_defaults=True):
    result: msgspec.Raw = msgspec.Raw(b"\xc0")
    reason: str = ""
    detail: str = ""


def call(function: Callable[P, T], limits: ChildLimits, *args: P.args, **kwargs: P.kwargs) -> T:
    """`function(*args)`, a function marked by `runs_in_child`, run in the child. ChildDied, or the Refusal that the function raised."""
    if kwargs:
        raise TypeError("a task takes no keyword arguments")
    name = f"{function.__module__}:{function.__qualname__}"
    request = msgspec.msgpack.encode((name, limits.child_seconds, args))
    answer = _child(os.getpid(), limits.child_bytes).ask(request, limits.child_seconds)
    if answer.reason:
        raise Refusal(Reason(answer.reason), answer.detail)  # type: ignore[call-arg]
    if answer.detail:
        raise ChildDied(answer.detail, memory=answer.detail.startswith("MemoryError"))
    result: T = msgspec.msgpack.decode(
        answer.result, type=typing.get_type_hints(function)["return"]
    )
    return result


@functools.cache
def _child(owner: int, memory: int) -> "_Child":
    """The child of process `owner`: after a fork, the other process starts its own."""
    del owner
    return _Child(memory)


class _Child:
    """A process and its pipes; started when it is asked and not running."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stop: Callable[[], Any] = lambda: 0

    def ask(self, request: bytes, seconds: float) -> _Answer:
        with self._lock:
            process = self._process or self._start()
            try:
                _send(process.stdin, request)
                return msgspec.msgpack.decode(_receive(process, seconds), type=_Answer)
            except TimeoutError:
                process.kill()
                self._end()
                raise ChildDied(f"it takes longer than {seconds:g} s") from None
            except (EOFError, BrokenPipeError):
                code = self._end()
                raise _death(code) from None
            except BaseException:
                self._end()  # an interrupted exchange leaves half an answer in the pipe
                raise

    def _start(self) -> subprocess.Popen[bytes]:
        package = str(Path(__file__).parents[2])
        paths = os.pathsep.join((package, *filter(None, (os.environ.get("PYTHONPATH"),))))
        environment = (
            dict.fromkeys(_THREAD_SETTINGS, "1") | dict(os.environ) | {"PYTHONPATH": paths}
        )
        command = [sys.executable, "-P", "-m", "curate.exports.child", str(self._memory)]
        process = subprocess.Popen(  # noqa: S603  our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            bufsize=0,
        )
        self._process = process
        self._stop = weakref.finalize(self, _stop, process)
        try:
            _receive(process, _START_SECONDS)
        except (EOFError, TimeoutError):
            process.kill()
            said = process.stderr.read().decode(errors="replace") if process.stderr else ""
            self._end()
            raise RuntimeError(f"the decoding child did not start: {said}") from None
        return process

    def _end(self) -> int:
        self._process = None
        return int(self._stop() or 0)


def _stop(process: subprocess.Popen[bytes]) -> int:
    """Close the pipes, which ends an idle child, and kill one that is not idle. Its exit code."""
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(0.5)
    process.kill()
    return process.wait()


def _death(code: int) -> ChildDied:
    if code == -signal.SIGXCPU:
        return ChildDied("it takes more CPU time than the limits allow")
    if code == -signal.SIGKILL:  # not by us: the system was out of memory
        return ChildDied(
            "the system ended its decoder, most likely for want of memory", memory=True
        )
    name = signal.Signals(-code).name if code < 0 else f"exit {code}"
    return ChildDied(f"its decoder crashed ({name})")


def _send(pipe: Any, data: bytes) -> None:
    view = memoryview(_LENGTH.pack(len(data)) + data)
    while view:
        view = view[pipe.write(view) :]


def _receive(process: subprocess.Popen[bytes], seconds: float) -> bytes:
    """The next message of the child. TimeoutError, or EOFError where it has ended."""
    until = time.monotonic() + seconds
    (length,) = _LENGTH.unpack(_read(process, _LENGTH.size, until))
    return _read(process, length, until)


def _read(process: subprocess.Popen[bytes], size: int, until: float) -> bytes:
    assert process.stdout is not None  # noqa: S101  opened as a pipe
    poll = select.poll()
    poll.register(process.stdout, select.POLLIN | select.POLLHUP)
    data = bytearray()
    while len(data) < size:
        if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
            raise TimeoutError
        chunk = os.read(process.stdout.fileno(), min(size - len(data), 1 << 20))
        if not chunk:
            raise EOFError
        data += chunk
    return bytes(data)


# What follows runs in the child.


def _serve(memory: int) -> None:
    """Answer one request after the other until the parent closes the pipe."""
    requests, answers = sys.stdin.buffer, _private_output()
    _send(answers, b"")
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        while header := requests.read(_LENGTH.size):
            _send(
                answers,
                msgspec.msgpack.encode(_answer(requests.read(*_LENGTH.unpack(header)), memory)),
            )


def _private_output() -> io.FileIO:
    """The pipe to the parent; whatever a C library prints goes nowhere."""
    answers = io.FileIO(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


def _answer(request: bytes, memory: int) -> _Answer:
    name, seconds, args = msgspec.msgpack.decode(request, type=tuple[str, float, msgspec.Raw])
    try:
        function, arguments = _task(name, memory)
        _limit_cpu(seconds)
        result = function(*msgspec.msgpack.decode(args, type=arguments))
        return _Answer(result=msgspec.Raw(msgspec.msgpack.encode(result)))
    except Refusal as refusal:
        return _Answer(reason=refusal.reason.value, detail=refusal.detail or refusal.reason.value)
    except (
        Exception
    ) as error:  # a bug, met by what a stranger sent: it costs this call, and says so
        return _Answer(detail=f"{type(error).__name__}: {error} (not foreseen: please report it)")


@functools.cache
def _task(name: str, memory: int) -> tuple[Callable[..., Any], Any]:
    """A function and the type of its arguments; loading it moves the limit on memory to what is then idle."""
    module, attribute = name.split(":")
    function = getattr(importlib.import_module(module), attribute)
    if not may_run_in_child(function):
        raise TypeError(f"{name} is not marked as one that runs in the child")
    hints = typing.get_type_hints(function)
    del hints["return"]
    idle = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(
        resource.RLIMIT_AS, (idle + memory, resource.getrlimit(resource.RLIMIT_AS)[1])
    )
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return function, GenericAlias(tuple, tuple(hints.values()))


def _limit_cpu(seconds: float) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = (
        int(used.ru_utime + used.ru_stime + seconds) + 2
    )  # whole seconds; the wall clock is the finer limit
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
