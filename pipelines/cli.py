"""The command line: `python -m pipelines VERB SETTINGS [options]`.

A verb's function here reads its arguments and prints its result; the work is in
`pipelines/verbs/`. Those files import numpy, pyarrow and Dask, which takes seconds, so
each function imports its own only when it runs: `--help` and a mistyped option answer
at once.

Results go to standard output, as JSON with --json; progress and warnings to standard
error.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.arguments import AsJson, DryRun, Root, SettingsFile, Until, load
from pipelines.cli_boxes import segment, serve
from pipelines.cli_elsewhere import add_verbs_for_other_programs
from pipelines.cli_exports import formats, init, inspect
from pipelines.cli_loop import loop
from pipelines.cli_runs import add_run_verbs
from pipelines.cli_taxonomy import taxonomy_app
from pipelines.failures import CheckFailed, ends_well
from pipelines.flow.screen import printable
from pipelines.results import end_with, give

if TYPE_CHECKING:
    from curate.settings import Settings

app = typer.Typer(
    help=(
        "From customers' segmentation exports to a judged box-to-mask model. "
        "The stages from ingest to shard first run the stages before them, if these "
        "are not up to date. train needs shards, evaluate needs shards and a model."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _add_stage(name: str, what: str) -> None:
    """Add the verb of a stage."""

    @ends_well
    def stage(
        settings: SettingsFile,
        dry_run: DryRun = False,
        root: Root = None,
        as_json: AsJson = False,
    ) -> None:
        if dry_run:
            _tell_what_would_be_done(settings, name, root, as_json)
            return
        loaded = _load_for_a_run(settings, root)
        from pipelines.verbs.stage import curate

        result = curate(loaded, name)
        give(result, as_json)
        end_with(result.faults)

    app.command(name, help=what)(stage)


_add_stage(
    "ingest", "Read the exports: one row for each object, its mask as run-lengths."
)
_add_stage("remap", "Give each object its concept of the taxonomy.")
_add_stage("filter", "Drop background, and what is too small or too large.")
_add_stage("split", "Assign groups of images to train, val and test.")
_add_stage("balance", "Cap the objects, and weigh domains and concepts.")
_add_stage("shard", "Cut the crops and write the shards.")


@app.command()
@ends_well
def train(settings: SettingsFile, root: Root = None, as_json: AsJson = False) -> None:
    """Train the model on the shards."""
    from pipelines.verbs.train import train as run

    result = run(load(settings, root))
    give(result, as_json, f"checkpoint: {result.checkpoint}")


@app.command()
@ends_well
def evaluate(
    settings: SettingsFile, root: Root = None, as_json: AsJson = False
) -> None:
    """Judge the model on the test shards, beside the baselines."""
    from pipelines.verbs.evaluate import evaluate as run

    result = run(load(settings, root))
    give(result, as_json, f"report: {result.report}")
    if result.falls:
        raise CheckFailed(result.falls)


@app.command()
@ends_well
def quality(settings: SettingsFile, root: Root = None, as_json: AsJson = False) -> None:
    """Judge the annotations that the model learned from, and show the doubtful ones."""
    from pipelines.verbs.quality import quality as run

    result = run(load(settings, root))
    give(result, as_json, f"page: {result.page}")


@app.command("all")
@ends_well
def everything(
    settings: SettingsFile,
    until: Annotated[Until, typer.Option(help="The last stage.")] = Until.EVALUATE,
    dry_run: DryRun = False,
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """Run every stage whose inputs have changed, and write the pages."""
    if dry_run:
        _tell_what_would_be_done(settings, until.value, root, as_json)
        return
    loaded = _load_for_a_run(settings, root)
    from pipelines.verbs.all import run_all

    result = run_all(loaded, until.value)
    give(result, as_json, _list_pages(result.pages))
    end_with(result.faults)
    if result.falls:
        raise CheckFailed(result.falls)


@app.command()
@ends_well
def report(settings: SettingsFile, root: Root = None, as_json: AsJson = False) -> None:
    """Write the pages again: of the curation, and of the evaluation if it is done."""
    from pipelines.verbs.report import report as run

    result = run(load(settings, root))
    give(result, as_json, _list_pages(result.pages))


app.command()(inspect)
app.command()(init)
app.command()(formats)


@app.command()
@ends_well
def trace(
    settings: SettingsFile,
    object_id: Annotated[
        str,
        typer.Argument(
            metavar="OBJECT_ID",
            help="The object, or the annotation that was dropped; its first digits are enough.",
        ),
    ],
    picture: Annotated[
        Path | None,
        typer.Option(metavar="PNG", help="Paint it on its image, into this file."),
    ] = None,
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """Follow an object through the stages, or say where and why it was dropped."""
    from pipelines.verbs.trace import as_records, find, text

    steps = find(load(settings, root), object_id, picture)
    give(as_records(steps), as_json, text(steps, picture))


@app.command()
@ends_well
def audit(settings: SettingsFile, root: Root = None, as_json: AsJson = False) -> None:
    """Check a finished build against its contracts; exit 3 if one does not hold."""
    from pipelines.verbs.audit import audit as run
    from pipelines.verbs.audit import text

    checks = run(load(settings, root))
    give(checks, as_json, text(checks))
    failed = [check.name for check in checks if not check.holds]
    if failed:
        raise CheckFailed(", ".join(failed))


app.add_typer(taxonomy_app, name="taxonomy")


app.command()(segment)
app.command()(serve)
app.command()(loop)


@app.command("clean-build")
@ends_well
def clean_build(
    settings: SettingsFile,
    yes: Annotated[
        bool, typer.Option("--yes", help="Remove it without asking.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Remove the build of a settings file, after a list of what goes and a question."""
    from upath import UPath

    from curate.errors import InputError
    from curate.settings_file import load_build
    from pipelines.verbs.clean_build import clean, look, text

    # The rest of the settings may be wrong by now: only the folder is needed.
    found = look(UPath(load_build(settings)))
    typer.echo(printable(text(found)), err=True)
    if not found.products:
        return
    if not yes:
        if not _can_ask():
            raise InputError(
                "nothing is removed without a yes: answer on a terminal, or give --yes"
            )
        if not typer.confirm("Remove all of this?", err=True):
            typer.echo("nothing is removed", err=True)
            return

    removed = clean(found)
    give(removed, as_json, f"removed from {found.folder}")


add_run_verbs(app)
add_verbs_for_other_programs(app)


def _load_for_a_run(settings: Path, root: str | None) -> "Settings":
    """The settings; the workers' imports begin, so that this process can do its own meanwhile."""
    from pipelines.flow.early_start import start_early

    loaded = load(settings, root)
    start_early(loaded)
    return loaded


def _tell_what_would_be_done(
    settings: Path, last: str, root: str | None, as_json: bool
) -> None:
    """Print what the stages up to `last` would do, those of curation at most."""
    from curate.schema import STAGES
    from pipelines.verbs.dry_run import dry_run, text

    last_curated = last
    if last not in STAGES:
        last_curated = STAGES[-1]
    forecast = dry_run(load(settings, root), last_curated)
    give(forecast, as_json, text(forecast, last))


def _can_ask() -> bool:
    return sys.stdin.isatty()


def _list_pages(pages: list[str]) -> str:
    return "\n".join(f"page: {page}" for page in pages)
