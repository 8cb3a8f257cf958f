"""How the two runs came about, and in which settings they differ."""

from collections.abc import Mapping
from dataclasses import dataclass

from curate.storage import read_json
from model.runs import Run
from pipelines.pages.comparison.compared_runs import ComparedRuns
from pipelines.pages.page import Values

_ABSENT = "–"


@dataclass(frozen=True, slots=True)
class Row:
    """A fact about both runs."""

    name: str
    a: str
    b: str


def show_runs(runs: ComparedRuns) -> Values:
    """Facts about both runs, and the settings that differ."""
    facts_a = _facts(runs.a)
    facts_b = _facts(runs.b)
    facts = [Row(name, facts_a[name], facts_b[name]) for name in facts_a]

    settings_a = _settings(runs.a)
    settings_b = _settings(runs.b)
    differences = []
    for name in sorted({*settings_a, *settings_b}):
        row = Row(name, settings_a.get(name, _ABSENT), settings_b.get(name, _ABSENT))
        if row.a != row.b:
            differences.append(row)
    return {
        "a": runs.a.number,
        "b": runs.b.number,
        "facts": facts,
        "differences": differences,
    }


def _facts(run: Run) -> dict[str, str]:
    origin = run.record.origin
    return {
        "finished": run.record.finished,
        "start": run.record.start,
        "variant": origin.variant,
        "steps": f"{origin.steps:,}",
        "shards": origin.manifest_digest[:12],
        "checkpoint": run.record.model[:12],
    }


def _settings(run: Run) -> dict[str, str]:
    """The settings of a run by dotted name, as text."""
    found: dict[str, str] = {}
    _flatten(read_json(run.folder / "settings.json") or {}, "", found)
    return found


def _flatten(value: object, name: str, found: dict[str, str]) -> None:
    """Add the values of nested settings to `found`, by dotted name."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _flatten(inner, f"{name}.{key}".lstrip("."), found)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for each in value:
            _flatten(each, f"{name}.{each.get('name', '')}", found)
    else:
        found[name] = str(value)
