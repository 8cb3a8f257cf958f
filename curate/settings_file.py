"""The settings file: one YAML, validated.

Every error names file, line and column, and the nearest valid word.
"""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from upath import UPath

from curate.errors import InputError, nearest
from curate.export_settings import ExportSettings
from curate.model_settings import RUN_NAME, STARTS_WITHOUT_FILE
from curate.settings import OWN_TAXONOMY, Settings
from curate.settings_errors import explain, open_choices
from curate.yaml_files import Located, load_yaml

Formats = Mapping[str, Collection[str]]
"""The formats that can be read, and the options of each."""

_MOST_ERRORS = 10


def load_settings(path: Path, formats: Formats, root: str | None = None) -> Settings:
    """The settings of a YAML file.

    `formats`: what `format` and `options` of an export may say, see
    `curate.formats.options_by_name`. `root`: replaces that of the file; it is relative to the
    working directory.

    All paths come back absolute, and URLs stay as they are. The paths of exports are taken from
    `root`, if there is one, and all others from the folder of the settings file.

    Raises InputError with file, line, column and what to write instead. An export with a licence
    that `licences.allow` does not list is an error, too: nothing of it is ever read.
    """
    document = _load_mapping(path)
    still_open = open_choices(document)
    if still_open:
        raise InputError(_first(still_open))
    settings = _validated(document)

    _check_exports(settings.exports, document, formats)
    _check_licences(settings, document)
    _check_taxonomy(settings, document)

    folder = str(path.absolute().parent)
    if root is not None:
        root = _absolute(root, str(Path.cwd()))
    elif settings.root is not None:
        root = _absolute(settings.root, folder)
    return _with_absolute_paths(settings, folder, root)


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


def _check_exports(
    exports: list[ExportSettings], document: Located, formats: Formats
) -> None:
    """Refuse an unknown format or option, and a name that occurs twice."""
    names: set[str] = set()
    for number, export in enumerate(exports):
        if export.format not in formats:
            hint = nearest(export.format, formats)
            where = document.where("exports", number, "format")
            known = ", ".join(formats)
            raise InputError(
                f"{where}: unknown format {export.format!r}{hint}; known: {known}"
            )

        if export.name in names:
            where = document.where("exports", number, "name")
            raise InputError(
                f"{where}: export {export.name!r} occurs twice; names must differ"
            )
        names.add(export.name)

        for option in export.options:
            if option not in formats[export.format]:
                where = document.where("exports", number, "options", option)
                hint = _option_hint(option, formats[export.format])
                problem = f"format {export.format} has no option {option!r}"
                raise InputError(f"{where}: {problem}{hint}")


def _option_hint(option: str, known: Collection[str]) -> str:
    """The nearest option of a format; all of them if none is near."""
    names = sorted(known)
    hint = nearest(option, names)
    if hint:
        return hint
    if not names:
        return "; it knows none"
    return f"; it knows {', '.join(names)}"


def _check_licences(settings: Settings, document: Located) -> None:
    """Refuse every export whose licence is not allowed."""
    allowed = {licence.casefold() for licence in settings.licences.allow}
    refused = []
    for number, export in enumerate(settings.exports):
        if export.licence.casefold() in allowed:
            continue
        where = document.where("exports", number, "licence")
        problem = f"export {export.name} has the licence {export.licence!r}"
        hint = _licence_hint(export.licence, settings.licences.allow)
        refused.append(
            f"{where}: {problem}, which licences.allow does not list; {hint}"
        )
    if refused:
        raise InputError("\n".join(refused))


def _licence_hint(licence: str, allowed: list[str]) -> str:
    """The same licence in another spelling; never another licence, however near its name."""
    for each in allowed:
        if _letters(each) == _letters(licence):
            return f"it lists {each!r}: write that if it is the same licence"
    return "add it there if its terms allow this use, or take the export out"


def _letters(licence: str) -> str:
    """A licence's name without what only its spelling adds.

    >>> _letters("CC BY 4.0") == _letters("cc-by-4.0")
    True
    """
    return "".join(sign for sign in licence.casefold() if sign.isalnum() or sign == ".")


def _check_taxonomy(settings: Settings, document: Located) -> None:
    """The project's own taxonomy is in a clone, not in an installed library."""
    if settings.taxonomy == str(OWN_TAXONOMY) and not OWN_TAXONOMY.is_file():
        raise InputError(
            f"{document.where('taxonomy')}: this installation has no taxonomy of its own; set "
            "taxonomy to the path of a concepts.yaml"
        )


def _with_absolute_paths(settings: Settings, folder: str, root: str | None) -> Settings:
    """Settings whose paths no longer depend on where the program runs.

    `folder`: of the settings file. `root`: absolute, where the exports are, if not in `folder`.
    """
    exports = []
    for export in settings.exports:
        path = _absolute(export.path, root or folder)
        exports.append(export.model_copy(update={"path": path}))

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

    >>> _absolute("../build/demo", "/home/me/project/examples")
    '/home/me/project/build/demo'
    >>> _absolute("street.zip", "s3://bucket/exports")
    's3://bucket/exports/street.zip'
    """
    if "://" in path:
        return path
    if "://" in folder:
        return str(UPath(folder) / path)
    # Not Path.resolve: a user who follows links of their own expects `..` as it is written.
    return os.path.normpath(os.path.join(folder, path))  # noqa: PTH118
