"""The index: for each term of terms.yml, the chapters that explain it, at the place where they do.

A chapter explains a term where a heading names it, or where it is set off in bold or italics.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

FILE = Path(__file__).resolve().parents[2] / "book" / "terms.yml"
SET_OFF = (nodes.title, nodes.strong, nodes.emphasis)

logger = logging.getLogger(__name__)


class Index(nodes.General, nodes.Element):
    """Where the index is to stand."""


class Terms(SphinxDirective):
    """The index, filled in when all chapters have been read."""

    def run(self) -> list[nodes.Node]:
        """Keep the place."""
        self.env.note_dependency(str(FILE))
        return [Index()]


class WordsSetOff(EnvironmentCollector):
    """Remembers what each page sets off, and in which of its sections."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page."""
        words_of(env).pop(docname, None)

    def merge_other(
        self,
        app: Sphinx,
        env: BuildEnvironment,
        docnames: set[str],
        other: BuildEnvironment,
    ) -> None:
        """Take over what another process has read."""
        for docname in docnames:
            words_of(env)[docname] = words_of(other).get(docname, [])

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Read a page."""
        words_of(app.env)[app.env.docname] = [
            (node.astext().lower().replace("’", "'"), section["ids"][0])
            for section in doctree.findall(nodes.section)
            for node in set_off(section)
        ]


def words_of(env: BuildEnvironment) -> dict[str, list[tuple[str, str]]]:
    """Return what the pages set off: {page: [(words, section)]}."""
    if "words_set_off" not in env.__dict__:
        env.__dict__["words_set_off"] = {}
    found: dict[str, list[tuple[str, str]]] = env.__dict__["words_set_off"]
    return found


def set_off(section: nodes.section) -> Iterator[nodes.Node]:
    """Yield what a section sets off, without its sections."""
    for child in section.children:
        if not isinstance(child, nodes.section):
            yield from child.findall(lambda node: isinstance(node, SET_OFF))


@cache
def patterns() -> dict[str, re.Pattern[str]]:
    """Return how each term is found."""
    listed = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {
        term: re.compile(
            "|".join(
                rf"(?<![\w-]){re.escape(spelling.lower())}(?![\w-])" for spelling in (term, *others)
            )
        )
        for term, others in listed.items()
    }


def places(env: BuildEnvironment, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield the first place of each chapter that sets a term off."""
    for page in env.toctree_includes[env.config.root_doc]:
        if env.doc2path(page).endswith(".ipynb"):
            spots = words_of(env)[page]
            found = (spot for words, spot in spots if pattern.search(words))
            if anchor := next(found, None):
                yield page, anchor


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the index where it is to stand."""
    for index in list(doctree.findall(Index)):
        rows = nodes.definition_list(classes=["terms"])
        for term in sorted(patterns(), key=str.casefold):
            links: list[nodes.Node] = []
            for page, anchor in places(app.env, patterns()[term]):
                to = app.builder.get_relative_uri(docname, page)
                title = app.env.titles[page].astext()
                link = nodes.reference("", title, refuri=f"{to}#{anchor}")
                links += [nodes.Text(" · "), link] if links else [link]
            if not links:
                logger.warning("no chapter sets off %r of terms.yml", term)
            said = nodes.definition("", nodes.paragraph("", "", *links))
            rows += nodes.definition_list_item("", nodes.term("", term), said)
        index.replace_self(rows)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive, and what fills it."""
    app.add_node(Index)
    app.add_directive("terms", Terms)
    app.add_env_collector(WordsSetOff)
    app.connect("doctree-resolved", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
