"""B − A: where it is, on which objects, and which of them changed most."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from curate.errors import InputError
from curate.model_settings import EvaluateSettings
from model.evaluation.report import Stratum
from model.evaluation.run_comparison import RunComparison, compare_runs
from tests.model.made_runs import judge_run, make_scores, write_run

OBJECTS = 200
SETTINGS = EvaluateSettings(bootstrap=200)


def compare(folder: Path, a: pd.DataFrame, b: pd.DataFrame) -> RunComparison:
    run_a = write_run(folder, 1, b"a")
    run_b = write_run(folder, 2, b"b")
    judge_run(run_a, a)
    judge_run(run_b, b)
    return compare_runs(run_a, run_b, SETTINGS)


def scores(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return make_scores(0.7 + rng.normal(0, 0.02, OBJECTS), ["street", "shop"])


def test_a_domain_that_fell_comes_first_and_the_rest_does_not_differ(
    tmp_path: Path,
) -> None:
    b = scores(1)
    b.loc[b["domain"] == "shop", ["iou", "edge_f_2"]] -= 0.05
    found = compare(tmp_path, scores(0), b)
    assert (found.a, found.b, found.objects) == (1, 2, OBJECTS)

    worst = found.strata[0]
    assert worst.stratum == Stratum("domain", "shop")
    check = worst.checks["iou"]
    assert check.fell
    assert check.mean == pytest.approx(worst.iou_b - worst.iou_a)
    assert check.mean == pytest.approx(-0.05, abs=0.01)
    by_value = {each.stratum.value: each for each in found.strata}
    assert not by_value["street"].checks["iou"].fell
    assert by_value["all"].checks["iou"].fell


def test_what_holds_all_objects_is_said_once(tmp_path: Path) -> None:
    """All are of one export and one concept."""
    found = compare(tmp_path, scores(0), scores(0))
    kinds = [each.stratum.kind for each in found.strata]
    assert sorted(kinds) == ["domain", "domain", "overall"]


def test_only_the_same_questions_are_compared(tmp_path: Path) -> None:
    a = scores(0)
    b = scores(0)
    b.loc[0, "truth"] = "a mended mask"
    found = compare(tmp_path, a.iloc[:-3], b.iloc[:-1])
    assert (found.objects, found.only_a, found.only_b) == (OBJECTS - 4, 1, 3)
    assert all(each.checks["iou"].mean == 0 for each in found.strata)


def test_cases_gained_and_lost_are_the_largest_changes(tmp_path: Path) -> None:
    a = scores(0)
    b = scores(0)
    b.loc[[3, 4], "iou"] -= [0.2, 0.3]
    b.loc[[5, 6, 7], "iou"] += [0.15, 0.12, 0.05]
    b.loc[6, "image_id"] = b.loc[5, "image_id"]
    found = compare(tmp_path, a, b)
    assert (found.lost, found.gained) == (2, 2)
    assert [each.object_id for each in found.most_lost] == [f"{4:032x}", f"{3:032x}"]
    (gained,) = found.most_gained  # the other one is of the same photo
    assert gained.after - gained.before == pytest.approx(0.15)
    assert gained.domain == "shop"


def test_runs_without_scores_or_without_common_objects_are_refused(
    tmp_path: Path,
) -> None:
    run_a = write_run(tmp_path, 1, b"a")
    run_b = write_run(tmp_path, 2, b"b")
    judge_run(run_a, scores(0))
    with pytest.raises(InputError, match="runs/2: this run was not judged"):
        compare_runs(run_a, run_b, SETTINGS)
    judge_run(run_b, scores(0).assign(truth="another"))
    with pytest.raises(InputError, match="no test object with the same mask"):
        compare_runs(run_a, run_b, SETTINGS)
