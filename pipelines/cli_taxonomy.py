"""`taxonomy` and its own verbs: `taxonomy SETTINGS`, `taxonomy diff SETTINGS` and so on."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pipelines.arguments import AsJson, Root, SettingsFile, load
from pipelines.failures import CheckFailed, ends_well
from pipelines.results import end_with, give

_MATCH = "match"


class _MatchesByDefault(TyperGroup):
    """Without a verb of its own, `taxonomy SETTINGS` matches the labels."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            # `taxonomy explian SETTINGS` is a slip, and no settings file called "explian".
            names = [word for word in args if not word.startswith("-")]
            is_slip = (
                len(names) > 1 and names[0].isalpha() and not Path(names[0]).exists()
            )
            if not is_slip:
                args = [_MATCH, *args]
        rest: list[str] = super().parse_args(ctx, args)
        return rest


taxonomy_app = typer.Typer(
    cls=_MatchesByDefault,
    no_args_is_help=True,
    help="Match the labels, and let reviewers decide those that wait.",
    short_help="Match the labels, and let reviewers decide those that wait.",
)


@taxonomy_app.command(_MATCH)
@ends_well
def match(settings: SettingsFile, root: Root = None, as_json: AsJson = False) -> None:
    """Apply the answers in the review queue, match the labels, write queue and page.

    This is what `taxonomy SETTINGS` does without a verb of its own.
    """
    from pipelines.flow import label_words
    from pipelines.verbs.taxonomy import match_labels

    result = match_labels(load(settings, root))
    give(result, as_json, label_words.text(result))
    end_with(result["faults"])


@taxonomy_app.command()
@ends_well
def diff(
    settings: SettingsFile,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="REVISION",
            help="A git revision of the taxonomy's files, instead of the last run.",
        ),
    ] = None,
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """Say what a changed taxonomy would gain, lose and move, before any pixel is read."""
    from pipelines.verbs.taxonomy_diff import compare, text

    result = compare(load(settings, root), against)
    give(result, as_json, text(result))


@taxonomy_app.command()
@ends_well
def check(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH",
            help=(
                "concepts.yaml, its folder, or a settings file. Else the folder "
                "taxonomy here, or the project's own."
            ),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the taxonomy's files; with a settings file also what waits in its build.

    Exit 2 if a file is wrong, 3 if more objects wait than the settings allow.
    """
    from pipelines.verbs.taxonomy_check import check_taxonomy, text

    result = check_taxonomy(path)
    give(result, as_json, text(result))
    if result.over_budget:
        raise CheckFailed(result.over_budget)


@taxonomy_app.command()
@ends_well
def explain(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[SETTINGS] LABEL",
            help="A settings file, if it is not the project's own taxonomy; the label.",
        ),
    ],
    customer: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Whose label it is, if the settings have several customers.",
        ),
    ] = "",
    export: Annotated[
        str, typer.Option(metavar="NAME", help="The export in which it is.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say step by step why a label becomes what it becomes."""
    from pipelines.verbs.taxonomy_explain import explain_label, text

    result = explain_label(words, customer, export)
    give(result, as_json, text(result))


@taxonomy_app.command()
@ends_well
def serve(
    settings: SettingsFile,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of 127.0.0.1; 0: any.")
    ] = 0,
    root: Root = None,
) -> None:
    """Match the labels, then serve the review page on this machine, where it can save."""
    from pipelines.verbs.taxonomy_serve import serve_page

    serve_page(load(settings, root), port)
