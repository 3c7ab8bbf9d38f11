"""The losses of the book *Lossbook*: each a value and its gradient in closed form.

Names and arguments are those of ``torch.nn``, so that one import can be swapped for the
other.  There is no tape and no autograd here: the formula on the page is the code.

>>> import numpy as np
>>> from lossbook import MSELoss
>>> loss = MSELoss()
>>> float(loss([2.0, 0.0, 4.0], [1.0, 2.0, 4.0]))
1.6666666666666667
>>> (3 * loss.backward()).round(6).tolist()
[2.0, -4.0, 0.0]
"""

from importlib import import_module
from types import ModuleType

from lossbook.classification import BCEWithLogitsLoss, CrossEntropyLoss
from lossbook.estimates import aic, bic, noise_variance
from lossbook.gradcheck import (
    GradientCheck,
    central_difference,
    check_gradient,
    complex_step,
    directional_derivative,
    taylor_remainder,
)
from lossbook.likelihood import (
    GaussianNLLLoss,
    LaplaceNLLLoss,
    PoissonNLLLoss,
    StudentTNLLLoss,
)
from lossbook.logits import (
    log_softmax,
    logsumexp,
    sigmoid,
    softmax,
    softmax_jacobian,
    softplus,
)
from lossbook.residual import HuberLoss, L1Loss, MSELoss, QuantileLoss, SmoothL1Loss

__version__ = "0.1.0.dev0"

__all__ = [
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "GaussianNLLLoss",
    "GradientCheck",
    "HuberLoss",
    "L1Loss",
    "LaplaceNLLLoss",
    "MSELoss",
    "PoissonNLLLoss",
    "QuantileLoss",
    "SmoothL1Loss",
    "StudentTNLLLoss",
    "aic",
    "bic",
    "central_difference",
    "check_gradient",
    "complex_step",
    "directional_derivative",
    "log_softmax",
    "logsumexp",
    "noise_variance",
    "sigmoid",
    "softmax",
    "softmax_jacobian",
    "softplus",
    "taylor_remainder",
]

_MODULES = ("data", "plotting")  # imported on first use: they need other packages


def __getattr__(name: str) -> ModuleType:
    if name in _MODULES:
        return import_module(f"lossbook.{name}")
    raise AttributeError(
        f"module 'lossbook' has no attribute {name!r}; expected one of dir(lossbook)"
    )


def __dir__() -> list[str]:
    """Return what a prompt offers."""
    return [*__all__, *_MODULES, "__version__"]
