"""A warning of labels that wait because they are names in a language that the export lacks."""

from collections.abc import Sequence

import pandas as pd

from curate.labels.languages import languages_of_names, named_in
from curate.labels.taxonomy import Taxonomy
from pipelines.flow.runner import Run

_FEWEST = 2  # labels; a single one is a word of another language by chance
_MOST_SHOWN = 3


def warn_of_languages(run: Run, labels: pd.DataFrame, taxonomy: Taxonomy) -> None:
    """Name the language that would decide most of an export's labels that wait.

    `labels`: with the columns of `curate.labels.outcomes.LABELS`.
    """
    waiting = labels[labels["decision"] == ""]
    languages = languages_of_names(taxonomy)
    for export in run.settings.exports:
        mine = waiting[waiting["export"] == export.name]
        named = named_in(mine["label"], languages)
        others = {
            language: names
            for language, names in named.items()
            if language not in export.languages and len(names) >= _FEWEST
        }
        if others:
            language = max(others, key=lambda each: len(others[each]))
            run.screen.warn(
                f"{export.name}: {_listed(others[language])} wait, and are names in the language "
                f"{language!r}, which its `languages` does not list; if they are meant so, "
                f"write languages: [{', '.join([*export.languages, language])}]"
            )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:_MOST_SHOWN])
    if len(names) > _MOST_SHOWN:
        shown += f" and {len(names) - _MOST_SHOWN} more labels"
    return shown
