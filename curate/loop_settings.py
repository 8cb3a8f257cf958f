"""The settings of `loop`: the tools that are asked, and how a round trains."""

import re
from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from curate.limits import Name, Section


class LoopSource(Section):
    """An annotation tool from which `loop` fetches an export."""

    export: Name = Field(
        description="name of the export that is fetched, into its `path`"
    )
    tool: Literal["label_studio", "cvat", "url"] = Field(
        description=(
            "`label_studio` and `cvat`: the tool's API; `url`: a file at an address. Exports that "
            "no source names are read where they lie"
        )
    )
    address: str = Field(
        description="where the tool answers: `http://127.0.0.1:8080`; of `url` the file itself",
    )
    project: int | None = Field(
        default=None, ge=1, description="number of the project in the tool"
    )
    token_variable: str | None = Field(
        default=None,
        description=(
            "name of the environment variable that holds the token (`LABEL_STUDIO_TOKEN`), never "
            "the token itself; `null`: none is needed"
        ),
    )

    @field_validator("address")
    @classmethod
    def _is_address(cls, address: str) -> str:
        if not re.fullmatch(r"https?://[^\s@]+", address):
            raise ValueError(
                "an address begins with http:// or https://, and holds no password"
            )
        return address.rstrip("/")

    @field_validator("token_variable")
    @classmethod
    def _is_variable(cls, name: str | None) -> str | None:
        if name is not None and not re.fullmatch(r"[A-Z_][A-Z0-9_]*", name):
            raise ValueError(
                "the name of an environment variable, in capitals; never the token itself"
            )
        return name

    @model_validator(mode="after")
    def _has_project(self) -> Self:
        if self.tool != "url" and self.project is None:
            raise ValueError(f"a source of {self.tool} needs the number of a project")
        return self


class LoopSettings(Section):
    """Rounds that take corrections into the next model: `loop`."""

    sources: list[LoopSource] = Field(
        default=[], description="the tools from which exports are fetched"
    )
    new_share: float = Field(
        default=0.5,
        gt=0.0,
        lt=1.0,
        description=(
            "share of an epoch that new objects get, however few they are, as long as none is used "
            "more than 8 times as often as its weight says; old objects share the rest by weight"
        ),
    )
    minutes: float = Field(
        default=5.0, gt=0.0, description="minutes of a round's training"
    )
    steps: int | None = Field(
        default=None,
        ge=1,
        description="optimiser steps of it; `null`: as many as fit into the minutes",
    )


def check_sources(sources: Sequence[LoopSource], exports: Sequence[str]) -> None:
    """ValueError if a source fetches something else than an export of its own."""
    fetched: set[str] = set()
    for source in sources:
        if source.export not in exports:
            raise ValueError(
                f"loop.sources names the export {source.export!r}, which is not among "
                f"{', '.join(exports)}"
            )
        if source.export in fetched:
            raise ValueError(
                f"loop.sources names the export {source.export!r} twice: each tool's answer "
                "needs an export of its own"
            )
        fetched.add(source.export)
