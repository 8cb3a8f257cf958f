"""How good the model of a build is beside all that it must beat, by export.

    python -m benchmarks.quality BUILD [--json]

Prints the table of docs/performance.md from the build's report: mean IoU, and edge precision and
recall within 2 px. `make weights` before `evaluate` adds the published U²-Net.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
from upath import UPath

from benchmarks.shared.arguments import argument_parser
from model.evaluation.methods import METHODS
from model.evaluation.report import Report, Result, read_report

_METRICS = ("iou", "edge_precision_2", "edge_recall_2")


def main() -> None:
    """Read the report and print."""
    parser = argument_parser(__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    path = UPath(arguments.build) / "evaluate" / "report.json"
    report = read_report(path)
    if report is None:
        sys.exit(f"{path}: no report here; run 'python -m pipelines evaluate' first")

    values = by_export(report)
    if arguments.json:
        sys.stdout.write(msgspec.json.encode(values).decode() + "\n")
    else:
        print(table(values))


Values = Mapping[str, Mapping[str, Mapping[str, float]]]
"""The mean of each metric, by metric, then export (`all` for all objects), then method."""


def by_export(report: Report) -> Values:
    """The means of a report."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for metric in _METRICS:
        rows = found.setdefault(metric, {})
        for result in report.results:
            if result.stratum.kind in ("overall", "export"):
                means = rows.setdefault(_name(result), {})
                means[result.method] = result.metrics[metric].mean
    return found


def _name(result: Result) -> str:
    if result.stratum.kind == "overall":
        return "all"
    return f"{result.stratum.value} ({result.objects:,})"


def table(values: Values) -> str:
    """The means as Markdown, one table for each metric."""
    parts = []
    for metric, rows in values.items():
        methods = [name for name in METHODS if name in rows["all"]]
        titles = [METHODS[name].title for name in methods]
        lines = [
            f"| {metric} | " + " | ".join(titles) + " |",
            "| --- |" + " --- |" * len(methods),
        ]
        for name, means in rows.items():
            best = max(means.values())
            cells = [_cell(means[method], best) for method in methods]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _cell(mean: float, best: float) -> str:
    text = f"{mean:.3f}".removeprefix("0")
    if mean == best:
        return f"**{text}**"
    return text


if __name__ == "__main__":
    main()
