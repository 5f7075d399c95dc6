"""What people read of the record: `audit explain` and `audit tail`."""

import subprocess
import threading

from audited import UNCHECKED, WHOLE
from hub import BINARY, eventually
from member import Member


def test_a_decision_is_explained(audited):
    database = ["--database", audited.cluster.connection(audited.service.database)]
    done = audited.run("audit", "explain", audited.decisions["blocked"], *database)
    assert done.returncode == WHOLE, done.stderr
    story = done.stdout
    for words in (
        f"Decision {audited.decisions['blocked']}", "message: block, decided at step rules",
        f"in {audited.service.channel}", "Coach (member-coach at https://id.club.example)",
        "add me on snapchat", "in rules/", "signed 2", "Then ",
    ):  # fmt: skip
        assert words in story, story
    auditor = audited.copy()
    role = f"auditor_{audited.copies}"
    audited.cluster.psql(
        "postgres", f"create role {role} login in role touchline_auditor"
    )
    seen = audited.run(
        "audit", "explain", audited.decisions["blocked"],
        "--database", auditor.replace("user=postgres", f"user={role}"),
    )  # fmt: skip
    assert seen.returncode == WHOLE, seen.stderr
    assert "snapchat" not in seen.stdout and "member-coach" not in seen.stdout
    assert "may not read it" in seen.stdout
    assert audited.run("audit", "explain", "1-99999", *database).returncode == UNCHECKED


def test_the_newest_events_are_shown(audited):
    database = ["--database", audited.cluster.connection(audited.service.database)]
    done = audited.run("audit", "tail", "-n", "5", *database)
    lines = done.stdout.splitlines()
    assert [line.split("  ")[1] for line in lines] == [
        f"1-{seq}" for seq in range(audited.size - 4, audited.size + 1)
    ]
    everything = audited.run("audit", "tail", "-n", "9999", "--content", *database).stdout
    assert "“" in everything and "good bye" in everything and "Coach" in everything
    assert "good bye" not in audited.run("audit", "tail", "-n", "9999", *database).stdout


def test_tail_follows_a_running_hub(hub):
    with Member(hub, join=hub.channel) as member:
        tail = subprocess.Popen(
            [BINARY, "audit", "tail", "-f", "-n", "0", "--dir", hub.folder, "--content"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            # It starts at what is there: said again until it is seen.
            seen = []
            reader = threading.Thread(target=lambda: seen.extend(iter(tail.stdout.readline, "")))
            reader.start()
            assert eventually(
                lambda: member.say("is anybody there") and any("anybody" in line for line in seen),
                20, 0.5,
            )  # fmt: skip
        finally:
            tail.terminate()
            tail.wait(10)
            reader.join(10)
