"""What `minidl lab` adds to JupyterLab's server: its proof, a stricter door, pictures that last, an end with its parent."""

import os
import sys

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.identity import PasswordIdentityProvider
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado.ioloop import PeriodicCallback

from minidl.course.language_pack import LANGUAGE
from minidl.course.proof import PATH, SECRET, proof
from minidl.course.saving import before_saving


class ProofHandler(JupyterHandler):
    """Answers a question with its proof; it tells nothing else, to anybody."""

    @allow_unauthenticated
    def get(self):
        """Answer one question."""
        secret = os.environ.get(SECRET, "")
        self.finish(proof(secret, self.get_query_argument("question")) if secret else "")


class OwnOrigin(PasswordIdentityProvider):
    """Nobody is let in from the pages of another server, not even with the token; Jupyter would do so."""

    def should_check_origin(self, handler):
        """Always."""
        return True

    def get_user(self, handler):
        """Who asks; nobody, when a foreign page asks for them."""
        return super().get_user(handler) if handler.check_origin() else None


def _end_with_parent(server):
    """Stop the server when the program that started it is gone, however it ended."""
    parent = os.getppid()

    def look():
        if os.getppid() != parent:  # never so on Windows, where the number stays
            server.stop()

    PeriodicCallback(look, 1000).start()


def _jupyter_server_extension_points():
    return [{"module": __name__}]


def _load_jupyter_server_extension(server):
    """Jupyter calls this when it starts; `minidl lab` names this module on its command line."""
    server.web_app.add_handlers(".*$", [(url_path_join(server.base_url, PATH), ProofHandler)])
    server.contents_manager.register_pre_save_hook(before_saving)
    server.no_browser_open_file = True  # it would hold the token, and be readable for others
    if language := os.environ.get(LANGUAGE):
        sys.path.append(language)  # last: of two packs for a language JupyterLab takes the one that it finds last
    _end_with_parent(server)
