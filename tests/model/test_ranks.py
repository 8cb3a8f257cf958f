"""Two ranks, as torchrun starts them, do what one process does."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from upath import UPath

from curate.errors import InputError
from curate.settings import Settings
from curate.shards.reader import open_shards
from model import ranks
from model.evaluation.evaluate import evaluate
from model.loading import schedule
from model.ranks import SharedNorm
from model.start import start_model
from model.train import train

ROOT = Path(__file__).parents[2]
QUICK = {
    "start": "random",
    "batch_pixels": 20_000,
    "max_side": 96,
    "seed": 3,
    "steps": 3,
}


def on_two_ranks(settings: Path) -> str:
    """Train and judge with torchrun; what was told."""
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    command += ["--master-port", free_port(), "-m", "pipelines.on_ranks", str(settings)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def free_port() -> str:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def test_two_ranks_do_what_one_process_does(
    build_folder: Callable[..., Settings], tmp_path: Path
) -> None:
    settings = build_folder(QUICK, {"train": 15, "val": 5, "test": 5})
    evaluate_quickly = settings.evaluate.model_copy(update={"bootstrap": 100})
    settings = settings.model_copy(update={"evaluate": evaluate_quickly})
    file = tmp_path / "settings.yaml"
    file.write_text(settings.model_dump_json(exclude_unset=True))
    build = Path(settings.build)

    told = on_two_ranks(file)
    assert told.count("train: kept as run 1") == 1
    together = load_file(build / "train" / "model.safetensors")
    record = json.loads((build / "train" / "train.json").read_text())
    report = (build / "evaluate" / "report.json").read_bytes()

    # The same model, judged by one process: the same report.
    shutil.rmtree(build / "evaluate")
    evaluate(settings, print)
    assert (build / "evaluate" / "report.json").read_bytes() == report

    # The same training in one process: the same samples, and the same weights but for rounding.
    shutil.rmtree(build / "train")
    alone = load_file(train(settings, print))
    alone_record = json.loads((build / "train" / "train.json").read_text())
    for name in ("crops", "pixels", "padding", "epoch", "batch"):
        assert record[name] == alone_record[name]
    assert np.allclose(record["losses"], alone_record["losses"], atol=1e-4)
    # A bias before a norm has a gradient of nothing but rounding, of which AdamW makes whole
    # steps: so what counts is how far apart all weights are, by how far they moved.
    shards = open_shards(UPath(settings.build), "train")
    start = start_model(settings.train, shards, print).model.state_dict()
    moved = distance(alone, start)
    assert moved > 0
    assert distance(alone, together) < 0.02 * moved


def distance(weights: Mapping[str, Tensor], others: Mapping[str, Tensor]) -> float:
    """Between two sets of weights: the root of the sum of squares."""
    squares = [
        (each - others[name]).double().square().sum()
        for name, each in weights.items()
        if each.is_floating_point()
    ]
    return float(torch.stack(squares).sum().sqrt())


def test_parts_of_a_batch_are_all_of_it(build_folder: Callable[..., Settings]) -> None:
    settings = build_folder(QUICK, {"train": 15})
    shards = open_shards(UPath(settings.build), "train")
    plan = next(iter(schedule(shards, settings, 0, 0))).plan
    for count in (1, 2, 40):
        parts = [plan.part(number, count) for number in range(count)]
        positions = np.concatenate([part.positions for part in parts])
        assert sorted(positions.tolist()) == sorted(plan.positions.tolist())
        rows = np.concatenate([part.rows for part in parts])
        assert sorted(rows.tolist()) == sorted(plan.rows.tolist())
        assert all(len(part.windows) == len(part.drawn) == len(part) for part in parts)


def test_who_was_not_started_by_torchrun_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    with (
        pytest.raises(InputError, match="started by torchrun"),
        ranks.together(),
    ):
        pass


# A training step in a process that has met others, then the threads that are left.
LEFT_THREADS = """
from pathlib import Path
import torch
from model import ranks

with ranks.together():
    weights = torch.nn.Linear(3, 1)
    weights(torch.ones(3)).backward()
    torch.optim.AdamW(weights.parameters()).step()
print(*[name.read_text() for name in Path("/proc/self/task").glob("*/comm")])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_thread_of_the_group_outlives_it() -> None:
    # One that does is ended by the interpreter, now and then with SIGABRT.
    alone = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1"}
    meet = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port()}
    done = subprocess.run(
        [sys.executable, "-c", LEFT_THREADS],
        cwd=ROOT,
        env=os.environ | alone | meet,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "python" in done.stdout
    assert "gloo" not in done.stdout


def test_in_one_process_the_norm_is_the_published_one() -> None:
    torch.manual_seed(0)
    maps = torch.randn(3, 4, 5, 6)
    ours, published = SharedNorm(4), torch.nn.BatchNorm2d(4)
    for _ in range(2):
        assert torch.equal(ours(maps), published(maps))
    for name, value in published.state_dict().items():
        assert torch.equal(ours.state_dict()[name], value)
