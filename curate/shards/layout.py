"""Where the shards of a build are: in a folder that holds nothing else.

    <build>/shard/manifest.json
    <build>/shard/shards/train/part-00000.parquet

Paths in the manifest, and in the segments' column `shard_file`, are relative to the
manifest's folder.
"""

from upath import UPath

MANIFEST = "manifest.json"
"""Name of the manifest."""

SHARDS = "shards"
"""Name of the folder of the shards. Readers open it as a whole."""

_STAGE = "shard"


def split_folder(split: str) -> str:
    """The folder of a split's shards, relative to the manifest's folder.

    It is not `split=train`: readers would take `split` from the path as well as from
    the file, each with a type of its own (docs/adr/0008-a-folder-of-shards.md).

    >>> split_folder("train")
    'shards/train'
    """
    return f"{SHARDS}/{split}"


def shard_files(folder: UPath) -> list[str]:
    """Paths of the shards that are there, whether the manifest lists them or not.

    `folder`: the manifest's, to which they are relative.
    """
    found = []
    for path in folder.glob(f"{SHARDS}/*/*.parquet"):
        split = path.parent.name
        found.append(f"{split_folder(split)}/{path.name}")
    return sorted(found)


def manifest_folder(path: UPath) -> UPath:
    """The folder of the manifest; the path itself if there is no manifest.

    `path`: of the build, of its folder `shard`, or of the folder of shards.
    """
    candidates = [path, path / _STAGE]
    if path.name == SHARDS:
        candidates.append(path.parent)
    for folder in candidates:
        if (folder / MANIFEST).exists():
            return folder
    return path
