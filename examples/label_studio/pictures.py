"""The demo's pictures, a few of each customer."""

import shutil
from pathlib import Path

_LOCAL = 9
_UPLOADED = 3
_SUFFIXES = (".jpg", ".png")


def choose_pictures(exports: Path, folder: Path) -> tuple[Path, list[Path]]:
    """A folder with pictures of the demo's exports, and further ones to upload.

    `folder`: where that folder is made. SystemExit if there are no pictures.
    """
    by_customer = []
    for customer in sorted(exports.iterdir()):
        files = customer.rglob("images/*")
        by_customer.append(sorted(each for each in files if each.suffix in _SUFFIXES))
    # The first of each customer, then the second of each, and so on.
    longest = max(map(len, by_customer), default=0)
    chosen = [
        pictures[turn]
        for turn in range(longest)
        for pictures in by_customer
        if turn < len(pictures)
    ]
    if not chosen:
        raise SystemExit(f"{exports}: no pictures; make demo paints them")

    local = folder / "pictures"
    local.mkdir(parents=True, exist_ok=True)
    for copied in chosen[:_LOCAL]:
        owner = copied.relative_to(exports).parts[0]
        shutil.copyfile(copied, local / f"{owner}-{copied.name}")
    return local, chosen[_LOCAL : _LOCAL + _UPLOADED]
