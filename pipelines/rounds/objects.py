"""Which objects a run knew when it was trained, so that a round can tell which are new since.

`<build>/runs/N/objects.parquet` has a row for each object of the build then, of all splits: its id,
and a digest of its image and its mask. An object is new to a run if its id is not there, or if its
mask has changed since.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from upath import UPath

from curate.storage import read_partitions, read_table, write_table
from model.runs import Run

_FILE = "objects.parquet"
_READ = ["object_id", "image_id", "split", "counts"]


@dataclass(frozen=True, slots=True)
class NewObjects:
    """The objects of a build that a run does not know."""

    ids: frozenset[str]
    """Ids of new objects in all splits."""

    to_learn: frozenset[str]
    """Those of the train split."""


def keep_objects(build: UPath, run: Run) -> None:
    """Note which objects a run knew, unless that is noted already."""
    if has_objects(run):
        return
    known = _objects(build)[["object_id", "content"]]
    table = pa.Table.from_pandas(known, preserve_index=False)
    write_table(run.folder / _FILE, table)


def has_objects(run: Run) -> bool:
    """Whether it is noted which objects a run knew; runs of earlier versions have no note."""
    return (run.folder / _FILE).exists()


def new_objects(build: UPath, run: Run | None) -> NewObjects:
    """The objects that a run does not know; all, if there is no run, or it noted none."""
    objects = _objects(build)
    known = pd.DataFrame({"object_id": [], "content": []})
    if run is not None and has_objects(run):
        known = read_table(run.folder / _FILE).to_pandas()

    # An object that the run does not know has no content there, which differs from any.
    ids = objects["object_id"]
    content = known.set_index("object_id")["content"]
    before = content.reindex(ids).to_numpy()
    is_new = before != objects["content"].to_numpy()
    is_train = objects["split"].to_numpy() == "train"
    to_learn = ids[is_new & is_train]
    return NewObjects(frozenset(ids[is_new]), frozenset(to_learn))


def _objects(build: UPath) -> pd.DataFrame:
    """All objects of a build that go into its shards: object_id, split and content."""
    tables = read_partitions(build / "balance" / "segments", _READ)
    frame: pd.DataFrame = pa.concat_tables(tables).to_pandas()
    shown = frame[["image_id", "counts"]]
    hashes = pd.util.hash_pandas_object(shown, index=False)
    frame["content"] = [f"{number:016x}" for number in hashes.to_numpy(np.uint64)]
    return frame[["object_id", "split", "content"]]
