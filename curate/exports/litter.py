"""What systems and tools leave behind in folders, and what is no part of an export.

Surely litter, and passed over wherever it is: the files and folders that systems, version
control, notebooks and network drives make for themselves (`LITTER_NAMES`), and files whose
names begin with `._`, `~$` or `.~lock.`. A folder of thumbnails is litter only if each of
its pictures has a larger one of its name elsewhere: it may as well be a class.

So is the folder of a build (`is_build`): who keeps settings and build beside the pictures
would else read what the last run unpacked as a part of the export, and all objects twice.

Copies (`Copy of a.json`, `a (1).json`) are no litter: they may hold what the original does
not. What a copy repeats is a duplicate, see `curate.stages.planning`.
"""

import posixpath
from collections.abc import Collection, Iterable

from curate.exports.paths import fold, is_picture, stem

LITTER_NAMES = frozenset(
    fold(name)
    for name in (
        "__MACOSX",
        ".DS_Store",
        ".AppleDouble",
        ".Spotlight-V100",
        ".Trashes",
        ".fseventsd",
        "Thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "$RECYCLE.BIN",
        "System Volume Information",
        "@eaDir",
        "#recycle",
        "lost+found",
        ".Trash",
        ".thumbnails",
        ".snapshot",
        ".snapshots",
        ".stfolder",
        ".stversions",
        ".sync",
        ".dropbox.cache",
        ".tmp.drivedownload",
        ".tmp.driveupload",
        ".cache",
        ".dvc",
        ".git",
        ".svn",
        ".hg",
        ".ipynb_checkpoints",
        "__pycache__",
        ".gitkeep",
        ".gitignore",
        ".gitattributes",
    )
)
"""Names of files and folders that are no part of an export, folded."""

_LITTER_PREFIXES = ("._", "~$", ".~lock.")
_BUILD_LOCK = ".lock"
_BUILD_FOLDERS = frozenset(("ingest", "plans", "unpacked"))
_TRASH_PREFIX = ".Trash-"  # a user's number follows
_THUMBNAIL_FOLDERS = frozenset(("thumb", "thumbs", "thumbnail", "thumbnails"))


def is_litter(path: str) -> bool:
    """Whether a system or a tool left a file behind.

    >>> is_litter("images/.ipynb_checkpoints/a-checkpoint.jpg"), is_litter("images/a.jpg")
    (True, False)
    """
    steps = path.split("/")
    if steps[-1].startswith(_LITTER_PREFIXES):
        return True
    return any(
        fold(step) in LITTER_NAMES or step.startswith(_TRASH_PREFIX) for step in steps
    )


def is_build(names: Collection[str]) -> bool:
    """Whether a folder with these files and folders is the build of a run.

    >>> is_build([".lock", "ingest", "plans"]), is_build([".lock", "images"])
    (True, False)
    """
    return _BUILD_LOCK in names and not _BUILD_FOLDERS.isdisjoint(names)


def thumbnails(paths: Iterable[str]) -> set[str]:
    """Those of an export's files that are thumbnails of others.

    They are pictures in folders for thumbnails, if all in such a folder have their like
    elsewhere.

    >>> thumbnails(["a.png", "thumbs/a.jpg", "b/thumbs/up.png"])
    {'thumbs/a.jpg'}
    """
    by_folder: dict[str, list[str]] = {}
    others = set()
    for path in paths:
        folder = posixpath.dirname(path)
        if posixpath.basename(folder).lower() in _THUMBNAIL_FOLDERS:
            by_folder.setdefault(folder, []).append(path)
        else:
            others.add(fold(stem(path)))

    found: set[str] = set()
    for inside in by_folder.values():
        pictures = [path for path in inside if is_picture(path)]
        if all(fold(stem(path)) in others for path in pictures):
            found.update(pictures)
    return found
