"""The README's first screen, pasted line by line into a running hub's folder."""

import os
import re
import subprocess
import time

import pytest

from hub import BINARY, ROOT, eventually

SCREEN = (ROOT / "README.md").read_text().split("\n## ")[1]
BLOCKS = re.findall(r"```console\n(.*?)```", SCREEN, re.DOTALL)


def steps(block):
    """The commands of a block, each with the lines that it prints."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def plain(line):
    """A line without what differs from run to run: times, decision ids, widths of columns."""
    return re.sub(r"[ -]+", " ", re.sub(r"\d+", "0", line)).strip()


def assert_prints(command, expected, printed):
    shown = [plain(line) for line in printed.splitlines()]
    for line in expected:
        assert plain(line) in shown, (
            f"$ {command}\nthe README says\n{line}\nbut it printed\n{printed}"
        )


@pytest.fixture
def home(own_hub):
    """The hub's folder looks like a clone in which it was built and started."""
    release = own_hub.home / ".build/release"
    release.mkdir(parents=True)
    (release / "touchline").symlink_to(BINARY)
    return own_hub.home


def shell(home, command, **options):
    return subprocess.Popen(
        ["bash", "-c", command], cwd=home, text=True, env=os.environ | {"NO_COLOR": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options,
    )


def test_the_first_screen_prints_what_it_says(home):
    (start, _), = steps(BLOCKS[0])
    assert os.access(ROOT / start, os.X_OK)
    (listen, heard), = steps(BLOCKS[1])
    coach = shell(home, listen, stdin=subprocess.PIPE)
    time.sleep(1.5)
    try:
        session = [step for block in BLOCKS[2:] for step in steps(block)]
        # One shell for all, as in a terminal; a mark ends what each command prints.
        script = "\n".join(f"{command}\necho '<end>'" for command, _ in session)
        printed, _ = shell(home, script).communicate(timeout=60)
        parts = printed.split("<end>\n")
        assert len(parts) == len(session) + 1, printed
        for (command, expected), part in zip(session, parts):
            assert_prints(command, expected, part)
    finally:
        time.sleep(0.5)
        shown, _ = coach.communicate(timeout=20)
    assert_prints(listen, heard, shown)
