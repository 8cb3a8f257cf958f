"""How a verb gives its result: as text, or as JSON with --json."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from pipelines.failures import FaultsMet
from pipelines.flow.screen import printable

if TYPE_CHECKING:
    from pipelines.flow.faults import StageFaults


def give(result: Any, as_json: bool, text: str = "") -> None:
    """Print a result as JSON, or else its text, if it has one."""
    if as_json:
        import msgspec  # slow to import

        encoded = msgspec.json.encode(result)
        typer.echo(msgspec.json.format(encoded, indent=2))
    elif text:
        typer.echo(printable(text))


def end_with(faults: "Sequence[StageFaults]") -> None:
    """End a run that met faults with exit code 1, after its result is printed."""
    if faults:
        from pipelines.flow.faults import describe  # slow to import

        raise FaultsMet(describe(faults))


def warn(warnings: list[str]) -> None:
    """Print warnings on standard error, a line each."""
    for warning in warnings:
        typer.echo(printable(f"warning: {warning}"), err=True)
