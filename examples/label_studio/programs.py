"""The two programs, started side by side: Label Studio, and the server that answers boxes."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

USER = "annotator@example.com"

# Label Studio calls its makers' servers no more; it may call this machine, where our server
# is, and still no other address that is not public.
_SETTINGS = {
    "COLLECT_ANALYTICS": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "LATEST_VERSION_CHECK": "false",
    "FEATURE_FLAGS_OFFLINE": "true",
    "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "true",
    "USE_DEFAULT_BANNED_SUBNETS": "false",
    "USER_ADDITIONAL_BANNED_SUBNETS": "0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,169.254.0.0/16,"
    "172.16.0.0/12,192.168.0.0/16,::1/128,fc00::/7,fe80::/10",
}
# The first start makes a database: that takes a minute, and many on a busy machine.
_START_SECONDS = 1800.0
_STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Studio:
    """A Label Studio on this machine, and who may use it."""

    address: str
    password: str
    key: str


@dataclass(frozen=True, slots=True)
class Server:
    """The answering server."""

    address: str
    token: str


@contextmanager
def label_studio(program: Path, folder: Path, port: int) -> Iterator[Studio]:
    """Run Label Studio. `program`: its command; `folder`: for all that it keeps."""
    folder.mkdir(parents=True, exist_ok=True)
    studio = Studio(f"http://127.0.0.1:{port}", **_kept_secrets(folder))
    settings = {
        **_SETTINGS,
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder.absolute()),
        "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT": str(folder.absolute()),
        "LABEL_STUDIO_USERNAME": USER,
        "LABEL_STUDIO_PASSWORD": studio.password,
        "LABEL_STUDIO_USER_TOKEN": studio.key,
    }
    command = [str(program), "start", "--no-browser", "--internal-host", "127.0.0.1"]
    command += ["--port", str(port), "--log-level", "WARNING"]
    log = folder / "label-studio.log"
    with _running(command, settings, log) as process:
        _wait_for(f"{studio.address}/health", process, log)
        yield studio


@contextmanager
def answering_server(
    settings: str, folder: Path, port: int, studio: Studio
) -> Iterator[Server]:
    """Run the server with the model of a build. `folder`: for what it keeps."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pipelines", "serve", settings]
    command += ["--store", str(folder), "--port", str(port)]
    environment = {
        "LABEL_STUDIO_URL": studio.address,
        "LABEL_STUDIO_API_KEY": studio.key,
    }
    address = f"http://127.0.0.1:{port}"
    log = folder / "serve.log"
    with _running(command, environment, log) as process:
        _wait_for(f"{address}/openapi.json", process, log)
        yield Server(address, (folder / "token").read_text("ascii").strip())


@contextmanager
def _running(
    command: list[str], settings: Mapping[str, str], log: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """A program that runs as long as the context lasts. `log`: what it prints."""
    with (
        log.open("wb") as opened,
        subprocess.Popen(  # noqa: S603  the commands are above
            command,
            stdin=subprocess.DEVNULL,
            stdout=opened,
            stderr=subprocess.STDOUT,
            env={**os.environ, **settings},
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until a program answers. SystemExit if it ends, or takes too long."""
    until = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            if httpx2.get(address, trust_env=False).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.5)
    raise SystemExit(f"{process.args!r} does not answer at {address}: see {log}")


def _kept_secrets(folder: Path) -> dict[str, str]:
    """Password and key of the user, the same at each start; only this user may read them."""
    path = folder / "user.json"
    if path.exists():
        found: dict[str, str] = json.loads(path.read_text("utf-8"))
        return found
    made = {"password": secrets.token_urlsafe(9), "key": secrets.token_hex(20)}
    path.touch(mode=0o600)
    path.write_text(json.dumps(made), "utf-8")
    return made
