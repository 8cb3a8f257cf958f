"""The memory of a process and of all that it starts, without the pages of mapped files.

Those the system may drop at any time, and `RssFile` counts them. What counts here is
`RssAnon` and `RssShmem` of /proc/PID/status, added up over the process and its descendants
ten times a second: Linux alone has it.
"""

import subprocess
import time
from pathlib import Path

_PROC = Path("/proc")
_BETWEEN = 0.1  # seconds
_COUNTED = ("RssAnon:", "RssShmem:")


def peak_of_tree(process: subprocess.Popen[bytes]) -> int:
    """The largest sum that was seen until the process ended, in bytes."""
    peak = 0
    while process.poll() is None:
        peak = max(peak, held_by_tree(process.pid))
        time.sleep(_BETWEEN)
    return peak


def held_by_tree(process: int) -> int:
    """What a process and its descendants hold now, in bytes."""
    return sum(map(_memory, _tree(process)))


def _tree(root: int) -> list[int]:
    """A process and its descendants."""
    children: dict[int, list[int]] = {}
    for status in _PROC.glob("[0-9]*/stat"):
        try:
            # The name stands in brackets and may hold blanks; the parent comes after it.
            _, _, rest = status.read_text().rpartition(")")
        except OSError:
            continue  # it has ended
        parent = int(rest.split()[1])
        children.setdefault(parent, []).append(int(status.parent.name))

    found = [root]
    for process in found:
        found += children.get(process, [])
    return found


def _memory(process: int) -> int:
    """Bytes that a process holds beyond mapped files; 0 if it has ended."""
    try:
        lines = (_PROC / str(process) / "status").read_text().splitlines()
    except OSError:
        return 0
    return sum(
        1024 * int(line.split()[1]) for line in lines if line.startswith(_COUNTED)
    )
