"""Checkpoints of models that have learned nothing."""

from pathlib import Path

import torch

from model.box_network import BoxNetwork
from model.checkpoint import save_checkpoint
from model.prior import learn_priors
from model.records import Origin
from model.u2net import build


def write_checkpoint(path: Path, seed: int) -> None:
    torch.manual_seed(seed)
    model = BoxNetwork(build("small"), learn_priors([]))
    save_checkpoint(path, model, Origin(variant="small", licences=["CC0-1.0"]))
