"""The whole box network as an ONNX file: a window and its drawn box in, probabilities out.

docs/onnx.md says what programs feed it.
"""

import hashlib
import json
import warnings
from io import BytesIO
from pathlib import Path

import torch
from torch import Tensor, nn
from upath import UPath

from curate.own_version import own_version
from curate.storage import write_bytes
from model.box_network import BoxNetwork
from model.checkpoint import checkpoint_path
from model.looks import traced_look_sizes
from model.records import Origin
from model.u2net import MIN_SIDE, edge_repeated
from model.weights import load_any
from model.window_answers import STEP

_OPSET = 20  # the first in which GridSample is as torch means it
_INPUTS = (
    "window: (height, width, 3) uint8, RGB, the pixels of the drawn box and of 12% of its width "
    "and height (2 px at least) beyond each side, clipped to the image. drawn: (4,) float32, the "
    "drawn box x0, y0, x1, y1 in px of the window, half-open"
)
_OUTPUT = (
    "probabilities: (height, width) float32, of each pixel to be the object; the mask is what has "
    "0.5 or more"
)

# Any window does: the graph is the same for all sizes.
_TRACED_WINDOW = (150, 230, 3)
_TRACED_BOX = (20.0, 15.0, 210.0, 130.0)


class _AnyWindow(nn.Module):
    """The network that pads its window itself, as `model.window_answers` does."""

    def __init__(self, model: BoxNetwork) -> None:
        super().__init__()
        self.model = model

    def forward(self, window: Tensor, drawn: Tensor) -> Tensor:
        """(H, W) probabilities. `window`: (H, W, 3) uint8. `drawn`: (4,) float32."""
        height, width, _ = window.shape
        rows = edge_repeated(height, MIN_SIDE, window.device, STEP)
        columns = edge_repeated(width, MIN_SIDE, window.device, STEP)
        padded = window[rows][:, columns]

        # The network takes a batch, channels first.
        pixels = padded.permute(2, 0, 1)[None]
        padded_height, padded_width = pixels.shape[-2:]
        sizes = traced_look_sizes(padded_height, padded_width)
        by_pixels, overview = self.model.by_looks(pixels, drawn[None], sizes)
        answer: Tensor = self.model.rectangles(by_pixels, pixels, drawn[None], overview)
        return answer[0, :height, :width]


def export_onnx(path: str | Path, out: UPath) -> dict[str, str]:
    """Write the network of a checkpoint as an ONNX file, whole or not at all; gives its metadata.

    `path`: as `model.predict.Segmenter.load` takes it. InputError if it cannot be read.
    """
    import onnx  # slow to import, and only needed here

    network, origin = load_any(path)
    file = BytesIO(_traced(network))
    document = onnx.load(file)
    metadata = _metadata(checkpoint_path(path), origin)
    onnx.helper.set_model_props(document, metadata)
    document.doc_string = f"A mask for a drawn box. In: {_INPUTS}. Out: {_OUTPUT}."
    write_bytes(out, document.SerializeToString())
    return metadata


def _traced(network: BoxNetwork) -> bytes:
    """The network as an ONNX file without metadata."""
    window = torch.zeros(_TRACED_WINDOW, dtype=torch.uint8)
    drawn = torch.tensor(_TRACED_BOX)
    file = BytesIO()
    with warnings.catch_warnings():
        # torch warns of Python's branches on sizes, which are the same for all padded windows. And
        # it would rather export by torch.export, which takes minutes where this takes seconds.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _AnyWindow(network).eval(),
            (window, drawn),
            file,  # type: ignore[arg-type]  # its stub lacks files that are open
            dynamo=False,
            opset_version=_OPSET,
            input_names=["window", "drawn"],
            output_names=["probabilities"],
            dynamic_axes={
                "window": {0: "height", 1: "width"},
                "probabilities": {0: "height", 1: "width"},
            },
        )
    return file.getvalue()


def _metadata(checkpoint: Path, origin: Origin) -> dict[str, str]:
    """What the file says of the model."""
    return {
        "model_digest": hashlib.sha256(checkpoint.read_bytes()).hexdigest(),
        "licences": json.dumps(origin.licences),
        "inputs": _INPUTS,
        "outputs": _OUTPUT,
        "version": own_version(),
    }
