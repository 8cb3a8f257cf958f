"""The files in which judging says what it has found, and which balance reads."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
from upath import UPath

from curate.errors import InputError
from curate.schema import HELD
from curate.storage import read_table


def read_held(path: UPath) -> pa.Table:
    """The file `held.parquet` of a build, a table of HELD. InputError if it is broken.

    Files of before 0.2 name no deliveries: what they hold of an export is one, of its name.
    """
    with reading(path):
        held = read_table(path)
        if "delivery" not in held.column_names:
            held = held.append_column("delivery", held["export"])
        return held.select(HELD.names).cast(HELD)


@contextmanager
def reading(path: UPath) -> Iterator[None]:
    """While a file of judged annotations is read: InputError if it is broken."""
    try:
        yield
    except (InputError, pa.ArrowInvalid, KeyError) as error:
        raise InputError(
            f"{path}: broken; remove it, and judge the annotations again (`quality`)"
        ) from error
