"""The verbs that look at exports before anything is built: inspect, init and formats.

As in cli.py, each function imports its own only when it runs.
"""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.arguments import AsJson, Root, load
from pipelines.failures import ends_well
from pipelines.flow.screen import printable
from pipelines.results import give

_Export = Annotated[
    str,
    typer.Argument(
        metavar="PATH",
        help="An export: a folder, archive, URL or document. Or a settings file.",
    ),
]
_Format = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="NAME", help="Read it as this format; else as the best."
    ),
]
_Images = Annotated[
    int,
    typer.Option(
        min=0, help="Images to read of an export; 0 reads all. Documents are whole."
    ),
]
_Page = Annotated[
    str | None,
    typer.Option(
        metavar="HTML",
        help=(
            "Where the page of pictures is written, instead of build/inspect. "
            "Empty: nowhere."
        ),
    ),
]
_FollowLinks = Annotated[
    bool, typer.Option("--follow-links", help="Follow links out of the export.")
]


@ends_well
def inspect(
    path: _Export,
    format_name: _Format = None,
    images: _Images = 200,
    page: _Page = None,
    follow_links: _FollowLinks = False,
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """Say what an export holds, which formats fit it, and what its settings are."""
    from curate.errors import InputError
    from pipelines.verbs.inspect import (
        end_well,
        inspect_path,
        inspect_settings,
        text,
        warnings,
    )

    most_images = images or None
    if path.endswith((".yaml", ".yml")) and Path(path).is_file():
        if format_name is not None or follow_links:
            raise InputError(
                "--format and --follow-links are for an export; of a settings file, "
                "each export is read as it says there"
            )
        settings = load(Path(path), root)
        build = settings.build
        found = inspect_settings(settings, most_images, page)
    else:
        build = "build"
        found = [inspect_path(path, most_images, page, format_name, follow_links)]
    give(found, as_json, text(found))
    for warning in warnings(found):
        typer.echo(printable(f"warning: {warning}"), err=True)
    end_well(found, build)


@ends_well
def init(
    folders: Annotated[
        list[str],
        typer.Argument(
            metavar="EXPORT", help="Exports: folders, archives, URLs or documents."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help="The settings file to write; never replaced."
        ),
    ] = Path("settings.yaml"),
    as_json: AsJson = False,
) -> None:
    """Draft the settings file of several exports; ??? marks what only you can say."""
    from pipelines.verbs.init import init as run
    from pipelines.verbs.init import text

    drafted = run(folders, out)
    give(drafted, as_json, text(drafted))


@ends_well
def formats(
    name: Annotated[
        str | None, typer.Argument(help="A format, for its whole documentation.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the formats that can be read, with their documentation."""
    from pipelines.verbs.formats import describe_formats, documentation, overview

    described = describe_formats(name)
    if name is None:
        give(described, as_json, overview(described))
    else:
        give(described, as_json, documentation(described))
