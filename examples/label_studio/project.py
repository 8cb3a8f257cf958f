"""The demo project, made over Label Studio's API: pictures, label config and our model."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2

from examples.label_studio.programs import Server, Studio

LABEL_CONFIG = Path(__file__).with_name("label_config.xml")

_TITLE = "Segcurate"
_SECONDS = 120.0
_MODEL = "label-studio"  # where the model is on our server


class StudioApi:
    """Requests to Label Studio's API."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def ask(self, method: str, path: str, **content: Any) -> Any:
        """The JSON of an answer. SystemExit with Label Studio's words if it refuses."""
        reply = httpx2.request(
            method,
            f"{self._studio.address}{path}",
            headers={"Authorization": f"Token {self._studio.key}"},
            timeout=_SECONDS,
            trust_env=False,
            **content,
        )
        if reply.is_error:
            raise SystemExit(f"{method} {path}: {reply.status_code} {reply.text[:500]}")
        if not reply.content:
            return None
        return reply.json()


def open_project(
    api: StudioApi, server: Server, local: Path, uploads: Sequence[Path]
) -> int:
    """The id of the demo project, which is made if it is not there; our model answers in it.

    `local`: a folder whose pictures Label Studio reads where they are; `uploads`: pictures
    that are sent to it.
    """
    known = api.ask("GET", "/api/projects", params={"title": _TITLE})["results"]
    projects = [int(each["id"]) for each in known]
    if not projects:
        projects = [_make_project(api, local, uploads)]
    _connect(api, projects[0], server)
    return projects[0]


def _make_project(api: StudioApi, local: Path, uploads: Sequence[Path]) -> int:
    config = LABEL_CONFIG.read_text("utf-8")
    content = {"title": _TITLE, "label_config": config}
    project = int(api.ask("POST", "/api/projects", json=content)["id"])

    for path in uploads:
        files = {"file": (path.name, path.read_bytes())}
        api.ask("POST", f"/api/projects/{project}/import", files=files)
    storage = api.ask(
        "POST",
        "/api/storages/localfiles",
        json={
            "project": project,
            "title": "pictures",
            "path": str(local.absolute()),
            "use_blob_urls": True,
        },
    )
    api.ask("POST", f"/api/storages/localfiles/{storage['id']}/sync")
    return project


def _connect(api: StudioApi, project: int, server: Server) -> None:
    """Make our server the project's only model, under its present address and token."""
    for known in api.ask("GET", "/api/ml", params={"project": project}):
        api.ask("DELETE", f"/api/ml/{known['id']}")
    for known in api.ask("GET", "/api/webhooks", params={"project": project}):
        api.ask("DELETE", f"/api/webhooks/{known['id']}")
    api.ask(
        "POST",
        "/api/ml",
        json={
            "project": project,
            "title": _TITLE,
            "url": f"{server.address}/{_MODEL}",
            "is_interactive": True,
            "auth_method": "BASIC_AUTH",
            "basic_auth_user": "segcurate",
            "basic_auth_pass": server.token,
        },
    )
    # Label Studio tells models what happens, but not with their password: nothing here
    # waits for that.
    for made in api.ask("GET", "/api/webhooks", params={"project": project}):
        api.ask("DELETE", f"/api/webhooks/{made['id']}")
