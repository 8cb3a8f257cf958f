"""A set of hashes that takes 8 bytes for each, as an export may have hundreds of millions."""

from array import array
from collections.abc import Hashable

_OFTEN = 8  # times that a set is asked for, after which it stays one


class Hashes:
    """Values that were seen, by their hashes: never written, as each process has its own.

    Most images come once or twice, so it is a row of numbers, and a set only while it is
    worked with. That of an image that comes often stays a set: packing it each time would
    take far too long.
    """

    __slots__ = ("_asked", "_packed", "_set")

    def __init__(self) -> None:
        self._packed: array[int] = array("q")
        self._set: set[int] | None = None
        self._asked = 0

    def __contains__(self, value: Hashable) -> bool:
        if self._set is not None:
            return hash(value) in self._set
        return hash(value) in self._packed

    def add(self, value: Hashable) -> None:
        """Note a value."""
        if self._set is not None:
            self._set.add(hash(value))
        elif value not in self:
            self._packed.append(hash(value))

    def unpack(self) -> set[int]:
        """The hashes as a set, to which more may be added; give it to `pack` afterwards."""
        if self._set is not None:
            return self._set
        return set(self._packed)

    def pack(self, hashes: set[int]) -> None:
        """Keep what `unpack` gave."""
        self._asked += 1
        if self._asked > _OFTEN:
            self._set = hashes
            self._packed = array("q")
        else:
            self._packed = array("q", hashes)
