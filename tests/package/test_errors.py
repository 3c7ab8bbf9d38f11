"""Bad input: a clear error before anything is computed.  The table is all of them.

Every message says which argument, what was given, and what is expected.
"""

import ast
from pathlib import Path

import numpy as np
import pytest

import lossbook
from lossbook import (
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    GaussianNLLLoss,
    HuberLoss,
    L1Loss,
    LaplaceNLLLoss,
    MSELoss,
    PoissonNLLLoss,
    QuantileLoss,
    SmoothL1Loss,
    StudentTNLLLoss,
    bic,
    central_difference,
    check_gradient,
    complex_step,
    directional_derivative,
    log_softmax,
    logsumexp,
    noise_variance,
    softmax,
    softmax_jacobian,
    taylor_remainder,
)
from tests.package.losses import LOSSES

NAN, INF = np.nan, np.inf
ONES = np.ones((2, 3))
EMPTY = (
    "prediction has shape {}: it is empty, and a mean over no entries is 0/0; "
    'expected at least one entry, or reduction="sum", whose empty sum is 0'
)
SAME = (
    "target has shape {}, prediction has shape {}; "
    "expected the same shape, for nothing is broadcast"
)
BEFORE = "{} was called before forward; expected forward on real numbers first"


def after_forward(loss, *arguments):
    loss(*arguments)
    return loss


# {the error: [(what is called, the whole message)]}
ERRORS = {
    ValueError: [
        # options
        (lambda: MSELoss(reduction="avg"), "reduction is 'avg'; expected one of none, sum, mean"),
        (
            lambda: CrossEntropyLoss(reduction=None),
            "reduction is None; expected one of none, sum, mean",
        ),
        *(
            (
                lambda share=share: CrossEntropyLoss(label_smoothing=share),
                f"label_smoothing is {share}; expected a number in [0, 1]",
            )
            for share in (1.5, -0.5, NAN)
        ),
        (
            lambda: CrossEntropyLoss(weight=[1.0, -1.0]),
            "weight is [ 1. -1.]; expected finite numbers, none of them negative",
        ),
        (
            lambda: CrossEntropyLoss(weight=[1.0, INF]),
            "weight is [ 1. inf]; expected finite numbers, none of them negative",
        ),
        (
            lambda: BCEWithLogitsLoss(weight=[NAN]),
            "weight is [nan]; expected finite numbers, none of them negative",
        ),
        (
            lambda: BCEWithLogitsLoss(pos_weight=-2.0),
            "pos_weight is -2.0; expected finite numbers, none of them negative",
        ),
        (
            lambda: CrossEntropyLoss(weight=ONES),
            "weight has shape (2, 3); expected (C,), one per class",
        ),
        (lambda: CrossEntropyLoss(weight=2.0), "weight has shape (); expected (C,), one per class"),
        (lambda: SmoothL1Loss(beta=-1.0), "beta is -1.0; expected a finite number, not negative"),
        (lambda: SmoothL1Loss(beta=INF), "beta is inf; expected a finite number, not negative"),
        *(
            (
                lambda q=q: QuantileLoss(quantile=q),
                f"quantile is {q}; expected a number between 0 and 1",
            )
            for q in (0, 1, NAN)
        ),
        *(
            (
                lambda cls=cls, name=name, value=value: cls(**{name: value}),
                f"{name} is {value}; expected a positive, finite number",
            )
            for cls, name in (
                (HuberLoss, "delta"),
                (GaussianNLLLoss, "eps"),
                (LaplaceNLLLoss, "scale"),
                (StudentTNLLLoss, "scale"),
                (StudentTNLLLoss, "df"),
            )
            for value in (0, -2.0, INF, NAN)
        ),
        # shapes that would broadcast
        (lambda: MSELoss()(np.ones((3, 1)), np.ones(3)), SAME.format((3,), (3, 1))),
        (
            lambda: BCEWithLogitsLoss(weight=[1.0, 2.0])(ONES, ONES),
            "weight has shape (2,); expected a shape that broadcasts to the prediction's, (2, 3)",
        ),
        (
            lambda: BCEWithLogitsLoss(pos_weight=np.ones((4, 2, 3)))(ONES, ONES),
            "pos_weight has shape (4, 2, 3); expected a shape that broadcasts to the "
            "prediction's, (2, 3)",
        ),
        (
            lambda: GaussianNLLLoss()(ONES, ONES, np.ones(3)),
            "var has shape (3,); expected a number, (2, 3) with any axis of length 1, or (2,), "
            "for a prediction of shape (2, 3)",
        ),
        (
            lambda: GaussianNLLLoss()(ONES, ONES, np.ones((2, 2))),
            "var has shape (2, 2); expected a number, (2, 3) with any axis of length 1, or (2,), "
            "for a prediction of shape (2, 3)",
        ),
        (
            lambda: CrossEntropyLoss()(1.0, 0),
            "prediction has shape (); expected (C,), (N, C) or (N, C, d1, ...)",
        ),
        (
            lambda: CrossEntropyLoss()(ONES, [[0], [1]]),
            "target has shape (2, 1), prediction has shape (2, 3); expected (2,) for class "
            "indices or (2, 3) for class probabilities",
        ),
        (
            lambda: CrossEntropyLoss()(np.ones((2, 3, 4)), np.ones((2, 4, 3))),
            "target has shape (2, 4, 3), prediction has shape (2, 3, 4); expected (2, 4) for "
            "class indices or (2, 3, 4) for class probabilities",
        ),
        (
            lambda: CrossEntropyLoss(weight=[1.0, 1.0])(ONES, [0, 1]),
            "weight has shape (2,); expected (3,), one for each class",
        ),
        # nothing to take a mean of
        (lambda: MSELoss()([], []), EMPTY.format((0,))),
        (lambda: CrossEntropyLoss()(np.ones((0, 3)), np.ones(0, int)), EMPTY.format((0, 3))),
        (lambda: BCEWithLogitsLoss()(np.ones((2, 0)), np.ones((2, 0))), EMPTY.format((2, 0))),
        (
            lambda: CrossEntropyLoss()(ONES, [-100, -100]),
            "every target is ignored (ignore_index=-100) or has weight 0, and their mean is 0/0; "
            "expected one sample that counts",
        ),
        (
            lambda: CrossEntropyLoss(weight=[0.0, 1, 1], ignore_index=1)(ONES, [0, 1]),
            "every target is ignored (ignore_index=1) or has weight 0, and their mean is 0/0; "
            "expected one sample that counts",
        ),
        # targets that are none
        (
            lambda: CrossEntropyLoss()(ONES, [0, 3]),
            "target holds the label 3 at index (1,); expected a class from 0 to 2, or "
            "ignore_index=-100",
        ),
        (
            lambda: CrossEntropyLoss(ignore_index=-1)(np.ones((1, 2, 2)), [[-1, -2]]),
            "target holds the label -2 at index (0, 1); expected a class from 0 to 1, or "
            "ignore_index=-1",
        ),
        (
            lambda: CrossEntropyLoss()([1.0, 2.0], 2),
            "target holds the label 2 at index (); expected a class from 0 to 1, or "
            "ignore_index=-100",
        ),
        (
            lambda: CrossEntropyLoss()([[1.0, 2.0]], [[0.5, 0.6]]),
            "target holds the row [0.5 0.6] at index (0,); expected class probabilities: none "
            "negative, with sum 1",
        ),
        (
            lambda: CrossEntropyLoss()(np.ones((1, 2, 2)), [[[0.5, -0.5], [0.5, 1.5]]]),
            "target holds the row [-0.5  1.5] at index (0, 1); expected class probabilities: "
            "none negative, with sum 1",
        ),
        (
            lambda: CrossEntropyLoss()([1.0, 2.0], [NAN, 1.0]),
            "target holds the row [nan  1.] at index (); expected class probabilities: none "
            "negative, with sum 1",
        ),
        (
            lambda: CrossEntropyLoss(ignore_index=0)([1.0, 2.0], [0.5, 0.5]),
            "ignore_index is 0 and target holds class probabilities; expected class indices, "
            "because a row of probabilities has no label to ignore",
        ),
        (
            lambda: BCEWithLogitsLoss()([[1.0, 2.0]], [[0.5, 1.5]]),
            "target holds 1.5 at index (0, 1); expected probabilities in [0, 1]",
        ),
        (
            lambda: BCEWithLogitsLoss()([1.0], [-1]),
            "target holds -1.0 at index (0,); expected probabilities in [0, 1]",
        ),
        (
            lambda: BCEWithLogitsLoss()(1.0, NAN),
            "target holds nan at index (); expected probabilities in [0, 1]",
        ),
        # variances that are none
        (
            lambda: GaussianNLLLoss()(ONES, ONES, [[1, 1, 1], [1, 0, 1]]),
            "var holds 0.0 at index (1, 1); expected variances greater than 0",
        ),
        (
            lambda: GaussianNLLLoss()([1.0], [1.0], -1),
            "var holds -1.0; expected variances greater than 0",
        ),
        (
            lambda: GaussianNLLLoss()([1.0], [1.0], NAN),
            "var holds nan; expected variances greater than 0",
        ),
        # counts and rates that are none
        (
            lambda: PoissonNLLLoss(eps=-1e-8),
            "eps is -1e-08; expected a finite number, not negative",
        ),
        (
            lambda: PoissonNLLLoss()([[0.0, 1.0]], [[3, -1]]),
            "target holds -1.0 at index (0, 1); expected counts, none negative",
        ),
        (lambda: PoissonNLLLoss()(1.0, NAN), "target holds nan; expected counts, none negative"),
        (
            lambda: PoissonNLLLoss(log_input=False)([1.0, -0.5], [0, 0]),
            "prediction holds -0.5 at index (1,); expected rates, none negative",
        ),
        # parameters and residuals that do not add up
        (lambda: noise_variance([], []), EMPTY.format((0,))),
        (lambda: noise_variance(np.ones((3, 1)), np.ones(3)), SAME.format((3,), (3, 1))),
        (
            lambda: noise_variance(ONES, ONES, fitted=6),
            "fitted is 6; expected a number from 0 to 5, less than the 6 residuals",
        ),
        (
            lambda: noise_variance(ONES, ONES, fitted=-1),
            "fitted is -1; expected a number from 0 to 5, less than the 6 residuals",
        ),
        (lambda: bic(1.0, 2, 0), "n is 0; expected the number of residuals, at least 1"),
        (
            lambda: after_forward(MSELoss(), ONES, ONES).backward(np.ones((2, 3))),
            "upstream has shape (2, 3); expected a number under reduction='mean'",
        ),
        (
            lambda: after_forward(L1Loss("sum"), ONES, ONES).backward([1.0]),
            "upstream has shape (1,); expected a number under reduction='sum'",
        ),
        (
            lambda: after_forward(CrossEntropyLoss(reduction="none"), ONES, [0, 1]).backward(ONES),
            "upstream has shape (2, 3); expected a number or shape (2,) under reduction='none'",
        ),
        # functions of logits
        *(
            (
                lambda f=f: f(np.ones((2, 0))),
                "x has shape (2, 0); expected at least one entry along axis -1",
            )
            for f in (logsumexp, softmax, log_softmax, softmax_jacobian)
        ),
        (
            lambda: logsumexp(1.0, axis=0),
            "x has shape (); expected at least one entry along axis 0",
        ),
        # the referees
        (
            lambda: check_gradient(np.sum, [1.0], [1.0, 2.0]),
            "gradient has shape (1,); expected (2,), the shape of x",
        ),
        (
            lambda: check_gradient(np.sum, [1.0], [1.0], referees=("oracle",)),
            "referee is 'oracle'; expected one of central difference, complex step, random "
            "direction",
        ),
        (
            lambda: directional_derivative(np.sum, [1.0, 2.0], [1.0]),
            "direction has shape (1,); expected (2,), the shape of x",
        ),
        (
            lambda: taylor_remainder(np.sum, [1.0], [1.0, 2.0], [1.0, 2.0], [0.1]),
            "gradient has shape (1,); expected (2,), the shape of x",
        ),
        (
            lambda: taylor_remainder(np.sum, [1.0], [1.0], [1.0], 0.1),
            "steps has shape (); expected (n,)",
        ),
        *(
            (
                lambda f=f: f(np.square, [1.0, 2.0]),
                "f returned an array of shape (2,); expected one number",
            )
            for f in (central_difference, complex_step)
        ),
    ],
    TypeError: [
        (
            lambda: CrossEntropyLoss(weight=["a", "b"]),
            "weight has dtype <U1; expected an array of numbers",
        ),
        # what is no array of numbers
        (lambda: MSELoss()(["a"], [1.0]), "prediction has dtype <U1; expected an array of numbers"),
        (lambda: MSELoss()([1.0], None), "target has dtype object; expected an array of numbers"),
        (
            lambda: CrossEntropyLoss()(None, [1]),
            "prediction has dtype object; expected an array of numbers",
        ),
        (
            lambda: CrossEntropyLoss()([1.0, 2.0], ["a", "b"]),
            "target has dtype <U1; expected an array of numbers",
        ),
        (
            lambda: GaussianNLLLoss()([1.0], [1.0], "1"),
            "var has dtype <U1; expected an array of numbers",
        ),
        (lambda: softmax("12"), "x has dtype <U2; expected an array of numbers"),
        (
            lambda: CrossEntropyLoss()(ONES, [0.0, 1.0]),
            "target has dtype float64 and the shape of class indices; expected integers",
        ),
        (
            lambda: CrossEntropyLoss()(ONES, [True, False]),
            "target has dtype bool and the shape of class indices; expected integers",
        ),
        *(
            (lambda f=f: f(np.sum, [1j]), "x is complex; expected real numbers")
            for f in (central_difference, complex_step)
        ),
    ],
    RuntimeError: [
        *((c.loss().backward, BEFORE.format(f"{c.loss.__name__}.backward")) for c in LOSSES),
        (GaussianNLLLoss().backward_var, BEFORE.format("GaussianNLLLoss.backward_var")),
    ],
    AttributeError: [
        (
            lambda: lossbook.MSE,
            "module 'lossbook' has no attribute 'MSE'; expected one of dir(lossbook)",
        ),
    ],
}
TABLE = [(call, error, message) for error, pairs in ERRORS.items() for call, message in pairs]


@pytest.mark.parametrize(("call", "error", "message"), TABLE, ids=range(len(TABLE)))
def test_the_message_is(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert type(raised.value) is error
    assert str(raised.value) == message


def test_every_message_says_what_is_expected():
    for _, _, message in TABLE:
        assert "expected" in message


def raises():
    """Where the package raises: {(file, first line, last line)}."""
    return {
        (str(path), node.lineno, node.end_lineno)
        for path in Path(lossbook.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise)
        # A method that subclasses fill in is no error of the reader's.
        and not (isinstance(node.exc, ast.Name) and node.exc.id == "NotImplementedError")
    }


def test_the_table_is_complete():
    """Each ``raise`` in the package is reached by a line of the table."""
    missing = raises()
    assert len(missing) > 20
    for call, error, _ in TABLE:
        with pytest.raises(error) as raised:
            call()
        reached = [(str(t.path), t.lineno + 1) for t in raised.traceback]
        missing = {
            (path, first, last)
            for path, first, last in missing
            if not any(p == path and first <= line <= last for p, line in reached)
        }
    assert missing == set()


ACCEPTED = [
    (HuberLoss, {"delta": 1e-300}),
    (SmoothL1Loss, {"beta": 0}),
    (StudentTNLLLoss, {"df": 1e-300, "scale": 1e-300}),
    (GaussianNLLLoss, {"eps": 1e-300}),
    (PoissonNLLLoss, {"eps": 0}),
    (CrossEntropyLoss, {"label_smoothing": 0}),
    (CrossEntropyLoss, {"label_smoothing": 1}),
    (CrossEntropyLoss, {"weight": [0, 1]}),
    (BCEWithLogitsLoss, {"pos_weight": 0, "weight": 0.0}),
]


@pytest.mark.parametrize(("cls", "options"), ACCEPTED)
def test_the_ends_of_a_range_belong_to_it(cls, options):
    assert isinstance(cls(**options), cls)


def test_targets_at_the_ends_of_their_range_are_taken():
    assert BCEWithLogitsLoss()([0.0, 0.0], [0, 1]) == pytest.approx(np.log(2))
    assert PoissonNLLLoss(log_input=False)([0.0], [0]) == 0
    assert CrossEntropyLoss()(ONES, [0, 2]) == pytest.approx(np.log(3))
    assert CrossEntropyLoss()([0.0, 0.0], [0.0, 1.0]) == pytest.approx(np.log(2))
    # A label that is no class may be the one to ignore.
    assert CrossEntropyLoss(ignore_index=3)(ONES, [0, 3]) == pytest.approx(np.log(3))


@pytest.mark.parametrize(("dtype", "ok", "wrong"), [("f8", 1e-7, 2e-7), ("f4", 2e-3, 4e-3)])
def test_how_far_from_1_a_row_of_probabilities_may_sum(dtype, ok, wrong):
    logits = np.zeros(2, dtype)
    assert CrossEntropyLoss()(logits, np.array([0.5, 0.5 + ok], dtype)) > 0
    assert CrossEntropyLoss()(logits, np.array([0.5, 0.5 - ok], dtype)) > 0
    for off in (wrong, -wrong):
        with pytest.raises(ValueError, match="with sum 1"):
            CrossEntropyLoss()(logits, np.array([0.5, 0.5 + off], dtype))


def test_an_empty_sum_is_0():
    assert MSELoss(reduction="sum")([], []) == 0
    assert MSELoss(reduction="none")([], []).shape == (0,)
    loss = CrossEntropyLoss(reduction="sum")
    assert loss(np.ones((0, 3)), np.ones(0, int)) == 0
    assert loss.backward().shape == (0, 3)
    assert CrossEntropyLoss(reduction="sum")(ONES, [-100, -100]) == 0


def test_errors_are_raised_before_anything_is_computed(monkeypatch):
    def never(*_):
        raise AssertionError("something was computed")

    for name in ("softmax", "log_softmax", "softplus", "sigmoid"):
        monkeypatch.setattr(lossbook.classification, name, never)
    for loss, target in [
        (CrossEntropyLoss(), [0, 9]),
        (CrossEntropyLoss(), ONES),
        (CrossEntropyLoss(weight=[1.0]), [0, 1]),
        (CrossEntropyLoss(), [-100, -100]),
        (BCEWithLogitsLoss(), 2 * ONES),
        (BCEWithLogitsLoss(weight=[1.0, 1.0]), ONES),
    ]:
        with pytest.raises(ValueError, match="expected"):
            loss(ONES, target)
