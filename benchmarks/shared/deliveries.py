"""Which rows come in which round of a simulated loop. All choices hang on ids alone."""

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from curate.storage import digest


def of_split(rows: pa.Table, split: str) -> pa.Table:
    """The rows of a split."""
    is_of_split = pc.equal(rows["split"], split)
    return rows.filter(is_of_split)


def delivered(rows: pa.Table, number: int, rounds: int) -> pa.Table:
    """The rows of one of so many rounds; images of a group come together."""
    comes_now = []
    for group in rows["group_id"].to_pylist():
        first_digits = digest(group)[:8]
        round_of_group = int(first_digits, 16) % rounds
        comes_now.append(round_of_group == number)
    return rows.filter(pa.array(comes_now))


def at_most(rows: pa.Table, column: str, number: int) -> pa.Table:
    """So many rows of each value of a column, those of the lowest object ids."""
    order = pc.sort_indices(rows["object_id"])
    values = rows[column].to_pylist()

    taken: Counter[str] = Counter()
    chosen = []
    for row in order.to_pylist():
        value = values[row]
        if taken[value] < number:
            taken[value] += 1
            chosen.append(row)
    chosen.sort()
    return rows.take(chosen)


def largest_customer(rows: pa.Table) -> str:
    """The customer of the most images: the one that the gate can judge best."""
    images = rows.group_by("customer").aggregate([("image_id", "count_distinct")])
    # The name decides where two have as many.
    order = [("image_id_count_distinct", "descending"), ("customer", "ascending")]
    ranked = images.sort_by(order)
    largest: str = ranked["customer"][0].as_py()
    return largest


def with_more_of(
    rows: pa.Table, everything: pa.Table, customer: str, number: int
) -> pa.Table:
    """A delivery in which a customer's rows are replaced by up to `number` of all that it has."""
    is_others = pc.not_equal(rows["customer"], customer)
    is_own = pc.equal(everything["customer"], customer)
    others = rows.filter(is_others)
    own = everything.filter(is_own)
    return pa.concat_tables([at_most(own, "customer", number), others])
