"""Label Studio's packed run-lengths (rle-pack of thi.ng/umbrella) as COCO's run-lengths.

They say the RGBA bytes of a picture, row by row; where alpha is above 0, there is the mask. The
bits, most significant first: the number of words (32 bits); the bits of a word, less 1 (5 bits);
four times the bits of a length, less 1 (4 bits each). Then packets: a bit that says whether one
word is repeated; which of the four kinds of length follows (2 bits); the length, less 1; and the
word that is repeated, or so many words.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from curate.flags import Flag
from curate.pixels import masks
from curate.pixels.mask_scaling import fit_mask
from curate.pixels.ragged import owners_of
from curate.pixels.run_lengths import Positions, RunLengths
from curate.reasons import Reason, Refusal
from curate.records import PackedRunLengths

_HEADER_SIZES = np.array([32, 5, 4, 4, 4, 4])
_HEADER_BITS = _HEADER_SIZES.sum()
_WINDOW_BYTES = 8  # no number has more than 32 bits, and it may begin inside a byte
_WINDOW_BITS = 8 * _WINDOW_BYTES
_CHANNELS = 4

# What is written: words of a byte, 255 where the mask is, and lengths as Label Studio has them.
_WORD_BITS = 8
_OPAQUE = 255
_KIND_BITS = 2
_LENGTH_BITS = np.array([3, 4, 8, 16])
_LONGEST = 1 << np.max(_LENGTH_BITS)
_TURNED = 5  # EXIF's orientation of a picture whose rows are columns


def unpack(
    shape: PackedRunLengths, height: int, width: int, max_pixels: int
) -> tuple[RunLengths, list[Flag]]:
    """The mask over the frame of height × width px, scaled if it was drawn for another size.

    `max_pixels`: px that the mask may have.

    Raises:
        Refusal: bad_run_lengths, over_limit or mask_size_mismatch.
    """
    reader = _Reader(shape.data)
    words = reader.read(32)

    # The stream may claim any size: it is believed only if the picture has it, too.
    rows, columns = _size(shape, words, height, width)
    if rows * columns > max_pixels:
        detail = f"a mask of {columns} x {rows} px, more than {max_pixels:,} px"
        raise Refusal(Reason.OVER_LIMIT, detail)

    runs = _read_packets(reader, words)
    mask = _alpha(runs).reshape(rows, columns)
    fitted, flags = fit_mask(mask, height, width)
    return masks.encode(fitted), flags


def pack(runs: RunLengths) -> bytes:
    """The packed run-lengths of a mask: all four channels are 255 where it is, else 0."""
    by_row = masks.reorient(runs, _TURNED)
    words = by_row.counts * _CHANNELS
    lengths, owners = _packet_lengths(words)
    is_mask = owners % 2 == 1  # zeros come first

    # Of the four kinds of length, the shortest that holds it.
    longest_of_kind = 1 << _LENGTH_BITS
    kinds = np.searchsorted(longest_of_kind, lengths)
    length_bits = _LENGTH_BITS[kinds]

    # One number for each packet, put together from its highest bits down: 1 for one word that
    # is repeated, the kind (2 bits), the length less 1, the word.
    packets = np.ones_like(kinds)
    packets <<= _KIND_BITS
    packets |= kinds
    packets <<= length_bits
    packets |= lengths - 1
    packets <<= _WORD_BITS
    packets |= np.where(is_mask, _OPAQUE, 0)
    sizes = 1 + _KIND_BITS + length_bits + _WORD_BITS

    stated_length_bits = _LENGTH_BITS - 1
    head = np.array([words.sum(), _WORD_BITS - 1, *stated_length_bits])
    numbers = np.concatenate((head, packets))
    all_sizes = np.concatenate((_HEADER_SIZES, sizes))
    bits = _as_bits(numbers, all_sizes)
    packed = np.packbits(bits)
    return packed.tobytes()


def _packet_lengths(words: Positions) -> tuple[Positions, Positions]:
    """The lengths of packets, and the number of the run that each is of.

    `words`: (n,) length of each run; one that is too long for a packet takes several.
    """
    packets = -(-words // _LONGEST)  # rounded up
    owners = owners_of(packets)

    # All packets of a run are full but its last one.
    full_packets = packets - 1
    left_for_last = words - full_packets * _LONGEST
    place_of_last = np.cumsum(packets) - 1

    # A run of no words, such as zeros before a mask at the first px, has no packet.
    has_any = packets > 0
    place_of_last = place_of_last[has_any]
    lengths = np.full(owners.size, _LONGEST)
    lengths[place_of_last] = left_for_last[has_any]
    return lengths, owners


def _as_bits(numbers: Positions, sizes: Positions) -> NDArray[np.uint8]:
    """The bits of numbers one after the other, each with its own number of bits."""
    owners = owners_of(sizes)
    places = np.arange(owners.size)
    last_places = np.cumsum(sizes) - 1

    # The last bit of a number is its lowest, which need not be shifted.
    shifts = last_places[owners] - places
    shifted = numbers[owners] >> shifts
    lowest_bit = shifted & 1
    return lowest_bit.astype(np.uint8)


@dataclass(slots=True)
class _Runs:
    """Runs of words: where each ends, and whether its words are above 0."""

    ends: list[NDArray[np.int64]] = field(default_factory=list)
    values: list[NDArray[np.bool_]] = field(default_factory=list)


class _Reader:
    """Reads numbers from a stream of bits."""

    def __init__(self, data: bytes) -> None:
        self._place = 0
        self._size = 8 * len(data)
        if self._size < _HEADER_BITS:
            raise _bad_run_lengths("they end inside the header")
        self._padded = data + bytes(_WINDOW_BYTES)
        self._bits = np.unpackbits(np.frombuffer(data, np.uint8))

    def read(self, bits: int) -> int:
        """The next number of `bits` bits, 32 at most. Refusal if the stream ends inside it."""
        start = self._advance(bits)
        byte, bits_before = divmod(start, 8)
        window_end = byte + _WINDOW_BYTES
        window = self._padded[byte:window_end]
        window_number = int.from_bytes(window, "big")

        # Shift out what is behind the number, and mask what is before it.
        bits_behind = _WINDOW_BITS - bits_before - bits
        lowest_bits = (1 << bits) - 1
        return (window_number >> bits_behind) & lowest_bits

    def words(self, count: int, bits: int) -> NDArray[np.bool_]:
        """(count,) bool: which of the next words of `bits` bits are above 0."""
        start = self._advance(count * bits)
        of_words = self._bits[start : self._place].reshape(count, bits)
        above: NDArray[np.bool_] = np.any(of_words, axis=1)
        return above

    def _advance(self, bits: int) -> int:
        """Step over bits; gives where they begin. Refusal if there are too few."""
        start = self._place
        self._place += bits
        if self._place > self._size:
            raise _bad_run_lengths("they end inside a run")
        return start


def _size(
    shape: PackedRunLengths, words: int, height: int, width: int
) -> tuple[int, int]:
    """Height and width for which a mask of `words` words was drawn, px."""
    sizes = [(height, width)]
    if shape.height is not None and shape.width is not None:
        sizes.insert(0, (shape.height, shape.width))

    for rows, columns in sizes:
        is_size = rows > 0 and columns > 0
        if is_size and rows * columns * _CHANNELS == words:
            return rows, columns
    rows, columns = sizes[0]
    detail = f"{words} words, and not {_CHANNELS} for each of {columns} x {rows} px"
    raise _bad_run_lengths(detail)


def _read_packets(reader: _Reader, words: int) -> _Runs:
    """All runs, up to the stated number of words."""
    word_bits = reader.read(5) + 1
    length_bits = []
    for _kind in range(4):
        bits = reader.read(4) + 1
        length_bits.append(bits)

    runs = _Runs()
    done = 0
    while done < words:
        is_repeated = reader.read(1) == 1
        kind = reader.read(2)
        length = reader.read(length_bits[kind]) + 1
        end = done + length
        if end > words:
            raise _bad_run_lengths(f"they go on beyond their {words} words")

        if is_repeated:
            word = reader.read(word_bits)
            runs.ends.append(np.array([end]))
            runs.values.append(np.array([word > 0]))
        else:
            runs.ends.append(np.arange(done + 1, end + 1))
            runs.values.append(reader.words(length, word_bits))
        done = end
    return runs


def _alpha(runs: _Runs) -> masks.Mask:
    """(px,) bool: which px have alpha, row by row."""
    values = np.concatenate(runs.values)
    ends = np.concatenate(runs.ends)

    # Alpha is the last of a px's words: a run holds the alpha of the px that end inside it.
    pixel_ends = ends // _CHANNELS
    pixels = np.diff(pixel_ends, prepend=0)
    return np.repeat(values, pixels)


def _bad_run_lengths(detail: str) -> Refusal:
    return Refusal(Reason.BAD_RUN_LENGTHS, f"packed run-lengths: {detail}")
