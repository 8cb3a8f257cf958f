"""The exports that annotation tools give: which tools there are, and a look at all of them.

A tool is a file in `tools/` with a function `fetch`, and a line of `TOOLS`. It writes into the
folder that is the export's `path`, each file whole or not at all, and touches nothing that has
not changed: what the flow has made from it is then kept.
"""

from collections.abc import Callable, Mapping

from upath import UPath

from curate.errors import InputError
from curate.limits import Limits
from curate.loop_settings import LoopSource
from curate.settings import Settings
from curate.stores import is_local
from pipelines.rounds.records import Fetched
from pipelines.rounds.tools import cvat, label_studio, url

_Log = Callable[[str], None]

TOOLS: Mapping[str, Callable[[LoopSource, UPath, Limits, _Log], Fetched]] = {
    "label_studio": label_studio.fetch,
    "cvat": cvat.fetch,
    "url": url.fetch,
}
"""What fetches an export, by the tool's name in the settings."""


def fetch_all(settings: Settings, log: _Log) -> list[Fetched]:
    """Fetch the exports of all sources. InputError if a tool does not answer as it should."""
    paths = {export.name: UPath(export.path) for export in settings.exports}
    found = []
    for source in settings.loop.sources:
        folder = paths[source.export]
        _check_folder(source, folder)
        folder.mkdir(parents=True, exist_ok=True)
        fetched = TOOLS[source.tool](source, folder, settings.limits, log)
        log(f"loop: {_line(fetched, source)}")
        found.append(fetched)
    return found


def _check_folder(source: LoopSource, folder: UPath) -> None:
    """InputError if nothing can be written there."""
    if not is_local(folder) or folder.is_file():
        raise InputError(
            f"{folder}: what {source.tool} gives for {source.export} is written there, so it must "
            "be a folder on this machine"
        )


def _line(fetched: Fetched, source: LoopSource) -> str:
    line = f"{fetched.export} from {source.address}: {fetched.entries:,} entries"
    if fetched.pictures:
        line += f", {fetched.pictures:,} pictures fetched"
    if not fetched.is_changed:
        line += ", as before"
    return line
