"""What is missing from splits that are made: sides that get nothing, groups that take a side.

It makes training or judging impossible or empty, so people hear of it before work begins.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.curation_settings import SplitSettings
from curate.stages.groups import LINKS, Groups
from curate.stages.split import SPLITS, SplitNumbers

# Share of a domain's images: a larger group leaves too little for other splits.
_LARGE = 0.5
_FEW_IMAGES = 3  # a domain of fewer is too small to split, and is not named
_NAMED = 5  # domains in one sentence


@dataclass(frozen=True, slots=True, eq=False)
class _Domain:
    """Where a domain is: `images` in each split, its number of `groups`, and the largest one."""

    name: str
    images: NDArray[np.int64]
    groups: int
    largest: int

    @property
    def size(self) -> int:
        """The images of the domain."""
        return int(self.images.sum())


def find_gaps(
    groups: Groups, splits: SplitNumbers, settings: SplitSettings
) -> list[str]:
    """What is missing, each as a sentence that says what to do. `splits`: of the groups."""
    domains = [_look_at(groups, splits, name) for name in np.unique(groups.domains)]
    in_splits = np.zeros(len(SPLITS), np.int64)
    for domain in domains:
        in_splits += domain.images
    images = dict(zip(SPLITS, in_splits.tolist(), strict=True))

    gaps = [*_empty_splits(images, settings)]
    gaps += _domains_without(domains, settings, images)
    gaps += _large_groups(domains, groups, splits)
    return gaps


def _look_at(groups: Groups, splits: SplitNumbers, name: str) -> _Domain:
    """Where a domain is. `splits`: of all groups."""
    of_domain = np.flatnonzero(groups.domains == name)
    sizes = groups.sizes[of_domain]

    # Not images[...] += sizes, which would count one group alone of each split.
    images = np.zeros(len(SPLITS), np.int64)
    np.add.at(images, splits[of_domain], sizes)

    largest = int(of_domain[np.argmax(sizes)])
    return _Domain(name, images, groups=len(of_domain), largest=largest)


def _empty_splits(images: Mapping[str, int], settings: SplitSettings) -> Iterator[str]:
    """Splits that no image of any domain is in."""
    if not any(images.values()):
        return
    if not images["train"]:
        yield (
            "no image is in train, so there is nothing to train on: give an export without role: "
            "test, or more images than one group"
        )
    if not images["test"]:
        yield (
            "no image is in test, so no model can be judged: set split.test above 0, give a domain "
            "three groups of images or more, or an export role: test"
        )
    elif images["test"] == 1:
        yield (
            "one image alone is in test, so results have no interval: raise split.test, or give an "
            "export role: test"
        )
    if settings.val > 0 and not images["val"]:
        yield (
            "no image is in val, so training keeps its last checkpoint, not its best: give a "
            "domain three groups of images or more"
        )


def _domains_without(
    domains: Sequence[_Domain], settings: SplitSettings, images: Mapping[str, int]
) -> Iterator[str]:
    """Domains from which a split gets nothing, though it has other domains."""
    for split, share in (("train", 1.0), ("test", settings.test)):
        if share <= 0 or not images[split]:
            continue
        number = SPLITS.index(split)
        without = [
            f"{domain.name} ({domain.size:,} images in {domain.groups:,} groups)"
            for domain in domains
            if not domain.images[number] and domain.size >= _FEW_IMAGES
        ]
        if without:
            yield (
                f"nothing of {_listed(without)} is in {split}: a domain needs three groups to be "
                "in all splits, and pins and roles come first"
            )


def _large_groups(
    domains: Sequence[_Domain], groups: Groups, splits: SplitNumbers
) -> Iterator[str]:
    """Groups with most of a domain's images."""
    for domain in domains:
        size = int(groups.sizes[domain.largest])
        if size < _FEW_IMAGES or size <= _LARGE * domain.size:
            continue
        counts = groups.links[domain.largest].tolist()
        links = ", ".join(
            f"{kind} {count:,}"
            for kind, count in zip(LINKS, counts, strict=True)
            if count
        )
        yield (
            f"one group holds {size:,} of the {domain.size:,} images of {domain.name}, so all of "
            f"them are in {SPLITS[splits[domain.largest]]} (joined by {links}): where these "
            "pictures do not belong together, look at split.scene_pattern and "
            "split.near_duplicate_bits"
        )


def _listed(names: Sequence[str]) -> str:
    if len(names) <= _NAMED:
        return ", ".join(names)
    return ", ".join(names[:_NAMED]) + f" and {len(names) - _NAMED} more domains"
