"""The journal: full, lost, copied, damaged; a database restored from an older backup."""

import contextlib
import copy
import fcntl
import hashlib
import os
import shutil
import time

import pytest
from websockets.exceptions import ConnectionClosed

import journal
from hub import eventually
from member import Member
from test_crashes import (
    CROWD,
    assert_every_delivery_has_its_row,
    assert_numbers_have_no_gap,
    talk,
)
from test_keeping import shipping_held
from wire import Wire, head

FULL = "record_unavailable"
EVENTS = "select count(*) from audit.event"


def small_journal(service, keep="7d"):
    """A journal of four segments of 256 KiB."""
    service.migrate()
    service.edit(("  folder: journal\n", f"  folder: journal\n  size_limit: 1MiB\n  keep: {keep}\n"))
    return service.start()


def folder_of(service):
    return service.home / "journal"


def files(folder):
    """What every file below a folder holds."""
    return {
        path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def say(service, *texts):
    """Says something, and waits until the database has it."""
    with Member(service, join=service.channel) as member:
        for text in texts:
            said = member.say(text)
            assert said["type"] == "ack", said
        service.record.event(said["decision"])


def back_up(service):
    """Copies the database of a stopped hub as it is now."""
    service.cluster.psql("postgres", f"create database yesterday template {service.database}")


def restore(service):
    """Puts the copy in the database's place."""
    service.cluster.psql("postgres", f"drop database {service.database}")
    service.cluster.psql("postgres", f"alter database yesterday rename to {service.database}")


def assert_database_is_the_journal(service):
    in_journal = journal.leaves(folder_of(service))
    rows = service.record.psql("select seq, encode(audit.leaf(e), 'hex') from audit.event e")
    assert dict(line.split("|") for line in rows.splitlines()) == in_journal


def assert_refused(start, *words):
    """A start that was refused: exit code 1, and what it said."""
    assert start.returncode == 1, start.stderr
    for word in words:
        assert word in start.stderr, start.stderr


def test_a_full_journal_refuses_at_once_and_takes_again_when_there_is_room(service):
    hub = small_journal(service)
    with Member(hub, join=hub.channel) as member:
        talkers = talk(hub, CROWD, per_second=30)
        with shipping_held(hub):
            assert eventually(
                lambda: any(told["code"] == FULL for talker in talkers for told in talker.refused), 60
            ), hub.log()
            status, _, body = hub.console("/readyz")
            assert status == 503 and b"New work is refused: the journal is full" in body
            before = time.monotonic()
            answer = member.say("is there room?")
            assert time.monotonic() - before < 1
            assert (answer["type"], answer["code"], answer["decision"]) == ("refused", FULL, None)
            assert answer["retry_after_ms"] > 0
            with Wire(hub) as late:
                late.send(head(hub))
                status, _, body = late.answer()
            assert status == 503 and FULL.encode() in body
            assert b"touchline_journal_refusing 1" in hub.console("/metrics")[2]
        assert eventually(lambda: hub.console("/readyz")[0] == 200, 20), hub.log()
        assert eventually(lambda: member.say("and now?")["type"] == "ack", 10, 0.5)
        for talker in talkers:
            talker.finish()
            assert not talker.failure
            unrecorded = [told for told in talker.refused if told["code"] == FULL]
            assert all(told["decision"] is None for told in unrecorded)
            talker.refused = [told for told in talker.refused if told["code"] != FULL]
    assert hub.stop() == 0
    assert_every_delivery_has_its_row(hub, talkers)
    assert_numbers_have_no_gap(hub)
    log = hub.log()
    for line in ("The journal is", "almost to its limit", "New work is refused: ", "has room again"):
        assert line in log, log


def test_a_database_from_yesterday_is_brought_up_by_the_start_and_by_reship(serving):
    hub = serving
    say(hub, "before the backup")
    assert hub.stop() == 0
    back_up(hub)
    hub.start()
    say(hub, "after the backup", "and once more")
    assert hub.stop() == 0
    restore(hub)
    assert int(hub.record.value(EVENTS)) < len(journal.leaves(folder_of(hub)))
    back_up(hub)
    done = hub.command("audit", "reship", "--config", hub.config)
    assert done.returncode == 0, done.stderr
    assert "as the journal does" in done.stdout
    assert_database_is_the_journal(hub)
    restore(hub)
    hub.start()
    assert_database_is_the_journal(hub)
    assert_numbers_have_no_gap(hub)
    say(hub, "it goes on")


def test_a_database_older_than_what_is_kept_refuses_until_a_new_log_is_begun(service):
    service.migrate()
    back_up(service)
    service.edit(("  folder: journal\n", "  folder: journal\n  keep: 1s\n"))
    for text in ("one", "two", "three"):
        service.start()
        say(service, text)
        assert service.stop() == 0
        time.sleep(1.1)
    first = min(int(path.name[2:22]) for path in folder_of(service).glob("*.journal"))
    assert first > 1, "nothing was removed"
    restore(service)
    before = files(folder_of(service))
    assert_refused(
        service.serve(), "up to 0,", f"begins with {first}", "in neither", "audit new-log"
    )
    assert files(folder_of(service)) == before
    done = service.command("audit", "new-log", "--config", service.config)
    assert done.returncode == 0, done.stderr
    kept = files(folder_of(service) / "aside")
    assert {path.name: digest for path, digest in kept.items()} == {
        path.name: digest for path, digest in before.items()
    }
    service.start()
    say(service, "a new log")


def test_a_copied_folder_takes_the_log_and_the_first_hub_ends(serving):
    hub = serving
    shutil.copytree(folder_of(hub), hub.home / "old")
    say(hub, "before the copy")
    assert_refused(hub.serve(TOUCHLINE_JOURNAL_FOLDER="old"), "this is not the journal")
    assert hub.record.until("select count(*) from audit.event where kind = 11", "1") == "1"
    twin = copy.copy(hub)
    twin.log_path = hub.home / "twin.log"
    # Connected before the twin comes: the first hub may notice it at once.
    with Member(hub, join=hub.channel) as member:
        shutil.copytree(folder_of(hub), hub.home / "copy")
        twin.start(TOUCHLINE_JOURNAL_FOLDER="copy")
        try:
            # Its journal gets ahead of the twin's: numbers alone would not tell them apart.
            with contextlib.suppress(ConnectionClosed):
                for count in range(60):
                    member.send(
                        type="message", id=f"x{count}", channel=hub.channel,
                        body={"text": "too late"},
                    )
            assert hub.process.wait(60) == 1, hub.log()
            assert "Another hub has taken this log" in hub.log()
            say(twin, "the copy goes on")
            before = files(folder_of(hub))
            # By how far it got before it noticed the twin, its journal is another one, or too short.
            refused = hub.serve()
            assert_refused(refused)
            told = ("not the one that the database holds", "this is not the journal")
            assert any(words in refused.stderr for words in told), refused.stderr
            assert files(folder_of(hub)) == before
            say(twin, "and a refused start takes nothing from it")
        finally:
            assert twin.stop() == 0, twin.log()
    assert_numbers_have_no_gap(twin)


def test_a_second_hub_on_the_same_folder_is_refused_and_takes_nothing(serving):
    assert_refused(serving.serve(), "another hub is using this journal")
    say(serving, "undisturbed")


def test_a_folder_that_another_process_has_is_given_no_identity(service):
    service.migrate()
    folder = folder_of(service)
    folder.mkdir(mode=0o700)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert_refused(service.serve(), "another hub is using this journal")
    assert [path.name for path in folder.iterdir()] == ["lock"]


def test_a_journal_that_is_unlinked_ends_the_hub_and_nothing_is_told_after(serving):
    hub = serving
    with Member(hub, join=hub.channel) as member:
        said = member.say("the last that is kept")
        hub.record.event(said["decision"])
        for path in folder_of(hub).glob("*.journal"):
            path.unlink()
        member.send(type="message", id="x", channel=hub.channel, body={"text": "gone"})
        assert member.close_code() == 1013
        assert not any(frame.get("id") == "x" for frame in member.inbox)
    assert hub.process.wait(60) == 1
    assert "the file was removed while the hub was writing to it" in hub.log()
    assert_refused(hub.serve(), "this is not the journal", "audit new-log")
    assert hub.command("audit", "new-log", "--config", hub.config).returncode == 0
    hub.start()
    say(hub, "a log of its own")
    assert hub.record.value("select count(distinct log) from audit.event") == "2"
    assert hub.record.event(said["decision"])


def foreign(folder):
    (folder / "backup.journal").write_bytes(b"what is this?")
    return "backup.journal: not a segment's name"


def other_log(folder):
    name = "7-00000000000000000001.journal"
    (folder / name).write_bytes(b"another log's")
    return f"{name}: of log 7"


def flipped(folder):
    first = min(folder.glob("*.journal"))
    damaged = bytearray(first.read_bytes())
    damaged[200] ^= 4
    first.write_bytes(damaged)
    return f"{first.name}: offset "


def missing(folder):
    second = sorted(folder.glob("*.journal"))[1]
    second.rename(folder / "aside.bak")
    return "are missing before it"


def unreadable_identity(folder):
    (folder / "identity.json").write_text("{}")
    return "identity.json does not say which log this is"


def lost_identity(folder):
    (folder / "identity.json").unlink()
    return "identity.json is gone, and there are segments of log 1, origin "


@pytest.mark.parametrize(
    "damage", [foreign, other_log, flipped, missing, unreadable_identity, lost_identity],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_a_damaged_journal_refuses_by_name_and_nothing_is_changed(serving, damage):
    hub = serving
    for _ in range(2):
        say(hub, "in its own segment")
        assert hub.stop() == 0
        hub.start()
    assert hub.stop() == 0
    fence = hub.record.value("select fence from audit.log")
    words = damage(folder_of(hub))
    before = files(folder_of(hub))
    assert_refused(hub.serve(), words)
    assert files(folder_of(hub)) == before
    assert hub.record.value("select fence from audit.log") == fence, "the log was taken"


def test_a_lost_identity_is_written_anew_as_the_refused_start_says(serving):
    hub = serving
    say(hub, "before it was lost")
    assert hub.stop() == 0
    identity = folder_of(hub) / "identity.json"
    identity.unlink()
    told = hub.serve()
    assert_refused(told, hub.record.value("select origin from audit.log"), "audit new-log")
    (line,) = [line.strip() for line in told.stderr.splitlines() if line.strip().startswith("{")]
    identity.write_text(line)
    hub.start()
    say(hub, "it goes on")
    assert hub.stop() == 0
    assert_database_is_the_journal(hub)
    assert_numbers_have_no_gap(hub)


@pytest.mark.parametrize(
    "change, words",
    [
        (
            "insert into audit.migration select 99, '0099-later.sql', digest"
            " from audit.migration limit 1",
            "upgraded by a later version",
        ),
        (
            "delete from audit.migration where version = (select max(version) from audit.migration)",
            "migrate it first",
        ),
        ("drop schema audit cascade", "migrate it first"),
        ("update audit.migration set digest = sha256('x') where version = 1", "differs from"),
    ],
    ids=["newer", "half applied", "missing", "edited"],
)
def test_a_schema_that_does_not_fit_refuses_and_changes_nothing(service, change, words):
    service.migrate()
    service.cluster.psql(service.database, change)
    assert_refused(service.serve(), "The database is not ready", words)
    assert not list(folder_of(service).glob("*.journal"))


def test_a_folder_that_cannot_be_written_refuses(service):
    if os.geteuid() == 0:
        pytest.skip("root writes anywhere: scripts/faults has it on a read-only file system")
    service.migrate()
    folder_of(service).mkdir(mode=0o500)
    assert_refused(service.serve(), "journal")
