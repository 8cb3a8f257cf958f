"""An export as formats see it: its files, its options, and the limits that hold for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from curate.drops import Drop, FaultReport, IgnoredFile, make_drop
from curate.exports.documents import json_text, parse_json
from curate.exports.files import Files
from curate.exports.mapping import Text
from curate.limits import Limits
from curate.reasons import Reason, Refusal
from curate.text import decode_text

_LARGE = 4_000_000  # bytes of a document that is checked once
_MOST_SOUND = 16


@dataclass(frozen=True)
class Export:
    """One customer's export."""

    name: str
    files: Files
    limits: Limits
    options: Mapping[str, Any] = field(default_factory=dict)
    """The settings that only its format understands."""
    objects: Literal["auto", "instances", "components"] = "auto"
    """Whether an annotation is one object, or each of its 8-connected components is one."""
    lost: tuple[Drop | FaultReport, ...] = ()
    """What could not even be listed: an archive that was refused, an annotation file that is
    a link, a folder that cannot be read."""
    sound: dict[str, Text] = field(default_factory=dict, repr=False, compare=False)
    """Large JSON files that `json_text` has checked, by path: `inspect` reads an export as each
    format, and need not check a document as often."""

    def read(self, path: str) -> bytes:
        """A file's bytes. Refusal unreadable_file or over_limit."""
        return self.files.read(path, self.limits)

    def has_bytes(self, path: str, data: bytes) -> bool:
        """Whether a file can be read and holds the same bytes."""
        if self.files.size(path) != len(data):
            return False
        try:
            return self.read(path) == data
        except Refusal:
            return False

    def map(self, path: str) -> Text:
        """A file's bytes, which need not fit into memory. Refusal as `read`."""
        return self.files.map(path, self.limits)

    def read_text(self, path: str) -> str:
        r"""A file's text, with \n for line ends. Refusal malformed_file, or as `read`."""
        return decode_text(self.read(path))

    def read_json(self, path: str) -> Any:
        """A JSON file as plain data. Refusal malformed_file or over_limit, or as `read`."""
        raw = self.read(path)
        _check_has_text(raw)
        return parse_json(raw, self.limits.json_depth)

    def json_text(self, path: str) -> Text:
        """A JSON file as `documents.json_text` gives it. Refusal as that, or as `read`."""
        if path in self.sound:
            return self.sound[path]
        raw = self.map(path)
        _check_has_text(raw)
        text = json_text(raw, self.limits.json_depth)
        if len(text) >= _LARGE and len(self.sound) < _MOST_SOUND:
            self.sound[path] = text
        return text

    def drop(
        self,
        refusal: Refusal,
        *,
        image_path: str = "",
        annotation_key: str = "",
        count: int | None = 1,
    ) -> Drop:
        """The drop of this export that a refusal causes, see `curate.drops.make_drop`."""
        return make_drop(
            refusal,
            export=self.name,
            image_path=image_path,
            annotation_key=annotation_key,
            count=count,
        )

    def ignored(self, path: str, why: str) -> IgnoredFile:
        """The note that a file of this export is left alone, and why."""
        return IgnoredFile(export=self.name, path=path, why=why)


def _check_has_text(raw: Text) -> None:
    """Refusal malformed_file for a file without a byte, as a download that failed leaves it."""
    if len(raw) == 0:
        raise Refusal(Reason.MALFORMED_FILE, "the file is empty")
