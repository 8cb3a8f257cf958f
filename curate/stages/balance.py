"""Stage 5, balance: caps (curate.stages.caps), then a weight for each object.

Weight = trust × (target share of the domain / its actual share), then shared over the domain's
concepts by the same rule; target ∝ n^temperature unless the settings name it. Trust is that of the
export, times the smallest factor that the settings give to one of the object's flags, times what
the quality of its annotation leaves (`quality_trusts`). A weight is the expected number of times
that an epoch uses the object: the mean over the train rows is 1. Rows of val and test are judged
once each and weigh 1.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from curate.curation_settings import BalanceSettings
from curate.schema import require

NEEDS = (
    "object_id",
    "image_id",
    "export",
    "customer",
    "domain",
    "concept",
    "split",
    "flags",
)
"""Columns that the stage reads."""

ADDS = pa.schema([("weight", pa.float32())])
"""Columns that the stage adds."""

CELL = ["domain", "concept", "export", "flag_trust", "quality_trust"]
"""What names a cell: the train objects of one domain, concept, export, flag trust and quality trust
have one weight. Flag trust is the factor that the settings give to their flags, 1 if none."""

QUALITY_STEP = 0.05
"""Quality trusts are multiples of it, so that cells stay few."""

_ROW = ["domain", "concept", "export", "split"]


def quality_trusts(
    qualities: "pd.Series[float]", settings: BalanceSettings
) -> "pd.Series[float]":
    """The factor on the weight of each judged object, without the factors of 1.

    `qualities`: of annotations, 0 to 1, by object_id. The factor is 1 − quality_trust × (1 −
    quality), and at least 0.05.

    >>> quality_trusts(pd.Series({"a": 0.2, "b": 1.0}), BalanceSettings(quality_trust=0.5))
    a    0.6
    dtype: float64
    """
    exact = 1 - settings.quality_trust * (1 - qualities)
    steps = (exact / QUALITY_STEP).round().clip(lower=1)
    factors = (steps * QUALITY_STEP).round(2)
    return factors[factors < 1]


def count_cells(
    segments: pa.Table,
    settings: BalanceSettings,
    quality: "pd.Series[float] | None" = None,
) -> pd.DataFrame:
    """The train rows by cell: a table with the columns of CELL and the number of `objects`.

    `quality`: of `quality_trusts`. An object that it does not hold has 1.
    """
    rows = _cells_of_rows(segments, settings, quality)
    train = rows.filter(pc.equal(rows["split"], "train"))
    counts = train.group_by(CELL).aggregate([([], "count_all")])
    table: pd.DataFrame = counts.rename_columns([*CELL, "objects"]).to_pandas()
    return table


def total_cells(counts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The tables of `count_cells` as one, sorted by cell whatever their order."""
    together = pd.concat(counts)
    by_cell = together.groupby(CELL)
    return by_cell.agg({"objects": "sum"}).reset_index()


def weights(
    cells: pd.DataFrame, trust: Mapping[str, float], settings: BalanceSettings
) -> pd.DataFrame:
    """The cells with their `weight`: how often an epoch is expected to use an object of the cell.

    `cells`: of `total_cells`. `trust`: by export. The mean weight over all objects is 1.
    """
    if cells.empty:
        return cells.assign(weight=np.empty(0))
    concepts = _concept_weights(cells, settings)
    weighed = cells.merge(concepts, on=["domain", "concept"])

    # Trust compares exports with each other, so the mean is set to 1 after it.
    own_trust = weighed.flag_trust * weighed.quality_trust
    trusted = weighed.weight * weighed.export.map(trust) * own_trust
    used = trusted * weighed.objects
    mean = used.sum() / weighed.objects.sum()
    return weighed.assign(weight=trusted / mean)


def _concept_weights(cells: pd.DataFrame, settings: BalanceSettings) -> pd.DataFrame:
    """The weights of the objects of each domain's concepts in relation to each other, before trust.

    Gives a table with the columns `domain`, `concept` and `weight`.
    """
    by_concept = cells.groupby(["domain", "concept"])
    concepts = by_concept.agg({"objects": "sum"}).reset_index()

    in_domain = concepts.groupby("domain").objects.sum()
    domain_share = concepts.domain.map(target_shares(in_domain, settings))

    # Inside its domain a concept gets its tempered share; its objects share that evenly.
    tempered = concepts.objects**settings.temperature
    all_tempered = tempered.groupby(concepts.domain).transform("sum")
    concept_share = domain_share * tempered / all_tempered
    weight = concept_share / concepts.objects
    return concepts.drop(columns="objects").assign(weight=weight)


def effective_size(weight: float, weight_squared: float) -> float:
    """How many objects of equal weight would vary as little as these do.

    (Σ w)² / Σ w² (Kish 1965, Survey Sampling). `weight`, `weight_squared`: the sums over all
    objects. 0 without any.

    >>> effective_size(4.0, 3.0**2 + 1.0**2)
    1.6
    """
    if weight_squared == 0:
        return 0.0
    return weight**2 / weight_squared


def repeats(weighed: pd.DataFrame) -> float:
    """How often an epoch is expected to use an object that it has used already.

    `weighed`: cells with their `weight`. An object of weight w is used ⌊w⌋ or ⌈w⌉ times, so it
    repeats w − 1 times on average if w is above 1, and never if it is below.
    """
    above_one = (weighed["weight"] - 1).clip(lower=0)
    return float((above_one * weighed["objects"]).sum())


def target_shares(
    domains: "pd.Series[int]", settings: BalanceSettings
) -> dict[str, float]:
    """The share that each domain has in what training uses; their sum is 1.

    `domains`: the number of objects by domain. The settings' targets come first, the other domains
    share the rest by temperature. A target of a domain without objects goes to the others in
    proportion, and so does what targets sum to beyond 1.
    """
    shares: dict[str, float] = {}
    tempered: dict[str, float] = {}
    for domain, number in domains.items():
        name = str(domain)
        if name in settings.targets:
            shares[name] = settings.targets[name]
        else:
            tempered[name] = number**settings.temperature

    left = max(0.0, 1.0 - sum(shares.values()))
    all_tempered = sum(tempered.values())
    for name, value in tempered.items():
        shares[name] = left * value / all_tempered
    whole = sum(shares.values())
    return {name: share / whole for name, share in shares.items()}


def weigh(
    segments: pa.Table,
    cells: pd.DataFrame,
    settings: BalanceSettings,
    quality: "pd.Series[float] | None" = None,
) -> pa.Table:
    """Rows with their `weight`: that of their cell for train rows, 1 for the others.

    `cells`: of `weights`. `quality`: as for `count_cells`.
    """
    require(segments.schema, NEEDS, "balance")
    rows = _cells_of_rows(segments, settings, quality)
    counted = pa.Table.from_pandas(cells[CELL], rows.schema.remove(len(CELL)))
    cell_of = pc.index_in(_joined(rows), value_set=_joined(counted))
    is_train = pc.equal(rows["split"], "train").to_numpy()
    if cell_of.is_null().to_numpy(zero_copy_only=False)[is_train].any():
        raise ValueError("a train row is of a cell that was not counted")

    weight = np.ones(len(segments))
    train_cells = cell_of.filter(pa.array(is_train)).to_numpy()
    weight[is_train] = cells["weight"].to_numpy()[train_cells]
    return segments.append_column(ADDS.field("weight"), pa.array(weight, pa.float32()))


def _joined(cells: pa.Table) -> pa.Array:
    """Each cell as one text. Names hold no NUL, so different cells give different texts."""
    texts = [cells[name].cast(pa.string()).combine_chunks() for name in CELL]
    return pc.binary_join_element_wise(*texts, "\0")


def _cells_of_rows(
    segments: pa.Table,
    settings: BalanceSettings,
    quality: "pd.Series[float] | None",
) -> pa.Table:
    """The cell and the split of each row: the columns of CELL, and `split`."""
    quality_trust = np.ones(len(segments))
    if quality is not None and len(quality):
        object_ids = segments["object_id"].to_pandas()
        quality_trust = object_ids.map(quality).fillna(1.0).to_numpy()

    flag_trust = np.ones(len(segments))
    if settings.flag_trust:
        for row, flags in enumerate(segments["flags"].to_pylist()):
            of_flags = [settings.flag_trust.get(flag, 1.0) for flag in flags]
            flag_trust[row] = min(of_flags, default=1.0)

    columns = {name: segments[name].cast(pa.string()) for name in _ROW}
    columns["flag_trust"] = pa.chunked_array([flag_trust])
    columns["quality_trust"] = pa.chunked_array([quality_trust])
    return pa.table({name: columns[name] for name in [*CELL, "split"]})
