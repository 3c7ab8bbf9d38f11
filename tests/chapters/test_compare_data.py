"""Data are the same up to the last digit, or to what no eye sees; nothing else is."""

import pytest

from tests.support.compare_data import differences


def table(values, log=(), names=("x", "y")):
    return {
        "panel": "",
        "series": "blue dots",
        "labels": {"x": "step"},
        "log": list(log),
        "note": "",
        "names": list(names),
        "values": values,
    }


@pytest.mark.parametrize(
    ("old", "new", "log"),
    [
        ("1 2.345 nan", "1 2.345 nan", ()),
        ("1.000 2.345 12340", "0.9999 2.346 12350", ()),
        ("-1.000 1.234e-13", "-1.001 1.235e-13", ("y",)),
        ("400 0.001234", "400 0.001236", ()),  # beside 400 that is nothing
        ("400 0", "400 1e-3", ()),
    ],
)
def test_the_same_elsewhere(old, new, log):
    assert differences([table(["1 2", old], log)], [table(["1 2", new], log)]) == []
    assert differences([table(["1 2", new], log)], [table(["1 2", old], log)]) == []


@pytest.mark.parametrize(
    ("old", "new", "log"),
    [
        ("1 2.345", "1 2.347", ()),
        ("400 0.001234", "400 0.001236", ("y",)),  # there, a distance that is seen
        ("400 0", "400 1e-3", ("y",)),
        ("400 1", "400 1.1", ()),
        ("1 2", "1 nan", ()),
        ("1 2", "1 -2", ()),
        ("1 2", "1 2 3", ()),
        (["one", "two"], ["one", "three"], ()),
        (["1", "2"], "1 2", ()),
    ],
)
def test_a_change(old, new, log):
    found = differences([table(["1 2", old], log)], [table(["1 2", new], log)])
    assert found == [f"blue dots, y: {old!r}, now {new!r}"]


@pytest.mark.parametrize(
    ("key", "value"),
    [("panel", "left"), ("series", "red dots"), ("labels", {}), ("note", "n"), ("names", ["x"])],
)
def test_a_change_of_what_is_said(key, value):
    old = table(["1", "2"])
    assert differences([old], [old | {key: value}])
    assert differences([old | {key: value}], [old])


def test_a_series_more_or_less():
    old = [table(["1", "2"])]
    assert differences(old, [*old, *old]) == ["1 tables of data, now 2"]
    assert differences(old, []) == ["1 tables of data, now 0"]
