"""The journal's files, read by the independent reader that shares no code with the hub."""

import pathlib
import subprocess
import sys

READER = pathlib.Path(__file__).resolve().parents[1] / "Vectors/read_record.py"


class Unreadable(Exception):
    """The reader's complaint; a journal that is being written to can earn one."""


def leaves(folder):
    """The leaf of every event in the journal below a folder, by `seq`."""
    segments = sorted(folder.rglob("*.journal"))
    assert segments, f"no journal below {folder}"
    run = subprocess.run(
        [sys.executable, READER, "leaves", *segments], capture_output=True, text=True, timeout=300
    )
    if run.returncode:
        raise Unreadable(run.stderr.strip())
    found = {}
    for line in run.stdout.splitlines():
        seq, leaf = line.split()
        assert seq not in found, f"seq {seq} is in the journal twice"
        found[seq] = leaf
    return found
