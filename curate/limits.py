"""Bounds on what strangers' files may cost; each is a setting, with these defaults."""

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """Base of the settings' sections: unknown keys are errors, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(Section):
    """Bounds on what strangers' files may cost."""

    json_depth: int = Field(default=200, ge=1)
    file_bytes: int = Field(default=8_000_000_000, ge=1)
    image_pixels: int = Field(default=120_000_000, ge=1)
    label_characters: int = Field(default=1000, ge=1)
    path_bytes: int = Field(default=1024, ge=1)
    archive_ratio: float = Field(default=100.0, gt=1.0)
    archive_bytes: int = Field(default=200_000_000_000, ge=1)
    archive_members: int = Field(default=5_000_000, ge=1)
    child_bytes: int = Field(
        default=1_000_000_000, ge=100_000_000, description="memory of the decoding child"
    )
    child_seconds: float = Field(
        default=60.0, gt=0.0, description="wall and CPU time of a batch in the child"
    )
