"""Masks of things in boxes: `python -m examples.ask_for_boxes photo.jpg 10,20,110,140 30,5,90,60`.

A box is x0,y0,x1,y1 in px of the displayed picture. Writes photo_1.png, photo_2.png, … beside it.
"""

import sys
from pathlib import Path

from PIL import Image

from curate.limits import Limits
from curate.pixels.images import decode
from model.drawn_box import DrawnBox
from model.predict import Segmenter


def main(picture: Path, boxes: list[DrawnBox]) -> None:
    """Ask the base model for all boxes at once, and write the masks."""
    most_pixels = Limits().image_pixels
    image = decode(picture.read_bytes(), most_pixels)
    model = Segmenter.load("base")
    masks = model.segment(image, boxes)
    for number, mask in enumerate(masks, start=1):
        path = picture.with_name(f"{picture.stem}_{number}.png")
        Image.fromarray(mask).save(path)
        print(f"{path}: {mask.sum()} px")


def parsed(text: str) -> DrawnBox:
    """The box of x0,y0,x1,y1."""
    x0, y0, x1, y1 = map(float, text.split(","))
    return x0, y0, x1, y1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    _, picture, *boxes = sys.argv
    main(Path(picture), [parsed(text) for text in boxes])
