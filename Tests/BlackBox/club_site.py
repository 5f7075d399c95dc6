"""A club's web site: a page with the reference client, and an issuer of tokens for it."""

import http.server
import pathlib
import threading
import urllib.parse

from hub import ROOT

PAGE = pathlib.Path(__file__).parent / "client.html"
CLIENT = ROOT / "clients/touchline.js"
# Short waits, so that a test needn't take as long as a train through a tunnel.
QUICK = {"backoffMs": 100, "backoffMaxMs": 500}


class ClubSite(http.server.ThreadingHTTPServer):
    """`mint` makes its tokens by role: None is a failure, "" that nobody is signed in."""

    def __init__(self):
        super().__init__(("localhost", 0), Pages)
        self.mint = None
        self.minted = 0
        self.origin = f"http://localhost:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/token":
            self.server.minted += 1
            token = self.server.mint(**dict(urllib.parse.parse_qsl(url.query)))
            self.answer(503 if token is None else 200, "text/plain", (token or "").encode())
        elif url.path == "/client.html":
            self.answer(200, "text/html", PAGE.read_bytes())
        elif url.path == "/touchline.js":
            self.answer(200, "text/javascript", CLIENT.read_bytes())
        else:
            self.answer(404, "text/plain", b"")

    def answer(self, status, type, body):
        self.send_response(status)
        self.send_header("Content-Type", type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def say(tab, hub, text, **options):
    """How the page's member fares with a message."""
    return tab.run(
        "return await outcome(me.hub.send(channel, {text}, options));",
        channel=hub.channel, text=text, options=options,
    )  # fmt: skip
