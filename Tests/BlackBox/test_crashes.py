"""What is told is kept, and what is imposed holds: killed at random moments, without its database, stopped by hand."""

import http.client
import json
import os
import pathlib
import random
import resource
import signal
import socket
import subprocess
import threading
import time

import pytest

import journal
from hub import eventually
from member import Member, Talker
from operators import Operators
from record import ALLOW, BLOCK, KIND
from wire import Wire, head

KILLS = 20
SEED = int(os.environ.get("TOUCHLINE_SEED", "20260101"))
TALK = f"kind = {KIND['message']} and disposition <= 1"


def messages_recorded(hub):
    """The recorded messages by id: channel, epoch and number."""
    rows = hub.record.psql(
        f"select message, channel, channel_epoch, channel_seq from audit.event where {TALK}"
    )
    found = {}
    for line in rows.splitlines():
        message, channel, epoch, seq = line.split("|")
        assert message not in found, f"{message} is recorded twice"
        found[message] = (channel, int(epoch), int(seq))
    return found


def assert_every_delivery_has_its_row(hub, talkers):
    """Every message that reached anyone, and every decision that anyone was told, has one row."""
    recorded = messages_recorded(hub)
    decided = dict(line.split("|") for line in hub.record.psql(
        "select log || '-' || seq, concat_ws(' ', disposition, channel_seq, detail ->> 'code')"
        " from audit.event"
    ).splitlines())
    for talker in talkers:
        for frame in talker.delivered:
            place = (frame["channel"], frame["epoch"], frame["seq"])
            assert recorded.get(frame["message"]) == place, frame
        for ack in talker.acked:
            assert decided.get(ack["decision"]) == f"{ALLOW} {ack['channel_seq']}", ack
        for refused in talker.refused:
            if refused["decision"] is None:
                assert refused["code"] == "record_unavailable", refused
                continue
            assert decided.get(refused["decision"]) == f"{BLOCK} {refused['code']}", refused


def assert_the_answers_are_remembered(hub, talker):
    """A message sent again with its key gets its first answer, and its text is delivered once."""
    answers = {answer["id"]: answer for answer in talker.acked}
    refused = {answer["id"] for answer in talker.refused}
    unanswered = [id for id in talker.sent if id not in answers and id not in refused]
    with Member(hub, talker.role, join=hub.channel) as member:
        for id in list(answers)[-3:] + unanswered[-6:]:
            again = member.say(talker.sent[id], key=talker.key_of(id))
            assert again["type"] == "ack", again
            if id in answers:
                assert again["decision"] == answers[id]["decision"]
            else:
                talker.acked.append(again)


def assert_numbers_have_no_gap(hub):
    """`seq` runs from 1 without a gap or a duplicate, and so does each channel's numbering."""
    for line in hub.record.psql(
        "select log, min(seq), max(seq), count(*), count(distinct seq) from audit.event group by log"
    ).splitlines():
        _, first, last, count, distinct = map(int, line.split("|"))
        assert (first, last) == (1, count) and distinct == count, line
    for line in hub.record.psql(
        "select channel, channel_epoch, min(channel_seq), max(channel_seq), count(*),"
        f" count(distinct channel_seq) from audit.event where {TALK} group by 1, 2"
    ).splitlines():
        first, last, count, distinct = map(int, line.split("|")[2:])
        assert (first, last) == (1, count) and distinct == count, line


def all_shipped(hub):
    """Waits until the database has what the journal has, and returns the journal's leaves."""
    complaint = None

    def leaves():
        nonlocal complaint
        try:
            found = journal.leaves(hub.folder)
        except journal.Unreadable as unreadable:
            complaint = unreadable
            return None
        shipped = int(hub.record.value("select count(*) from audit.event"))
        complaint = f"{len(found)} events in the journal, {shipped} rows"
        return found if len(found) == shipped else None

    found = eventually(leaves, 30, 0.3)
    assert found, complaint
    return found


def assert_leaves_agree(hub):
    in_journal = all_shipped(hub)
    rows = hub.record.psql("select seq, encode(audit.leaf(e), 'hex') from audit.event e")
    assert dict(line.split("|") for line in rows.splitlines()) == in_journal


# Who send thrice what they may, which a hub bears for most of a minute.
CROWD = ["anna", "ben", "clara", "dan", "eve", "finn", "gail", "hugh"]


def talk(hub, names, per_second=8):
    roles = ["coach", "player", "moderator"]
    talkers = [
        Talker(hub, name, roles[index % 3], per_second) for index, name in enumerate(names)
    ]
    for talker in talkers:
        talker.start()
    return talkers


class Sanctioner:
    """An operator who bans the player from channels and lets them in again, until the hub is gone.

    `banned` has what the operator was told last of each channel; of `unanswered` the answer is owed.
    """

    CHANNELS = [f"club:demo:crash-{number}" for number in range(6)]

    def __init__(self, chance):
        self.chance, self.banned, self.decisions, self.unanswered = chance, {}, {}, None

    def begin(self, hub, subject):
        self.thread = threading.Thread(target=self._run, args=[hub, subject], daemon=True)
        self.thread.start()

    def _run(self, hub, subject):
        console = Operators(hub, hub.token("operator"))
        while True:
            channel = self.chance.choice(self.CHANNELS)
            path = "sanctions/lift" if self.banned.get(channel) else "sanctions"
            self.unanswered = channel
            try:
                answer = console.post(
                    path, sanction="ban", subject=subject, channel=channel, reason="Tried in a test"
                )
            except (OSError, http.client.HTTPException):
                return
            self.banned[channel] = path == "sanctions"
            self.decisions[channel] = answer["decision"]
            self.unanswered = None

    def finish(self, hub):
        """Whatever was told holds in the hub that started anew, and has its event."""
        self.thread.join(30)
        assert not self.thread.is_alive(), "the operator still has a hub"
        if self.unanswered:
            # As the record has it: the answer may have been lost on its way.
            newest = hub.record.psql(
                f"select kind from audit.event where channel = '{self.unanswered}'"
                f" and kind in ({KIND['ban']}, {KIND['unban']}) order by seq desc limit 1"
            )
            self.banned[self.unanswered] = newest.strip() == str(KIND["ban"])
        for channel, decision in self.decisions.items():
            assert hub.record.event(decision)["channel"] == channel
        with Member(hub, "player") as player:
            for channel, is_banned in self.banned.items():
                told = player.join(channel)
                assert (told.get("code") == "channel_banned") == is_banned, (channel, told)


@pytest.mark.timeout(900)
def test_killed_at_twenty_random_moments_nothing_told_is_lost(own_hub):
    hub, chance, everyone = own_hub, random.Random(SEED), []
    sanctioner = Sanctioner(random.Random(SEED))
    with Member(hub, "player") as player:
        subject = player.welcome["subject"]
    for kill in range(KILLS):
        # More than the rate limit lets through: what is refused is recorded too.
        talkers = talk(hub, [f"k{kill}-{index}" for index in range(4)], per_second=60)
        sanctioner.begin(hub, subject)
        assert eventually(lambda: all(talker.delivered for talker in talkers), 20), hub.log()
        time.sleep(chance.uniform(0, 1.2))
        assert hub.process.poll() is None, "the hub died by itself"
        hub.kill()
        for talker in talkers:
            talker.finish()
        everyone += talkers
        # A hub that starts ships first what the last one left in the journal.
        hub.start()
        assert_every_delivery_has_its_row(hub, talkers)
        assert_the_answers_are_remembered(hub, talkers[kill % 4])
        sanctioner.finish(hub)
    assert len(sanctioner.decisions) == len(Sanctioner.CHANNELS)
    all_shipped(hub)
    assert sum(len(talker.delivered) for talker in everyone) > KILLS * 20
    assert sum(len(talker.refused) for talker in everyone) > KILLS * 20
    assert_every_delivery_has_its_row(hub, everyone)
    assert_numbers_have_no_gap(hub)
    assert_leaves_agree(hub)
    assert hub.stop() == 0


class Postmaster:
    """The hub's PostgreSQL, seen from outside as its administrator would."""

    def __init__(self, hub):
        self.data = pathlib.Path(hub.record.value("show data_directory"))
        self.program = pathlib.Path(hub.record.value(
            "select setting from pg_config() where name = 'BINDIR'"
        )) / "pg_ctl"
        self.pid = int((self.data / "postmaster.pid").read_text().split()[0])
        self.owner = self.data.stat().st_uid

    def _ctl(self, *arguments):
        subprocess.run(
            [self.program, "-D", self.data, "-s", "-w", *arguments],
            check=True, timeout=60, user=self.owner, cwd="/", start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )

    def stop(self):
        self.options = (self.data / "postmaster.opts").read_text().split(None, 1)[1].strip()
        self._ctl("stop", "-m", "fast")

    def start(self):
        self._ctl("start", "-l", "/dev/null", "-o", self.options)

    def processes(self):
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.pid)], capture_output=True, text=True
        )
        return [self.pid, *map(int, children.stdout.split())]

    def signal(self, number):
        for process in self.processes():
            try:
                os.kill(process, number)
            except ProcessLookupError:
                pass


def test_postgresql_stopped_for_thirty_seconds_loses_nothing(own_hub):
    hub, database = own_hub, Postmaster(own_hub)
    talkers = talk(hub, ["anna", "ben", "clara", "dan"])
    assert eventually(lambda: all(talker.delivered for talker in talkers))
    database.stop()
    try:
        before = [len(talker.delivered) for talker in talkers]
        time.sleep(30)
        assert hub.process.poll() is None, "the hub went with its database"
        assert hub.console("/livez")[0] == 200
        during = [len(talker.delivered) for talker in talkers]
        assert all(now > then + 200 for then, now in zip(before, during)), "the talk went on"
        with Member(hub, join=hub.channel) as late:
            assert late.say("a new member, without a database")["status"] == "delivered"
        told = sum(len(talker.acked) for talker in talkers)
    finally:
        database.start()
    total = "select count(*) from audit.event"
    assert eventually(lambda: int(hub.record.value(total)) > told, 30)
    for talker in talkers:
        talker.finish()
        assert not talker.failure
        assert not talker.refused, talker.refused[0]
        assert len(talker.acked) == len(talker.sent)
    all_shipped(hub)
    assert eventually(lambda: hub.console("/readyz")[0] == 200)
    assert_every_delivery_has_its_row(hub, talkers)
    assert_numbers_have_no_gap(hub)
    assert_leaves_agree(hub)


def test_postgresql_that_hangs_holds_up_nobody(own_hub):
    hub, database = own_hub, Postmaster(own_hub)
    talkers = talk(hub, ["anna", "ben"])
    assert eventually(lambda: all(talker.delivered for talker in talkers))
    database.signal(signal.SIGSTOP)
    try:
        before = [len(talker.acked) for talker in talkers]
        time.sleep(8)
        after = [len(talker.acked) for talker in talkers]
        assert all(now > then + 50 for then, now in zip(before, after)), "the talk went on"
    finally:
        database.signal(signal.SIGCONT)
    for talker in talkers:
        talker.finish()
        assert not talker.failure and not talker.refused
    all_shipped(hub)
    assert_every_delivery_has_its_row(hub, talkers)
    assert_numbers_have_no_gap(hub)


def test_a_journal_that_cannot_be_written_ends_the_hub_and_nothing_told_is_lost(own_hub):
    hub, database = own_hub, Postmaster(own_hub)
    talkers = talk(hub, ["anna", "ben", "clara"], per_second=60)
    assert eventually(lambda: all(talker.delivered for talker in talkers))
    with Wire(hub) as late:
        # Shipping must wait, so that the ending hub can be looked at.
        database.signal(signal.SIGSTOP)
        try:
            # Bytes beyond this place of the journal's file fail, in the middle of a batch.
            room = 128 * 1024
            resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE, (room, room))
            status, reasons = eventually(lambda: unready(hub), 30)
            assert status == 503 and b"The record failed: " in reasons
            assert b"File too large" in reasons
            assert eventually(lambda: not any(talker.is_alive() for talker in talkers), 1)
            late.send(head(hub))
            status, _, body = late.answer()
            assert (status, json.loads(body)["code"]) == (503, "record_unavailable")
        finally:
            database.signal(signal.SIGCONT)
    assert hub.process.wait(60) == 1
    assert "The record failed: " in hub.log()
    for talker in talkers:
        talker.finish()
        assert talker.delivered and talker.close_code == 1013, talker.failure
    hub.start()
    assert_every_delivery_has_its_row(hub, talkers)
    assert_the_answers_are_remembered(hub, talkers[0])
    assert_numbers_have_no_gap(hub)
    assert_leaves_agree(hub)


def unready(hub):
    status, _, body = hub.console("/readyz")
    return status != 200 and (status, body)


def test_ctrl_c_ends_everything_cleanly(own_hub):
    hub, database = own_hub, Postmaster(own_hub)
    with Member(hub, join=hub.channel) as member:
        said = member.say("last words")
        stopped = threading.Thread(target=hub.stop)
        stopped.start()
        assert member.close_code() in (1001, 1012)
        assert any(frame["type"] == "goodbye" for frame in member.inbox)
        stopped.join()
    assert hub.process.returncode == 0, hub.log()[-2000:]
    assert not (database.data / "postmaster.pid").exists()
    left = subprocess.run(
        ["pgrep", "-af", str(database.data)], capture_output=True, text=True
    ).stdout
    assert left == "", "something is left running"
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", hub.port)) != 0, "the port is still served"
    hub.start()
    assert hub.record.event(said["decision"])
    kinds = hub.record.psql("select kind from audit.event where kind in (1, 2) order by seq")
    assert kinds.split() == ["1", "2", "1"]


def test_a_second_hub_in_the_same_folder_is_told_so(own_hub):
    second = own_hub.command("dev", "--dir", own_hub.folder, "--port", 0, "--json")
    assert second.returncode not in (0, -signal.SIGSEGV, -signal.SIGTRAP, -signal.SIGILL)
    assert second.stderr.strip()
    with Member(own_hub, join=own_hub.channel) as member:
        assert member.say("undisturbed")["status"] == "delivered"
