"""What is said of a file of an export that must not be read."""

from dataclasses import dataclass

from curate.reasons import Reason


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """Why a path of an export must not be read."""

    reason: Reason
    detail: str
    """What it is, to come after the path: "is a pipe or a device"."""
    is_folder: bool = False
    """Whether it is a link to a folder, so that nobody can know what is in it."""
