"""`--dry-run`: what a run would do, and how long it would take by what was measured before."""

from curate.schema import STAGES
from curate.settings import Settings
from pipelines.flow.forecast import ExportForecast, Forecast, StageForecast, foresee
from pipelines.flow.screen import time_in_words
from pipelines.flow.stages import FLOW


def dry_run(settings: Settings, last: str) -> Forecast:
    """What bringing the stages up to `last` up to date would do; nothing is written."""
    return foresee(settings, FLOW, last)


def text(forecast: Forecast, last: str) -> str:
    """A forecast for people. `last`: the last stage that was asked for, of all eight."""
    lines = []
    for stage in forecast.stages:
        lines.append(f"{stage.stage:<8} {_stage(stage)}")
        if stage.stage == "ingest":
            lines += [f"         {_export(export)}" for export in forecast.exports]

    if last in STAGES:
        lines.append(f"in all   {_in_all(forecast)}")
    else:
        lines.append(f"curation {_in_all(forecast)}")
        lines.append(
            "then     training and evaluation, where model and report are not up to date: how long "
            "they take is not told here"
        )
    return "\n".join(lines)


def _in_all(forecast: Forecast) -> str:
    """How long all stages take."""
    if all(stage.is_kept for stage in forecast.stages):
        return "nothing to do"
    if forecast.seconds is None:
        return "no time can be told yet"
    return time_in_words(forecast.seconds)


def _stage(stage: StageForecast) -> str:
    """A stage in a line."""
    if stage.is_kept:
        return f"kept; {stage.annotations:,} annotations came in"

    parts = [_annotations(stage)]
    if stage.bytes:
        parts.append(f"{stage.bytes / 1e6:,.1f} MB to read")
    if stage.rate is None:
        parts.append("no rate known yet")
    else:
        rate = f"{stage.rate.per_second:,.0f} a second in the last whole run"
        parts.append(f"{rate} ({stage.rate.workers})")
    if stage.seconds is not None:
        parts.append(time_in_words(stage.seconds))
    return f"to do, {stage.why}: {'; '.join(parts)}"


def _annotations(stage: StageForecast) -> str:
    if stage.annotations is None:
        return "annotations not counted yet"
    if stage.is_exact:
        return f"{stage.annotations:,} annotations"
    return f"{stage.annotations:,} annotations, if as many come as last time"


def _export(export: ExportForecast) -> str:
    """An export in a line."""
    counted = "never read"
    if export.annotations is not None:
        counted = f"{export.annotations:,} annotations last time"
    if not export.files:
        return f"{export.name}: files not counted, {counted}"
    size = f"{export.files:,} files, {export.bytes / 1e6:,.1f} MB"
    return f"{export.name}: {size}, {counted}"
