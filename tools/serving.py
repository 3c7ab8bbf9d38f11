"""Serve a folder for as long as a test or a measurement needs it."""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without logging."""

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving(root: Path, handler: type[Quiet] = Quiet) -> Iterator[str]:
    """Serve a folder; yield its address."""
    here = functools.partial(handler, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), here) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
