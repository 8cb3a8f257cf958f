"""Two runs compared: B − A in each stratum by the gate's own test, and the objects that changed.

Both have answered test objects; compared are those whose true mask and drawn box are the same in
both. Nothing here imports torch.
"""

from dataclasses import dataclass

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from curate.errors import InputError
from curate.model_settings import EvaluateSettings
from curate.storage import read_table
from model.evaluation.gate import find_falls
from model.evaluation.metrics import GATED
from model.evaluation.report import GateCheck, Stratum
from model.evaluation.strata import (
    KINDS,
    Resampling,
    StratumObjects,
    strata_of_values,
)
from model.runs import Run

CHANGED = 0.1
"""A difference of IoU from which on an object counts as gained or lost."""

_SHOWN = 12  # objects of each, each of another photo


class ChangedObject(msgspec.Struct, frozen=True, kw_only=True):
    """An object that one of the runs answers much better."""

    object_id: str
    export: str
    domain: str
    concept: str
    before: float
    """IoU of run A."""

    after: float
    """IoU of run B."""


class ComparedStratum(msgspec.Struct, frozen=True, kw_only=True):
    """A stratum in both runs: the mean IoU of each, and the gate's checks by metric."""

    stratum: Stratum
    iou_a: float
    iou_b: float
    checks: dict[str, GateCheck]
    """B − A."""


class RunComparison(msgspec.Struct, frozen=True, kw_only=True):
    """Run B less run A."""

    a: int
    b: int
    objects: int
    """Test objects that both have answered."""

    only_a: int
    """Objects that B lacks, or holds with another mask."""

    only_b: int
    strata: list[ComparedStratum]
    """Those that are large enough, the one that B loses most in first."""

    too_small: list[Stratum]
    gained: int
    """Objects whose IoU is higher by `CHANGED` in B."""

    lost: int
    most_gained: list[ChangedObject]
    """No two of one photo."""

    most_lost: list[ChangedObject]


@dataclass(frozen=True, slots=True)
class _Shared:
    """The objects that both runs have answered: rows of A and of B, in one order."""

    a: pd.DataFrame
    b: pd.DataFrame


def compare_runs(a: Run, b: Run, settings: EvaluateSettings) -> RunComparison:
    """Compare two runs of a build. InputError if one was not judged, or they share no object."""
    scores_a = _scores(a)
    scores_b = _scores(b)
    shared = _shared(scores_a, scores_b)
    objects = len(shared.b)
    if objects == 0:
        raise InputError(
            f"runs {a.number} and {b.number} have no test object with the same mask in common"
        )

    kinds = [kind for kind in KINDS if kind in shared.b and kind in shared.a]
    values = {kind: shared.b[kind].to_numpy(str) for kind in kinds}
    overall, *others = strata_of_values(values, objects)
    # A stratum of all objects says what the whole says.
    strata = [overall, *(each for each in others if len(each.rows) < objects)]
    _, images = np.unique(shared.b["image_id"].to_numpy(str), return_inverse=True)
    differences = {name: (shared.b[name] - shared.a[name]).to_numpy() for name in GATED}
    findings = find_falls(
        differences,
        strata,
        Resampling(images, settings.bootstrap, settings.seed),
        settings.least_fall,
    )

    change = differences["iou"]
    return RunComparison(
        a=a.number,
        b=b.number,
        objects=objects,
        only_a=len(scores_a) - objects,
        only_b=len(scores_b) - objects,
        strata=_compared(shared, strata, findings.checks),
        too_small=findings.too_small,
        gained=int(np.count_nonzero(change >= CHANGED)),
        lost=int(np.count_nonzero(change <= -CHANGED)),
        most_gained=_most_changed(shared, change),
        most_lost=_most_changed(shared, -change),
    )


def _compared(
    shared: _Shared, strata: list[StratumObjects], checks: list[GateCheck]
) -> list[ComparedStratum]:
    """The strata that were checked, in the order of their first checks."""
    by_stratum: dict[Stratum, dict[str, GateCheck]] = {}
    for check in checks:
        by_stratum.setdefault(check.stratum, {})[check.metric] = check

    rows = {each.stratum: each.rows for each in strata}
    compared = []
    for stratum, by_metric in by_stratum.items():
        of_stratum = ComparedStratum(
            stratum=stratum,
            iou_a=float(shared.a["iou"].to_numpy()[rows[stratum]].mean()),
            iou_b=float(shared.b["iou"].to_numpy()[rows[stratum]].mean()),
            checks={name: by_metric[name] for name in GATED},
        )
        compared.append(of_stratum)
    return compared


def _scores(run: Run) -> pd.DataFrame:
    """The scores of a run, by object_id."""
    path = run.folder / "scores.parquet"
    if not path.exists():
        raise InputError(
            f"{run.folder}: this run was not judged; 'evaluate' judges the model in train/"
        )
    frame: pd.DataFrame = read_table(path).to_pandas()
    return frame.set_index("object_id")


def _shared(a: pd.DataFrame, b: pd.DataFrame) -> _Shared:
    """The objects whose true mask and drawn box are the same in both."""
    in_a = a.reindex(b.index)
    is_same = (in_a["truth"] == b["truth"]).to_numpy()
    return _Shared(in_a[is_same], b[is_same])


def _most_changed(shared: _Shared, change: NDArray[np.float64]) -> list[ChangedObject]:
    """The objects whose change is highest, from `CHANGED` on, each of another photo."""
    order = np.argsort(-change, kind="stable")
    images: set[str] = set()
    found: list[ChangedObject] = []
    for row in order.tolist():
        if change[row] < CHANGED or len(found) == _SHOWN:
            break
        of_b = shared.b.iloc[row]
        if of_b["image_id"] in images:
            continue
        images.add(of_b["image_id"])
        changed = ChangedObject(
            object_id=str(shared.b.index[row]),
            export=of_b["export"],
            domain=of_b["domain"],
            concept=of_b["concept"],
            before=float(shared.a["iou"].iloc[row]),
            after=float(of_b["iou"]),
        )
        found.append(changed)
    return found
