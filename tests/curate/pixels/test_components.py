"""Components against brute force."""

import numpy as np
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays

from curate.pixels.components import number_components, split_components
from curate.pixels.masks import Mask

bitmaps = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=24))


@given(bitmaps)
def test_components_are_the_8_connected_ones_in_order(mask: Mask) -> None:
    found = split_components(mask)
    left = {(y, x) for y, x in np.argwhere(mask).tolist()}
    for component in found:
        piece, x, y = component.mask, component.x, component.y
        first = min(left)
        assert component.first_px == first[::-1]
        reached, front = {first}, [first]
        while front:
            row, column = front.pop()
            near = {
                (row + dy, column + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)
            } & left - reached
            reached |= near
            front += near
        assert reached == {
            (y + row, x + column) for row, column in np.argwhere(piece).tolist()
        }
        assert piece[[0, -1]].any(axis=1).all()
        assert piece[:, [0, -1]].any(axis=0).all()
        left -= reached
    assert not left
    count, numbers = number_components(mask)
    assert count == len(found)
    for component in found:
        piece, x, y = component.mask, component.x, component.y
        rows, columns = piece.shape
        inside = numbers[y : y + rows, x : x + columns][piece]
        assert inside.min() == inside.max() > 0
    assert not numbers[~mask].any()
