"""The hub under test: the built binary as a process, and what it says of itself."""

import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request

from record import Record

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("TOUCHLINE", ROOT / ".build/debug/touchline"))
START_SECONDS_MAX = 90
STOP_SECONDS_MAX = 30


class Hub:
    """One `touchline dev` in a home of its own: a copy of the policies, and the data folder."""

    def __init__(self, home: pathlib.Path):
        self.home = home
        self.folder = home / ".touchline"
        self.policies = home / "Policies"
        self.process = None
        self.info = {}
        home.mkdir(parents=True, exist_ok=True)
        if not self.policies.exists():
            shutil.copytree(ROOT / "Policies", self.policies)
            # Tests say more, and the same more often, than members of a club may.
            for rules in self.policies.glob("rules/60-floods*"):
                rules.unlink()
        self.log_path = home / "hub.log"

    # Life.

    def start(self, port=0):
        """Starts the hub and waits for its line of JSON."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "dev", "--dir", self.folder, "--port", str(port), "--json"]
                + ["--policies", str(self.policies)],
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        line = self._first_line()
        assert line, f"the hub printed nothing within {START_SECONDS_MAX} s:\n{self.log()}"
        self.info = json.loads(line)
        self.record = Record(self.info["database"])
        return self

    def _first_line(self):
        lines = []

        def read():
            lines.append(self.process.stdout.readline())
            for _ in self.process.stdout:  # Keeps the pipe empty.
                pass

        threading.Thread(target=read, daemon=True).start()
        deadline = time.monotonic() + START_SECONDS_MAX
        while not lines and time.monotonic() < deadline:
            time.sleep(0.02)
        return lines[0] if lines else None

    def stop(self):
        """Asks as Ctrl-C does, and returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_SECONDS_MAX)

    def kill(self):
        """Ends the process as a crash does; its PostgreSQL may live on."""
        self.process.kill()
        self.process.wait(STOP_SECONDS_MAX)

    def log(self):
        return self.log_path.read_text(errors="replace")

    # What it offers.

    @property
    def url(self):
        return self.info["hub"]

    @property
    def host(self):
        return self.url.split("/")[2]

    @property
    def port(self):
        return int(self.host.rsplit(":", 1)[1])

    @property
    def path(self):
        return "/" + self.url.split("/", 3)[3]

    @property
    def channel(self):
        return self.info["channel"]

    def token(self, role="coach"):
        return self.info["tokens"][role]

    def tls(self):
        return ssl.create_default_context(cafile=self.info["ca"])

    def http(self, path, headers=None, method="GET"):
        """Status, headers and body of a request to the hub's own port."""
        host = self.host
        request = urllib.request.Request(
            f"https://{host}{path}", headers=headers or {}, method=method
        )
        return answer_of(request, self.tls())

    def console(self, path):
        """Status, headers and body of a request to the console."""
        return answer_of(urllib.request.Request(self.info["console"].rstrip("/") + path))

    def command(self, *arguments, **options):
        """Runs the binary with other arguments beside the hub."""
        return subprocess.run(
            [BINARY, *map(str, arguments)],
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=60,
            **options,
        )


def answer_of(request, tls=None):
    try:
        with urllib.request.urlopen(request, timeout=10, context=tls) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, refusal.read()


def eventually(condition, seconds=10, every=0.05):
    """The first true value of a condition; its last value when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(every)
