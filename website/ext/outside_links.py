"""What Sphinx's link checker must know of this book's links to the outside."""

import re

from sphinx.application import Sphinx
from sphinx.config import Config

DOI = "https://doi.org/"


def ask_the_registry(app: Sphinx, uri: str) -> str | None:
    """Return where the registry of DOIs says whether one exists.

    A DOI leads on to its publisher, and most publishers turn machines away.
    """
    if not uri.startswith(DOI):
        return None
    return f"{app.config.linkcheck_doi_registry}{uri.removeprefix(DOI)}"


def leave_out_own_site(app: Sphinx, config: Config) -> None:
    """Leave out links to the book's own site: the pages that are tested may not be there yet."""
    if config.html_baseurl:
        config.linkcheck_ignore = [*config.linkcheck_ignore, re.escape(config.html_baseurl)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register both."""
    app.add_config_value("linkcheck_doi_registry", f"{DOI}api/handles/", "", str)
    app.connect("linkcheck-process-uri", ask_the_registry)
    app.connect("config-inited", leave_out_own_site)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
