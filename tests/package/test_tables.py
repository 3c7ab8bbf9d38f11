"""What is read off a figure is what was drawn."""

import numpy as np
import pytest

mpl = pytest.importorskip("matplotlib")
plt = pytest.importorskip("matplotlib.pyplot")
plotting = pytest.importorskip("lossbook.plotting")
BLUE, ORANGE, GREEN = plotting.BLUE, plotting.ORANGE, plotting.GREEN
GREY, LIGHT = plotting.GREY, plotting.LIGHT
MIME, bundle, data_of = plotting.tables.MIME, plotting.tables.bundle, plotting.data_of

mpl.use("agg")


@pytest.fixture(autouse=True)
def closed():
    with mpl.rc_context():
        plotting.use_style()
        yield
    plt.close("all")


@pytest.fixture
def ax():
    return plt.subplots()[1]


def read(ax):
    return {table.series: table.columns for table in data_of(ax.figure)}


def test_lines_points_and_segments(ax):
    ax.plot([0, 1, 2], [3, 4, np.nan])
    ax.plot([0, 1], [5, 6])
    ax.plot([5, 6], [7, 8], "s", color=GREEN, ls="none")
    ax.plot([1, 2, 3], [1, 1, 1], "^", color=GREY, ls=":")
    assert read(ax) == {
        "solid blue line": {"x": [0, 1, 2], "y": [3, 4, None]},
        "dashed orange line": {"x from": [0], "y from": [5], "x to": [1], "y to": [6]},
        "green squares": {"x": [5, 6], "y": [7, 8]},
        "dotted grey line with triangles": {"x": [1, 2, 3], "y": [1, 1, 1]},
    }


def test_reference_lines_and_spans(ax):
    ax.axhline(3, color=GREY, ls=":")
    ax.axvline(4)
    ax.axvline(5)
    ax.axhspan(1, 2, color=ORANGE, alpha=0.1)
    assert read(ax) == {
        "orange span": {"y from": [1], "y to": [2]},
        "horizontal dotted grey line": {"y": [3]},
        "vertical solid blue line": {"x": [4, 5]},
    }


def test_what_is_no_data(ax):
    ax.axhline(1, color=LIGHT)
    ax.plot([0, 1], [0, 1], transform=ax.transAxes)
    ax.plot([0, 1], [0, 1], visible=False)
    ax.plot([], [], "o")
    ax.annotate("here", (0, 0), (1, 1), arrowprops={"arrowstyle": "->"})
    assert read(ax) == {}


def test_points_that_look_alike_are_one_series_and_curves_are_not(ax):
    for at in (1, 2):
        ax.plot(at, 3 * at, "o", color=ORANGE, ls="none")
        ax.plot([at, at], [0, at], color=ORANGE, ls="-")
        ax.plot([0, 1, 2], [at, at, at], color=BLUE, ls="-")
    assert read(ax) == {
        "orange dots": {"x": [1, 2], "y": [3, 6]},
        "solid orange line": {"x": [1, 2], "y from": [0, 0], "y to": [1, 2]},
        "solid blue line": {"x": [0, 1, 2], "y": [1, 1, 1]},
        "solid blue line 2": {"x": [0, 1, 2], "y": [2, 2, 2]},
    }


def test_points_with_another_label_are_another_series(ax):
    for label in ("one", "one", "two"):
        ax.plot(1, 2, "o", color=ORANGE, ls="none", label=label)
    assert read(ax) == {
        "one (orange dots)": {"x": [1, 1], "y": [2, 2]},
        "two (orange dots 2)": {"x": [1], "y": [2]},
    }


def test_scatter_and_bundles_of_lines(ax):
    ax.scatter([1, 2], [3, 4], s=[10, 20], color=BLUE)
    ax.scatter([1, 2], [3, 4], c=[0.5, 0.6])
    ax.vlines([1, 2], 0, [3, 4], color=ORANGE)
    series = read(ax)
    assert series["blue dots"] == {"x": [1, 2], "y": [3, 4], "size": [10, 20]}
    assert {"x": [1, 2], "y": [3, 4], "value": [0.5, 0.6]} in series.values()
    assert series["orange lines"] == {"x": [1, 2], "y from": [0, 0], "y to": [3, 4]}


@pytest.mark.parametrize("kind", ["bar", "step"])
def test_histograms(ax, kind):
    ax.hist([1, 1, 2.5, 4], bins=[1, 2, 3, 4], histtype=kind, color=BLUE)
    name = "blue bars" if kind == "bar" else "blue steps"
    assert read(ax) == {name: {"x from": [1, 2, 3], "x to": [2, 3, 4], "y": [2, 1, 1]}}


def test_stairs(ax):
    ax.stairs([5, 6], [0, 1, 3], color=GREEN)
    assert read(ax) == {"green steps": {"x from": [0, 1], "x to": [1, 3], "y": [5, 6]}}


def test_bars(ax):
    ax.bar(np.array([1, 2]) - 0.2, [3, 4], 0.3, color=BLUE)
    ax.bar(np.array([1, 2]) + 0.2, [5, 6], 0.3, color="white", edgecolor=ORANGE, hatch="//")
    ax.bar(10, 7, 20, color=GREEN, bottom=1)
    ax.barh([1, 2], [8, 9], 0.5, color=GREY)
    assert read(ax) == {
        "blue bars": {"x": [1, 2], "y": [3, 4]},
        "hatched orange bars": {"x": [1, 2], "y": [5, 6]},
        "green bars": {"x": [10], "width": [20], "y from": [1], "y to": [8]},
        "grey bars": {"y": [1, 2], "x": [8, 9]},
    }


def test_areas(ax):
    ax.add_patch(plt.Rectangle((1, 2), 3, 4, fill=False, ec=ORANGE))
    ax.fill([0, 1, 1], [0, 0, 1], color=GREEN)
    ax.fill_between([0, 1, 2], [1, 2, 3], [4, 5, 6], color=BLUE, lw=0)
    ax.fill_betweenx([0, 1, 2], [1, 2, 3], 9, color=GREY, lw=0)
    assert read(ax) == {
        "orange rectangles": {"x from": [1], "y from": [2], "x to": [4], "y to": [6]},
        "green area": {"x": [0, 1, 1, 0], "y": [0, 0, 1, 0]},
        "blue band": {"x": [0, 1, 2], "y from": [1, 2, 3], "y to": [4, 5, 6]},
        "grey band": {"y": [0, 1, 2], "x from": [1, 2, 3], "x to": [9, 9, 9]},
    }


def test_images_and_meshes():
    _, (left, right) = plt.subplots(1, 2)
    left.imshow([[1, 2], [3, 4]], extent=(0, 4, 0, 2))
    right.pcolormesh([[1, 2], [3, np.nan]])
    right.set_axis_off()  # an image has its data in itself
    image, mesh = data_of(left.figure)
    assert (image.series, mesh.series) == ("image", "image")
    assert image.columns == {"y": [1.5, 0.5], "1": [1, 3], "3": [2, 4]}
    assert mesh.columns == {"y": [0.5, 1.5], "0.5": [1, 3], "1.5": [2, None]}


def test_contours_arrows_and_texts(ax):
    ax.contour(np.eye(3), levels=[0.2, 0.4], colors=GREY)
    for at in (1, 2):
        ax.annotate("", (at, 3), (at, 4), arrowprops={"arrowstyle": "-|>", "color": ORANGE})
    ax.annotate("$+4$", (1, 2), xytext=(5, 5), textcoords="offset points")
    ax.text(3, 4, "a\nmean of 5.1")
    ax.text(3, 4, "no value, not even $z_1$")
    assert read(ax) == {
        "grey contours": {"level": [0.2, 0.4]},
        "orange arrows": {"x": [1, 2], "y from": [4, 4], "y to": [3, 3]},
        "text": {"text": ["$+4$", "a mean of 5.1"], "x": [1, 3], "y": [2, 4]},
    }


def test_a_series_is_called_by_its_label_or_by_the_one_text_in_its_colour(ax):
    ax.plot([0, 1, 2], [1, 1, 1], label="own")
    ax.plot([0, 1, 2], [2, 2, 2])
    ax.plot([0, 1, 2], [3, 3, 3])
    ax.plot([5], [5], "o", color=GREEN, ls="none")
    plotting.label_line(ax, 2, 1, "not this", BLUE)
    plotting.label_line(ax, 2, 2, "class 2", ORANGE)
    plotting.label_line(ax, 2, 3, "one of two", GREEN)
    ax.fill_between([0, 1, 2], 2, 3, color=ORANGE, alpha=0.1)
    assert list(read(ax)) == [
        "orange band",
        "own (solid blue line)",
        "class 2 (dashed orange line)",
        "dash-dotted green line",
        "green dots",
    ]


def test_panels_labels_and_scales():
    _, axes = plt.subplots(1, 3, sharey=True)
    for ax in axes:
        ax.plot([1, 2, 3], [1, 2, 3])
    inset = axes[2].inset_axes((0, 0, 0.5, 0.5))
    inset.plot([1, 2, 3], [1, 2, 3])
    axes[0].set(title="loss $L$", ylabel=r"$\sigma$", xscale="log")
    axes[1].set(xlabel="step")
    axes[1].figure.supxlabel("of all")
    tables = data_of(axes[0].figure)
    assert [table.panel for table in tables] == ["loss $L$", "panel 2", "panel 3", "panel 4"]
    assert [table.log for table in tables] == [["x"], [], [], []]
    assert [table.labels for table in tables[:3]] == [
        {"x": "of all", "y": r"$\sigma$"},
        {"x": "step", "y": r"$\sigma$"},
        {"x": "of all", "y": r"$\sigma$"},
    ]


def test_words_on_an_axis_stand_for_its_numbers(ax):
    ax.plot([0.5, 0.7], [0, 1], "o", ls="none")
    ax.set_yticks([0, 1, 2], ["right", "one weight", "divisor"])
    ax.set_xticks([0.5, 0.7], [1, 2])
    assert read(ax) == {"blue dots": {"x": [0.5, 0.7], "y": ["right", "one weight"]}}


@pytest.mark.parametrize(
    ("length", "points", "note"),
    [
        (60, 60, ""),
        (61, 31, "every 2nd point"),
        (121, 41, "every 3rd point"),
        (442, 42, "every 11th point and the last"),
        (1001, 41, "every 25th point"),
    ],
)
def test_long_lines_are_thinned_and_keep_both_ends(ax, length, points, note):
    ax.plot(np.arange(length), np.arange(length))
    ax.plot(np.arange(length), np.arange(length), "o", color=ORANGE, ls="none")
    line, dots = data_of(ax.figure)
    assert line.note == note
    assert len(line.columns["x"]) == len(line.columns["y"]) == points
    assert (line.columns["x"][0], line.columns["x"][-1]) == (0, length - 1)
    assert (dots.note, len(dots.columns["x"])) == ("", length)


def test_numbers_have_four_digits_and_no_noise(ax):
    ax.plot([1.23456, 123456, 0.000123456], [1, 2e-17, -1e-4], "o", ls="none")
    assert read(ax) == {"blue dots": {"x": [1.235, 123500, 0], "y": [1, 0, -1e-4]}}
    ax.set(yscale="log", xscale="log")
    assert read(ax)["blue dots"]["y"][1] == 2e-17  # there, a distance that is seen


def test_a_drawing_has_no_data():
    nodes = {"w": (0, 0, "$w$"), "L": (2, 0, "$L$")}
    assert data_of(plotting.computational_graph(nodes, [("w", "L", "2", "$2r$")])) == []
    _, ax = plt.subplots()
    ax.plot([0, 1], [0, 1])
    assert bundle(ax.figure) != {}
    ax.set_axis_off()
    assert bundle(ax.figure) == {}


def test_a_colour_bar_is_no_panel():
    fig, ax = plt.subplots()
    fig.colorbar(ax.pcolormesh(np.eye(2)))
    assert [table.panel for table in data_of(fig)] == [""]


def test_a_notebook_keeps_each_column_in_one_string(ax):
    ax.plot([0.1, 0.2, 1e-3], [1, np.nan, 123456], label="own")
    ax.set(xlabel="$x$")
    assert bundle(ax.figure) == {
        MIME: [
            {
                "panel": "",
                "series": "own (solid blue line)",
                "labels": {"x": "$x$"},
                "log": [],
                "note": "",
                "names": ["x", "y"],
                "values": ["0.1 0.2 0.001", "1 nan 123500"],
            }
        ]
    }


def test_in_a_notebook_a_figure_carries_its_data(ax):
    ipython = pytest.importorskip("IPython.core.interactiveshell")
    shell = ipython.InteractiveShell.instance()
    try:
        plotting.use_style()
        plotting.use_style()  # once more does no harm
        ax.plot([0, 1, 2], [3, 4, 5])
        shown, _ = shell.display_formatter.format(ax.figure)
        assert shown[MIME] == bundle(ax.figure)[MIME]
        assert "<svg" in shown["image/svg+xml"]
        ax.set_axis_off()
        assert MIME not in shell.display_formatter.format(ax.figure)[0]
    finally:
        ipython.InteractiveShell.clear_instance()
