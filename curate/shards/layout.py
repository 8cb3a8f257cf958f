"""Where the shards of a build are: in a folder that holds nothing else.

    <build>/shard/manifest.json
    <build>/shard/shards/split=train/part-00000.parquet

Paths in the manifest, and in the segments' column `shard_file`, are relative to the
manifest's folder.
"""

from upath import UPath

MANIFEST = "manifest.json"
"""Name of the manifest."""

SHARDS = "shards"
"""Name of the folder of the shards. Readers open it as a whole."""

_STAGE = "shard"
_SPLIT = "split="


def split_folder(split: str) -> str:
    """The folder of a split's shards, relative to the manifest's folder.

    >>> split_folder("train")
    'shards/split=train'
    """
    return f"{SHARDS}/{_SPLIT}{split}"


def shard_files(folder: UPath) -> list[str]:
    """Paths of the shards that are there, whether the manifest lists them or not.

    `folder`: the manifest's, to which they are relative.
    """
    found = folder.glob(f"{SHARDS}/*/*.parquet")
    return sorted(f"{split_folder(split_of(path))}/{path.name}" for path in found)


def split_of(path: UPath) -> str:
    """The split of a shard, from its path."""
    return path.parent.name.removeprefix(_SPLIT)


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
