"""Numbers that a list should name: the listed one that is meant, or what is wrong with them."""

from collections import Counter
from collections.abc import Collection


def without_zeros(number: str) -> str:
    """An id without the zeros before it, if it is a number.

    >>> without_zeros("000139"), without_zeros("0"), without_zeros("0x")
    ('139', '0', '0x')
    """
    if number.isdecimal():
        return number.lstrip("0") or "0"
    return number


def by_plain_number(listed: Collection[str]) -> dict[str, str]:
    """Listed ids by what they are without zeros; none of two that differ by their zeros alone.

    File names make ids such as "000139", and the other side of the script says 139.

    >>> by_plain_number(["007", "1", "01"])
    {'7': '007'}
    """
    plain = {key: without_zeros(key) for key in listed}
    times = Counter(plain.values())
    return {number: key for key, number in plain.items() if times[number] == 1}


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
