"""A format of your own: `python -m examples.own_format FOLDER` reads FOLDER/outlines.txt.

Each line of that file has an image, a label, and the corners of an outline in px:

    street.png; car; 12 40, 90 40, 90 80, 12 80

A format that others need, too, is a file in curate/formats/: docs/CONTRIBUTING.md.
"""

import sys
import tempfile
from collections.abc import Iterator

from upath import UPath

from curate import Annotation, Drop, Export, ImageRecord, Polygons, Reason, Refusal
from curate.export_settings import ExportSettings
from curate.limits import Limits
from curate.records import FoundImage
from curate.stages.ingest import ingest_partition, keep_in, open_export, plan

FILE = "outlines.txt"


def read(export: Export) -> Iterator[ImageRecord | Drop]:
    """A record for each line, a drop for each line that is no outline; ingest checks the rest."""
    for number, line in enumerate(export.read_text(FILE).splitlines(), start=1):
        try:
            image, label, corners = line.replace(",", " ").split(";")
            shape = Polygons(rings=[[float(each) for each in corners.split()]])
        except ValueError as error:
            refusal = Refusal(Reason.MALFORMED_FILE, f"{FILE}:{number}: {error}")
            yield export.drop(refusal)
            continue
        annotation = Annotation(key=str(number), label=label.strip(), shape=shape)
        yield ImageRecord(name=image.strip(), document=FILE, annotations=[annotation])


def main(folder: str) -> None:
    """Print the objects of the export in `folder`, and what was dropped."""
    settings = ExportSettings(
        name="mine",
        path=folder,
        format="outlines",
        customer="me",
        domain="any",
        licence="CC0-1.0",
    )
    with tempfile.TemporaryDirectory() as scratch:
        export = open_export(settings, Limits(), UPath(scratch))
        planned = plan(export, read(export), keep_in(UPath(scratch)))
        found = [each for each in planned if isinstance(each, FoundImage | Drop)]
        made = ingest_partition(found, settings, export.files.places, export.limits)
    for row in made.segments.to_pylist():
        print(f"{row['image_path']}: {row['label']}, {row['area']} px")
    for row in made.drops.to_pylist():
        print(f"dropped, {row['reason']}: {row['detail']}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
