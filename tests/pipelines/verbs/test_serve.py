"""`serve` in a process of its own: the first mask, a kill, and the same again."""

import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from model.checkpoint import save_checkpoint
from model.promotion import add_promotion
from model.records import Origin
from pipelines.local_server import open_socket
from pipelines.loop.answer_log import read_answers
from tests.model.made_runs import write_run
from tests.model.networks import unlearned
from tests.pipelines.loop.small_server import base64_of, png
from tests.pipelines.small_project import Project, Verb

ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/\?token=(\S+)")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A checkpoint that answers with an ellipse."""
    path = tmp_path / "model.safetensors"
    save_checkpoint(path, unlearned(), Origin(variant="small"))
    return path


class Server:
    """A server in a process, at the address that it has printed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stderr is not None
        self.process = process
        self.said = ""
        while (found := ADDRESS.search(self.said)) is None:
            line = process.stderr.readline()
            assert line, self.said
            self.said += line
        self.address, self.token = found[1], found[2]

    def ask(self, path: str, record: Any = None, method: str = "GET") -> Any:
        body = None
        if record is not None:
            body = json.dumps(record).encode()
        headers = {"Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(  # noqa: S310
            f"{self.address}{path}", body, headers, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310
            return json.load(reply)


@contextmanager
def served(*words: object) -> Iterator[Server]:
    """Run `serve`, and kill it in the end."""
    command = [sys.executable, "-m", "pipelines", "serve", *map(str, words)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process)
        finally:
            process.send_signal(signal.SIGKILL)


def test_a_mask_within_a_minute_and_nothing_lost_by_a_kill(
    tmp_path: Path, model: Path, verb: Verb
) -> None:
    store = tmp_path / "store"
    options = ("--model", model, "--store", store, "--port", 0)
    wanted = {"image": base64_of(png()), "boxes": [[10, 5, 50, 35]]}
    begun = time.monotonic()
    with served(*options) as server:
        found = server.ask("/api/masks", wanted, "POST")
        assert time.monotonic() - begun < 60
        picture = found["picture"]["id"]
        (answer,) = found["answers"]
        assert 0.7 < answer["area"] / (40 * 30) < 0.85
        one = {"box": answer["box"], "counts": answer["segmentation"]["counts"]}
        address = f"/api/pictures/{picture}/objects"
        saved = server.ask(address, {"objects": [one]}, "PUT")
        token = server.token

        refused = verb("serve", *options)
        assert refused.code == 2
        assert "another server uses it" in refused.err

    assert (store / "token").stat().st_mode & 0o077 == 0
    with served(*options) as again:
        assert again.token == token  # a page that is still open goes on
        assert again.ask(address) == saved
        wanted = {"picture": picture, "boxes": [[10, 5, 50, 35]]}
        assert again.ask("/api/masks", wanted, "POST")["answers"] == [answer]


def test_a_port_that_is_taken_is_told(verb: Verb, tmp_path: Path) -> None:
    with open_socket(0) as taken:
        port = taken.getsockname()[1]
        outcome = verb("serve", "--port", port, "--store", tmp_path)
    assert outcome.code == 2
    assert f"port {port}" in outcome.err


def promote_run(build: Path, number: int, outside: float) -> None:
    """A run with a checkpoint of its own, in use from now on."""
    checkpoint = build / "new.safetensors"
    origin = Origin(variant="small", outside=outside)
    save_checkpoint(checkpoint, unlearned(), origin)
    run = write_run(build, number, checkpoint.read_bytes())
    add_promotion(UPath(build), number, run.record.model)


def test_a_promotion_reaches_the_server_and_its_answers_are_kept(
    project: Project, verb: Verb
) -> None:
    project.add("street", 1, ["car"])
    promote_run(project.build, 1, outside=1.0)
    wanted = {"image": base64_of(png()), "boxes": [[10, 5, 50, 35]]}
    with served(project.settings, "--port", 0) as server:
        first = server.ask("/api/masks", wanted, "POST")
        assert first["model"] == "run 1, promoted"
        promote_run(project.build, 2, outside=0.5)
        while server.ask("/healthz")["model"]["run"] != 2:
            time.sleep(0.1)
        second = server.ask("/api/masks", wanted, "POST")
        verb("rollback", project.settings)
        while server.ask("/healthz")["model"]["run"] != 1:
            time.sleep(0.1)

    digests = [each["answers"][0]["model"] for each in (first, second)]
    kept = list(read_answers(UPath(project.build / "loop" / "answers")))
    assert [(each.run, each.model) for each in kept] == list(
        zip([1, 2], digests, strict=True)
    )
    assert {each.picture for each in kept} == {first["picture"]["id"]}
