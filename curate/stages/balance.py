"""Stage 5, balance: caps, then a weight for each object, by domain and within it by concept.

Weight = trust × (target share of the domain / its actual share), then shared over the domain's concepts by
the same rule; target ∝ n^temperature unless the settings name it. Weights are expected draws per epoch:
their mean over the train rows is 1. Rows of val and test are judged once each and weigh 1.

Caps hold over whole builds, and parts are worked on alone: each part tells the smallest draws of its rows
(`smallest_draws`), their union gives the largest draw that stays (`thresholds`), and each part then applies
it (`apply_cap`). Which rows stay depends on their ids alone.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.reasons import Reason
from curate.schema import drop_rows, require
from curate.settings import BalanceSettings

NEEDS = ("object_id", "image_id", "export", "customer", "domain", "concept", "split")
ADDS = pa.schema([("weight", pa.float32())])

Stratum = tuple[str, str, str]
"""domain, concept, export"""

_STRATUM = ["domain", "concept", "export"]
_LAST_DRAW = np.iinfo(np.int64).max


class Cap(NamedTuple):
    """At most `limit` objects share one value of `column`."""

    column: str
    limit: int


def caps(settings: BalanceSettings) -> list[Cap]:
    """The caps that the settings name; the cap per image comes first."""
    limits = (
        ("image_id", settings.max_per_image),
        ("concept", settings.max_per_concept),
        ("customer", settings.max_per_customer),
    )
    return [Cap(column, limit) for column, limit in limits if limit is not None]


def smallest_draws(segments: pa.Table, cap: Cap) -> dict[str, list[int]]:
    """For each value of the cap's column, its `limit` smallest draws, in order: what other parts need to know."""
    names, values = _encoded(segments, cap.column)
    draws = _draws(segments)
    order = np.lexsort((draws, values))
    starts = np.searchsorted(values[order], np.arange(len(names) + 1))
    return {
        name: draws[order[start : min(stop, start + cap.limit)]].tolist()
        for name, start, stop in zip(names, starts[:-1], starts[1:], strict=True)
    }


def thresholds(parts: Iterable[Mapping[str, list[int]]], cap: Cap) -> dict[str, int]:
    """The largest draw that stays, for each value that reaches the cap."""
    merged: dict[str, list[int]] = {}
    for part in parts:
        for value, draws in part.items():
            merged[value] = sorted([*merged.get(value, []), *draws])[: cap.limit]
    return {value: draws[-1] for value, draws in merged.items() if len(draws) == cap.limit}


def apply_cap(
    segments: pa.Table, cap: Cap, largest: Mapping[str, int]
) -> tuple[pa.Table, pa.Table]:
    """Rows whose draw is within the threshold of their value, and the others as drops."""
    require(segments.schema, NEEDS, "balance")
    names, values = _encoded(segments, cap.column)
    bound = np.array([largest.get(name, _LAST_DRAW) for name in names], dtype=np.int64)
    over = _draws(segments) > bound[values]
    rows, kept = np.flatnonzero(over), np.flatnonzero(~over)
    details = [
        f"more than {cap.limit} objects with {cap.column} {names[values[row]]}" for row in rows
    ]
    return segments.take(kept), drop_rows(
        segments.take(rows), [Reason.CAPPED.value] * len(rows), details
    )


def strata(segments: pa.Table) -> Counter[Stratum]:
    """Train rows by domain, concept and export."""
    counted = (
        segments.select([*_STRATUM, "split"])
        .group_by([*_STRATUM, "split"])
        .aggregate([([], "count_all")])
    )
    return Counter(
        {
            (row["domain"], row["concept"], row["export"]): row["count_all"]
            for row in counted.to_pylist()
            if row["split"] == "train"
        }
    )


def weights(
    counts: Mapping[Stratum, int], trust: Mapping[str, float], settings: BalanceSettings
) -> dict[Stratum, float]:
    """Expected draws per epoch of an object of each stratum; their mean over all objects is 1."""
    domains: Counter[str] = Counter()
    concepts: dict[str, Counter[str]] = {}
    for (domain, concept, _), number in sorted(counts.items()):
        domains[domain] += number
        concepts.setdefault(domain, Counter())[concept] += number
    of_domain = target_shares(domains, settings)
    of_concept = {
        domain: _tempered(inside, settings.temperature) for domain, inside in concepts.items()
    }
    raw = {
        (domain, concept, export): trust[export]
        * of_domain[domain]
        * of_concept[domain][concept]
        / concepts[domain][concept]
        for domain, concept, export in sorted(counts)
    }
    scale = (
        sum(counts.values()) / sum(raw[stratum] * counts[stratum] for stratum in raw)
        if raw
        else 1.0
    )
    return {stratum: weight * scale for stratum, weight in raw.items()}


def target_shares(domains: Mapping[str, int], settings: BalanceSettings) -> dict[str, float]:
    """Share of each domain in what training draws: named targets first, the rest by temperature; their sum is 1.

    A domain that is not there leaves its share to the others in proportion, as do targets that sum beyond 1.
    """
    named = {domain: target for domain, target in settings.targets.items() if domain in domains}
    rest = {domain: number for domain, number in domains.items() if domain not in named}
    left = max(0.0, 1.0 - sum(named.values())) if rest else 0.0
    shares = named | {
        domain: left * share for domain, share in _tempered(rest, settings.temperature).items()
    }
    whole = sum(shares.values())
    return {domain: share / whole for domain, share in shares.items()}


def weigh(segments: pa.Table, weight_of: Mapping[Stratum, float]) -> pa.Table:
    """Rows with their `weight`."""
    encoded = [_encoded(segments, name) for name in [*_STRATUM, "split"]]
    codes, rows = np.unique(
        np.stack([values for _, values in encoded], axis=1), axis=0, return_inverse=True
    )
    distinct = [
        tuple(names[code] for (names, _), code in zip(encoded, row, strict=True)) for row in codes
    ]
    table = np.array(
        [weight_of[d, c, e] if split == "train" else 1.0 for d, c, e, split in distinct], np.float32
    )
    return segments.append_column(
        ADDS.field("weight"), pa.array(table[rows.reshape(-1)], pa.float32())
    )


def _tempered(numbers: Mapping[str, int], temperature: float) -> dict[str, float]:
    raised = {name: number**temperature for name, number in numbers.items()}
    whole = sum(raised.values())
    return {name: value / whole for name, value in raised.items()}


def _encoded(segments: pa.Table, column: str) -> tuple[list[str], NDArray[np.int64]]:
    """The distinct values of a column, and for each row the position of its own."""
    encoded = segments[column].combine_chunks().dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False).astype(
        np.int64
    )


def _draws(segments: pa.Table) -> NDArray[np.int64]:
    """A draw per row, a hash of its object_id: 0 to 2^63 - 1, the same in every run."""
    ids = segments["object_id"].to_pylist()
    return np.array(
        [int(hashlib.sha256(each.encode()).hexdigest()[:16], 16) >> 1 for each in ids],
        dtype=np.int64,
    )
