"""How the server that `minidl lab` started proves that it is the one.

Jupyter tries a port, closes it, and opens it again later; in between another program can take it. So no token is sent
to a port before the server behind it has answered a question as only the started process can.
"""

import hashlib
import hmac

SECRET = "MINIDL_LAB_SECRET"  # the environment variable by which the secret is handed over
PATH = "minidl/proof"  # where the question is asked


def proof(secret, question):
    """What only someone who knows the secret can answer."""
    return hmac.new(secret.encode(), question.encode(), hashlib.sha256).hexdigest()
