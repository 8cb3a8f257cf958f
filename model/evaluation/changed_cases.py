"""The objects that two runs answer differently, each as the run's own case with its pictures."""

from curate.pixels.images import decode_mask_png
from curate.shards.reader import Shards
from model.checkpoint import load_checkpoint
from model.evaluation.cases import make_case
from model.evaluation.comparison import overlap
from model.evaluation.report import Case
from model.hardware import device
from model.runs import Run

_SAME = 0.01  # of IoU: an answer that scores otherwise was to another mask or box


def changed_cases(
    shards: Shards, run: Run, scores: dict[str, float]
) -> dict[str, Case]:
    """What a run answers for some objects, by object_id; nothing if its checkpoint is gone.

    `scores`: the IoU of each object, as it was judged. An object is left out if the shards no
    longer hold it, or hold it with another mask.
    """
    if not run.checkpoint.exists():
        return {}
    model, _ = load_checkpoint(str(run.checkpoint))
    model = model.to(device())

    cases = {}
    for row, object_id in enumerate(shards.table["object_id"].to_pylist()):
        if object_id not in scores:
            continue
        case = make_case(shards, model, f"run {run.number}", row, scores[object_id])
        if abs(_iou(case) - case.iou) <= _SAME:
            cases[object_id] = case
    return cases


def _iou(case: Case) -> float:
    predicted = decode_mask_png(case.predicted)
    return overlap(predicted, decode_mask_png(case.true)).iou
