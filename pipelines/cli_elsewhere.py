"""The verbs of the command line by which other programs get masks.

As in cli.py, each function imports its own verb only when it runs.
"""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.arguments import AsJson, load
from pipelines.failures import FaultsMet, ends_well
from pipelines.results import give

if TYPE_CHECKING:
    from pipelines.loop.downloads import Segmentation
    from pipelines.loop.starting import Chosen

_SETTINGS_SUFFIXES = (".yaml", ".yml")

Model = Annotated[
    str,
    typer.Argument(
        metavar="SETTINGS_OR_CHECKPOINT",
        help="A settings file, for its build's promoted or last model; base; "
        "a checkpoint; or BUILD/promoted.",
    ),
]


def add_verbs_for_other_programs(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command("export-onnx")(export_onnx)
    app.command()(predict)


@ends_well
def export_onnx(
    model: Model,
    out: Annotated[Path, typer.Argument(metavar="OUT.onnx", help="The file to write.")],
    as_json: AsJson = False,
) -> None:
    """Write the model as an ONNX file, for programs without torch (docs/onnx.md)."""
    from pipelines.verbs.export_onnx import export_onnx as run
    from pipelines.verbs.export_onnx import text

    exported = run(_chosen(model), out)
    give(exported, as_json, text(exported))


class MaskForm(StrEnum):
    """How COCO writes masks."""

    RUN_LENGTHS = "run-lengths"
    POLYGONS = "polygons"


@ends_well
def predict(
    model: Model,
    boxes: Annotated[
        Path, typer.Argument(metavar="BOXES.json", help="A COCO document of boxes.")
    ],
    images: Annotated[
        Path, typer.Option(metavar="DIR", help="The folder that its images are in.")
    ],
    out: Annotated[Path, typer.Option(metavar="OUT.json", help="The file to write.")],
    form: Annotated[
        MaskForm, typer.Option("--as", help="Run-lengths are exact.")
    ] = MaskForm.RUN_LENGTHS,
    as_json: AsJson = False,
) -> None:
    """Answer all boxes of a COCO document with masks (docs/pre-annotation.md)."""
    from pipelines.verbs.predict import fault_of, text
    from pipelines.verbs.predict import predict as run

    how: Segmentation = "run_lengths"
    if form is MaskForm.POLYGONS:
        how = "polygons"
    predicted = run(_chosen(model), boxes, images, out, how)
    give(predicted, as_json, text(predicted))
    fault = fault_of(predicted)
    if fault:
        raise FaultsMet(fault)


def _chosen(model: str) -> "Chosen":
    """The model of a settings file's build, or the one that is named."""
    from upath import UPath

    from pipelines.loop.starting import choose_model

    if model.lower().endswith(_SETTINGS_SUFFIXES):
        settings = load(Path(model), None)
        return choose_model(UPath(settings.build), None)
    return choose_model(None, model)
