"""A browser that no one here wrote: Chromium's own WebSocket, on a page from localhost."""

import functools
import http.server
import json
import pathlib
import queue
import threading
import urllib.parse

import pytest

import tokens
import words
from record import BLOCK

HERE = pathlib.Path(__file__).parent
BROWSER_SECONDS_MAX = 90


class Pages(http.server.SimpleHTTPRequestHandler):
    """Serves this folder, and keeps what the page posts."""

    def do_POST(self):
        self.server.seen.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def browse(browser):
    """Opens the page with a query in a headless browser, and returns what it saw."""
    server = http.server.ThreadingHTTPServer(
        ("localhost", 0), functools.partial(Pages, directory=HERE)
    )
    server.seen = queue.Queue()
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def browse(**query):
        address = f"http://localhost:{server.server_port}/page.html?"
        with browser.open(address + urllib.parse.urlencode(query)):
            return server.seen.get(timeout=BROWSER_SECONDS_MAX)

    yield browse
    server.shutdown()


def test_chromium_connects_talks_and_is_refused(hub, browse):
    seen = browse(
        hub=hub.url, token=hub.token("player"), channel=hub.channel, blocked=words.BLOCKED
    )
    assert seen["protocol"] == "touchline.v1"
    frames = {frame.get("id", frame["type"]): frame for frame in seen["frames"]}
    assert frames["join"]["status"] == "joined"
    assert frames["good"]["status"] == "delivered"
    assert frames["bad"]["code"] == "blocked"
    assert hub.record.event(frames["bad"]["decision"])["disposition"] == BLOCK
    texts = [frame["body"]["text"] for frame in seen["frames"] if frame["type"] == "message"]
    assert "from a browser: ⚽" in texts
    assert frames["close"] == {"type": "close", "code": 1000, "wasClean": True}


def test_chromium_with_an_expired_token_stays_outside(hub, browse):
    seen = browse(hub=hub.url, token=tokens.expired(hub), channel=hub.channel, blocked="")
    assert [frame["type"] for frame in seen["frames"]] == ["close"]
    assert seen["frames"][0]["code"] == 1006
