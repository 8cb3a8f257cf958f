"""Bounds on what strangers' files may cost; each is a setting, with these defaults."""

from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
"""A name that is safe in paths and messages."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]
"""A part of a whole, from 0 to 1."""


class Section(BaseModel):
    """Base of the settings' sections: unknown keys are errors, and values never change.

    A number is finite, and neither true nor false, which Python takes for 1 and 0.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _true_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        name = info.field_name or ""
        if isinstance(value, bool) and not _allows_boolean(
            cls.model_fields[name].annotation
        ):
            raise ValueError("must not be true or false")
        return value


def _allows_boolean(annotation: Any) -> bool:
    return bool in (annotation, *get_args(annotation))


class Limits(Section):
    """Upper bounds on what strangers' files may cost."""

    json_depth: int = Field(default=200, ge=1, description="nesting of a JSON document")
    file_bytes: int = Field(
        default=8_000_000_000, ge=1, description="bytes of one file"
    )
    image_pixels: int = Field(
        default=120_000_000, ge=1, description="px of one image or mask file"
    )
    label_characters: int = Field(
        default=1000,
        ge=1,
        description="characters of a label, or of an annotation's key",
    )
    path_bytes: int = Field(
        default=1024, ge=1, description="bytes of a path in an export or an archive"
    )
    archive_ratio: float = Field(
        default=100.0,
        gt=1.0,
        description="bytes that an archive unpacks to, per byte of its own",
    )
    archive_bytes: int = Field(
        default=200_000_000_000, ge=1, description="bytes that an archive unpacks to"
    )
    archive_members: int = Field(
        default=5_000_000, ge=1, description="files and folders in an archive"
    )
    archive_depth: int = Field(
        default=3,
        ge=0,
        description="archives in archives: 1 opens those in a folder or an archive, 0 opens none",
    )
    child_bytes: int = Field(
        default=1_000_000_000,
        ge=100_000_000,
        description="bytes of memory that the child process may take",
    )
    child_seconds: float = Field(
        default=60.0,
        gt=0.0,
        description="seconds of CPU and of wall time that one batch may take in the child process",
    )
