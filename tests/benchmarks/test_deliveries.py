"""The benchmark of deliveries: one export wrong among sound ones, whatever the order of rows."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pyarrow as pa

from benchmarks.deliveries import FAULTS, Seen, judged, mixed
from curate.shards.reader import Shards
from model.annotations.judging import Looks, SpoiledCopies
from model.annotations.signs import SIGNS
from model.annotations.spoiling import Spoiling

OBJECTS = 160
SPOILED = 3.0  # of the first sign


def seen(rows: list[int], own: float) -> Seen:
    """What is seen of objects in some order, of the export p where their number is even."""
    table = pa.table(
        {
            "object_id": [f"{row:032x}" for row in rows],
            "image_id": [f"photo {row}" for row in rows],
            "export": ["pq"[row % 2] for row in rows],
            "customer": ["pq"[row % 2] for row in rows],
        }
    )
    rng = np.random.default_rng(int(own))
    signs = rng.normal(size=(OBJECTS, len(SIGNS)))
    copies = rng.normal(size=(OBJECTS, len(SIGNS)))
    signs[:, 0] += own
    copies[:, 0] += SPOILED
    return Seen(
        cast(Shards, SimpleNamespace(table=table)),
        Looks(signs, np.full((OBJECTS, 2), own)),
        SpoiledCopies(np.arange(OBJECTS), [Spoiling.SHIFTED] * OBJECTS, copies),
    )


def test_the_export_that_is_wrong_is_held_back_and_as_it_is_it_is_not() -> None:
    sound = seen(list(range(OBJECTS)), 0.0)
    wrong = seen(list(range(OBJECTS))[::-1], SPOILED)
    both = mixed(sound, wrong, "q")
    assert (both.looks.moves[1::2] == SPOILED).all()
    assert (both.looks.moves[::2] == 0).all()
    assert sorted(both.copies.rows.tolist()) == list(range(OBJECTS))

    assert judged(both, "q").is_held
    assert not judged(sound, "q").is_held


def test_faults_move_masks() -> None:
    mask = np.zeros((40, 60), np.bool_)
    mask[10:30, 10:50] = True
    assert np.array_equal(FAULTS["4 px right"](mask)[:, 4:], mask[:, :-4])
    assert (FAULTS["10% right and down"](mask)[12:32, 14:54]).all()
    at_edge = np.zeros((40, 60), np.bool_)
    at_edge[10:30, 58:] = True
    assert FAULTS["4 px right"](at_edge).any()
