"""In which order the runs of a table go, and from which number: what its masks tell together.

Below a px of an object there is mostly another px of it, and right of it, too. So most px have one
as far behind them as a line is long: if that is the picture's width, px are counted by rows, and
if it is the height, by columns. A square picture cannot tell, nor can specks: for these, the other
masks of their table speak.

Runs of an object that reaches the beginning of lines begin with the first px of a line. If px are
counted from 0 and read as counted from 1, such runs begin with the last px of the line before.
"""

from collections.abc import Iterable

import msgspec
import numpy as np

from curate.pixels.run_lengths import Positions
from curate.records import RunOrder

_CLEARLY = 2  # times as many px are alone by the one length of a line as by the other
_LEAST_PX = 8  # that make the difference; fewer are chance
_MOST_OF_TABLE = 4  # times as many masks for the one order as for the other
_LEAST_RUNS = 3  # that begin as runs from 0 do


class OrderSigns(msgspec.Struct, frozen=True, kw_only=True):
    """How many masks, or runs, tell what; of one mask or of many."""

    by_rows: int = 0
    """Masks whose px are clearly connected if they are counted by rows."""
    by_columns: int = 0
    from_0: tuple[int, int] = (0, 0)
    """Runs that begin a line if px count from 0: by columns and by rows."""
    from_1: tuple[int, int] = (0, 0)


def signs_of(starts: Positions, ends: Positions, height: int, width: int) -> OrderSigns:
    """What one mask tells. `starts`, `ends`: of its runs, read as counted from 1."""
    order = clear_order(starts, ends, height, width)
    is_long = ends - starts > 1  # a single px would not lie in two lines
    long = starts[is_long]
    lines = (height, width)
    by_columns, by_rows = (_beginning(long + 1, line) for line in lines)
    usual_by_columns, usual_by_rows = (_beginning(long, line) for line in lines)
    return OrderSigns(
        by_rows=int(order is True),
        by_columns=int(order is False),
        from_0=(by_columns, by_rows),
        from_1=(usual_by_columns, usual_by_rows),
    )


def clear_order(
    starts: Positions, ends: Positions, height: int, width: int
) -> bool | None:
    """Whether a mask's px are counted by rows; None if its px do not tell."""
    alone_by_columns = _alone(starts, ends, height)
    alone_by_rows = _alone(starts, ends, width)
    if abs(alone_by_columns - alone_by_rows) < _LEAST_PX:
        return None
    if _CLEARLY * alone_by_rows < alone_by_columns:
        return True
    if _CLEARLY * alone_by_columns < alone_by_rows:
        return False
    return None


def order_of(signs: Iterable[OrderSigns]) -> RunOrder:
    """How px are counted in a table, by the signs of its masks."""
    masks = list(signs)
    rows = sum(each.by_rows for each in masks)
    columns = sum(each.by_columns for each in masks)
    by_rows = None
    if rows > _MOST_OF_TABLE * columns:
        by_rows = True
    elif columns > _MOST_OF_TABLE * rows:
        by_rows = False

    from_0 = sum(each.from_0[by_rows is True] for each in masks)
    from_1 = sum(each.from_1[by_rows is True] for each in masks)
    first = 1
    if from_0 >= _LEAST_RUNS and from_0 > from_1:
        first = 0
    return RunOrder(by_rows=by_rows, first=first)


def _beginning(starts: Positions, line: int) -> int:
    """How many starts, counted from 0, are the first px of a line."""
    return int(np.count_nonzero(starts % line == 0))


def _alone(starts: Positions, ends: Positions, line: int) -> int:
    """How many px have no other px of the mask one line before them."""
    sizes = ends - starts
    before = np.cumsum(sizes) - sizes

    def px_up_to(places: Positions) -> Positions:
        """How many px of the mask lie before each place."""
        run = np.searchsorted(starts, places, side="right") - 1
        in_run = np.minimum(places - starts[run], sizes[run])
        return np.where(run >= 0, before[run] + in_run, 0)

    in_both = px_up_to(ends - line) - px_up_to(starts - line)
    return int(sizes.sum() - in_both.sum())
