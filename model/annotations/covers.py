"""Which objects of a build cover others, and how usual that is for their concepts.

The mask of a plant may well hold its pot, which has an annotation of its own. Where no car's mask
holds another car, one that does is two objects.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from curate.shards.reader import Shards
from model.annotations.annotations import (
    LIKE_SIZE,
    OtherMask,
    mask_in_crop,
    neighbours,
)

_COVERED = 0.5  # share of its px from which on an object is covered
_SAME = 0.8  # IoU from which on two annotations are of one object


class Covers:
    """What lies beside each row of the shards, and how often concepts cover each other."""

    def __init__(self, shards: Shards, rows: Sequence[int]) -> None:
        """`rows`: those that tell what is usual."""
        self.shards = shards
        self.near = neighbours(shards)
        self._images = shards.table["image_id"].to_pylist()
        self._concepts = shards.table["concept"].to_pylist()
        # By pair of concepts, and by image and pair.
        self._beside: Counter[tuple[str, ...]] = Counter()
        self._covered: Counter[tuple[str, ...]] = Counter()
        for row in rows:
            self._count(row)

    def others(self, row: int) -> Iterator[OtherMask]:
        """What other rows' objects cover of the crop of a row."""
        for other in self.near[row]:
            mask = mask_in_crop(self.shards, row, other)
            if mask is None:
                continue
            area = self.shards.table["area"][other].as_py()
            yield OtherMask(
                mask,
                is_whole=np.count_nonzero(mask) == area,
                usually_covered=self._usually_covered(row, other),
            )

    def _count(self, row: int) -> None:
        """Count the objects of a like size beside a row, and those that its mask covers."""
        own = self.shards.mask(row)
        area = np.count_nonzero(own)
        for other in self.near[row]:
            mask = mask_in_crop(self.shards, row, other)
            if mask is None:
                continue
            of_other = np.count_nonzero(mask)
            both = np.count_nonzero(own & mask)
            is_same = both > _SAME * (area + of_other - both)
            if of_other < LIKE_SIZE * area or is_same:
                continue

            pair = self._pair(row, other)
            keys = (pair, (self._images[row], *pair))
            self._beside.update(keys)
            if both > _COVERED * of_other:
                self._covered.update(keys)

    def _usually_covered(self, row: int, other: int) -> float:
        """The share of such pairs in other images in which the first covers the second.

        One more pair in which it does not is counted, so a single one makes no rule.
        """
        pair = self._pair(row, other)
        of_image = (self._images[row], *pair)
        beside = self._beside[pair] - self._beside[of_image]
        covered = self._covered[pair] - self._covered[of_image]
        return covered / (beside + 1)

    def _pair(self, row: int, other: int) -> tuple[str, str]:
        return self._concepts[row], self._concepts[other]
