"""Options of an export that are one of a few words."""

from curate.errors import InputError
from curate.exports.export import Export


def stated_choice(export: Export, option: str, words: tuple[str, ...]) -> str:
    """The word that an option says; the first one if it is left out.

    Raises:
        InputError: if it says anything else.
    """
    stated = export.options.get(option, words[0])
    if stated not in words:
        shown = " or ".join(words)
        raise InputError(
            f"export {export.name}: option {option} is {shown}, not {stated!r}"
        )
    return str(stated)
