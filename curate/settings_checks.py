"""What is wrong between the keys of a settings file; one key alone is pydantic's to check.

Every error names file, line and column.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

from curate.errors import InputError, nearest
from curate.export_settings import ExportSettings
from curate.settings import OWN_TAXONOMY, Settings
from curate.yaml_files import Located

Formats = Mapping[str, Collection[str]]
"""The formats that can be read, and the options of each."""


def check_settings(settings: Settings, document: Located, formats: Formats) -> None:
    """Refuse what contradicts itself, and names that nothing has. InputError."""
    _check_exports(settings.exports, document, formats)
    _check_licences(settings, document)
    _check_targets(settings, document)
    _check_accepted(settings, document)


def check_paths(settings: Settings, document: Located) -> None:
    """Refuse a build or taxonomy that cannot be one. The paths of the settings are absolute."""
    _check_build(settings, document)
    _check_taxonomy(settings, document)


def _check_build(settings: Settings, document: Located) -> None:
    """Refuse a build that is an export's folder."""
    for export in settings.exports:
        if export.path == settings.build:
            raise InputError(
                f"{document.where('build')}: build is the folder of export {export.name}: "
                f"{settings.build}; its own files would be read as the export's, so choose "
                "another one"
            )


def _check_exports(
    exports: list[ExportSettings], document: Located, formats: Formats
) -> None:
    """Refuse an unknown format or option, and a name that occurs twice."""
    names: set[str] = set()
    for number, export in enumerate(exports):
        if export.format not in formats:
            where = document.where("exports", number, "format")
            hint = nearest(export.format, formats)
            if not hint:
                hint = f"; known: {', '.join(formats)}"
            raise InputError(f"{where}: unknown format {export.format!r}{hint}")

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
    """Refuse a taxonomy that is no file; one in a store is looked for when it is read."""
    if "://" in settings.taxonomy:
        return
    where = document.where("taxonomy")
    path = Path(settings.taxonomy)
    if path.is_dir():
        raise InputError(
            f"{where}: taxonomy is the folder {path}; set it to the file concepts.yaml in it"
        )
    if path == OWN_TAXONOMY and not path.is_file():
        # It is in a clone, not in an installed library.
        raise InputError(
            f"{where}: this installation has no taxonomy of its own; set taxonomy to the path "
            "of a concepts.yaml"
        )
    if not path.is_file():
        raise InputError(
            f"{where}: taxonomy names {path}, which is not there; set it to the path of a "
            "concepts.yaml, or take the line out for the project's own"
        )


def _check_targets(settings: Settings, document: Located) -> None:
    """Refuse targets of domains that no export has, and more than there is to share."""
    targets = settings.balance.targets
    domains = sorted({export.domain for export in settings.exports})
    for domain in targets:
        if domain not in domains:
            where = document.where("balance", "targets", domain)
            hint = _nearest_or_all(domain, domains)
            raise InputError(
                f"{where}: balance.targets names the domain {domain!r}, which no export "
                f"has{hint}"
            )
    if sum(targets.values()) > 1.0 + 1e-9:  # shares such as 0.1 are not exact
        raise InputError(
            f"{document.where('balance', 'targets')}: balance.targets: the shares sum to more "
            "than 1; lower them"
        )


def _check_accepted(settings: Settings, document: Located) -> None:
    """Refuse deliveries of exports that are not there: the word would be without effect."""
    names = [export.name for export in settings.exports]
    for number, delivery in enumerate(settings.balance.accept):
        export = delivery.partition("@")[0]
        if export not in names:
            where = document.where("balance", "accept", number)
            hint = _nearest_or_all(export, names)
            raise InputError(
                f"{where}: balance.accept names the export {export!r}, which is not "
                f"there{hint}"
            )


def _nearest_or_all(name: str, known: list[str]) -> str:
    """For the end of a message: the known name that was meant; else all of them."""
    return nearest(name, known) or f"; there are {', '.join(known)}"
