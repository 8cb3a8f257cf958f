"""Records of images that an earlier plan file has already: they join it.

Two documents about the same pictures may lie far apart in an export. One task must see all records
of an image, as only side by side they show what is repeated, and what overlaps.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from curate.records import FoundImage
from curate.stages import ingest
from curate.stages.ingest import BatchItem


class LateRecords:
    """Records that come when the file with their image is written."""

    def __init__(self) -> None:
        self._file_of: dict[str, int] = {}
        # Encoded, they take a tenth of the memory.
        self._late: defaultdict[int, list[bytes]] = defaultdict(list)

    def written(self, number: int, batch: Iterable[BatchItem]) -> None:
        """Note which images plan file `number` has."""
        for each in batch:
            if isinstance(each, FoundImage):
                self._file_of.setdefault(each.path, number)

    def held_back(self, planned: Iterable[BatchItem]) -> Iterator[BatchItem]:
        """What is planned, but for late records, which are kept."""
        for each in planned:
            number = None
            if isinstance(each, FoundImage):
                number = self._file_of.get(each.path)
            if number is None:
                yield each
            else:
                self._late[number].append(ingest.encode_batch([each]))

    def joined(
        self, read: Callable[[int], bytes]
    ) -> Iterator[tuple[int, list[BatchItem]]]:
        """Each plan file that late records join, its number and all that it then holds.

        `read`: gives the bytes of a file as it was written.
        """
        for number in sorted(self._late):
            batch = ingest.decode_batch(read(number))
            for encoded in self._late[number]:
                batch += ingest.decode_batch(encoded)
            yield number, batch
