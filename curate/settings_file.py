"""The settings file: one YAML, validated.

Every error names file, line and column, and the nearest valid word.
"""

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from upath import UPath

from curate.errors import InputError
from curate.model_settings import RUN_NAME, STARTS_WITHOUT_FILE
from curate.settings import Settings
from curate.settings_checks import Formats, check_paths, check_settings
from curate.settings_errors import explain, open_choices
from curate.yaml_files import Located, load_yaml

_MOST_ERRORS = 10


def load_settings(path: Path, formats: Formats, root: str | None = None) -> Settings:
    """The settings of a YAML file.

    `formats`: what `format` and `options` of an export may say, see
    `curate.formats.options_by_name`. `root`: replaces that of the file; it is relative to the
    working directory.

    All paths come back absolute, and URLs stay as they are. The paths of exports are taken from
    `root`, if there is one, and all others from the folder of the settings file.

    Raises InputError with file, line, column and what to write instead. An export with a licence
    that `licences.allow` does not list is an error, too: none of its files is ever read.
    """
    document = _load_mapping(path)
    still_open = open_choices(document)
    if still_open:
        raise InputError(_first(still_open))
    settings = _validated(document)

    check_settings(settings, document, formats)

    folder = str(path.absolute().parent)
    if root is not None:
        root = _absolute(root, str(Path.cwd()))
    elif settings.root is not None:
        root = _absolute(settings.root, folder)
    settings = _with_absolute_paths(settings, document, folder, root)
    check_paths(settings, document)
    return settings


def load_build(path: Path) -> str:
    """The absolute path or URL of a settings file's build folder; nothing else is checked.

    Raises InputError with file, line and column.
    """
    document = _load_mapping(path)
    build = document.data.get("build")
    if not isinstance(build, str):
        message = "key 'build' must be the path of the build folder"
        raise InputError(f"{document.where('build')}: {message}")
    return _absolute(build, str(path.absolute().parent))


def schema(formats: Formats) -> dict[str, Any]:
    """JSON Schema of the settings file, for editors; it lists the formats."""
    described = Settings.model_json_schema()
    described["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    export = described["$defs"]["ExportSettings"]
    export["properties"]["format"]["enum"] = sorted(formats)
    return described


def _load_mapping(path: Path) -> Located:
    """A settings file that is a mapping, as all are."""
    document = load_yaml(path)
    if not isinstance(document.data, dict):
        message = "a settings file is a mapping that begins with 'build:'"
        raise InputError(f"{path}:1:1: {message}")
    return document


def _validated(document: Located) -> Settings:
    """The settings, as far as one key tells of itself."""
    try:
        return Settings.model_validate(document.data)
    except ValidationError as error:
        problems = [explain(each, document) for each in error.errors()]
        raise InputError(_first(problems)) from None


def _first(problems: list[str]) -> str:
    """The first problems, a line for each."""
    shown = problems[:_MOST_ERRORS]
    if len(problems) > len(shown):
        shown.append(f"and {len(problems) - len(shown)} more")
    return "\n".join(shown)


def _with_absolute_paths(
    settings: Settings, document: Located, folder: str, root: str | None
) -> Settings:
    """Settings whose paths no longer depend on where the program runs.

    The exports know their places in the document.

    `folder`: of the settings file. `root`: absolute, where the exports are, if not in `folder`.
    """
    exports = []
    for number, export in enumerate(settings.exports):
        path = _absolute(export.path, root or folder)
        moved = export.model_copy(update={"path": path})
        exports.append(moved.at(document.where("exports", number, "path")))

    train = settings.train
    if train.start not in STARTS_WITHOUT_FILE:
        train = train.model_copy(update={"start": _absolute(train.start, folder)})

    evaluate = settings.evaluate
    baseline = evaluate.baseline
    if baseline not in (None, "base") and not RUN_NAME.fullmatch(baseline):
        baseline = _absolute(baseline, folder)
        evaluate = evaluate.model_copy(update={"baseline": baseline})

    changes = {
        "build": _absolute(settings.build, folder),
        "taxonomy": _absolute(settings.taxonomy, folder),
        "root": root,
        "exports": exports,
        "train": train,
        "evaluate": evaluate,
    }
    return settings.model_copy(update=changes)


def _absolute(path: str, folder: str) -> str:
    """A path taken from a folder; a URL or an absolute path stays as it is. Both may be URLs.

    `~` and `~/` at the start of a path mean the user's home.

    >>> _absolute("../build/demo", "/home/me/project/examples")
    '/home/me/project/build/demo'
    >>> _absolute("street.zip", "s3://bucket/exports")
    's3://bucket/exports/street.zip'
    """
    if "://" in path:
        return path
    # No shell has seen a settings file, yet people write `~` for their home. What is no home, such
    # as a folder `~old`, stays as it is: Path.expanduser would fail.
    path = os.path.expanduser(path)  # noqa: PTH111
    if "://" in folder and not os.path.isabs(path):  # noqa: PTH117
        return str(UPath(folder) / path)
    # Not Path.resolve: a user who follows links of their own expects `..` as it is written.
    return os.path.normpath(os.path.join(folder, path))  # noqa: PTH118
