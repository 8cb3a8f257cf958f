"""Balance on the workers: what is held back, caps over the whole build, a weight for each row.

Each cap is counted over all partitions before it is applied, and the next cap is
counted on what the caps before it leave. The partitions are read once for the counts, which
tell what reaches a cap at all, and once to write the result; once more for each cap that
something reaches, and then once more for the cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import pyarrow as pa
from upath import UPath

from curate import judged_annotations
from curate.curation_settings import BalanceSettings
from curate.schema import HELD
from curate.stages import balance, caps, held_back
from curate.stages.caps import Cap
from curate.storage import digest, read_table
from pipelines.flow.build import Reads
from pipelines.flow.partitions import gather_totals, map_partitions
from pipelines.flow.runner import Run, Stage, StageOutput

_ANNOTATIONS = "annotations.parquet"
_HELD = "held.parquet"
_COLUMNS = sorted({*balance.NEEDS, *held_back.NEEDS})


@dataclass(frozen=True, slots=True)
class _CountedCap:
    """A cap, and the highest rank that stays of each value that reaches it."""

    cap: Cap
    highest: "pd.Series[int]"


@dataclass(frozen=True, slots=True)
class _Before:
    """What leaves before rows are counted: objects that are held back, then what is over caps."""

    held: pa.Table
    caps: list[_CountedCap]


@dataclass(frozen=True, slots=True)
class _CapQuestion:
    """The cap to count, the values that may reach it, and what leaves before."""

    before: _Before
    cap: Cap
    over: pa.Array


@dataclass(frozen=True, slots=True)
class _CountQuestion:
    """What leaves before cells are counted, and the caps whose values are counted."""

    before: _Before
    caps: list[Cap]
    settings: BalanceSettings
    quality: "pd.Series[float] | None"
    """The factor on the weight of objects whose annotations are doubtful, by object_id."""


@dataclass(frozen=True, slots=True)
class _Counts:
    """What is counted of a partition: its cells, and the values of each cap's column."""

    cells: pd.DataFrame
    values: list[pa.Table]


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all partitions share: what leaves, the weight of each cell, and the settings."""

    before: _Before
    weights: pd.DataFrame
    settings: BalanceSettings
    quality: "pd.Series[float] | None"


def reads(run: Run) -> Reads:
    """What the result depends on: the settings, the exports' trust, and judged annotations."""
    return {
        "balance": run.settings.balance.model_dump(mode="json"),
        "trust": _trust(run),
        "quality": _judged_digest(run, _ANNOTATIONS),
        "held": _judged_digest(run, _HELD),
    }


def work(run: Run, stage: Stage, new: UPath) -> StageOutput:
    """Drop what is over a cap, and weigh the rows of each cell."""
    settings = run.settings.balance
    quality = _quality_trusts(run)
    all_caps = caps.caps(settings)
    before = _Before(_held(run), [])
    question = _CountQuestion(before, all_caps, settings, quality)
    counts = _gather_counts(run, "balance: counts", question)

    for number, cap in enumerate(all_caps):
        over = caps.values_over([each.values[number] for each in counts], cap)
        if len(over):
            # A new list: the workers may still hold the one that was sent to them.
            counted = [*before.caps, _count_cap(run, before, cap, over)]
            before = _Before(before.held, counted)

    if before.caps:
        question = _CountQuestion(before, [], settings, quality)
        counts = _gather_counts(run, "balance: cells", question)
    cells = balance.total_cells([each.cells for each in counts])
    weights = balance.weights(cells, _trust(run), settings)
    _note_mix(run, weights)
    shared = _Shared(before, weights, settings, quality)
    return map_partitions(run, stage, new, _balance_partition, shared)


def _gather_counts(run: Run, title: str, question: _CountQuestion) -> list[_Counts]:
    return gather_totals(run, title, _count, _total, "split", _COLUMNS, question)


def _count_cap(run: Run, before: _Before, cap: Cap, over: pa.Array) -> _CountedCap:
    """The highest rank that stays of each value that reaches a cap."""
    title = f"balance: {cap.column}"
    question = _CapQuestion(before, cap, over)
    total = partial(caps.total_ranks, cap=cap)
    ranks = gather_totals(run, title, _lowest_ranks, total, "split", _COLUMNS, question)
    return _CountedCap(cap, caps.highest_ranks(ranks, cap))


def _note_mix(run: Run, weighed: pd.DataFrame) -> None:
    """Say what the weights cost: the effective number of objects, and repeats in an epoch."""
    objects = int(weighed["objects"].sum())
    if not objects:
        return
    squares = (weighed["weight"] ** 2 * weighed["objects"]).sum()
    effective = balance.effective_size(objects, squares)
    repeats = balance.repeats(weighed)
    run.screen.note(
        f"balance: {objects:,} train objects, worth {effective:,.0f} of equal weight; an epoch "
        f"uses an object again {repeats:,.0f} times"
    )


def _trust(run: Run) -> dict[str, float]:
    return {export.name: export.trust for export in run.settings.exports}


def _judged(run: Run, name: str) -> UPath | None:
    """A file of the judged annotations; None if no setting asks for it, or it is missing."""
    if run.settings.balance.quality_trust == 0:
        return None
    path = UPath(run.settings.build) / "quality" / name
    if not path.exists():
        return None
    return path


def _judged_digest(run: Run, name: str) -> str:
    path = _judged(run, name)
    if path is None:
        return ""
    return digest(path.read_bytes())


def _quality_trusts(run: Run) -> "pd.Series[float] | None":
    """The factor on the weight of objects by what the last run of `quality` found."""
    path = _judged(run, _ANNOTATIONS)
    if path is None:
        return None
    with judged_annotations.reading(path):
        table = read_table(path, ["object_id", "annotation_quality"])
    judged = table.to_pandas().set_index("object_id")
    return balance.quality_trusts(judged.annotation_quality, run.settings.balance)


def _held(run: Run) -> pa.Table:
    """The objects that are held back, as HELD has them."""
    path = _judged(run, _HELD)
    if path is None:
        return HELD.empty_table()
    held = judged_annotations.read_held(path)
    return held_back.not_accepted(held, run.settings.balance)


def _lowest_ranks(rows: pa.Table, question: _CapQuestion) -> pd.DataFrame:
    kept, _ = _leave(rows, question.before)
    return caps.lowest_ranks(kept, question.cap, question.over)


def _count(rows: pa.Table, question: _CountQuestion) -> _Counts:
    kept, _ = _leave(rows, question.before)
    cells = balance.count_cells(kept, question.settings, question.quality)
    values = [caps.count_values(kept, cap) for cap in question.caps]
    return _Counts(cells, values)


def _total(counts: Sequence[_Counts]) -> _Counts:
    """The counts of several partitions as one."""
    cells = balance.total_cells([each.cells for each in counts])
    by_partition = [each.values for each in counts]
    by_cap = zip(*by_partition, strict=True)
    values = map(caps.total_values, by_cap)
    return _Counts(cells, list(values))


def _balance_partition(rows: pa.Table, shared: _Shared) -> tuple[pa.Table, pa.Table]:
    kept, drops = _leave(rows, shared.before)
    weighed = balance.weigh(kept, shared.weights, shared.settings, shared.quality)
    return weighed, drops


def _leave(rows: pa.Table, before: _Before) -> tuple[pa.Table, pa.Table]:
    """The rows that stay, and the others as drops."""
    rows, held = held_back.hold_back(rows, before.held)
    dropped = [held]
    for each in before.caps:
        rows, over = caps.apply_cap(rows, each.cap, each.highest)
        dropped.append(over)
    return rows, pa.concat_tables(dropped)
