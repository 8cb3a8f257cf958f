"""An annotation beside the model's answers and the image's edges: what its signs are read from."""

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.masks import Mask, OfSides
from model.annotations.asking import Annotation, Answers
from model.annotations.outlines import (
    REACH,
    Gradients,
    Map,
    Numbers,
    Outline,
    Profiles,
    edge_profiles,
    gradients,
    normal_maps,
    snap,
    trace,
)
from model.annotations.straight_sides import Sides, straight_sides
from model.evaluation.comparison import as_mask

# Of the model's own edge beside an image edge, where an outline is snapped to.
_MODEL_SHARE = 0.7
_NO_FALL = 1e-3  # of the model's probability; keeps a flat one from being divided by 0
_FAINT = np.float32(1.0)  # grey levels per px; weaker gradients have no direction


class Evidence:
    """What speaks for an annotation, and what against it."""

    def __init__(self, annotation: Annotation, answers: Answers) -> None:
        self.annotation = annotation
        self.answers = answers
        self.mask = annotation.mask
        self.area = int(np.count_nonzero(annotation.mask))

    @cached_property
    def at_edge(self) -> OfSides:
        """Whether each side of the crop is the image's own edge."""
        crop = self.annotation.crop
        return (
            crop.x0 == 0,
            crop.y0 == 0,
            crop.x1 == self.annotation.image_width,
            crop.y1 == self.annotation.image_height,
        )

    @cached_property
    def probability(self) -> Map:
        """(H, W) the mean of the answers to the redrawn windows."""
        mean: Map = np.mean(self.answers.redrawn, axis=0, dtype=np.float32)
        return mean

    @cached_property
    def predicted(self) -> Mask:
        """(H, W) the mask of that."""
        return as_mask(self.probability)

    @cached_property
    def sureness(self) -> Map:
        """(H, W) from 0, where the model does not know, to 1."""
        sure: Map = (2 * self.probability - 1) ** 2
        return sure

    @cached_property
    def outline(self) -> Outline:
        """The annotation's outline."""
        return trace(self.mask, self.at_edge)

    @cached_property
    def gradients(self) -> Gradients:
        """Of the image."""
        return gradients(self.annotation.image)

    @cached_property
    def edges(self) -> Profiles:
        """(n, 17) how strong image edges are across the outline, 0 to 1."""
        return edge_profiles(self.gradients, self.outline)

    @cached_property
    def edge_below(self) -> Numbers:
        """(n,) the strongest image edge within 1 px of the outline."""
        near = self.edges[:, REACH - 1 : REACH + 2]
        strongest: Numbers = near.max(axis=1)
        return strongest

    @cached_property
    def model_profiles(self) -> Profiles:
        """(n, 17) the model's probability across the outline."""
        return self.outline.profiles(self.probability)

    @cached_property
    def model_offsets(self) -> Numbers:
        """(n,) px by which the model's region reaches beyond the outline; negative: ends before."""
        inside: Numbers = self.model_profiles.sum(axis=1, dtype=np.float64)
        return inside - (REACH + 0.5)

    @cached_property
    def snapped(self) -> NDArray[np.int64]:
        """(n,) px between the outline and the best line along edges of image and model near it."""
        # The model has an edge where its probability falls from one px inside of a step to one
        # px outside. The first and the last step lack such a neighbour: no edge is seen there.
        one_px_inside = self.model_profiles[:, :-2]
        one_px_outside = self.model_profiles[:, 2:]
        fall = np.clip(one_px_inside - one_px_outside, 0, 1)
        model_edge = np.pad(fall, ((0, 0), (1, 1)))

        steepest = model_edge.max()
        relative = model_edge / (steepest + _NO_FALL)
        strength = self.edges + _MODEL_SHARE * relative
        return snap(strength, self.outline.ring)

    @cached_property
    def sides(self) -> Sides:
        """The outline's straight sides."""
        beyond = self.outline.profiles(self.answers.wider)[:, REACH + 3 :]
        along = {
            "edge": self.edge_below,
            "snapped": self.snapped.astype(np.float64),
            "wider": beyond.mean(axis=1),
        }
        return straight_sides(self.mask, self.outline, along)

    @cached_property
    def places(self) -> NDArray[np.float32]:
        """(17, 17) how well the outline lies on image edges when it is moved by -8 to 8 px.

        Rows are vertical moves, columns horizontal ones. It counts how much the gradient's
        direction is the outline's, squared: three correlations.
        """
        on_outline = np.zeros(self.mask.shape, np.float32)
        columns, rows = self.outline.points.astype(int).T
        on_outline[rows, columns] = 1

        # (across x + down y)² = across² x² + 2 across down x y + down² y², summed over the outline.
        across, down = self._directions
        x, y = normal_maps(self.mask)
        level = _correlation(across**2, on_outline * x**2)
        mixed = _correlation(2 * across * down, on_outline * x * y)
        upright = _correlation(down**2, on_outline * y**2)
        fit = level + mixed + upright
        return fit / np.float32(len(self.outline))

    @cached_property
    def _directions(self) -> tuple[Map, Map]:
        """x and y of the strongest channel's gradient; its length says how strong, below 1."""
        found = self.gradients
        strength = np.hypot(found.across, found.down)
        strongest = strength.argmax(axis=2, keepdims=True)
        across = np.take_along_axis(found.across, strongest, axis=2)[..., 0]
        down = np.take_along_axis(found.down, strongest, axis=2)[..., 0]

        # Beside the usual strength of this picture, as in `edge_profiles`.
        length = np.hypot(across, down)
        usual = np.float32(np.median(length))
        scale = length + usual + _FAINT
        return across / scale, down / scale

    @cached_property
    def model_places(self) -> NDArray[np.float32]:
        """(17, 17) how well the mask fits the model's answer when it is moved by -8 to 8 px."""
        return _correlation(self.probability - 0.5, self.mask.astype(np.float32), -0.5)


def _correlation(values: Map, moved: Map, beyond: float = 0.0) -> NDArray[np.float32]:
    """(17, 17) the sums of a map times another one that is moved by -8 to 8 px."""
    padded = cv2.copyMakeBorder(
        values, REACH, REACH, REACH, REACH, cv2.BORDER_CONSTANT, value=beyond
    )
    found = cv2.matchTemplate(padded, moved, cv2.TM_CCORR)
    return found.astype(np.float32, copy=False)
