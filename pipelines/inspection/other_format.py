"""What an export looks like that is not of the format that its settings state."""

from tempfile import TemporaryDirectory

from upath import UPath

from curate.errors import InputError, NotOfFormat
from curate.export_settings import ExportSettings
from curate.exports.export import Export
from curate.limits import Limits
from pipelines.inspection.ranking import rank_formats
from pipelines.inspection.unknown_exports import UnknownExport

_MOST_IMAGES = 12  # that each format keeps to read


def with_other_format(
    error: NotOfFormat, export: ExportSettings, opened: Export, limits: Limits
) -> InputError:
    """The error, with the format that the export looks like, if one fits it.

    `export`: its settings. `opened`: its files.
    """
    unknown = UnknownExport(export.path, export.name, export.links)
    with TemporaryDirectory(prefix="segcurate-") as scratch:
        attempts = rank_formats(unknown, opened, limits, UPath(scratch), _MOST_IMAGES)
    best = attempts[0].candidate
    # Read without its options, it may be what the settings state: then these are wrong.
    if best.fit in ("no", "broken") or best.format == export.format:
        return error
    command = f"'python -m pipelines inspect {export.path}'"
    return InputError(f"{error}; it looks like {best.format}: {command} tells more")
