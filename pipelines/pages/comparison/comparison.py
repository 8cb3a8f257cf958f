"""The page that compares two runs: `<build>/report/compare-A-B.html`.

One more section is one function and its template, and one line of `COMPARISON_SECTIONS`.
"""

from upath import UPath

from curate.storage import write_bytes
from pipelines.pages.comparison.both_runs import show_runs
from pipelines.pages.comparison.changes import show_gained, show_lost
from pipelines.pages.comparison.compared_runs import ComparedRuns
from pipelines.pages.comparison.strata import show_strata, title, verdict
from pipelines.pages.index import links_beside, write_index
from pipelines.pages.page import Section, Values, render_page

COMPARISON_SECTIONS: tuple[Section[ComparedRuns], ...] = (
    Section("strata", "By stratum", "comparison/strata.html", show_strata),
    Section("lost", "Cases lost", "comparison/changes.html", show_lost),
    Section("gained", "Cases gained", "comparison/changes.html", show_gained),
    Section("runs", "The two runs", "comparison/both_runs.html", show_runs),
)
"""The sections of the page, in order: name, title, template, and the template's values."""


def write_comparison_page(runs: ComparedRuns) -> UPath:
    """Write the page of two runs; its path."""
    name = f"compare-{runs.a.number}-{runs.b.number}.html"
    links = links_beside(runs.build, name)
    values = {**_show_head(runs), "links": links}
    page = render_page("comparison/comparison.html", values, COMPARISON_SECTIONS, runs)
    path = runs.build / "report" / name
    write_bytes(path, page)
    write_index(runs.build)
    return path


def _show_head(runs: ComparedRuns) -> Values:
    """The answer in a sentence, and its numbers."""
    comparison = runs.comparison
    named: dict[str, list[str]] = {"worse": [], "better": []}
    overall = None
    of_all = ""
    for stratum in comparison.strata:
        found = verdict(stratum.checks.values())
        if stratum.stratum.kind == "overall":
            overall = stratum
            of_all = found
        elif found in named:
            named[found].append(f"{stratum.stratum.kind} {title(stratum)}")
    return {
        "name": runs.build.name,
        "folder": str(runs.build),
        "comparison": comparison,
        "overall": overall,
        "verdict": of_all,
        "worse": named["worse"],
        "better": named["better"],
        "notices": [],
    }
