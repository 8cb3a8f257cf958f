"""Schedulers and workers as processes of their own, each with folders that no other one sees."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from distributed import Client

from tests.cluster.store import free_ports

ROOT = Path(__file__).parents[2]
_SECONDS_TO_START = 180.0


class Machines:
    """A scheduler and its workers; each worker has a nanny, which starts it anew if it dies."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        [self.port] = free_ports(1)
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.nannies: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start_scheduler()

    def add_workers(self, number: int, **environment: str) -> None:
        """Start workers of one thread and 1.5 GB; `environment`: what theirs has besides."""
        for _ in range(number):
            place = self.folder / f"worker-{len(self.nannies)}"
            (place / "tmp").mkdir(parents=True)
            command = ["dask_worker", self.address, "--nthreads", "1", "--no-dashboard"]
            command += [
                "--local-directory",
                str(place / "dask"),
                "--memory-limit",
                "1.5GB",
            ]
            self.nannies.append(self._start(command, place, environment))

    def wait_for(self, workers: int) -> None:
        """Wait until the scheduler has so many workers."""
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=_SECONDS_TO_START)

    def kill_worker(self, number: int) -> bool:
        """Kill the process of a worker, not its nanny; False if it has none just now."""
        for child in psutil.Process(self.nannies[number].pid).children():
            if "spawn_main" in " ".join(child.cmdline()):
                child.send_signal(signal.SIGKILL)
                return True
        return False

    def end_last_worker(self) -> None:
        """End a worker and its nanny for good."""
        _end(self.nannies.pop())

    def restart(self) -> None:
        """End the scheduler and all workers, and start as many again, at the same address."""
        number = len(self.nannies)
        self.stop()
        self.nannies = []
        self.scheduler = self._start_scheduler()
        for worker in range(number):
            place = self.folder / f"worker-{worker}"
            place.rename(self.folder / f"before-{worker}-{time.monotonic_ns()}")
        self.add_workers(number)

    def temporary_files(self) -> list[Path]:
        """What lies in the folders for temporary files of all workers, and in Dask's."""
        left = []
        for place in self.folder.glob("worker-*"):
            found = [*(place / "tmp").rglob("*"), *(place / "dask").rglob("*")]
            left += [path for path in found if path.is_file()]
        return [path for path in left if not path.name.endswith(("lock", "dirlock"))]

    def stop(self) -> None:
        """End all processes."""
        for process in (*self.nannies, self.scheduler):
            _end(process)

    def _start_scheduler(self) -> "subprocess.Popen[bytes]":
        place = self.folder / f"scheduler-{time.monotonic_ns()}"
        place.mkdir()
        command = ["dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--no-dashboard"]
        process = self._start(command, place, {})
        until = time.monotonic() + _SECONDS_TO_START
        while not _answers(self.port):
            assert process.poll() is None, (place / "log").read_text()[-2000:]
            assert time.monotonic() < until
            time.sleep(0.1)
        return process

    def _start(
        self, command: list[str], place: Path, environment: dict[str, str]
    ) -> "subprocess.Popen[bytes]":
        """Start a command line of Dask in a folder of its own."""
        kept = {
            name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ
        }
        own = {
            "HOME": str(place),
            "TMPDIR": str(place / "tmp"),
            "PYTHONPATH": f"{Path(__file__).parent / 'sick'}:{ROOT}",
        }
        with (place / "log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{command[0]}", *command[1:]],
                cwd=place,
                env={**kept, **own, **self.environment, **environment},
                stdout=log,
                stderr=log,
            )


def _answers(port: int) -> bool:
    """Whether somebody listens on a port of 127.0.0.1."""
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def _end(process: "subprocess.Popen[bytes]") -> None:
    for child in psutil.Process(process.pid).children(recursive=True):
        child.kill()
    process.kill()
    process.wait()


@contextmanager
def machines(
    folder: Path, environment: dict[str, str], workers: int
) -> Iterator[Machines]:
    """A cluster for a while."""
    started = Machines(folder, environment)
    try:
        started.add_workers(workers)
        yield started
    finally:
        started.stop()
