"""The arguments that many verbs share, and the settings that they lead to."""

import shlex
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from curate.settings import Settings

SettingsFile = Annotated[
    Path,
    typer.Argument(
        metavar="SETTINGS",
        help="The settings file, YAML. Paths in it are relative to its folder.",
    ),
]
Root = Annotated[
    str | None,
    typer.Option(
        metavar="PATH",
        help=(
            "Folder or URL to which the exports' paths are relative, instead of the "
            "settings' root. A relative one starts from the working directory."
        ),
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help=(
            "Tell what would be done, with counts, bytes and a time by the rates of the last "
            "whole run, and write nothing. Training and evaluation are not foreseen."
        ),
    ),
]


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


def load(path: Path, root: str | None) -> "Settings":
    """The settings of a file, see `curate.settings_file.load_settings`.

    InputError, too, if it is a folder or an archive.
    """
    # Imported here for the same reason as the verbs in cli.py.
    from curate.errors import InputError
    from curate.exports.archives import SUFFIXES
    from curate.formats import options_by_name
    from curate.settings_file import load_settings

    if path.is_dir() or path.name.lower().endswith(SUFFIXES):
        command = f"python -m pipelines init {shlex.quote(str(path))}"
        raise InputError(
            f"{path}: is no settings file; if it is an export, '{command}' drafts one"
        )
    return load_settings(path, options_by_name(), root)
