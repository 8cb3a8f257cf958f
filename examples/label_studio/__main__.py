"""`python -m examples.label_studio SETTINGS`: start both programs, and say where they are."""

import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

from examples.label_studio.pictures import choose_pictures
from examples.label_studio.programs import USER, answering_server, label_studio
from examples.label_studio.project import StudioApi, open_project

_FOLDER = Path("build/label-studio")
_PROGRAM = _FOLDER / "venv/bin/label-studio"
_EXPORTS = Path("build/demo/exports")
_STUDIO_PORT = 8751
_SERVER_PORT = 8752


def _run(settings: str) -> None:
    local, uploads = choose_pictures(_EXPORTS, _FOLDER)
    print("Label Studio starts: the first time takes minutes")
    with (
        label_studio(_PROGRAM, _FOLDER, _STUDIO_PORT) as studio,
        answering_server(settings, _FOLDER / "serve", _SERVER_PORT, studio) as server,
    ):
        project = open_project(StudioApi(studio), server, local, uploads)
        print(f"Label Studio: {studio.address}/projects/{project}/data")
        print(f"user {USER}, password {studio.password}, API key {studio.key}")
        print(
            "open a task, switch Auto-Annotation on, choose a label and the violet tool,"
        )
        print(
            "draw a box; the tick takes the mask, brush and eraser correct it, then Submit"
        )
        print("Ctrl-C ends both")
        threading.Event().wait()


if __name__ == "__main__":
    # Whoever ends this ends the two programs, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        _run(sys.argv[1])
