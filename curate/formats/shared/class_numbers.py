"""Numbers of classes and the list that names them: whether both count from the same number."""

from collections.abc import Collection


def not_listed(number: int | str, listed: Collection[int]) -> str:
    """What is wrong with the number of a class that a list does not name.

    Of a list that counts from 1 and numbers that count from 0, or the other way round, all but
    one number find a name, and each finds a wrong one.

    >>> not_listed(7, {1, 2})
    '7 is not listed'
    >>> not_listed(0, {1, 2})
    '0 is not listed; the list counts from 1: if not all do so, classes are one off'
    """
    counts = ""
    if number in (0, "0") and 1 in listed:
        counts = "from 1"
    if number in (len(listed), str(len(listed))) and 0 in listed:
        counts = "from 0"
    hint = ""
    if counts:
        hint = f"; the list counts {counts}: if not all do so, classes are one off"
    return f"{number} is not listed{hint}"
