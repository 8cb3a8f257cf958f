"""What is missing from splits that are made: sides that get nothing, groups that take a side.

It makes training or judging impossible or empty, so people hear of it before work begins.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from curate.settings import SplitSettings
from curate.stages.groups import Group

_LARGE = (
    0.5  # share of a domain's images: a larger group leaves too little for other splits
)
_FEW_IMAGES = 3  # a domain of fewer is too small to split, and is not named
_NAMED = 5  # domains in one sentence


def find_gaps(
    groups: Sequence[Group], splits: Mapping[str, str], settings: SplitSettings
) -> list[str]:
    """What is missing, each as a sentence that says what to do. `splits`: by group_id."""
    images: Counter[str] = Counter()
    for group in groups:
        images[splits[group.group_id]] += group.size

    gaps = [*_empty_splits(images, settings)]
    by_domain: defaultdict[str, list[Group]] = defaultdict(list)
    for group in groups:
        by_domain[group.domain].append(group)
    gaps += _domains_without(by_domain, splits, settings, images)
    gaps += _large_groups(by_domain, splits)
    return gaps


def _empty_splits(images: Mapping[str, int], settings: SplitSettings) -> Iterator[str]:
    """Splits that no image of any domain is in."""
    if not images:
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
    by_domain: Mapping[str, Sequence[Group]],
    splits: Mapping[str, str],
    settings: SplitSettings,
    images: Mapping[str, int],
) -> Iterator[str]:
    """Domains of which a split gets nothing, though other domains are in it."""
    for split, share in (("train", 1.0), ("test", settings.test)):
        if share <= 0 or not images[split]:
            continue
        without = []
        for domain, groups in sorted(by_domain.items()):
            number = sum(group.size for group in groups)
            has_it = any(splits[group.group_id] == split for group in groups)
            if not has_it and number >= _FEW_IMAGES:
                without.append(
                    f"{domain} ({number:,} images in {len(groups):,} groups)"
                )
        if without:
            yield (
                f"nothing of {_listed(without)} is in {split}: a domain needs three groups to be "
                "in all splits, and pins and roles come first"
            )


def _large_groups(
    by_domain: Mapping[str, Sequence[Group]], splits: Mapping[str, str]
) -> Iterator[str]:
    """Groups with most of a domain's images."""
    for domain, groups in sorted(by_domain.items()):
        number = sum(group.size for group in groups)
        largest = max(groups, key=lambda group: group.size)
        if largest.size < _FEW_IMAGES or largest.size <= _LARGE * number:
            continue
        links = ", ".join(f"{kind} {count:,}" for kind, count in largest.links.items())
        yield (
            f"one group holds {largest.size:,} of the {number:,} images of {domain}, so all of "
            f"them are in {splits[largest.group_id]} (joined by {links}): where these pictures do "
            "not belong together, look at split.scene_pattern and split.near_duplicate_bits"
        )


def _listed(names: Sequence[str]) -> str:
    if len(names) <= _NAMED:
        return ", ".join(names)
    return ", ".join(names[:_NAMED]) + f" and {len(names) - _NAMED} more domains"
