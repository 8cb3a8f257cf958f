"""How long annotators wait for a mask, and what thousands of good and bad requests cost.

    python -m benchmarks.serve [--model PATH] [--annotators 4] [--boxes 20] [--requests 1000]

A server of its own is started, on the processor that is there. Each annotator draws a box
around an object of 320 px, looks at its mask for a while, and draws the next one. Then
as many clients send mixed requests without a pause: each must get the status that is due,
and the server's memory must not grow.
"""

import itertools
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.memory_of_tree import held_by_tree
from benchmarks.shared.mixed_requests import Client, mixed_request, picture_file
from benchmarks.shared.timing import report

ALLOWED_P95 = 1.0
"""Seconds that 95% of the boxes may wait at most."""

ALLOWED_START = 60.0
"""Seconds from the start to the first mask."""

ALLOWED_GROWTH = 1.1
"""Memory after all requests, by that after the first tenth."""

_ADDRESS = re.compile(r"http://(127\.0\.0\.1:\d+)/\?token=(\S+)")
_OBJECT = 320  # px
_LOOKING = (0.5, 3.0)  # seconds between two boxes of an annotator
_PICTURES = 8


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs in a process."""

    host: str
    token: str
    process: int
    """Its number."""

    def client(self) -> Client:
        """A new connection."""
        return Client(self.host, self.token)

    @property
    def megabytes(self) -> float:
        """What the server and its child hold."""
        return held_by_tree(self.process) / 1e6


@dataclass(frozen=True, slots=True)
class Mixed:
    """What came of mixed requests."""

    requests: int
    wrong: list[str]
    """Those that got another status than was due; some of them."""
    megabytes: list[float]
    """Memory after each tenth."""
    seconds: float


def main() -> None:
    """Measure and report."""
    parser = argument_parser(__doc__)
    parser.add_argument("--model", default="base", metavar="PATH")
    parser.add_argument("--annotators", type=int, default=4)
    parser.add_argument(
        "--boxes",
        type=int,
        default=20,
        help="of each annotator",
    )
    parser.add_argument(
        "--requests",
        type=int,
        default=1000,
        help="good and bad ones",
    )
    arguments = parser.parse_args()

    begun = time.perf_counter()
    scratch = tempfile.TemporaryDirectory()
    with scratch as store, served(arguments.model, store) as server:
        pictures = add_pictures(server)
        answer_seconds(server, pictures, random.Random(0))
        start = time.perf_counter() - begun
        waits = draw_boxes(server, pictures, arguments.annotators, arguments.boxes)
        mixed = send_mixed(server, pictures, arguments.annotators, arguments.requests)
    _report(start, waits, mixed)


@contextmanager
def served(model: str, store: str) -> Iterator[Server]:
    """Run `serve` in a process as long as the context lasts."""
    options = ["--model", model, "--store", store, "--port", "0"]
    command = [sys.executable, "-m", "pipelines", "serve", *options]
    with subprocess.Popen(  # noqa: S603 - our own
        command, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield _started(process)
        finally:
            process.kill()


def _started(process: "subprocess.Popen[str]") -> Server:
    said = ""
    for line in process.stderr or ():
        said += line
        found = _ADDRESS.search(said)
        if found is not None:
            return Server(found[1], found[2], process.pid)
    raise RuntimeError(f"the server did not start: {said}")


def add_pictures(server: Server) -> list[str]:
    """Ids of pictures of 960 × 720 px that the server knows from now on."""
    rng = np.random.default_rng(0)
    client = server.client()
    ids = []
    for _ in range(_PICTURES):
        status, body = client.ask("POST", "/api/pictures", picture_file(rng, 720, 960))
        if status != 200:
            raise RuntimeError(f"a picture was refused: {body!r}")
        ids.append(body.decode().partition('"id":"')[2][:32])
    return ids


def answer_seconds(server: Server, pictures: list[str], rng: random.Random) -> float:
    """How long one box waits for its mask."""
    x = rng.randrange(50, 550)
    y = rng.randrange(20, 350)
    box = [x, y, x + _OBJECT, y + _OBJECT]
    picture = rng.choice(pictures)
    wanted = {"picture": picture, "boxes": [box]}

    begun = time.perf_counter()
    client = server.client()
    client.ask_json("POST", "/api/masks", wanted)
    return time.perf_counter() - begun


def draw_boxes(
    server: Server, pictures: list[str], annotators: int, boxes: int
) -> list[float]:
    """Seconds that each box of several annotators waits."""

    def annotate(seed: int) -> list[float]:
        rng = random.Random(seed)
        waits = []
        for _ in range(boxes):
            time.sleep(rng.uniform(*_LOOKING))
            waits.append(answer_seconds(server, pictures, rng))
        return waits

    with ThreadPoolExecutor(annotators) as pool:
        found = pool.map(annotate, range(annotators))
    return sorted(itertools.chain.from_iterable(found))


def send_mixed(
    server: Server, pictures: list[str], clients: int, requests: int
) -> Mixed:
    """Send mixed requests from several clients, in ten parts."""
    file = picture_file(np.random.default_rng(1), 240, 320)
    begun = time.perf_counter()
    wrong: list[str] = []
    megabytes = []
    part = max(1, requests // (10 * clients))

    def send(seed: int) -> None:
        rng = random.Random(seed)
        client = server.client()
        for _ in range(part):
            sent = mixed_request(rng, pictures, file)
            try:
                status, body = client.ask(sent.method, sent.path, sent.body)
            except OSError as error:
                status, body = 0, repr(error).encode()
            if status != sent.status:
                what = f"{sent.method} {sent.path} {sent.body[:80]!r}"
                wrong.append(f"{what}: {status}, not {sent.status}: {body[:200]!r}")

    with ThreadPoolExecutor(clients) as pool:
        for number in range(10):
            seeds = range(number * clients, (number + 1) * clients)
            list(pool.map(send, seeds))
            megabytes.append(server.megabytes)
    seconds = time.perf_counter() - begun
    return Mixed(10 * clients * part, wrong, megabytes, seconds)


def _report(start: float, waits: list[float], mixed: Mixed) -> None:
    """Print and write what was measured."""
    p95 = waits[int(0.95 * (len(waits) - 1))]
    median = waits[len(waits) // 2]
    growth = mixed.megabytes[-1] / mixed.megabytes[0]
    lines = [
        f"From the start to the first mask: {start:.1f} s (allowed {ALLOWED_START:g})",
        f"A box of {_OBJECT} px waits {median:.2f} s in the middle, 95% at most {p95:.2f} s "
        f"(allowed {ALLOWED_P95:g}; {len(waits)} boxes)",
        f"{mixed.requests:,} mixed requests in {mixed.seconds:.0f} s: {len(mixed.wrong)} "
        f"with another status than was due; {mixed.megabytes[0]:,.0f} MB after the first "
        f"tenth, {mixed.megabytes[-1]:,.0f} MB in the end (allowed × {ALLOWED_GROWTH:g})",
        *mixed.wrong[:5],
    ]
    data = {
        "start_seconds": start,
        "waits": waits,
        "p95": p95,
        "allowed_p95": ALLOWED_P95,
        "requests": mixed.requests,
        "wrong": mixed.wrong,
        "megabytes": mixed.megabytes,
        "growth": growth,
    }
    report("serve", lines, data)


if __name__ == "__main__":
    main()
