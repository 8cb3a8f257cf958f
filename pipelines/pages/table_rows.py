"""From tables to records: pandas counts and sorts, Python and templates get typed rows."""

from typing import TypeVar

import msgspec
from pandas import DataFrame

_Row = TypeVar("_Row")


def rows_of(table: DataFrame, kind: type[_Row]) -> list[_Row]:
    """The rows of a table as dataclasses; the table has a column for each field.

    msgspec.ValidationError if a column is missing, or a value is not of its field's
    type.
    """
    return [msgspec.convert(row, kind) for row in table.to_dict("records")]
