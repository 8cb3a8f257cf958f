"""Lightning and the Hugging Face Trainer train on shards: each sample once, and go on midway."""

from pathlib import Path
from typing import Any

import pytest
from torch.utils.data import DataLoader

from curate.shards.epochs import epoch_rows
from curate.shards.reader import Shards, open_shards
from model.shard_dataset import ShardStream
from tests.model.ellipses import write_build

pytestmark = [
    # What these trainers say of themselves and of torch is not ours to mend.
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture
def shards(tmp_path: Path) -> Shards:
    write_build(tmp_path / "build", {"train": 20})
    return open_shards((tmp_path / "build").as_posix(), "train")


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, list[int]]]:
    """The epoch and rows of each batch that a trainer has taken."""
    taken: list[tuple[int, list[int]]] = []
    give = ShardStream.__iter__

    def noted(stream: ShardStream) -> Any:
        for batch in give(stream):
            taken.append((int(batch["bookmark"][0]), batch["row"].tolist()))
            yield batch

    monkeypatch.setattr(ShardStream, "__iter__", noted)
    return taken


def rows_by_epoch(seen: list[tuple[int, list[int]]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for epoch, rows in seen:
        found.setdefault(epoch, []).extend(rows)
    return found


def test_lightning(
    shards: Shards, seen: list[tuple[int, list[int]]], tmp_path: Path
) -> None:
    pytest.importorskip("lightning", reason="lightning is not installed")
    from examples import lightning_on_shards

    options = {
        "accelerator": "cpu",
        "logger": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "enable_checkpointing": False,
        "default_root_dir": tmp_path,
    }
    folder = shards.folder.as_posix()
    trainer = lightning_on_shards.main(folder, **options)
    assert trainer.global_step == 6
    expected = {epoch: epoch_rows(shards, 0, epoch).tolist() for epoch in (0, 1)}
    assert rows_by_epoch(seen) == expected

    # A checkpoint knows where its training stands.
    trainer.save_checkpoint(tmp_path / "last.ckpt")
    again = lightning_on_shards.OnShards.load_from_checkpoint(
        tmp_path / "last.ckpt", folder=folder
    )
    assert again.bookmark.tolist() == [1, 20]


def test_hugging_face(
    shards: Shards, seen: list[tuple[int, list[int]]], tmp_path: Path
) -> None:
    pytest.importorskip("transformers", reason="transformers is not installed")
    pytest.importorskip("accelerate", reason="accelerate is not installed")
    from examples import hugging_face_on_shards

    trainer = hugging_face_on_shards.main(
        shards.folder.as_posix(),
        output_dir=str(tmp_path / "trainer"),
        use_cpu=True,
        disable_tqdm=True,
        save_strategy="no",
    )
    assert trainer.state.global_step == 6
    assert isinstance(trainer.get_train_dataloader(), DataLoader)
    expected = {epoch: epoch_rows(shards, 0, epoch).tolist() for epoch in (0, 1)}
    assert rows_by_epoch(seen) == expected
