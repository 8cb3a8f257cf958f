"""The child process in which strangers' pictures and archives are opened.

`call(read_images, limits, …)` runs a function in the child and gives its result. There is
one child for each process: it starts with the first call, serves all later ones, and ends
with its parent. It runs only functions that are marked by `runs_in_child`.

The child's memory, its CPU time and the wall time of each call are limited. What kills the
child costs that one call: the next call starts a new child. What runs inside the child is
in child_process.py; what a system cannot limit is in process_limits.py.
"""

import contextlib
import functools
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
import typing
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

import msgspec

from curate.exports.child_process import (
    LENGTH,
    Answer,
    Faulted,
    OutOfMemory,
    Refused,
    send,
)
from curate.reasons import Fault, Reason, Refusal

# Until a child that does not say that it is ready has failed: a machine may be very busy.
_START_SECONDS = 600.0
_END_SECONDS = 0.5  # until a child whose pipes are closed is killed
_CHUNK = 1 << 20  # bytes that are read from a pipe in one go
_SECRETS = ("AWS_", "AZURE_", "GOOGLE_")  # how the names of stores' keys begin
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")
# glibc gives memory back to the system and takes it again at each step in numpy, which is a fifth
# of the child's time, unless it may keep some.
_MEMORY_KEPT = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_")
_KEPT_BYTES = 32 << 20

P = ParamSpec("P")
T = TypeVar("T")


class ChildLimits(Protocol):
    """What a child may take."""

    @property
    def child_bytes(self) -> int:
        """Bytes of memory, above what it holds when idle."""

    @property
    def child_seconds(self) -> float:
        """Seconds of CPU time and of wall time of one call."""


class ChildDied(Exception):
    """The child did not live to answer: it ran out of memory or time, or it crashed.

    `detail`: what happened, for people. `memory`: whether it ran out of memory.
    """

    def __init__(self, detail: str, *, memory: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.memory = memory


def call(
    function: Callable[P, T], limits: ChildLimits, *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run `function(*args)` in the child; it must be marked by `runs_in_child`.

    Raises:
        Refusal: if the function raised it.
        ChildDied: if it took more memory or time than `limits` allow, or crashed.
        Fault: if it raised anything else, which is a bug of ours.
    """
    if kwargs:
        raise TypeError("a function in the child takes no keyword arguments")
    name = f"{function.__module__}:{function.__qualname__}"
    request = msgspec.msgpack.encode((name, limits.child_seconds, args))
    child = _child(os.getpid(), limits.child_bytes)
    answer = child.ask(name, request, limits.child_seconds)

    if isinstance(answer, Refused):
        raise Refusal(_reason(answer.reason), answer.detail)
    if isinstance(answer, OutOfMemory):
        raise ChildDied("it takes more memory than the limits allow", memory=True)
    if isinstance(answer, Faulted):
        raise Fault(answer.summary, answer.trace)
    result: T = msgspec.msgpack.decode(answer.value, type=_result_type(function))
    return result


@functools.cache
def _result_type(function: Callable[..., object]) -> Any:
    """The type of what a function gives."""
    return typing.get_type_hints(function)["return"]


def _decode(message: bytes) -> Answer:
    answer: Answer = msgspec.msgpack.decode(message, type=Answer)
    return answer


def _reason(value: str) -> Reason:
    return Reason(value)  # type: ignore[call-arg]  # mypy sees the arguments of __new__


@functools.cache
def _child(owner: int, memory: int) -> "_Child":
    """The child of process `owner`: after a fork, the new process starts a child of its own."""
    del owner
    return _Child(memory)


class _Child:
    """A process and its pipes. It is started when it is asked and does not run."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stop: Callable[[], int | None] = lambda: None

    def ask(self, name: str, request: bytes, seconds: float) -> Answer:
        """Send a request and wait for its answer. ChildDied if no answer comes.

        `name`: of the function that it asks for.
        """
        with self._lock:
            process = self._process or self._start(name)
            try:
                send(process.stdin, request)
                return _decode(_receive(process, seconds))
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

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        """Start the process and wait until it is ready. RuntimeError if it does not start.

        It loads the function of this name first: what that takes is no part of a call's time.
        """
        command = [
            sys.executable,
            "-P",
            "-m",
            "curate.exports.child_process",
            str(self._memory),
            name,
        ]
        process = subprocess.Popen(  # noqa: S603  our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
            bufsize=0,
        )
        self._process = process
        self._stop = weakref.finalize(self, _stop, process)
        try:
            _receive(process, _START_SECONDS)
        except (EOFError, TimeoutError):
            process.kill()
            said = b""
            if process.stderr:
                said = process.stderr.read()
            self._end()
            message = (
                f"the decoding child did not start: {said.decode(errors='replace')}"
            )
            raise RuntimeError(message) from None
        return process

    def _end(self) -> int:
        """Let go of the process. Its exit code."""
        self._process = None
        return self._stop() or 0


def _environment() -> dict[str, str]:
    """This process's environment with what makes a child fast, and this package's path.

    The keys of stores are left out: the child opens strangers' files, and reaches no store.
    """
    package = str(Path(__file__).parents[2])
    paths = [package]
    if os.environ.get("PYTHONPATH"):
        paths.append(os.environ["PYTHONPATH"])
    environment = dict.fromkeys(_ONE_THREAD, "1")
    for name, value in os.environ.items():
        if not name.startswith(_SECRETS):
            environment[name] = value
    # A worker of Dask has thresholds of its own, which are far too low here.
    environment |= dict.fromkeys(_MEMORY_KEPT, str(_KEPT_BYTES))
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    return environment


def _stop(process: subprocess.Popen[bytes]) -> int:
    """Close the pipes, which ends an idle child, and kill one that works. Its exit code."""
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(_END_SECONDS)
    process.kill()
    return process.wait()


def _death(code: int) -> ChildDied:
    """What an exit code says of how a child ended; a negative one is a signal."""
    if code == -signal.SIGXCPU:
        return ChildDied("it takes more CPU time than the limits allow")
    if code == -signal.SIGKILL:
        # We did not kill it, so the system did, as it had no memory left.
        detail = "the system ended its decoder, most likely for want of memory"
        return ChildDied(detail, memory=True)
    name = f"exit {code}"
    if code < 0:
        name = signal.Signals(-code).name
    return ChildDied(f"its decoder crashed ({name})")


def _receive(process: subprocess.Popen[bytes], seconds: float) -> bytes:
    """The next message of the child. TimeoutError, or EOFError if the child has ended."""
    until = time.monotonic() + seconds
    (length,) = LENGTH.unpack(_read(process, LENGTH.size, until))
    return _read(process, length, until)


def _read(process: subprocess.Popen[bytes], size: int, until: float) -> bytes:
    """The next `size` bytes of the child, waited for `until` a time of the monotonic clock."""
    assert process.stdout is not None  # noqa: S101  opened as a pipe
    data = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while len(data) < size:
            if not selector.select(max(0.0, until - time.monotonic())):
                raise TimeoutError
            chunk = os.read(process.stdout.fileno(), min(size - len(data), _CHUNK))
            if not chunk:
                raise EOFError
            data += chunk
    return bytes(data)
