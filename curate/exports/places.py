"""Where the files of an export are: below its root, or where its archives were unpacked."""

import msgspec

from curate.exports.paths import ancestors


class Places(msgspec.Struct, frozen=True):
    """The folders that hold the files of an export."""

    root: str
    """The export's folder: an absolute path or a URL."""
    nested: dict[str, str] = {}
    """Folders of the export that are the contents of an archive in it, each with the folder
    that really holds its files; and files that were packed alone, each with the real file."""

    def file(self, path: str) -> str:
        """Where the file is that has this path in the export.

        >>> Places("/export", {"part1": "/scratch/4a"}).file("part1/images/1.png")
        '/scratch/4a/images/1.png'
        """
        if self.nested:
            for folder in (path, *ancestors(path)):
                real = self.nested.get(folder)
                if real is not None:
                    return real + path.removeprefix(folder)
        return f"{self.root.rstrip('/')}/{path}"
