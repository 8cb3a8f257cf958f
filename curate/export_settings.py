"""The settings of an export."""

from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from curate.limits import Name, Section


class ExportSettings(Section):
    """One export: where it is, whose it is, and how far it can be trusted."""

    name: Name = Field(
        description="name of the export: unique, and part of every object's id"
    )
    path: str = Field(
        description=(
            "folder, archive (zip, 7z, tar; plain, gz, bz2, xz, zst), fsspec URL, or one "
            "annotation file; relative to the settings file, or to `root` where one is given"
        )
    )
    format: str = Field(description="one of the formats that `make formats` lists")
    customer: Name = Field(
        description=(
            "whose labels these are: decisions in `taxonomy/customers/` hold for one customer"
        )
    )
    domain: Name = Field(
        description=(
            "kind of pictures (street, medicine, …): split, balance and evaluation treat each "
            "domain by itself"
        )
    )
    languages: list[Annotated[str, Field(pattern="^[a-z]{2}$")]] = Field(
        default=["en"],
        min_length=1,
        description=(
            "languages of its labels, two letters each: the aliases of these languages alone "
            "count, so write [de, en] where both come, and a word that means something else in one "
            "of them is asked about"
        ),
    )
    licence: str = Field(
        min_length=1, description="SPDX identifier, or the words that the owner used"
    )
    attribution: str = Field(
        default="",
        description="whom its licence wants named; checkpoints that learn from it do so",
    )
    role: Literal["auto", "train", "test"] = Field(
        default="auto",
        description=(
            "`auto`: its images are split; `train`: they only train; `test`: the whole export is "
            "an independent test set"
        ),
    )
    scene: Literal["auto", "full", "partial"] = Field(
        default="auto",
        description=(
            "`full`: each pixel has a class; `partial`: some have none; `auto`: full where at "
            "least 95% of an image's pixels are labelled"
        ),
    )
    objects: Literal["auto", "instances", "components"] = Field(
        default="auto",
        description=(
            "what one object is. `instances`: an annotation, in one piece or in several; "
            "`components`: each 8-connected component; `auto`: what the format's documentation "
            "says"
        ),
    )
    label_numbers: Literal["auto", "strip", "keep"] = Field(
        default="auto",
        description=(
            "numbers at the end of labels (`yolk12`, `car_1`, `leaf (2)`). `strip`: they count "
            "instances, so labels are matched and decided without them; `keep`: they are part of "
            "the name; `auto`: they count where ten or more of one name are used as counting does"
        ),
    )
    frame: Literal["auto", "displayed", "stored"] = Field(
        default="auto",
        description=(
            "the frame that annotations of images with an EXIF orientation are in: `displayed` "
            "or `stored`; `auto`: what the format says, then the size that the export states, "
            "then its other images, then the picture's edges"
        ),
    )
    trust: float = Field(
        default=1.0, gt=0.0, le=10.0, description="factor on the weight of its objects"
    )
    links: Literal["inside", "follow"] = Field(
        default="inside",
        description=(
            "which links in its folders are followed. `inside`: those that end in the export; "
            "`follow`: all, so that pictures in a pool beside it are read, too. Links in an "
            "archive never lead out of it"
        ),
    )
    options: dict[str, Any] = Field(
        default_factory=dict,
        description="options that the format's documentation names",
    )

    _place: str = PrivateAttr(default="")

    def at(self, place: str) -> "ExportSettings":
        """The same settings, which know their place in the settings file: FILE:LINE:COLUMN."""
        placed = self.model_copy()
        placed._place = place
        return placed

    def told(self, message: str) -> str:
        """A message on this export, with its place in the settings file and its name."""
        parts = [f"export {self.name}", message.removeprefix(f"export {self.name}: ")]
        if self._place:
            parts.insert(0, self._place)
        return ": ".join(parts)
