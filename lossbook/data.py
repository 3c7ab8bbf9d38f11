"""The data sets of the chapters: real ones that ship with scikit-learn, and one made up.

scikit-learn is imported when a real data set is asked for, not before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Dataset:
    """Inputs, targets, and what they are.

    Attributes
    ----------
    x : ndarray
        Inputs, shape (N, p), float64.
    y : ndarray
        Targets, shape (N,): float64 for regression, integer labels for classification.
    names : tuple of str
        The names of the p inputs.
    about : str
        What was measured, in which units, and where the data come from.
    """

    x: NDArray[np.float64]
    y: NDArray[Any]
    names: tuple[str, ...] = field(repr=False)
    about: str

    def __repr__(self) -> str:
        return f"Dataset(x: {self.x.shape}, y: {self.y.shape}; {self.about})"


def diabetes() -> Dataset:
    """Return ten measurements of 442 diabetes patients, and their disease a year later.

    Returns
    -------
    Dataset
        x of shape (442, 10), in the units of the measurement (age in years, body mass index in
        kg/m², blood pressure in mmHg, six blood serum values); y of shape (442,), a score of
        disease progression from 25 to 346.

    References
    ----------
    Efron, B., Hastie, T., Johnstone, I. and Tibshirani, R. (2004). Least angle regression.
    *The Annals of Statistics* 32(2), 407-499. https://doi.org/10.1214/009053604000000067
    """
    from sklearn.datasets import load_diabetes

    bunch = load_diabetes(scaled=False)
    about = "progression of diabetes in 442 patients after one year, Efron et al. (2004)"
    return Dataset(
        bunch.data.astype(np.float64),
        bunch.target.astype(np.float64),
        tuple(bunch.feature_names),
        about,
    )


def digits() -> Dataset:
    """Return 1797 handwritten digits as images of 8 by 8 pixels.

    Returns
    -------
    Dataset
        x of shape (1797, 64), the ink in each pixel from 0 (none) to 1; y of shape (1797,),
        the digit as an integer.

    References
    ----------
    Alpaydin, E. and Kaynak, C. (1998). Optical recognition of handwritten digits. UCI Machine
    Learning Repository. https://doi.org/10.24432/C50P49
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    about = "1797 handwritten digits, 8 by 8 pixels, Alpaydin and Kaynak (1998)"
    return Dataset(
        bunch.data.astype(np.float64) / 16,
        bunch.target.astype(np.int64),
        tuple(bunch.feature_names),
        about,
    )


def chin_ups() -> Dataset:
    """Return how many chin-ups 20 men of a fitness club could do, and three of their measures.

    Returns
    -------
    Dataset
        x of shape (20, 3): weight in pounds, waist in inches, pulse in beats per minute; y of
        shape (20,), the count of chin-ups, from 1 to 17.

    Notes
    -----
    The "Linnerud" data of scikit-learn, which has them from Tenenhaus (1998), *La régression
    PLS: théorie et pratique*, Technip, Paris.
    """
    from sklearn.datasets import load_linnerud

    bunch = load_linnerud()
    about = "chin-ups of 20 men of a fitness club, from Tenenhaus (1998)"
    return Dataset(
        bunch.target.astype(np.float64),
        bunch.data[:, 0].astype(np.float64),
        tuple(name.lower() for name in bunch.target_names),
        about,
    )


def noisy_line(
    n: int = 100, w: float = 2.0, b: float = 1.0, sigma: float = 0.5, seed: int = 0
) -> Dataset:
    """Return n points on a line with Gaussian noise, y = w x + b + sigma ε.

    Parameters
    ----------
    n : int
        How many points.
    w, b : float
        Slope and intercept.
    sigma : float
        The standard deviation of the noise; x and ε are standard normal.
    seed : int
        Of ``np.random.default_rng``: the same seed gives the same points.

    Returns
    -------
    Dataset
        x of shape (n, 1), y of shape (n,).
    """
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 1))
    y = w * x[:, 0] + b + sigma * rng.standard_normal(n)
    return Dataset(x, y, ("x",), f"y = {w} x + {b} + {sigma} ε, seed {seed}")
