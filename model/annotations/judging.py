"""The quality of each train object's annotation, from the model and spoiled copies."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from curate import seeded
from curate.shards.reader import Shards
from curate.storage import digest
from model.annotations.annotations import beside_others, read_annotation
from model.annotations.asking import Annotation, Asking
from model.annotations.covers import Covers
from model.annotations.evidence import Evidence
from model.annotations.signs import SIGNS, best_move, read_signs
from model.annotations.spoiled_or_sound import SOUND, Regression, Signs, fit
from model.annotations.spoiling import Spoiling, spoil
from model.pace import Every

_TOGETHER = 32  # annotations in memory
_FOLDS = 5
_COPIES = 1  # purpose of a stream of random numbers: which objects are copied, and how
_LOG_SECONDS = 20.0

Log = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What is seen of annotations, beside the model's answers and the image's edges."""

    signs: Signs
    moves: NDArray[np.float64]
    """(n, 2) px right and down, by which each mask would have to move to lie best; NaN: too little
    of an outline."""


@dataclass(frozen=True, slots=True, eq=False)
class SpoiledCopies:
    """Copies of some objects' masks, spoiled."""

    rows: NDArray[np.int64]
    """(n,) the rows of the shards that they are copies of."""

    kinds: list[Spoiling]
    signs: Signs


@dataclass(frozen=True, slots=True, eq=False)
class Qualities:
    """What judging found."""

    own: NDArray[np.float64]
    """(n,) the quality of each row of the shards: the chance that it is sound."""

    suspicions: list[Spoiling]
    """How each row would be wrong, if it is."""

    copies: NDArray[np.float64]
    """(copies,) the quality of each spoiled copy."""


def own_looks(
    asks: Asking,
    covers: Covers,
    rows: Sequence[int],
    log: Log,
) -> Looks:
    """What is seen of the annotations of n rows of the shards."""
    return _looks(asks, _annotations(covers, rows), len(rows), log)


def _annotations(covers: Covers, rows: Sequence[int]) -> Iterator[Annotation]:
    for row in rows:
        annotation = read_annotation(covers.shards, row)
        yield beside_others(annotation, list(covers.others(row)))


def spoiled_copies(
    asks: Asking,
    covers: Covers,
    among: Sequence[int],
    number: int,
    seed: int,
    log: Log,
) -> SpoiledCopies:
    """Spoiled copies of some of the rows `among`, each way of spoiling in turn.

    Ids choose which, `number` of them and a few more, so that each way has as many where it can.
    """
    wanted = -(-number // len(Spoiling))
    counts = dict.fromkeys(Spoiling, 0)
    keys = seeded.object_keys(covers.shards.table["object_id"].to_pylist())
    keys = seeded.branch(seeded.branch(keys, seed), _COPIES)

    rows = []
    kinds = []
    spoiled = []
    for row in sorted(among, key=lambda each: int(keys[each])):
        missing = [kind for kind in Spoiling if counts[kind] < wanted]
        if not missing:
            break
        rng = np.random.default_rng(int(keys[row]))
        made = _spoiled(covers, row, missing, rng)
        if made is not None:
            kind, annotation = made
            counts[kind] += 1
            rows.append(row)
            kinds.append(kind)
            spoiled.append(annotation)

    looks = _looks(asks, spoiled, len(spoiled), log)
    return SpoiledCopies(np.array(rows, np.int64), kinds, looks.signs)


def _spoiled(
    covers: Covers,
    row: int,
    kinds: Sequence[Spoiling],
    rng: np.random.Generator,
) -> tuple[Spoiling, Annotation] | None:
    """An object's annotation spoiled in one of some ways; None if it cannot be."""
    annotation = read_annotation(covers.shards, row)
    others = list(covers.others(row))
    whole = [each.mask for each in others if each.is_whole]
    everything = [each.mask for each in others]
    for place in rng.permutation(len(kinds)).tolist():
        kind = kinds[place]
        masks = everything
        if kind is Spoiling.MERGED:
            masks = whole
        mask = spoil(kind, annotation.mask, masks, rng)
        if mask is not None:
            return kind, beside_others(replace(annotation, mask=mask), others)
    return None


def _looks(
    asks: Asking,
    annotations: Iterator[Annotation] | Sequence[Annotation],
    number: int,
    log: Log,
) -> Looks:
    """What is seen of a number of annotations, which are asked about some at a time."""
    to_log = Every(_LOG_SECONDS)
    signs: list[NDArray[np.float64]] = []
    moves: list[NDArray[np.float64]] = []
    some: list[Annotation] = []
    for annotation in annotations:
        some.append(annotation)
        if len(some) < _TOGETHER and len(signs) + len(some) < number:
            continue
        for each, answer in zip(some, asks(some), strict=True):
            evidence = Evidence(each, answer)
            signs.append(read_signs(evidence))
            moves.append(best_move(evidence))
        some = []
        if to_log.is_due():
            log(f"quality: {len(signs):,} of {number:,} masks")
    return Looks(
        signs=np.array(signs, np.float64).reshape(-1, len(SIGNS)),
        moves=np.array(moves, np.float64).reshape(-1, 2),
    )


def judge(shards: Shards, own: Signs, copies: SpoiledCopies, seed: int) -> Qualities:
    """The quality of all rows, and of the spoiled copies.

    Each image is judged by a regression that has seen none of its masks. Rows that cannot be
    judged, whose signs are NaN, have quality 1.
    """
    own_quality = np.ones(len(own))
    copy_quality = np.ones(len(copies.signs))
    suspicions = [Spoiling.SHIFTED] * len(own)  # of rows that cannot be judged, too

    usual = np.ones(len(own), np.bool_)
    folds = _folds(shards, seed)
    for fold in _judged_folds(own, copies, folds, usual):
        # The first class is that of sound annotations.
        regression = fold.regression
        chances = regression.chances(own[fold.rows])
        own_quality[fold.rows] = chances[:, 0]
        copy_chances = regression.chances(copies.signs[fold.copies])
        copy_quality[fold.copies] = copy_chances[:, 0]

        ways = regression.classes[1:]
        likeliest = chances[:, 1:].argmax(axis=1).tolist()
        for row, way in zip(fold.rows.tolist(), likeliest, strict=True):
            suspicions[row] = Spoiling(ways[way])

    return Qualities(own_quality, suspicions, copy_quality)


def delivered_qualities(
    shards: Shards,
    own: Signs,
    copies: SpoiledCopies,
    usual: NDArray[np.bool_],
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n,) each: the quality of each row's mask, and of its spoiled copy, by the usual rows alone.

    `usual`: (n,) which rows tell what is usual. Each image of theirs is judged by a regression that
    has seen none of its masks. NaN for what cannot be judged, and for rows without a copy.
    """
    masks = np.full(len(own), np.nan)
    of_copies = np.full(len(own), np.nan)

    # What is not usual is a fold of its own: all usual rows teach how to judge it.
    folds = np.where(usual, _folds(shards, seed), _FOLDS)
    for fold in _judged_folds(own, copies, folds, usual):
        chances = fold.regression.chances(own[fold.rows])
        masks[fold.rows] = chances[:, 0]

        copy_chances = fold.regression.chances(copies.signs[fold.copies])
        copied_rows = copies.rows[fold.copies]
        of_copies[copied_rows] = copy_chances[:, 0]
    return masks, of_copies


@dataclass(frozen=True, slots=True, eq=False)
class _JudgedFold:
    """What is judged together, and what judges it."""

    regression: Regression
    """It has seen none of the fold's masks."""

    rows: NDArray[np.int64]
    """The rows of the shards in the fold that have signs."""

    copies: NDArray[np.int64]
    """The numbers of the copies of its rows that have signs."""


def _judged_folds(
    own: Signs,
    copies: SpoiledCopies,
    folds: NDArray[np.int64],
    usual: NDArray[np.bool_],
) -> Iterator[_JudgedFold]:
    """Each fold with a regression that has learned from the usual rows of the others.

    `folds`: (n,) the fold of each row. A fold for which there is nothing to learn from is left out.
    """
    has_signs = ~np.isnan(own).any(axis=1)
    copy_has_signs = ~np.isnan(copies.signs).any(axis=1)
    for number in np.unique(folds):
        in_fold = folds == number
        copy_in_fold = in_fold[copies.rows]

        teaches = usual & ~in_fold
        learned = teaches & has_signs
        learned_copies = teaches[copies.rows] & copy_has_signs
        if not learned.any() or not learned_copies.any():
            continue
        yield _JudgedFold(
            regression=_fit(own[learned], copies, learned_copies),
            rows=np.flatnonzero(in_fold & has_signs),
            copies=np.flatnonzero(copy_in_fold & copy_has_signs),
        )


def _fit(
    sound: Signs, copies: SpoiledCopies, is_learned: NDArray[np.bool_]
) -> Regression:
    """The regression that tells annotations that are taken for sound from some of the copies."""
    labels = [SOUND] * len(sound)
    for place in np.flatnonzero(is_learned).tolist():
        labels.append(copies.kinds[place])
    signs = np.concatenate([sound, copies.signs[is_learned]])
    return fit(signs, labels)


def _folds(shards: Shards, seed: int) -> NDArray[np.int64]:
    """(n,) the fold of each row: images are dealt out by their ids."""
    images = shards.table["image_id"].to_pylist()
    fold_of_image = {}
    for image in set(images):
        first_digits = digest(seed, image)[:8]
        fold_of_image[image] = int(first_digits, 16) % _FOLDS
    return np.array([fold_of_image[image] for image in images], np.int64)
