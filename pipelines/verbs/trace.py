"""`trace`: an object's way as text, and as a picture."""

from pathlib import Path
from typing import Any

from upath import UPath

from curate.errors import InputError
from curate.reasons import Reason
from curate.settings import Settings
from curate.trace import Step, last_row, trace

_LONG = ("counts",)  # columns that say nothing to a reader
_PLACE = ("export", "image_path", "annotation_key")
_SIDES = ("x0", "y0", "x1", "y1")


def find(settings: Settings, object_id: str, picture: Path | None) -> list[Step]:
    """The steps of an object, drawn to `picture` where one is due. InputError where it has no mask to draw."""
    steps = trace(UPath(settings.build), object_id)
    if picture is not None:
        row = last_row(steps)
        if row is None:
            reason = steps[-1].drops[0]["reason"]
            raise InputError(
                f"{object_id} was dropped as {reason} before it had a mask: nothing to draw"
            )
        from pipelines.verbs.overlays import draw

        draw(row, picture, settings.limits.image_pixels)
    return steps


def plain(steps: list[Step]) -> list[dict[str, Any]]:
    """The steps as JSON holds them."""
    return [
        {
            "stage": step.stage,
            "part": step.partition,
            "goes_on": step.row is not None,
            "drops": step.drops,
            "adds": step.added,
        }
        for step in steps
    ]


def text(steps: list[Step], picture: Path | None) -> str:
    """The steps for a reader: what each stage made of the object, and the reason where it ends."""
    meanings = {reason.value: reason.meaning for reason in Reason}
    lines = []
    for step in steps:
        fate = "goes on" if step.row is not None else "dropped"
        lines.append(f"{step.stage:<8} {fate:<9} {step.partition}")
        lines += [f"    {name:<18} {_shown(value)}" for name, value in _grouped(step.added).items()]
        for drop in step.drops:
            lines.append(f"    {drop['reason']}: {meanings[drop['reason']]}\n    {drop['detail']}")
            if step.row is None:
                lines.append("    " + ", ".join(f"{name} {drop[name] or '?'}" for name in _PLACE))
    if picture is not None:
        lines.append(f"picture: {picture}")
    return "\n".join(lines)


def _grouped(added: dict[str, Any]) -> dict[str, Any]:
    """Columns as lines: the four sides of a box in one, without what says nothing to a reader."""
    shown = {
        name: value
        for name, value in added.items()
        if name not in _LONG and value not in (None, "", [])
    }
    for name in [name.removesuffix("_x0") for name in shown if name.endswith("_x0")]:
        sides = [shown.pop(f"{name}_{side}", None) for side in _SIDES]
        shown[name] = " ".join(str(side) for side in sides)
    return shown


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(
            f"{item[0]}={item[1]}" if isinstance(item, tuple) else str(item) for item in value
        )
    return str(value)
