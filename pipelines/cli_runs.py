"""The verbs of the command line that compare models and say which one is in use.

As in cli.py, each function imports its own verb only when it runs.
"""

from typing import Annotated

import typer

from pipelines.arguments import AsJson, Root, SettingsFile, load
from pipelines.failures import CheckFailed, ends_well
from pipelines.results import give, warn

_RUN = "N, or promoted."


def add_run_verbs(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    for verb in (gate, runs, compare, promote, rollback):
        app.command()(verb)


@ends_well
def gate(
    settings: SettingsFile,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="promoted, runs/N, a checkpoint or a report; else the settings' one.",
        ),
    ] = None,
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """Judge the model against the last one; exit 3 if it is worse in any stratum."""
    from pipelines.verbs.gate import gate as run

    verdict, text = run(load(settings, root), baseline)
    give(verdict, as_json, text)
    if not verdict.passed:
        raise CheckFailed(f"the model is worse than {verdict.baseline}")


@ends_well
def runs(settings: SettingsFile, as_json: AsJson = False) -> None:
    """List the runs that the build has kept."""
    from pipelines.verbs.runs import list_runs, text

    listed = list_runs(load(settings, None))
    give(listed, as_json, text(listed))


@ends_well
def compare(
    settings: SettingsFile,
    a: Annotated[str, typer.Argument(metavar="A", help=_RUN)],
    b: Annotated[str, typer.Argument(metavar="B", help=_RUN)],
    as_json: AsJson = False,
) -> None:
    """Compare two runs: B less A by stratum, cases gained and lost, and a page."""
    from pipelines.verbs.compare import compare as run
    from pipelines.verbs.compare import text

    compared = run(load(settings, None), a, b)
    give(compared, as_json, text(compared))


@ends_well
def promote(
    settings: SettingsFile,
    run: Annotated[str, typer.Argument(metavar="RUN", help="N.")],
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Even if the gate has stopped it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a run into use; exit 3 if the gate has stopped it."""
    from pipelines.verbs.promote import promote as put
    from pipelines.verbs.promote import text

    promoted = put(load(settings, None), run, anyway=anyway)
    warn(promoted.warnings)
    give(promoted, as_json, text(promoted))


@ends_well
def rollback(settings: SettingsFile, as_json: AsJson = False) -> None:
    """Return to the run that was in use before."""
    from pipelines.verbs.promote import rollback as put_back
    from pipelines.verbs.promote import text

    promoted = put_back(load(settings, None))
    give(promoted, as_json, text(promoted))
