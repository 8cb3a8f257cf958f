"""The verbs that answer drawn boxes on this machine: segment and serve.

As in cli.py, each function imports its own work only when it runs.
"""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.arguments import AsJson, Root, load
from pipelines.failures import ends_well
from pipelines.results import give

_Boxes = Annotated[
    list[str],
    typer.Option(
        metavar="x0,y0,x1,y1", help="The drawn box, px, half-open; repeatable."
    ),
]
_Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="PNG",
        help="Write the mask, 1-bit; of several boxes the union of their masks.",
    ),
]
_Overlay = Annotated[
    Path | None, typer.Option(metavar="PNG", help="Paint the mask on the picture.")
]
_Model = Annotated[
    str, typer.Option(metavar="PATH", help="base, a checkpoint, or BUILD/promoted.")
]
_Rle = Annotated[
    bool, typer.Option("--rle", help="Print the mask as COCO run-lengths.")
]
_Polygon = Annotated[
    bool, typer.Option("--polygon", help="Print the outline along px edges, exactly.")
]
_Polygons = Annotated[
    bool, typer.Option("--polygons", help="Print COCO polygons of few corners.")
]
_Tolerance = Annotated[
    float,
    typer.Option(metavar="PX", min=0, help="That they may be off the mask's outline."),
]
_MinArea = Annotated[
    float,
    typer.Option(metavar="PX", min=0, help="Smaller islands and holes are left out."),
]


@ends_well
def segment(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="A picture.")],
    box: _Boxes,
    output: _Output = None,
    model: _Model = "base",
    overlay: _Overlay = None,
    rle: _Rle = False,
    polygon: _Polygon = False,
    polygons: _Polygons = False,
    tolerance: _Tolerance = 0.75,
    min_area: _MinArea = 64.0,
    as_json: AsJson = False,
) -> None:
    """Find the mask of the object in a box. Prints JSON, a list for several boxes.

    Only what it prints keeps several masks apart: a file holds their union.
    Without JSON it prints how sure the mask is, where the model can tell.
    """
    from curate.errors import InputError
    from pipelines.verbs.segment import Simplicity, Wanted, text
    from pipelines.verbs.segment import segment as run

    prints = rle or polygon or polygons or as_json
    if output is None and overlay is None and not prints:
        raise InputError(
            "nothing to write: give -o FILE, --overlay FILE, --rle, --polygon, "
            "--polygons or --json"
        )
    simple = None
    if polygons:
        simple = Simplicity(tolerance, min_area)
    found = run(image, box, model, Wanted(output, overlay, rle, polygon, simple))
    if len(found) == 1:
        give(found[0], prints, text(found))
    else:
        give(found, prints, text(found))


@ends_well
def serve(
    settings: Annotated[
        Path | None,
        typer.Argument(
            metavar="[SETTINGS]",
            help="Its build's model and test pictures; without it: the base.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="base, or a checkpoint, instead of those."),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Keep pictures and masks here, instead of <build>/serve.",
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of 127.0.0.1; 0: any.")
    ] = 8750,
    root: Root = None,
) -> None:
    """Serve a page and an API on this machine that answer drawn boxes with masks."""
    from pipelines.verbs.serve import serve as run

    loaded = None
    if settings is not None:
        loaded = load(settings, root)
    run(loaded, model, store, port)
