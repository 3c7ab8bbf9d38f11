"""The recurring figures, by what is drawn, and the palette, by what an eye can tell apart."""

import itertools

import numpy as np
import pytest

mpl = pytest.importorskip("matplotlib")
plt = pytest.importorskip("matplotlib.pyplot")
plotting = pytest.importorskip("lossbook.plotting")
BLUE, ORANGE, GREEN = plotting.BLUE, plotting.ORANGE, plotting.GREEN
INK, GREY = plotting.INK, plotting.GREY

mpl.use("agg")


@pytest.fixture(autouse=True)
def closed():
    with mpl.rc_context():
        yield
    plt.close("all")


def luminance(rgb):
    """Relative luminance as WCAG 2 defines it."""
    rgb = np.asarray(rgb)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, two):
    low, high = sorted([luminance(mpl.colors.to_rgb(one)), luminance(mpl.colors.to_rgb(two))])
    return (high + 0.05) / (low + 0.05)


# Viénot, Brettel and Mollon (1999): what is left of linear RGB without one kind of cone.
BLIND = {
    "protan": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deutan": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}


def lab(linear):
    """CIE L*a*b* of linear sRGB under D65."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ linear / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def linear(colour):
    rgb = np.array(mpl.colors.to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


PAIRS = list(itertools.combinations([BLUE, ORANGE, GREEN], 2))


@pytest.mark.parametrize("colour", [BLUE, ORANGE, GREEN, INK, GREY])
def test_every_colour_is_seen_on_white(colour):
    assert contrast(colour, "white") >= 4.5


@pytest.mark.parametrize("colour", [INK, GREY])
def test_text_is_readable_on_white(colour):
    assert contrast(colour, "white") >= 4.5


@pytest.mark.parametrize(("one", "two"), PAIRS)
@pytest.mark.parametrize("kind", BLIND)
def test_colour_blind_readers_tell_the_colours_apart(one, two, kind):
    matrix = np.array(BLIND[kind])
    seen = [lab(np.clip(matrix @ linear(colour), 0, 1)) for colour in (one, two)]
    assert np.linalg.norm(seen[0] - seen[1]) > 20  # 2.3 can just be noticed


def test_the_colours_differ_in_grey():
    lightness = sorted(lab(linear(colour))[0] for colour in (BLUE, ORANGE, GREEN))
    assert min(np.diff(lightness)) > 8  # of 100


def test_lines_differ_without_colour():
    plotting.use_style()
    cycle = mpl.rcParams["axes.prop_cycle"].by_key()
    assert cycle["color"] == [BLUE, ORANGE, GREEN]
    assert len(set(cycle["linestyle"])) == 3


def test_use_style_outside_a_notebook():
    plotting.use_style()
    for key, value in mpl.RcParams(plotting.style.STYLE).items():
        assert mpl.rcParams[key] == value, key


def test_the_same_figure_is_the_same_file(tmp_path):
    plotting.use_style()
    files = []
    for name in ("one.svg", "two.svg"):
        fig, ax = plt.subplots()
        ax.plot([0, 1], [0, 1])
        plotting.label_line(ax, 1, 1, "$w$")
        fig.savefig(tmp_path / name, metadata={"Date": None})
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1]
    assert b"<text" not in files[0]  # letters are drawn, so no font is missing anywhere


def test_label_line():
    _, ax = plt.subplots()
    plotting.label_line(ax, 2.0, 3.0, "slope", color=ORANGE, ha="right")
    (text,) = ax.texts
    assert text.get_text() == "slope"
    assert text.xy == (2, 3)
    assert text.get_color() == ORANGE
    assert text.get_ha() == "right"


def test_residual_squares_are_squares_of_the_residuals():
    _, ax = plt.subplots()
    x, target, prediction = [0.0, 3.0, 5.0], [1.0, 4.0, 2.0], [3.0, 3.5, 2.0]
    plotting.residual_squares(ax, x, target, prediction)
    squares = [patch for patch in ax.patches if isinstance(patch, mpl.patches.Rectangle)]
    assert [s.get_width() for s in squares] == [s.get_height() for s in squares] == [2, 0.5, 0]
    assert [s.get_xy() for s in squares] == [(0, 1), (3, 3.5), (5, 2)]
    area = sum(s.get_width() * s.get_height() for s in squares)
    assert area == np.sum((np.array(prediction) - target) ** 2)
    assert ax.get_aspect() == 1  # or they would not look like squares
    drawn = {tuple(line.get_ydata()) for line in ax.lines}
    assert {tuple(target), tuple(prediction), (1, 3)} <= drawn


def test_residual_squares_need_arrays_of_one_length():
    _, ax = plt.subplots()
    with pytest.raises(ValueError, match="shorter"):
        plotting.residual_squares(ax, [0, 1], [0, 1], [0])


def test_computational_graph():
    nodes = {"w": (0, 0, "$w$"), "r": (1, 0.5, "$r$"), "L": (2, 0, "$L$")}
    edges = [("w", "r", "$wx - y$", "$x$"), ("r", "L", "$r^2$", "$2r$")]
    fig = plotting.computational_graph(nodes, edges, figsize=(5, 2))
    (ax,) = fig.axes
    assert tuple(fig.get_size_inches()) == (5, 2)
    assert sum(isinstance(patch, mpl.patches.FancyArrowPatch) for patch in ax.patches) == 2
    texts = {text.get_text(): text for text in ax.texts}
    assert set(texts) == {"$w$", "$r$", "$L$", "$wx - y$", "$x$", "$r^2$", "$2r$"}
    assert texts["$w$"].get_position() == (0, 0)
    assert texts["$wx - y$"].xy == (0.5, 0.25)
    assert texts["$r^2$"].xy == texts["$2r$"].xy == (1.5, 0.25)  # in the middle of the way
    # What is computed stands above the arrow, what flows back below it, in orange.
    above, below = texts["$r^2$"], texts["$2r$"]
    assert above.get_position()[1] > 0 > below.get_position()[1]
    assert (above.get_va(), below.get_va()) == ("bottom", "top")
    assert below.get_color() == ORANGE
    assert above.get_color() != ORANGE
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    assert x0 < 0 < 2 < x1
    assert y0 < 0 < 0.5 < y1
