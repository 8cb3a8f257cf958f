"""The six stages of the curation: what each one's key covers, and the few lines that run it on the workers."""

import hashlib
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
from upath import UPath

from curate import storage
from curate.schema import DROPS
from curate.labels.decisions import Decisions
from curate.stages import (  # noqa: A004  the stage is called filter
    balance,
    caps,
    filter,
    groups,
    remap,
    split,
)
from curate.stages.caps import Cap
from pipelines.flow import build as builds
from pipelines.flow import ingesting, labels, sharding
from pipelines.flow.runner import Made, Run, Stage, gather, map_parts


def _remap(run: Run, new: UPath) -> Made:
    matched = labels.match(run)
    storage.write_table(new / "labels.parquet", matched)
    _, decisions = labels.load(run.settings)
    return Made(map_parts(run, "remap", new, _remap_part, (matched, decisions)))


def _remap_part(rows: pa.Table, shared: tuple[pa.Table, Decisions]) -> tuple[pa.Table, pa.Table]:
    return remap.remap_objects(rows, *shared)


def _filter(run: Run, new: UPath) -> Made:
    concepts, _ = labels.load(run.settings)
    return Made(
        map_parts(run, "filter", new, _filter_part, (concepts.concepts, run.settings.filter))
    )


def _filter_part(rows: pa.Table, shared: Any) -> tuple[pa.Table, pa.Table]:
    return filter.filter_objects(rows, *shared)


def _split(run: Run, new: UPath) -> Made:
    settings, pins = run.settings.split, read_pins(run.build)
    _warn_of_pins(run, len(pins))
    parts = gather(run, "split: images", _image_rows, "filter", list(split.NEEDS), None)
    images = groups.images(parts)
    found = groups.group_images(images, settings)
    splits = split.assign(found, settings, pins)
    group_of = {image_id: group.group_id for group in found for image_id in group.image_ids}
    ledgers = map_parts(run, "split", new, _split_part, (group_of, splits, pins))
    storage.write_table(new / "groups.parquet", split.groups_table(found, splits))
    storage.write_table(run.build / "pins.parquet", split.new_pins(images, found, splits, pins))
    return Made(ledgers)


def _warn_of_pins(run: Run, count: int) -> None:
    old = builds.state(run.build, "split")
    shares = run.settings.split.model_dump(mode="json", include={"val", "test", "seed"})
    if count and old is not None and not shares.items() <= old.settings["split"].items():
        pins = run.build / "pins.parquet"
        run.screen.warn(
            f"{count:,} images stay on the side where {pins} has them; only without that file are they dealt anew"
        )


def _image_rows(rows: pa.Table, _: None) -> pd.DataFrame:
    return groups.image_rows(rows)


def _split_part(rows: pa.Table, shared: Any) -> tuple[pa.Table, pa.Table]:
    return split.split_objects(rows, *shared)


def read_pins(build: UPath) -> dict[str, str]:
    """Side of each image that an earlier run has placed, by image_id."""
    path = build / "pins.parquet"
    if not path.exists():
        return {}
    table = storage.read_table(path)
    return dict(zip(table["image_id"].to_pylist(), table["split"].to_pylist(), strict=True))


class _Caps(NamedTuple):
    """Caps in their order, and the highest ranks that stay for those that are counted already."""

    caps: list[Cap]
    highest: list["pd.Series[int]"]


def _balance(run: Run, new: UPath) -> Made:
    settings, columns = run.settings.balance, [*balance.NEEDS, "image_path", "annotation_key"]
    known = _Caps(caps.caps(settings), [])
    for cap in known.caps:
        ranks = gather(run, f"balance: {cap.column}", _lowest_ranks, "split", columns, known)
        known.highest.append(caps.highest_ranks(ranks, cap))
    counts = gather(run, "balance: cells", _count_cells, "split", columns, known)
    trust = {export.name: export.trust for export in run.settings.exports}
    weights = balance.weights(balance.total_cells(counts), trust, settings)
    return Made(map_parts(run, "balance", new, _balance_part, (known, weights)))


def _lowest_ranks(rows: pa.Table, known: _Caps) -> pd.DataFrame:
    kept, _ = _capped(rows, known)
    return caps.lowest_ranks(kept, known.caps[len(known.highest)])


def _count_cells(rows: pa.Table, known: _Caps) -> pd.DataFrame:
    kept, _ = _capped(rows, known)
    return balance.count_cells(kept)


def _balance_part(rows: pa.Table, shared: tuple[_Caps, pd.DataFrame]) -> tuple[pa.Table, pa.Table]:
    known, weights = shared
    kept, drops = _capped(rows, known)
    return balance.weigh(kept, weights), drops


def _capped(rows: pa.Table, known: _Caps) -> tuple[pa.Table, pa.Table]:
    dropped = []
    for cap, highest in zip(known.caps, known.highest, strict=False):  # the caps counted so far
        rows, over = caps.apply_cap(rows, cap, highest)
        dropped.append(over)
    return rows, pa.concat_tables([DROPS.empty_table(), *dropped])


def _pins_digest(build: UPath) -> str:
    path = build / "pins.parquet"
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


FLOW = {
    "ingest": Stage(ingesting.reads, ingesting.work),
    "remap": Stage(lambda run: labels.digests(run.settings), _remap),
    "filter": Stage(lambda run: {"filter": run.settings.filter.model_dump(mode="json")}, _filter),
    "split": Stage(
        lambda run: {
            "split": run.settings.split.model_dump(mode="json"),
            "pins": _pins_digest(run.build),
        },
        _split,
    ),
    "balance": Stage(
        lambda run: {
            "balance": run.settings.balance.model_dump(mode="json"),
            "trust": {export.name: export.trust for export in run.settings.exports},
        },
        _balance,
    ),
    "shard": Stage(
        lambda run: sharding.reads(run.settings.crop, run.settings.limits),
        lambda run, new: sharding.work(run, new, labels.digests(run.settings)["taxonomy"]),
    ),
}
"""The stages by name, in their order."""
