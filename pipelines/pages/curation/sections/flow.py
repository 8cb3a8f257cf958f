"""The way of every object: the ledgers as a flow chart and as a table."""

from dataclasses import dataclass

from pipelines.pages.curation.curated_build import CuratedBuild
from pipelines.pages.curation.flow_chart import paint_flow_chart
from pipelines.pages.curation.sections.splits import count_by_split
from pipelines.pages.page import Values
from pipelines.pages.template_filters import number


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage's line of the table."""

    stage: str
    came_in: int
    out: int
    dropped: int
    reasons: str
    """Counts and reasons as text, the most frequent first."""
    uncounted: int


def show_flow(build: CuratedBuild) -> Values:
    """The chart and the lines of the table below it."""
    rows = []
    for stage, ledger in build.ledgers.items():
        row = StageRow(
            stage=stage,
            came_in=ledger.came_in,
            out=ledger.out,
            dropped=ledger.dropped,
            reasons=_name_reasons(build, stage),
            uncounted=ledger.uncounted,
        )
        rows.append(row)
    chart = paint_flow_chart(build.ledgers, count_by_split(build.objects))
    return {"chart": chart, "rows": rows}


def _name_reasons(build: CuratedBuild, stage: str) -> str:
    drops = build.drops[build.drops["stage"] == stage]
    counts = drops.groupby("reason", sort=False)["count"].sum()
    known = counts[counts > 0]
    most_first = known.sort_values(ascending=False, kind="stable")
    shown = [f"{number(count)} {reason}" for reason, count in most_first.items()]
    return ", ".join(shown)
