"""Every loss in the list, under every test: what one promises, all keep.

What "equal to 1e-12" is relative to: two correct programs that add and subtract the same numbers
in a different order differ by a few roundings *of those numbers*, and where they cancel that is
more than any share of the result.  So each case names the size of its terms.  (torch rounds log p
at 1 even where it is tiny; test_accuracy.py shows who is right there.)
"""

import inspect

import numpy as np
import pytest

import lossbook
from lossbook import check_gradient
from lossbook.base import Loss
from lossbook.gradcheck import REFEREES
from lossbook.reduction import REDUCTIONS
from tests.package.losses import LOSSES, Problem, at_50_digits, gradients

RELATIVE = {np.float64: 1e-12, np.float32: 1e-5}
SHAPES = [(), (1,), (3,), (2, 3), (4, 1), (2, 3, 2), (2, 2, 1, 3)]
EVERY = pytest.mark.parametrize("case", LOSSES, ids=str)
IN_EVERY_REDUCTION = pytest.mark.parametrize("reduction", REDUCTIONS)
IN_BOTH_PRECISIONS = pytest.mark.parametrize("dtype", RELATIVE, ids=["float64", "float32"])


def problems(case, dtype=np.float64, seeds=4):
    return [
        case.problem(seed, shape, dtype)
        for shape in SHAPES
        if len(shape) >= case.least
        for seed in range(seeds)
    ]


def close(ours, theirs, size=None, relative=1e-14):
    """Whether two results differ by no more than a share of `size`, or of the result."""
    ours, theirs = np.float64(ours), np.float64(theirs)
    assert ours.shape == theirs.shape
    return np.all(np.abs(ours - theirs) <= relative * (np.abs(theirs) if size is None else size))


def sizes(problem, reduction="none", upstream=1.0):
    """The sizes of the terms of the value and of the gradients, as the reduction leaves them."""
    value, *slopes = problem.case.size(*map(np.float64, problem.arguments), **problem.options)
    if value is not None and reduction != "none":
        value = np.broadcast_to(value, problem.solve("none")[0].shape).sum()
    divisor = problem.count if reduction == "mean" else 1
    factors = problem.spread(np.abs(upstream)), np.abs(upstream).max()  # a variance sums entries
    pairs = zip(slopes, factors, strict=False)
    slopes = [None if slope is None else slope * factor / divisor for slope, factor in pairs]
    return [None if value is None else value / divisor, *slopes]


def test_every_loss_of_the_package_is_in_the_list():
    exported = {name for name in lossbook.__all__ if isinstance(getattr(lossbook, name), type)}
    losses = {name for name in exported if issubclass(getattr(lossbook, name), Loss)}
    assert losses == {case.loss.__name__ for case in LOSSES}
    assert len(losses) > 10


# Against PyTorch


def by_torch(torch, problem, reduction, upstream):
    """The value and the gradients as PyTorch has them."""
    case, dtype = problem.case, problem.arguments[0].dtype
    options = {
        k: torch.tensor(v.astype(dtype)) if isinstance(v, np.ndarray) else v
        for k, v in problem.options.items()
    }
    z, y, *var = map(torch.tensor, problem.arguments)
    leaves = [leaf.requires_grad_() for leaf in (z, *var)]
    # torch gives a number no gradient; spread over the entries, it gets the sum of theirs.
    var = [v.expand(z.shape) if v.ndim == 0 else v for v in var]
    if case.torch == "nn":
        value = getattr(torch.nn, case.loss.__name__)(reduction=reduction, **options)(z, y, *var)
    else:
        table = case.torch(torch, z, y, *var, **options)
        value = table if reduction == "none" else getattr(table, reduction)()
    value.backward(torch.as_tensor(upstream, dtype=value.dtype).expand(value.shape))
    return [value.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)]


def upstreams(problem, reduction, seed):
    """A number, or now and then one for each loss of a table."""
    rng = np.random.default_rng(seed)
    shape = np.shape(problem.loss("none")(*problem.arguments)) if reduction == "none" else ()
    return rng.normal(size=shape if rng.random() < 0.5 else ())


@pytest.mark.parametrize("case", [case for case in LOSSES if case.torch], ids=str)
@IN_EVERY_REDUCTION
@IN_BOTH_PRECISIONS
def test_value_and_gradient_are_those_of_torch(case, reduction, dtype):
    torch = pytest.importorskip("torch")
    for seed, problem in enumerate(problems(case, dtype)):
        upstream = upstreams(problem, reduction, seed)
        ours = problem.solve(reduction, upstream)
        theirs = by_torch(torch, problem, reduction, upstream)
        of = sizes(problem, reduction, upstream)
        for one, other, size in zip(ours, theirs, of, strict=True):
            assert one.dtype == other.dtype == dtype
            assert close(one, other, size, RELATIVE[dtype]), problem.name


@pytest.mark.parametrize("loss", sorted({case.loss for case in LOSSES}, key=str))
def test_names_and_defaults_are_those_of_torch(loss):
    torch = pytest.importorskip("torch")
    if not hasattr(torch.nn, loss.__name__):
        pytest.skip("PyTorch has no such loss")
    old = ("size_average", "reduce")  # torch has given these up, and they are not here
    ours, theirs = (
        [(k, p.kind, p.default) for k, p in inspect.signature(cls).parameters.items()]
        for cls in (loss, getattr(torch.nn, loss.__name__))
    )
    assert ours == [option for option in theirs if option[0] not in old]


# Against 50 digits


@EVERY
@IN_BOTH_PRECISIONS
def test_value_and_gradient_to_50_digits(case, dtype):
    pytest.importorskip("mpmath")
    for seed, shape in enumerate([(3,), (2, 3), (2, 3), (2, 2, 2)]):
        problem = case.problem(seed, shape, dtype)
        table, slopes = at_50_digits(problem)
        if 0.0 in case.kinks(**problem.options):  # there, of the subgradients, 0
            slopes[0][problem.arguments[0] == problem.arguments[1]] = 0
        few = 30 * np.finfo(dtype).eps
        every = zip(problem.solve("none"), [table, *slopes], sizes(problem), strict=True)
        for one, true, size in every:
            assert close(one, true, size, few), problem.name


@EVERY
def test_any_finite_prediction_gives_a_finite_value_where_the_true_one_is(case):
    pytest.importorskip("mpmath")
    rng = np.random.default_rng(0)
    for seed in range(8):
        problem = case.problem(seed)
        signs, shape = [1] if case.positive else [-1, 0, 1], problem.arguments[0].shape
        problem = problem.at(rng.choice(signs, shape) * 10 ** rng.uniform(-300, 300, shape))
        ours = problem.solve("none")
        table, _ = at_50_digits(problem)
        for one, true in zip(ours[0].ravel(), table.ravel(), strict=True):
            assert one == pytest.approx(true, rel=1e-10, abs=1e-12), problem.name
        assert not any(np.isnan(result).any() for result in ours)


# Before the referees


def smooth_problems(case, seeds):
    for seed in range(seeds):
        problem = case.problem(seed, (3, 2)).where_smooth()
        loss = problem.loss(["mean", "sum"][seed % 2])
        z, *rest = problem.arguments
        loss(z, *rest)
        yield seed, lambda q, loss=loss, rest=rest: loss(q, *rest), loss.backward(), z


@EVERY
def test_the_referees_accept_the_gradient(case):
    for seed, f, gradient, x in smooth_problems(case, 8):
        check = check_gradient(f, gradient, x)
        assert check, (seed, check)


@EVERY
def test_the_referees_reject_an_error_of_a_twentieth_of_a_percent_in_one_entry(case):
    seen = dict.fromkeys(REFEREES, 0)
    for seed, f, gradient, x in smooth_problems(case, 8):
        rng = np.random.default_rng(seed)
        entry = tuple(rng.integers(0, x.shape))
        wrong = gradient.copy()
        wrong[entry] *= rng.choice([1.0005, 0.9995])
        size = abs(gradient[entry])
        # All together see it in any entry but those that are lost beside the largest.
        if size > 1e-10 * np.abs(gradient).max():
            check = check_gradient(f, wrong, x)
            assert not check, seed
            exact = next(v for v in check.verdicts if v.referee == "complex step")
            assert exact.detail.startswith(f"gradient[{entry[0]}, {entry[1]}] is ")
        # A difference of values cannot see what their rounding hides, nor 1/1000 of a sum.
        if size > 1e-5 * abs(f(x)) and size > 1e-3 * np.abs(gradient).sum():
            for referee in REFEREES:
                assert not check_gradient(f, wrong, x, referees=(referee,), seed=seed), seed
                seen[referee] += 1
    assert min(seen.values()) > 1


# Reductions


@EVERY
def test_sum_and_mean_are_the_sum_of_none(case):
    for problem in problems(case, seeds=2):
        none, total, mean = (problem.solve(reduction) for reduction in ("none", "sum", "mean"))
        size = np.abs(none[0]).sum()
        assert close(total[0], none[0].sum(), size)
        assert close(mean[0], none[0].sum() / problem.count, size / problem.count)
        for one, all_, share in zip(none[1:], total[1:], mean[1:], strict=True):
            assert close(all_, one)
            assert close(share, one / problem.count, relative=1e-13)


@EVERY
def test_the_gradient_is_linear_in_upstream(case):
    problem = case.problem(0)
    for reduction in REDUCTIONS:
        loss = problem.loss(reduction)
        table = np.asarray(loss(*problem.arguments))
        once = loss.backward()
        assert close(loss.backward(-2.5), -2.5 * once)
        assert not loss.backward(0).any()
        if reduction == "none":
            each = np.arange(1.0, 1 + table.size).reshape(table.shape)
            assert close(loss.backward(each.tolist()), problem.spread(each) * once)


# What is remembered


def same(one, two):
    return all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


@EVERY
def test_backward_twice_gives_the_same(case):
    problem = case.problem(0)
    for reduction in REDUCTIONS:
        loss = problem.loss(reduction)
        loss(*problem.arguments)
        first = gradients(loss)
        kept = [array.copy() for array in first]
        assert same(gradients(loss), kept)
        for array in first:
            array *= 7  # what was handed out is the caller's own
        assert same(gradients(loss), kept)


@EVERY
def test_arrays_may_be_changed_after_forward(case):
    problem, before = case.problem(1), case.problem(1)
    loss = problem.loss("none")
    table = loss(*problem.arguments)
    value, expected = table.copy(), gradients(loss)
    options = [v for v in problem.options.values() if isinstance(v, np.ndarray)]
    for array in (*problem.arguments, *options, table):
        array[...] = 0
    assert same(gradients(loss), expected)
    assert np.array_equal(loss(*before.arguments), value)  # the weights are the loss's own


@EVERY
def test_the_last_forward_counts(case):
    problem = case.problem(0)
    loss = problem.loss()
    (z, *rest), expected = problem.arguments, problem.solve()[1:]
    loss(*problem.arguments)
    loss(z[::-1] / 2, *rest)
    assert not same(gradients(loss), expected)
    loss(z, *rest)
    assert same(gradients(loss), expected)


@EVERY
def test_a_forward_that_raises_changes_nothing(case):
    problem = case.problem(0)
    loss = problem.loss()
    loss(*problem.arguments)
    expected = gradients(loss)
    with pytest.raises(ValueError, match="target"):
        loss(np.ones((4, 2)), np.ones((4, 3)), *problem.arguments[2:])
    if len(problem.arguments) == 3:
        with pytest.raises(ValueError, match="var"):
            loss(*problem.arguments[:2], np.ones(7))
    assert same(gradients(loss), expected)


@EVERY
def test_forward_on_complex_numbers_leaves_nothing_to_go_back_from(case):
    problem = case.problem(0).where_smooth()
    (z, *rest), (real, gradient, *_) = problem.arguments, problem.solve()
    loss = problem.loss()
    shifted = z.astype(complex)
    shifted[0, 0] += 1e-100j
    value = loss(shifted, *rest)
    assert value.real == pytest.approx(real, rel=1e-14)
    assert value.imag / 1e-100 == pytest.approx(gradient[0, 0], rel=1e-13, abs=1e-16)
    for name in ("backward", "backward_var") if len(rest) == 2 else ("backward",):
        with pytest.raises(RuntimeError, match="before forward"):
            getattr(loss, name)()


@EVERY
def test_calling_is_forward_and_a_loss_prints_as_it_was_made(case):
    problem = case.problem(0)
    loss = problem.loss("sum")
    name = type(loss).__name__
    with np.printoptions(precision=17):
        again = eval(repr(loss), {name: type(loss), "array": np.array, "np": np})
    assert repr(again) == repr(loss)
    assert again(*problem.arguments) == loss.forward(*problem.arguments)
    loss.backward()
    assert repr(again) == repr(loss)  # what is remembered is not part of the name


# What goes in, what comes out


@EVERY
def test_inputs_are_never_modified(case):
    problem, before = case.problem(0), case.problem(0)
    for reduction in REDUCTIONS:
        problem.solve(reduction, 0.5)
    assert same(problem.arguments, before.arguments)
    assert same(problem.options.values(), before.options.values())


def column_major(array):
    return np.array(array, order="F")


def frozen(array):
    array = array.copy()
    array.flags.writeable = False
    return array


@EVERY
@pytest.mark.parametrize("form", [frozen, np.ndarray.tolist, column_major])
def test_read_only_arrays_and_lists_are_taken(case, form):
    problem = case.problem(2)
    options = {k: form(v) if isinstance(v, np.ndarray) else v for k, v in problem.options.items()}
    again = Problem(case, options, tuple(map(form, problem.arguments)), "")
    for reduction in REDUCTIONS:
        for result, wanted in zip(again.solve(reduction), problem.solve(reduction), strict=True):
            np.testing.assert_allclose(result, wanted, rtol=1e-13)


@EVERY
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_precision_in_is_precision_out(case, dtype):
    # Options are float64 here on purpose: the data decide, and a plain number is no array.
    for shape in ((2, 3), (3,)) if case.least else ((2, 3), ()):
        for reduction in REDUCTIONS:
            results = case.problem(0, shape, dtype).solve(reduction, 0.1)
            assert {result.dtype for result in results} == {np.dtype(dtype)}


@EVERY
def test_one_loss_is_a_number_and_a_gradient_is_an_array(case):
    shape = (3,) if case.least else ()
    for reduction in REDUCTIONS:
        value, *slopes = case.problem(0, shape).solve(reduction)
        is_table = reduction == "none" and shape and not case.rows
        assert isinstance(value, np.ndarray) if is_table else np.isscalar(value)
        assert all(isinstance(slope, np.ndarray) for slope in slopes)
        assert slopes[0].shape == shape


# Hostile input


@EVERY
def test_what_is_wrong_is_an_error_that_says_what_is_expected(case):
    problem = case.problem(0)
    z, y, *var = problem.arguments
    none, total = problem.loss("none"), problem.loss("sum")
    none(z, y, *var)
    total(z, y, *var)
    wrong = [
        (ValueError, "reduction", lambda: problem.loss("avg")),
        (ValueError, "reduction", lambda: problem.loss(None)),
        (RuntimeError, "backward", problem.loss().backward),
        (TypeError, "prediction", lambda: problem.loss()("12", y, *var)),
        (TypeError, "prediction", lambda: problem.loss()(None, y, *var)),
        (TypeError, "target", lambda: problem.loss()(z, np.full(y.shape, "a"), *var)),
        (ValueError, "target", lambda: problem.loss()(z, y[..., None], *var)),
        (ValueError, "target", lambda: problem.loss()(z, y[:1], *var)),
        (ValueError, "target", lambda: problem.loss()(z, y.ravel()[0], *var)),
        (ValueError, "target", lambda: problem.loss()(z[:, :1], y[0], *var)),
        (ValueError, "prediction", lambda: problem.loss()(z[:0], y[:0], *var)),
        (ValueError, "upstream", lambda: total.backward([1.0])),
        (ValueError, "upstream", lambda: none.backward(np.ones((2, 3, 1)))),
    ]
    for error, argument, call in wrong:
        with pytest.raises(error, match=f"^.*{argument}.*expected") as raised:
            call()
        assert type(raised.value) is error


@EVERY
def test_an_empty_sum_is_0(case):
    problem = case.problem(0)
    z, y, *var = problem.arguments
    var = [v[:0] if v.shape[:1] == z.shape[:1] else v for v in var]
    options = {
        k: v[:0] if not case.rows and np.ndim(v) == z.ndim else v
        for k, v in problem.options.items()
    }
    empty = Problem(case, options, (z[:0], y[:0], *var), "")
    assert empty.solve("sum")[0] == 0
    assert empty.solve("none")[0].shape == y[:0].shape[: 1 if case.rows else 2]
    assert empty.solve("sum")[1].shape == (0, 3)
