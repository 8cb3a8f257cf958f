"""`export-onnx`: the model as an ONNX file, for programs without torch."""

from pathlib import Path

import msgspec
from upath import UPath

from curate.errors import InputError
from pipelines.loop.starting import Chosen


class ExportedModel(msgspec.Struct, frozen=True):
    """The file that was written, and what it says of itself."""

    file: str
    model: str
    metadata: dict[str, str]


def export_onnx(model: Chosen, out: Path) -> ExportedModel:
    """Write the ONNX file of a model. InputError if it cannot be read, or `out` is no .onnx."""
    if out.suffix.lower() != ".onnx":
        raise InputError(f"{out}: give a name that ends in .onnx")

    from model.onnx_export import export_onnx as write  # torch is slow to import

    metadata = write(model.path, UPath(out))
    return ExportedModel(str(out), model.name, metadata)


def text(exported: ExportedModel) -> str:
    """What was written, in a line."""
    return f"{exported.file}: {exported.model}, opset and metadata in docs/onnx.md"
