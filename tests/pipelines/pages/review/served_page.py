"""A review page that a server gives, and requests to it."""

import json
import urllib.error
import urllib.request
from typing import Any

import msgspec

from tests.pipelines.small_project import Project

TOKEN = "a-token"  # noqa: S105  of the tests
HOSTILE = '</script><script>document.title="gone"</script>\u202e"&\x1b[31m'


class Reply(msgspec.Struct):
    """The answer of the server."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def data(self) -> Any:
        return json.loads(self.text)


class ServedPage:
    """The project of a page, and its address."""

    def __init__(self, project: Project, address: str) -> None:
        self.project = project
        self.address = address
        self.customer_file = project.folder / "taxonomy" / "customers" / "street.yaml"

    @property
    def url(self) -> str:
        """The address that `taxonomy serve` prints."""
        return f"{self.address}/?token={TOKEN}"

    def ask(
        self, path: str, body: str | None = None, token: str = TOKEN, **headers: str
    ) -> Reply:
        """Send a request, a POST if there is a body. Headers in Python's spelling."""
        data = None if body is None else body.encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["X-Token"] = token
        request = urllib.request.Request(f"{self.address}{path}", data, sent)  # noqa: S310
        try:
            with urllib.request.urlopen(request) as reply:  # noqa: S310
                return Reply(reply.status, reply.read().decode(), dict(reply.headers))
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, error.read().decode(), dict(error.headers))
