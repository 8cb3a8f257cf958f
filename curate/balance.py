"""Stage 5, balance: caps, then a weight for each object, by domain and within it by concept.

Weight = trust × (target share of the domain / its actual share), then shared over the domain's concepts by
the same rule; target ∝ n^temperature unless the settings name it. Weights are expected draws per epoch:
their mean over the train rows is 1. Rows of val and test are judged once each and weigh 1.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from curate.reasons import Reason
from curate.schema import drop_rows, require
from curate.settings import BalanceSettings

NEEDS = ("object_id", "image_id", "export", "customer", "domain", "concept", "split")
ADDS = pa.schema([("weight", pa.float32())])

Stratum = tuple[str, str, str]
"""domain, concept, export"""


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
    """For each value of the cap's column, the `limit` smallest draws of its rows: what other parts need to know."""
    values, draws = segments[cap.column].to_pylist(), _draws(segments)
    smallest: dict[str, list[int]] = {}
    for value, draw in sorted(zip(values, draws.tolist(), strict=True), key=lambda pair: pair[1]):
        if len(kept := smallest.setdefault(value, [])) < cap.limit:
            kept.append(draw)
    return smallest


def thresholds(parts: list[dict[str, list[int]]], cap: Cap) -> dict[str, int]:
    """The largest draw that stays, for each value with more rows than the cap allows."""
    merged: dict[str, list[int]] = {}
    for part in parts:
        for value, draws in part.items():
            merged[value] = sorted([*merged.get(value, []), *draws])[: cap.limit]
    return {value: draws[-1] for value, draws in merged.items() if len(draws) == cap.limit}


def apply_cap(segments: pa.Table, cap: Cap, largest: Mapping[str, int]) -> tuple[pa.Table, pa.Table]:
    """Rows whose draw is within the threshold of their value, and the others as drops."""
    require(segments.schema, NEEDS, "balance")
    values, draws = segments[cap.column].to_pylist(), _draws(segments)
    bound = np.array([largest.get(value, np.iinfo(np.int64).max) for value in values], dtype=np.int64)
    over, kept = np.flatnonzero(draws > bound), np.flatnonzero(draws <= bound)
    details = [f"more than {cap.limit} objects with {cap.column} {values[row]}" for row in over]
    return segments.take(kept), drop_rows(segments.take(over), [Reason.CAPPED.value] * len(over), details)


def strata(segments: pa.Table) -> Counter[Stratum]:
    """Train rows by domain, concept and export."""
    columns = (segments[name].to_pylist() for name in ("domain", "concept", "export", "split"))
    return Counter((domain, concept, export) for domain, concept, export, split in zip(*columns, strict=True) if split == "train")


def weights(counts: Mapping[Stratum, int], trust: Mapping[str, float], settings: BalanceSettings) -> dict[Stratum, float]:
    """Expected draws per epoch of an object of each stratum; their mean over all objects is 1."""
    domains: Counter[str] = Counter()
    concepts: Counter[tuple[str, str]] = Counter()
    for (domain, concept, _), number in counts.items():
        domains[domain] += number
        concepts[domain, concept] += number
    shares = target_shares(domains, settings)
    by_concept: dict[str, dict[str, float]] = {}
    for domain in domains:
        inside = {concept: number for (each, concept), number in concepts.items() if each == domain}
        by_concept[domain] = _tempered(inside, settings.temperature)
    raw = {
        (domain, concept, export): trust[export] * shares[domain] * by_concept[domain][concept] / concepts[domain, concept]
        for domain, concept, export in counts
    }
    scale = sum(counts.values()) / sum(raw[stratum] * number for stratum, number in counts.items()) if counts else 1.0
    return {stratum: weight * scale for stratum, weight in raw.items()}


def target_shares(domains: Mapping[str, int], settings: BalanceSettings) -> dict[str, float]:
    """Share of each domain in what training draws: named targets first, the rest by temperature."""
    named = {domain: target for domain, target in settings.targets.items() if domain in domains}
    rest = {domain: number for domain, number in domains.items() if domain not in named}
    left = max(0.0, 1.0 - sum(named.values())) if rest else 0.0
    shares = named | {domain: left * share for domain, share in _tempered(rest, settings.temperature).items()}
    whole = sum(shares.values())
    return {domain: share / whole for domain, share in shares.items()}


def weigh(segments: pa.Table, weight_of: Mapping[Stratum, float]) -> pa.Table:
    """Rows with their `weight`."""
    columns = (segments[name].to_pylist() for name in ("domain", "concept", "export", "split"))
    values = [weight_of[d, c, e] if split == "train" else 1.0 for d, c, e, split in zip(*columns, strict=True)]
    return segments.append_column(ADDS.field("weight"), pa.array(values, pa.float32()))


def _tempered(numbers: Mapping[str, int], temperature: float) -> dict[str, float]:
    raised = {name: number**temperature for name, number in numbers.items()}
    whole = sum(raised.values())
    return {name: value / whole for name, value in raised.items()}


def _draws(segments: pa.Table) -> np.ndarray:
    """A draw per row, a hash of its object_id: 0 to 2^63 - 1, the same in every run."""
    ids = segments["object_id"].to_pylist()
    return np.array([int(hashlib.sha256(each.encode()).hexdigest()[:16], 16) >> 1 for each in ids], dtype=np.int64)
