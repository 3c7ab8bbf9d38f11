"""Losses of logits against classes, and why their gradient is prediction - target."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.base import Array, Loss, as_floating, as_pair, first_index
from lossbook.logits import log_softmax, sigmoid, softmax, softplus
from lossbook.reduction import check_not_empty, reduce


def _times(weight: Array, logarithm: Array) -> Array:
    """Return weight · logarithm, where a weight of 0 silences even an infinite logarithm."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(weight == 0, 0, weight * logarithm)


def _check_weight(weight: ArrayLike | None, name: str) -> Array | None:
    if weight is None:
        return None
    weight = as_floating(weight, name).copy()
    if not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise ValueError(f"{name} is {weight}; expected finite numbers, none of them negative")
    return weight


class CrossEntropyLoss(Loss):
    r"""Cross-entropy between targets and the softmax of logits: ``eq-cross-entropy-logits``.

    Every option ends up in one table of coefficients q, the targets as they count:

    .. math::
        \ell = -\sum_k q_k \log p_k, \qquad
        \frac{\partial \ell}{\partial z_k} = p_k \sum_j q_j - q_k, \qquad
        p = \operatorname{softmax}(z).

    Plain targets have q = y and sum to 1: the gradient is p - y, ``eq-cross-entropy-gradient``.

    Parameters
    ----------
    weight : array_like, optional
        One weight per class, shape (C,), none negative.
    ignore_index : int
        Samples with this label count for nothing; it need not be a class.
    reduction : {"mean", "sum", "none"}
        With class indices "mean" divides by the sum of the weights of the labels that count
        (without `weight`, by their number), with class probabilities by the number of samples.
    label_smoothing : float
        The share ε of each target that is spread evenly over the C classes, ε/C each.

    Raises
    ------
    ValueError
        If an option is out of range.

    Notes
    -----
    The value is in nats, the gradient in nats per unit of logit.  As
    ``torch.nn.CrossEntropyLoss``, with these differences: probabilities must be non-negative
    and sum to 1; an integer one-hot table is taken as probabilities; a mean over samples that
    are all ignored is an error, where torch returns NaN.
    """

    def __init__(
        self,
        weight: ArrayLike | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(reduction)
        self.weight = _check_weight(weight, "weight")
        if self.weight is not None and self.weight.ndim != 1:
            raise ValueError(f"weight has shape {self.weight.shape}; expected (C,), one per class")
        if not (0 <= label_smoothing <= 1):
            raise ValueError(f"label_smoothing is {label_smoothing}; expected a number in [0, 1]")
        self.ignore_index = int(ignore_index)
        self.label_smoothing = float(label_smoothing)

    def forward(self, prediction: ArrayLike, target: ArrayLike) -> Any:
        """Return the value of the loss.

        Parameters
        ----------
        prediction : array_like
            Logits, shape (C,), (N, C) or (N, C, d1, ...).
        target : array_like
            Class indices: integers, the shape of `prediction` without the axis of C.
            Class probabilities: the shape of `prediction`, each row on the simplex.

        Returns
        -------
        scalar or ndarray
            A number; under ``reduction="none"`` the shape of `prediction` without its axis of C.

        Raises
        ------
        TypeError
            If class indices are not integers, or an argument does not hold numbers.
        ValueError
            If the shapes do not fit, a label is out of range, a row of probabilities does not
            sum to 1, or a mean would be over nothing.
        """
        z = as_floating(prediction, "prediction")
        if z.ndim == 0:
            raise ValueError("prediction has shape (); expected (C,), (N, C) or (N, C, d1, ...)")
        axis = 0 if z.ndim == 1 else 1
        check_not_empty(z.shape, self.reduction)
        z = np.moveaxis(z, axis, -1)  # classes last, so that labels and weights line up
        q, count = self._coefficients(np.asarray(target), z.shape, axis, z.real.dtype)
        log_p = log_softmax(z)
        table = -_times(q, log_p).sum(axis=-1)
        self._axis, self._q, self._p = axis, q, softmax(z)
        self._log_p = log_p
        self._remember(table, count)
        return reduce(table, self.reduction, count)

    __call__ = forward

    def _gradient(self, factor: Array) -> Array:
        p, q = self._p, self._q
        others = -np.expm1(self._log_p)  # 1 - p to full precision, where p is nearly 1 too
        # p Σq - q, written so that a label known for certain, p near 1, does not cancel to 0.
        gradient = factor[..., None] * (p * (q.sum(axis=-1, keepdims=True) - q) - q * others)
        return np.moveaxis(gradient, -1, self._axis)

    def _coefficients(
        self, target: Array, shape: tuple[int, ...], axis: int, dtype: np.dtype[Any]
    ) -> tuple[Array, float]:
        """Return q, classes last, and what "mean" divides by; check the target on the way."""
        classes = shape[-1]
        given = (*shape[:axis], classes, *shape[axis:-1])  # the shape of the prediction
        weight = np.ones(classes, dtype) if self.weight is None else self.weight.astype(dtype)
        if weight.shape != (classes,):
            raise ValueError(
                f"weight has shape {weight.shape}; expected ({classes},), one for each class"
            )
        epsilon = dtype.type(self.label_smoothing)
        if target.shape == given:
            y = np.moveaxis(self._check_probabilities(target, axis, dtype), axis, -1)
            return weight * ((1 - epsilon) * y + epsilon / classes), float(np.prod(shape[:-1]))
        if target.shape != shape[:-1]:
            raise ValueError(
                f"target has shape {target.shape}, prediction has shape {given}; expected "
                f"{shape[:-1]} for class indices or {given} for class probabilities"
            )
        counts = self._check_labels(target, classes)
        label = np.where(counts, target, 0)
        one_hot = np.arange(classes) == label[..., None]
        q = weight * ((1 - epsilon) * one_hot + epsilon / classes)
        divisor = float((weight[label] * counts).sum())
        if self.reduction == "mean" and divisor == 0:
            raise ValueError(
                f"every target is ignored (ignore_index={self.ignore_index}) or has weight 0, "
                "and their mean is 0/0; expected one sample that counts"
            )
        return q * counts[..., None], divisor

    def _check_labels(self, target: Array, classes: int) -> Array:
        """Return which labels count, having made sure that those are classes."""
        if target.dtype.kind not in "iu":
            raise TypeError(
                f"target has dtype {target.dtype} and the shape of class indices; expected integers"
            )
        counts = target != self.ignore_index
        wrong = counts & ((target < 0) | (target >= classes))
        if wrong.any():
            where = first_index(wrong)
            raise ValueError(
                f"target holds the label {target[where]} at index {where}; expected a class from "
                f"0 to {classes - 1}, or ignore_index={self.ignore_index}"
            )
        return np.asarray(counts)

    def _check_probabilities(self, target: Array, axis: int, dtype: np.dtype[Any]) -> Array:
        if self.ignore_index >= 0:
            raise ValueError(
                f"ignore_index is {self.ignore_index} and target holds class probabilities; "
                "expected class indices, because a row of probabilities has no label to ignore"
            )
        given = as_floating(target, "target")
        y = given.astype(dtype)
        # Sums of shares that were rounded, there or here, are off by less than this; a mistake
        # is off by much more.
        rounding = 8 * np.sqrt(max(np.finfo(given.dtype).eps, np.finfo(dtype).eps))
        wrong = ~(np.abs(y.sum(axis=axis) - 1) <= rounding) | (y < 0).any(axis=axis)
        if wrong.any():
            where = first_index(wrong)
            raise ValueError(
                f"target holds the row {np.moveaxis(y, axis, -1)[where]} at index {where}; "
                "expected class probabilities: none negative, with sum 1"
            )
        return y


class BCEWithLogitsLoss(Loss):
    r"""Cross-entropy of yes-or-no targets, from logits.

    With σ the sigmoid and ρ the `pos_weight`,

    .. math::
        \ell = -w \bigl[\rho\, y \log \sigma(z) + (1 - y) \log(1 - \sigma(z))\bigr], \qquad
        \frac{\partial \ell}{\partial z} = w \bigl[(1 - y)\, \sigma(z) - \rho\, y\, \sigma(-z)
        \bigr],

    which is σ(z) - y without weights.

    Parameters
    ----------
    weight : array_like, optional
        A weight for each entry; must broadcast to the shape of the prediction.
    reduction : {"mean", "sum", "none"}
        "mean" divides by the number of entries, whatever the weights.
    pos_weight : array_like, optional
        The weight of "yes"; must broadcast to the shape of the prediction.

    Raises
    ------
    ValueError
        If an option is out of range.

    Notes
    -----
    The value is in nats, the gradient in nats per unit of logit.  As
    ``torch.nn.BCEWithLogitsLoss``, but targets must lie in [0, 1].
    """

    def __init__(
        self,
        weight: ArrayLike | None = None,
        reduction: str = "mean",
        pos_weight: ArrayLike | None = None,
    ) -> None:
        super().__init__(reduction)
        self.weight = _check_weight(weight, "weight")
        self.pos_weight = _check_weight(pos_weight, "pos_weight")

    def forward(self, prediction: ArrayLike, target: ArrayLike) -> Any:
        """Return the value of the loss.

        Parameters
        ----------
        prediction : array_like
            Logits, any shape.
        target : array_like
            The same shape, entries in [0, 1].

        Returns
        -------
        scalar or ndarray
            A number; under ``reduction="none"`` an array of the shape of `prediction`.

        Raises
        ------
        TypeError
            If an argument does not hold numbers.
        ValueError
            If the shapes differ, a target is outside [0, 1], a weight does not fit, or a mean
            would be over nothing.
        """
        z, y = as_pair(prediction, target)
        check_not_empty(z.shape, self.reduction)
        wrong = ~((y >= 0) & (y <= 1))
        if wrong.any():
            where = first_index(wrong)
            raise ValueError(
                f"target holds {y[where]} at index {where}; expected probabilities in [0, 1]"
            )
        no = self._fit(self.weight, "weight", z)
        yes = no * self._fit(self.pos_weight, "pos_weight", z)
        self._yes, self._no = yes * y, no * (1 - y)
        # -log σ(z) = softplus(-z) and -log(1 - σ(z)) = softplus(z): no logarithm of 0, ever.
        table = np.asarray(_times(self._yes, softplus(-z)) + _times(self._no, softplus(z)))
        self._z = z.copy()
        self._remember(table)
        return reduce(table, self.reduction)

    __call__ = forward

    def _gradient(self, factor: Array) -> Array:
        slope = self._no * sigmoid(self._z) - self._yes * sigmoid(-self._z)
        return np.asarray(factor * slope)

    @staticmethod
    def _fit(weight: Array | None, name: str, z: Array) -> Array:
        if weight is None:
            return np.ones((), z.real.dtype)
        try:
            return np.broadcast_to(weight.astype(z.real.dtype), z.shape)
        except ValueError:
            raise ValueError(
                f"{name} has shape {weight.shape}; expected a shape that broadcasts to the "
                f"prediction's, {z.shape}"
            ) from None
