"""Chromium without a screen, told what to do over its DevTools protocol."""

import base64
import itertools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import urllib.parse
import urllib.request

from websockets.sync.client import connect

from hub import eventually

START_SECONDS_MAX = 90
ANSWER_SECONDS_MAX = 90


class Browser:
    """One browser with a profile of its own, which takes any certificate."""

    def __init__(self, folder: pathlib.Path):
        names = ("chromium", "chromium-browser", "google-chrome")
        binary = next(filter(None, map(shutil.which, names)), None)
        assert binary, "no Chromium: scripts/prepare tests installs one"
        self.process = subprocess.Popen(
            [
                binary, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-dev-shm-usage", "--ignore-certificate-errors",
                f"--user-data-dir={folder}", "--remote-debugging-port=0", "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        place = folder / "DevToolsActivePort"
        found = eventually(lambda: place.exists() and place.read_text().split(), START_SECONDS_MAX)
        assert found, "Chromium did not start"
        self.port = int(found[0])

    def open(self, url):
        """A new tab with a page."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/json/new?{urllib.parse.quote(url, safe='')}",
            method="PUT",
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Tab(json.load(answer)["webSocketDebuggerUrl"])

    def signal(self, number):
        """To all of its processes: SIGSTOP closes a laptop's lid, SIGCONT opens it."""
        os.killpg(self.process.pid, number)

    def close(self):
        self.signal(signal.SIGCONT)
        self.process.terminate()
        self.process.wait(20)


class Tab:
    """A page that runs what it is told; use as a context, which closes it."""

    def __init__(self, address):
        self.ws = connect(address, max_size=None, proxy=None, compression=None)
        self.ids = itertools.count(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.call("Page.close")
        self.ws.close()

    def call(self, method, **parameters):
        """The result of a method of the DevTools protocol."""
        id = next(self.ids)
        self.ws.send(json.dumps({"id": id, "method": method, "params": parameters}))
        while True:
            frame = json.loads(self.ws.recv(timeout=ANSWER_SECONDS_MAX))
            if frame.get("id") == id:
                assert "result" in frame, frame
                return frame["result"]

    def run(self, script, **values):
        """What an asynchronous function with this body returns; `values` are its variables."""
        names = "".join(f"const {name} = {json.dumps(value)};" for name, value in values.items())
        result = self.call(
            "Runtime.evaluate",
            expression=f"(async () => {{ {names} {script} }})()",
            awaitPromise=True,
            returnByValue=True,
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def until(self, condition, seconds=20):
        """Waits until an expression is true in the page; whether it came to that."""
        return eventually(lambda: self.run(f"return Boolean({condition});"), seconds)

    def picture(self):
        """What the page looks like: a PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot")["data"])
