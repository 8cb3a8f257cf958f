"""The command line: `python -m pipelines VERB SETTINGS [options]`.

A verb reads its arguments here and works elsewhere; what is slow to load is loaded where it is needed.
Results go to standard output, as JSON with --json; progress and warnings to standard error.
"""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.failures import ends_well

if TYPE_CHECKING:
    from curate.settings import Settings

app = typer.Typer(
    help=(
        "From customers' segmentation exports to a judged box-to-mask model. The stages up to shard first run those "
        "before them; train takes the shards that are there, evaluate the shards and the model."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

SettingsFile = Annotated[Path, typer.Argument(metavar="SETTINGS", help="The settings file, YAML.")]
Root = Annotated[
    str | None,
    typer.Option(metavar="PATH", help="Where the exports lie, instead of the settings' root."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


class Until(StrEnum):
    """The stages at which `all` may end."""

    INGEST = "ingest"
    REMAP = "remap"
    FILTER = "filter"
    SPLIT = "split"
    BALANCE = "balance"
    SHARD = "shard"
    TRAIN = "train"
    EVALUATE = "evaluate"


def _stage(name: str, what: str) -> None:
    @ends_well
    def stage(settings: SettingsFile, root: Root = None, as_json: AsJson = False) -> None:
        from pipelines.verbs import whole

        result = whole.curate(_load(settings, root), name)
        _give(result, as_json, "")

    app.command(name, help=what)(stage)


_stage("ingest", "Read the exports: one row per object, its mask as run-lengths.")
_stage("remap", "Give each object its concept of the taxonomy.")
_stage("filter", "Drop background, and what is too small or too large.")
_stage("split", "Put groups of images on the sides train, val and test.")
_stage("balance", "Cap, and weigh the domains and concepts.")
_stage("shard", "Cut the crops and write the shards.")


@app.command()
@ends_well
def train(settings: SettingsFile, root: Root = None, as_json: AsJson = False) -> None:
    """Train the model on the shards."""
    from pipelines.verbs import whole

    result = whole.train(_load(settings, root))
    _give(result, as_json, f"checkpoint: {result['checkpoint']}")


@app.command()
@ends_well
def evaluate(settings: SettingsFile, root: Root = None, as_json: AsJson = False) -> None:
    """Judge the model on the test shards, beside the baselines."""
    from pipelines.verbs import whole

    result = whole.evaluate(_load(settings, root))
    _give(result, as_json, f"report: {result['report']}")


@app.command("all")
@ends_well
def everything(
    settings: SettingsFile,
    until: Annotated[Until, typer.Option(help="The last stage.")] = Until.EVALUATE,
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """Every stage whose inputs have changed, and the pages: from exports to the judged model."""
    from pipelines.verbs import whole

    result = whole.everything(_load(settings, root), until.value)
    pages = "\n".join(f"page: {page}" for page in result["pages"])
    _give(result, as_json, pages)


@app.command()
@ends_well
def report(settings: SettingsFile, root: Root = None, as_json: AsJson = False) -> None:
    """Write the pages anew: the curation's, and the evaluation's where there is one."""
    from pipelines.verbs import whole

    pages = whole.write_pages(_load(settings, root))
    _give({"pages": pages}, as_json, "\n".join(f"page: {page}" for page in pages))


@app.command()
@ends_well
def inspect(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="An export, or a settings file.")],
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """What an export holds: the formats that fit it, its images, annotations and labels."""
    from pipelines.verbs import inspect as inspecting

    is_settings = path.suffix in (".yaml", ".yml") and path.is_file()
    found = (
        inspecting.inspect_settings(_load(path, root))
        if is_settings
        else inspecting.inspect_path(str(path))
    )
    _give(found, as_json, inspecting.text(found))


@app.command()
@ends_well
def formats(
    name: Annotated[
        str | None, typer.Argument(help="A format, for its whole documentation.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The formats that can be read, with their documentation."""
    from pipelines.verbs import inspect as inspecting

    described = inspecting.describe_formats(name)
    _give(described, as_json, inspecting.formats_text(described, whole=name is not None))


@app.command()
@ends_well
def trace(
    settings: SettingsFile,
    object_id: Annotated[
        str, typer.Argument(help="The object, or the annotation that was dropped.")
    ],
    picture: Annotated[
        Path | None, typer.Option(metavar="PNG", help="Draw it on its image.")
    ] = None,
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """An object's whole way through the stages, or where and why it was dropped."""
    from pipelines.verbs import trace as tracing

    found = tracing.find(_load(settings, root), object_id, picture)
    _give(tracing.plain(found), as_json, tracing.text(found, picture))


@app.command()
@ends_well
def audit(settings: SettingsFile, root: Root = None, as_json: AsJson = False) -> None:
    """Check a finished build against its contracts; exit 3 where one does not hold."""
    from pipelines.failures import CheckFailed
    from pipelines.verbs import audit as auditing

    checks = auditing.audit(_load(settings, root))
    _give([check._asdict() for check in checks], as_json, auditing.text(checks))
    if failed := [check.name for check in checks if not check.holds]:
        raise CheckFailed(", ".join(failed))


@app.command()
@ends_well
def taxonomy(settings: SettingsFile, root: Root = None, as_json: AsJson = False) -> None:
    """Match the labels, and write the review queue of those that wait for a decision."""
    from pipelines.flow import labels
    from pipelines.verbs import whole

    result = whole.match_labels(_load(settings, root))
    _give(result, as_json, labels.text(result))


@app.command()
@ends_well
def segment(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="A picture.")],
    box: Annotated[
        list[str],
        typer.Option(metavar="x0,y0,x1,y1", help="The drawn box, px, half-open; repeatable."),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="PNG", help="Write the mask.")
    ] = None,
    model: Annotated[str, typer.Option(metavar="PATH", help="base, or a checkpoint.")] = "base",
    overlay: Annotated[
        Path | None, typer.Option(metavar="PNG", help="Draw the mask on the picture.")
    ] = None,
    rle: Annotated[bool, typer.Option("--rle", help="Print the mask as COCO run-lengths.")] = False,
    polygon: Annotated[
        bool, typer.Option("--polygon", help="Print the mask as COCO polygons.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The mask of what stands in a box. What is printed is JSON, of several boxes a list."""
    from curate.errors import InputError
    from pipelines.verbs import segment as segmenting

    prints = rle or polygon or as_json
    if output is None and overlay is None and not prints:
        raise InputError(
            "nothing to write: give -o MASK.png, --overlay PICTURE.png, --rle, --polygon or --json"
        )
    found = segmenting.segment(image, box, model, output, overlay, rle=rle, polygon=polygon)
    _give(found if len(found) > 1 else found[0], prints, "")


def _load(path: Path, root: str | None) -> "Settings":
    from curate.formats import options_by_name
    from curate.settings import load_settings

    return load_settings(path, options_by_name(), root)


def _give(result: Any, as_json: bool, text: str) -> None:
    if as_json:
        import msgspec

        typer.echo(msgspec.json.format(msgspec.json.encode(result), indent=2))
    elif text:
        from pipelines.flow.screen import printable

        typer.echo(printable(text))
