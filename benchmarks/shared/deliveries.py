"""Which rows come in which round of a simulated loop. All choices hang on ids alone."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.storage import digest


def of_split(rows: pa.Table, split: str) -> pa.Table:
    """The rows of a split."""
    return rows.filter(pc.equal(rows["split"], split))


def delivered(rows: pa.Table, number: int, rounds: int) -> pa.Table:
    """The rows of one of so many rounds; images of a group come together."""
    groups = rows["group_id"].to_pylist()
    rounds_of_groups = np.array([int(digest(each)[:8], 16) % rounds for each in groups])
    return rows.filter(pa.array(rounds_of_groups == number))


def at_most(rows: pa.Table, column: str, number: int) -> pa.Table:
    """So many rows of each value of a column, those of the lowest object ids."""
    taken: Counter[str] = Counter()
    chosen = []
    order = pc.sort_indices(rows["object_id"]).to_pylist()
    values = rows[column].to_pylist()
    for row in order:
        if taken[values[row]] < number:
            taken[values[row]] += 1
            chosen.append(row)
    return rows.take(sorted(chosen))


def largest_customer(rows: pa.Table) -> str:
    """The customer of the most images: the one that the gate can judge best."""
    pairs = zip(rows["customer"].to_pylist(), rows["image_id"].to_pylist(), strict=True)
    images: Counter[str] = Counter(customer for customer, _ in set(pairs))
    # The name decides where two have as many.
    ranked = sorted(images, key=lambda customer: (-images[customer], customer))
    return ranked[0]


def with_more_of(
    rows: pa.Table, everything: pa.Table, customer: str, number: int
) -> pa.Table:
    """A delivery in which a customer's rows are replaced by up to `number` of all that it has."""
    others = rows.filter(pc.not_equal(rows["customer"], customer))
    own = everything.filter(pc.equal(everything["customer"], customer))
    return pa.concat_tables([at_most(own, "customer", number), others])
