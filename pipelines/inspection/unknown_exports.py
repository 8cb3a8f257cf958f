"""Exports of which nothing but the path is known."""

from dataclasses import dataclass
from pathlib import Path

from upath import UPath

from curate.errors import InputError
from curate.export_settings import ExportSettings
from curate.exports.export import Export
from curate.exports.files import Files
from curate.exports.walking import Links
from curate.limits import Limits
from curate.stages import ingest
from pipelines.inspection.other_kinds import find_other_kinds


@dataclass(frozen=True, slots=True)
class UnknownExport:
    """An export, and a name for it: some formats take labels from the name."""

    path: str
    name: str
    links: Links = "inside"

    def read_as(self, format_name: str) -> ExportSettings:
        """Settings to read it as a format."""
        # Customer, domain and licence change nothing of what is read: any words will do.
        return ExportSettings(
            name=self.name,
            path=self.path,
            format=format_name,
            customer="customer",
            domain="domain",
            licence="unknown",
            links=self.links,
        )

    def open(self, limits: Limits, scratch: UPath) -> Export:
        """Its files, listed for all formats.

        InputError if there is nothing to read; it names the kind of a file that is of
        another kind.
        """
        try:
            # The list is the same for every format.
            return ingest.open_export(self.read_as("coco"), limits, scratch)
        except InputError as error:
            kind = self._other_kind()
            if not kind:
                raise
            raise InputError(f"{self.path}: this is {kind}") from error

    def _other_kind(self) -> str:
        """What a single file is that cannot be read, and what to do; "" if unknown."""
        file = Path(self.path)
        if "://" in self.path or not file.is_file():
            return ""
        own = Files(UPath(file.absolute().parent), (file.name,))
        for kind in find_other_kinds(own):
            return f"{kind.name}, which cannot be read: {kind.advice}"
        return ""
