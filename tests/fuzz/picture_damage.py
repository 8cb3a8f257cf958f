"""Ways to damage a picture that still looks like one: sizes, modes, chunks, orientation."""

import io
import random
import struct
import zlib
from collections.abc import Callable

from PIL import Image

_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "F", "CMYK", "I")
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF", "PPM", "ICO")
_USUAL_FORMATS = {"CMYK": "JPEG", "F": "TIFF"}  # other modes can be a PNG
_SIDES = (0, 1, 2, 7, 41, 65_535, 2**31 - 1, 2**32 - 1)
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def in_another_mode(data: bytes, rng: random.Random) -> bytes:
    """The picture in another mode, and perhaps in another file format."""
    mode = rng.choice(_MODES)
    with Image.open(io.BytesIO(data)) as picture:
        changed = picture.convert(mode)
    file_format = _USUAL_FORMATS.get(mode, "PNG")
    if rng.random() < 0.4:
        file_format = rng.choice(_FORMATS)
    return _saved(changed, file_format)


def in_another_size(data: bytes, rng: random.Random) -> bytes:
    """The picture as it is, with more or fewer px, or cut."""
    with Image.open(io.BytesIO(data)) as picture:
        factor = rng.choice((0.5, 2, 0.3))
        width = max(1, round(picture.width * factor))
        height = max(1, round(picture.height * factor) + rng.choice((0, 0, 1, 9)))
        changed = picture.resize((width, height), Image.Resampling.NEAREST)
    return _saved(changed, "PNG")


def turned(data: bytes, rng: random.Random) -> bytes:
    """The picture with an EXIF orientation, of which 0 and 9 are none."""
    exif = Image.Exif()
    exif[0x0112] = rng.randrange(10)
    with Image.open(io.BytesIO(data)) as picture:
        return _saved(picture.convert("RGB"), rng.choice(("PNG", "JPEG")), exif)


def with_a_false_header(data: bytes, rng: random.Random) -> bytes:
    """A PNG whose header says another size, depth, colour type or interlace; its CRC is right."""
    chunks = _chunks(data)
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        return data
    fields = list(struct.unpack(">IIBBBBB", chunks[0][1]))
    which = rng.randrange(len(fields))
    if which < 2:
        fields[which] = rng.choice((*_SIDES, fields[which] + 1, fields[which] - 1))
    else:
        fields[which] = rng.choice((0, 1, 2, 3, 4, 6, 8, 16, 255))
    fields[0] = max(0, fields[0])
    chunks[0] = b"IHDR", struct.pack(">IIBBBBB", *fields)
    return _png(chunks)


def with_false_chunks(data: bytes, rng: random.Random) -> bytes:
    """A PNG with a chunk that is lost, doubled or changed; all CRCs are right."""
    chunks = _chunks(data)
    if not chunks:
        return data
    number = rng.randrange(len(chunks))
    kind, content = chunks[number]
    how = rng.randrange(4)
    if how == 0:
        del chunks[number]
    elif how == 1:
        chunks.insert(number, (kind, content))
    elif how == 2:
        chunks.insert(1, (rng.choice((b"tRNS", b"PLTE", b"eXIf", b"acTL")), content))
    elif content:
        changed = bytearray(content)
        changed[rng.randrange(len(changed))] = rng.randrange(256)
        chunks[number] = kind, bytes(changed)
    return _png(chunks)


def with_fewer_rows(data: bytes, rng: random.Random) -> bytes:
    """A PNG whose pixels end early, or go on for too long, in a sound stream."""
    chunks = _chunks(data)
    packed = b"".join(content for kind, content in chunks if kind == b"IDAT")
    try:
        pixels = zlib.decompress(packed)
    except zlib.error:
        return data
    pixels = pixels[: rng.randrange(len(pixels) + 1)]
    if rng.random() < 0.2:
        pixels += bytes(rng.choice((1, 1000, 5_000_000)))
    kept = [chunk for chunk in chunks if chunk[0] != b"IDAT"]
    kept.insert(max(0, len(kept) - 1), (b"IDAT", zlib.compress(pixels)))
    return _png(kept)


def as_a_cut_off_jpeg(data: bytes, rng: random.Random) -> bytes:
    """A JPEG that ends early, or has a byte changed."""
    with Image.open(io.BytesIO(data)) as picture:
        jpeg = bytearray(_saved(picture.convert("RGB"), "JPEG"))
    if rng.random() < 0.5:
        return bytes(jpeg[: rng.randrange(len(jpeg))])
    jpeg[rng.randrange(len(jpeg))] = rng.randrange(256)
    return bytes(jpeg)


def _saved(
    picture: Image.Image, file_format: str, exif: Image.Exif | None = None
) -> bytes:
    file = io.BytesIO()
    if exif is None:
        picture.save(file, file_format)
    else:
        picture.save(file, file_format, exif=exif)
    return file.getvalue()


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Kind and content of each chunk of a PNG; none if it is no PNG."""
    chunks = []
    at = len(_SIGNATURE)
    while data.startswith(_SIGNATURE) and at + 8 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += length + 12
    return chunks


def _png(chunks: list[tuple[bytes, bytes]]) -> bytes:
    parts = [_SIGNATURE]
    for kind, content in chunks:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        parts += [struct.pack(">I", len(content)), kind, content, checksum]
    return b"".join(parts)


def _if_readable(
    way: Callable[[bytes, random.Random], bytes],
) -> Callable[[bytes, random.Random], bytes]:
    """The way; what Pillow cannot open or write stays as it is."""

    def changed(data: bytes, rng: random.Random) -> bytes:
        try:
            return way(data, rng)
        except (OSError, ValueError, SyntaxError, KeyError, struct.error):
            return data
        except Image.DecompressionBombError:  # after an earlier damage
            return data

    return changed


WAYS = tuple(
    _if_readable(way)
    for way in (
        in_another_mode,
        in_another_size,
        turned,
        with_a_false_header,
        with_false_chunks,
        with_fewer_rows,
        as_a_cut_off_jpeg,
    )
)
"""All ways: each gives the bytes of another picture."""
