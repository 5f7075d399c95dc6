"""Autobahn's cases, driven by a client that no one here wrote, against the echo of this pipeline."""

import collections
import json
import pathlib
import socket
import subprocess
import sys
import time

import pytest

from hub import BINARY

SECTIONS = [1, 2, 3, 4, 5, 6, 7, 10]


@pytest.fixture
def echo(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with open(tmp_path / "echo.log", "wb") as log:
        process = subprocess.Popen([BINARY, "echo", "--port", str(port)], stdout=log, stderr=log)
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline, (
                tmp_path / "echo.log"
            ).read_text()
            time.sleep(0.05)
    yield port
    assert process.poll() is None, "the echo did not survive"
    process.terminate()
    process.wait(20)


@pytest.mark.timeout(900)
def test_sections_1_to_7_and_10_pass_strictly(echo, tmp_path):
    kosoku = pathlib.Path(sys.executable).parent / "kosoku"
    cases = [argument for section in SECTIONS for argument in ("-i", f"{section}.*")]
    out = tmp_path / "autobahn"
    run = subprocess.run(
        [kosoku, "-o", out, *cases, "-p", "4", f"127.0.0.1:{echo}/"],
        capture_output=True, text=True, timeout=800,
    )
    assert (out / "index.json").exists(), run.stdout[-2000:] + run.stderr[-2000:]
    by_section = collections.Counter()
    bad = {}
    for results in json.loads((out / "index.json").read_text()).values():
        for case, result in results.items():
            by_section[int(case.split(".")[0])] += 1
            for what in ("behavior", "behaviorClose"):
                if result[what] not in ("OK", "INFORMATIONAL"):
                    bad[case] = result
    assert sorted(by_section) == SECTIONS, "every section was run"
    assert sum(by_section.values()) > 240
    assert not bad
