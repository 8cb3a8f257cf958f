"""Networks that the tests of the model share."""

import torch

from model.box_network import BoxNetwork
from model.prior import learn_priors
from model.records import Variant
from model.u2net import U2Net, build


def unlearned(variant: Variant = "small", outside: float = 1.0) -> BoxNetwork:
    """A model that has learned nothing: it answers with an ellipse in the drawn box."""
    return BoxNetwork(build(variant), learn_priors([]), outside)


def lively(network: U2Net) -> U2Net:
    """A network whose maps and running statistics are not those that it begins with."""
    rng = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, value in network.state_dict().items():
            if name.startswith("side") or name.endswith("running_mean"):
                noise = torch.randn(value.shape, generator=rng)
                value.copy_(0.1 * noise)
    return network.eval()
