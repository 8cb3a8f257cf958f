"""Folders that are replaced as a whole, on this machine and on a store.

This machine renames a new folder into its place. A store of objects has no rename of a folder:
only copies, one by one. There, a mark beside the new folder commits it. The mark is written when
the new folder is complete. From then on `recover` finishes the copies, however often a run is
killed; before, the old folder stays as it was.
"""

import shutil

from upath import UPath

from curate.storage import write_bytes
from curate.stores import StoreUnavailable, is_local, reaching


def new_folder_of(final: UPath) -> UPath:
    """Where a folder is written before it takes its place."""
    return final.with_name(f".{final.name}.new")


def replace_folder(final: UPath) -> None:
    """Put the finished folder `new_folder_of(final)` in the place of `final`.

    `recover` repairs what a kill in between leaves.
    """
    if not is_local(final):
        write_bytes(_mark(final), b"whole\n")
        _install(final)
        return

    old = _retired(final)
    remove_folder(old)
    if final.exists():
        final.rename(old)
    new_folder_of(final).rename(final)
    remove_folder(old)


def recover(final: UPath) -> None:
    """Finish a `replace_folder` that was killed: the old folder is back, or the new one whole."""
    if not is_local(final):
        with reaching(final):
            is_committed = _mark(final).exists()
        if is_committed:
            _install(final)
        return

    old = _retired(final)
    if old.exists() and not final.exists():
        old.rename(final)


def remove_folder(folder: UPath) -> None:
    """Remove a folder and all in it, if it exists."""
    if is_local(folder):
        if folder.exists():
            shutil.rmtree(folder.path)
        return

    with reaching(folder):
        if folder.exists():
            folder.fs.rm(folder.path, recursive=True)
        # Clients delete objects by the thousand, and do not tell which of them failed.
        left = _files(folder)
    if left:
        raise StoreUnavailable(f"{folder}: {len(left)} files could not be removed")


def file_sizes(folder: UPath) -> dict[str, int]:
    """Bytes of each file below a folder, by its path in the folder, in order."""
    with reaching(folder):
        found = folder.fs.find(folder.path, detail=True)
    sizes = {}
    for path, info in found.items():
        _, _, name = path.partition(f"{folder.path.strip('/')}/")
        sizes[name] = info["size"]
    return dict(sorted(sizes.items()))


def _install(final: UPath) -> None:
    """Copy the committed new folder of a store into its place; again, if that was killed.

    A folder's own files say that it is whole (`stage.json`, `manifest.json`): they are the
    first to be removed and the last to be written, so nobody takes a mixture for one.
    """
    new = new_folder_of(final)
    with reaching(final):
        for path in _own_files(_files(final), final):
            final.fs.rm_file(path)
    remove_folder(final)

    with reaching(new):
        files = _files(new)
        own = _own_files(files, new)
        _copy([path for path in files if path not in own], new, final)
        _copy(own, new, final)
        mark = _mark(final)
        mark.fs.rm_file(mark.path)
    remove_folder(new)


def _files(folder: UPath) -> list[str]:
    """The files below a folder of a store; none if it does not exist."""
    # Some stores list a folder that has just lost its last file, as a folder.
    found = folder.fs.find(folder.path, detail=True)
    return [path for path, info in found.items() if info["type"] == "file"]


def _own_files(files: list[str], folder: UPath) -> list[str]:
    """The files that are in the folder itself, and in no folder below it."""
    top = folder.path.strip("/")
    return [path for path in files if path.rpartition("/")[0].strip("/") == top]


def _copy(files: list[str], folder: UPath, to: UPath) -> None:
    """Copy files below one folder to the same names below another; the store does it."""
    if not files:
        return
    targets = []
    for path in files:
        _, _, name = path.partition(f"{folder.path.strip('/')}/")
        targets.append(f"{to.path.rstrip('/')}/{name}")
    folder.fs.copy(files, targets)


def _mark(final: UPath) -> UPath:
    """The object of a store that says that the new folder is whole."""
    return final.with_name(f".{final.name}.whole")


def _retired(final: UPath) -> UPath:
    """Where this machine keeps the old folder until the new one is in its place."""
    return final.with_name(f".{final.name}.old")
