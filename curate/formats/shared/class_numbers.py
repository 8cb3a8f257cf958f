"""Numbers that a list should name: whether both count from the same number."""

from collections.abc import Collection


def not_listed(number: str, listed: Collection[str]) -> str:
    """What is wrong with a number that a list of classes or images does not name.

    Where a list counts from 1 and the numbers from 0, or the other way round, all but one number
    find a name, and each of them a wrong one.

    >>> not_listed("7", {"1", "2"})
    '7 is not listed'
    >>> not_listed("0", {"1", "2"})
    '0 is not listed; the list counts from 1: if the numbers do not, the others are wrong'
    """
    counts = ""
    if number == "0" and "1" in listed:
        counts = "from 1"
    if number == str(len(listed)) and "0" in listed:
        counts = "from 0"
    hint = ""
    if counts:
        hint = (
            f"; the list counts {counts}: if the numbers do not, the others are wrong"
        )
    return f"{number} is not listed{hint}"
