"""Pictures of an export by their path, or their name, without its suffix."""

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping

from curate.exports.export import Export
from curate.exports.paths import is_picture, stem


def pictures_by_stem(export: Export) -> Mapping[str, list[str]]:
    """For each path without its suffix, the file names of the pictures that have it.

    Links and the like are among them: whoever looks for one is told why it must not be read.
    Made once for all documents of an export: going through its files for each would take hours.
    """
    pictures: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted([*export.files.paths, *export.files.refused]):
        if is_picture(path):
            without_suffix, _ = posixpath.splitext(path)
            names = pictures[without_suffix]
            names.append(posixpath.basename(path))
    return dict(pictures)


def pictures_by_name(paths: Iterable[str]) -> Mapping[str, list[str]]:
    """For each file name without its suffix, the pictures among some paths that are called so."""
    pictures: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        if is_picture(path):
            pictures[stem(path)].append(path)
    return dict(pictures)
