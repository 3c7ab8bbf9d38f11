"""All exercises of the book on one page, each with a link to its solution."""

import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from eqcheck.pages import Page, body, directive, options, pages_in_toc
from website.ext.markdown_directive import Generated

DISPLAY = re.compile(r"\$\$.*?\$\$ \((eq-[\w-]+)\)", re.S)


class Exercises(Generated):
    """The exercises, chapter by chapter."""

    def run(self) -> list[nodes.Node]:
        """Write each list as Markdown, and have it read as such."""
        found: list[nodes.Node] = []
        for path in pages_in_toc(Path(self.env.srcdir)):
            self.env.note_dependency(str(path))  # it may get its first exercise
            page = Page.read(path)
            lines = [line for each in exercises(page) for line in each]
            if lines:
                anchor = f"exercises-{path.stem}"
                found.append(self.section(anchor, page.title, lines))
        return found


def exercises(page: Page) -> Iterator[list[str]]:
    """Yield each exercise as an item of a list, with the numbers of its displays."""
    tokens = [t for t in page.tokens if directive(t) in ("exercise", "solution")]
    solved = {
        token.info.split()[-1]: options(token)["label"]
        for token in tokens
        if directive(token) == "solution"
    }
    for token in tokens:
        if directive(token) == "exercise":
            label = options(token)["label"]
            text = DISPLAY.sub(r"{eq}`\1`", body(token))
            text = re.sub(r"\s*\n\s*", " ", text.strip())
            yield [
                f"- {{numref}}`{label}`. {text} {{ref}}`Solution <{solved[label]}>`",
                "",
            ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("exercises", Exercises)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
