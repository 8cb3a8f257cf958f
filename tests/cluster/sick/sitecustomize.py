"""What goes wrong on a worker of these tests; Python imports this file first.

It is on the path of worker processes alone. Images do nothing of the kind unless they have
these names.
"""

import os
import signal
import sys
from pathlib import Path


def _make_sick() -> None:
    from curate.stages import ingest

    healthy = ingest.ingest_partition

    def ingest_partition(planned, export, places, limits, before):  # type: ignore[no-untyped-def]
        def sick(image: str) -> None:
            before(image)
            if "poison" in image:
                os.kill(os.getpid(), signal.SIGKILL)
            if "hungry" in image and _is_first(image):
                _eat_all_memory()

        return healthy(planned, export, places, limits, sick)

    ingest.ingest_partition = ingest_partition


def _is_first(image: str) -> bool:
    """Whether no worker has opened the image yet."""
    mark = Path(os.environ["SICK_FOLDER"]) / image.replace("/", "-")
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _eat_all_memory() -> None:
    hoard = []
    while True:
        hoard.append(b"x" * (1 << 24))


if "--multiprocessing-fork" in sys.orig_argv:  # a worker, and not its nanny
    _make_sick()
