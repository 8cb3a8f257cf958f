"""Results of verbs on standard output."""

from typing import Any

import typer

from pipelines.flow.screen import printable


def give(result: Any, as_json: bool, text: str = "") -> None:
    """Print a result as JSON, or else its text, if it has one."""
    if as_json:
        import msgspec

        encoded = msgspec.json.encode(result)
        typer.echo(msgspec.json.format(encoded, indent=2))
    elif text:
        typer.echo(printable(text))
