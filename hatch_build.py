"""Adds the command `segcurate` to an editable install, and to nothing else.

The command runs `pipelines`, which only a clone of the repository holds. The wheel holds `curate`
alone, so a command in it could not start.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommandOfTheClone(BuildHookInterface[Any]):
    """The build hook that hatchling calls before it writes a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the script to the wheel in `build_data` where `version` is "editable"."""
        if version == "editable":
            build_data["shared_scripts"]["pipelines/__main__.py"] = "segcurate"
