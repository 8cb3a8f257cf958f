"""Pictures of tasks, fetched from the one Label Studio that the server was told of.

Nothing that a request says is an address to call elsewhere: a picture of another host is
refused, and so is a redirect.
"""

from urllib.parse import urljoin, urlsplit

import httpx2

from curate.errors import InputError
from pipelines.loop.problems import BUSY, TOO_LARGE, UNUSABLE, Problem
from pipelines.studio_token import REFRESH_PATH, is_personal

_SECONDS = 10.0  # until Label Studio must have sent something


class StudioPictures:
    """The pictures of a Label Studio.

    `address`: of the program, such as http://127.0.0.1:8080. `key`: a token of one of its
    users, of either kind. InputError if the address is not of that form.
    """

    def __init__(self, address: str, key: str, most_bytes: int) -> None:
        self.address = address.rstrip("/") + "/"
        self._key = key
        self._most_bytes = most_bytes
        if _origin(self.address)[0] not in ("http", "https"):
            raise InputError(f"LABEL_STUDIO_URL={address}: no address of a web server")

    async def read(self, path: str) -> bytes:
        """The file at a path or address of Label Studio. Problem if it is not to be had."""
        address = urljoin(self.address, path)
        if _origin(address) != _origin(self.address):
            raise Problem(
                UNUSABLE,
                f"{path[:200]} is not on {self.address}: pictures are fetched from "
                "Label Studio alone",
            )
        try:
            async with httpx2.AsyncClient(timeout=_SECONDS, trust_env=False) as client:
                headers = {"Authorization": await self._authorization(client)}
                return await self._download(client, address, headers)
        except httpx2.HTTPError as error:
            raise Problem(
                BUSY, f"{self.address} does not answer: {error or type(error).__name__}"
            ) from None

    async def _download(
        self, client: httpx2.AsyncClient, address: str, headers: dict[str, str]
    ) -> bytes:
        data = bytearray()
        async with client.stream("GET", address, headers=headers) as reply:
            _check(reply, address)
            async for chunk in reply.aiter_bytes():
                data += chunk
                if len(data) > self._most_bytes:
                    raise Problem(
                        TOO_LARGE, f"a picture of more than {self._most_bytes:,} bytes"
                    )
        return bytes(data)

    async def _authorization(self, client: httpx2.AsyncClient) -> str:
        """The header that shows the key. A personal one is exchanged for one of minutes."""
        if not is_personal(self._key):
            return f"Token {self._key}"
        address = urljoin(self.address, REFRESH_PATH)
        reply = await client.post(address, json={"refresh": self._key})
        _check(reply, address)
        return f"Bearer {reply.json()['access']}"


def _origin(address: str) -> tuple[str, str]:
    """Scheme and host with port."""
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def _check(reply: httpx2.Response, address: str) -> None:
    if reply.status_code == 200:
        return
    words = f"{address} answers {reply.status_code} {reply.reason_phrase}"
    if reply.status_code in (401, 403):
        words = f"{words}: is LABEL_STUDIO_API_KEY a token of this Label Studio?"
    raise Problem(UNUSABLE, words)
