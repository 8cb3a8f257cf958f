"""The mix of new and old objects in a round of the loop: new ones get a share of the uses.

Balance has given each object a weight, its expected uses in an epoch. Corrections are few beside
what a build has gathered for years, so by weight alone a round would hardly see them. If it trained
on them alone, the model would forget the rest. So the new objects together get `new_share` of the
uses, shared among them by weight, and the old ones share the rest by weight.
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.shards.reader import Shards
from model.runs import Mix

MOST_TIMES = 8.0
"""How many times as often as its weight says a new object is used at most, so that a handful of
corrections is not learned by heart."""


def mixed(
    shards: Shards, new: Collection[str], new_share: float
) -> tuple[Shards, Mix | None]:
    """The train shards with the weights of a round, and how they are mixed.

    `new`: ids of the new objects. The weights stay, and there is no mix, if either new or old
    objects are missing, or weigh nothing. The shards that a worker process opens again have their
    own weights: only the process that plans the epoch reads them.
    """
    object_ids = shards.table["object_id"].to_numpy(zero_copy_only=False)
    is_new = np.isin(object_ids, list(new))
    of_new = shards.weights[is_new].sum()
    of_old = shards.weights[~is_new].sum()
    if of_new == 0 or of_old == 0:
        return shards, None

    weights, times = mixed_weights(shards.weights, is_new, new_share)
    new_uses = float(weights[is_new].sum())
    all_uses = float(weights.sum())
    number = int(is_new.sum())
    mix = Mix(
        new=number,
        old=len(shards) - number,
        new_share=new_uses / all_uses,
        times=times,
    )
    place = shards.table.schema.get_field_index("weight")
    column = pa.array(weights.astype(np.float32))
    table = shards.table.set_column(place, "weight", column)
    return replace(shards, table=table), mix


def mixed_weights(
    weights: NDArray[np.float64], is_new: NDArray[np.bool_], new_share: float
) -> tuple[NDArray[np.float64], float]:
    """(n,) the weights of a round, and by what those of new objects were multiplied.

    They have the sum of `weights`, (n,). Some objects are new and some are not.
    """
    total = weights.sum()
    of_new = weights[is_new].sum()
    of_old = total - of_new

    times = min(new_share * total / of_new, MOST_TIMES)
    left = total - times * of_new
    by_share = np.where(is_new, times, left / of_old)
    return weights * by_share, float(times)
