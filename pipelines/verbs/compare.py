"""`compare`: run B less run A by stratum, the cases gained and lost, and a page of both."""

from importlib.util import find_spec

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.settings import Settings
from curate.shards.reader import Shards, open_shards
from model.evaluation.metrics import METRICS
from model.evaluation.report import GateCheck
from model.evaluation.run_comparison import ChangedObject, RunComparison, compare_runs
from model.runs import Run, find_run
from pipelines.pages.comparison.compared_runs import Cases, ComparedRuns
from pipelines.pages.comparison.comparison import write_comparison_page
from pipelines.pages.comparison.strata import title, verdict

_LINES = 20  # strata in a message; the page has all
_NAME = 32  # characters of a stratum's name


class Compared(msgspec.Struct, frozen=True):
    """The comparison, and its page."""

    comparison: RunComparison
    page: str


def compare(settings: Settings, a: str, b: str) -> Compared:
    """Compare two runs, and write the page. InputError if there is no such run, or no score."""
    build = UPath(settings.build)
    run_a = find_run(build, a)
    run_b = find_run(build, b)
    comparison = compare_runs(run_a, run_b, settings.evaluate)

    changed = [*comparison.most_lost, *comparison.most_gained]
    shards = _test_shards(build)
    runs = ComparedRuns(
        build=build,
        a=run_a,
        b=run_b,
        comparison=comparison,
        cases_a=_cases(
            shards, run_a, {each.object_id: each.before for each in changed}
        ),
        cases_b=_cases(shards, run_b, {each.object_id: each.after for each in changed}),
    )
    return Compared(comparison, str(write_comparison_page(runs)))


def text(compared: Compared) -> str:
    """The comparison for a reader: strata, the one that lost most first, and cases."""
    comparison = compared.comparison
    lines = [
        f"run {comparison.b} − run {comparison.a}, on {comparison.objects:,} objects answered "
        f"by both ({comparison.only_a:,} only by run {comparison.a}, {comparison.only_b:,} only "
        f"by run {comparison.b}, or with another mask)"
    ]
    strata = sorted(comparison.strata, key=lambda each: each.checks["iou"].mean)
    for stratum in strata[:_LINES]:
        name = title(stratum)
        if stratum.stratum.kind != "overall":
            name = f"{stratum.stratum.kind} {name}"
        found = ", ".join(_difference(check) for check in stratum.checks.values())
        lines.append(
            f"  {name[:_NAME]:<{_NAME}}  {found}: {verdict(stratum.checks.values())}"
        )
    if len(strata) > _LINES:
        lines.append(f"  and {len(strata) - _LINES} more strata, which lost less")
    if comparison.too_small:
        lines.append(f"too few images to judge: {len(comparison.too_small)} strata")

    lines.append(f"cases lost: {comparison.lost:,}; gained: {comparison.gained:,}")
    for kind, objects in (
        ("lost", comparison.most_lost),
        ("gained", comparison.most_gained),
    ):
        lines += [_change(kind, each) for each in objects[:3]]
    lines.append(f"page: {compared.page}")
    return "\n".join(lines)


def _difference(check: GateCheck) -> str:
    limits = f"{check.low:+.3f} to {check.high:+.3f}"
    return f"{METRICS[check.metric].title} {check.mean:+.3f} ({limits})"


def _change(kind: str, changed: ChangedObject) -> str:
    what = f"{changed.concept}, {changed.export}"
    return f"  {kind}: {changed.object_id} ({what}): IoU {changed.before:.3f} → {changed.after:.3f}"


def _test_shards(build: UPath) -> Shards | None:
    """The test objects of now, for pictures, or None."""
    try:
        return open_shards(build / "shard", "test")
    except InputError:
        return None


def _cases(shards: Shards | None, run: Run, scores: dict[str, float]) -> Cases:
    """A run's answers to some objects, with pictures; nothing without torch."""
    if shards is None or find_spec("torch") is None:
        return {}
    from model.evaluation.changed_cases import changed_cases  # torch is slow to import

    return changed_cases(shards, run, scores)
