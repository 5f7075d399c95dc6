"""Disks and databases that fail under a hub in service; what needs minutes or root is for
`scripts/faults` (the mark `faults`)."""

import contextlib
import errno
import json
import os
import pathlib
import subprocess
import tempfile
import time

import pytest

import journal
from cluster import Cluster
from faults import compiled
from faults.proxy import Proxy
from hub import eventually
from member import Member
from service import Service
from test_crashes import (
    CROWD,
    assert_every_delivery_has_its_row,
    assert_numbers_have_no_gap,
    talk,
)
from test_journal import assert_refused, folder_of
from wire import Wire, head

FULL = "record_unavailable"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system")


@pytest.fixture(scope="session")
def failing_disk(tmp_path_factory):
    """The library that stands between the hub and its disk."""
    return compiled("disk", tmp_path_factory.mktemp("disk"))


class Fault:
    """What is wrong with the disk at present."""

    def __init__(self, service, library):
        self.file = service.home / "fault"
        self.environment = {"LD_PRELOAD": str(library), "FAULT": str(self.file)}

    def set(self, order):
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(order))
        fresh.rename(self.file)

    def clear(self):
        self.file.unlink(missing_ok=True)


@contextlib.contextmanager
def mounted(options):
    """A small file system in memory."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tl-mount-", dir="/tmp"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def all_shipped(hub, folder):
    """Waits until the database has every event of the journal, and compares their leaves."""
    def agree():
        rows = hub.record.psql("select seq, encode(audit.leaf(e), 'hex') from audit.event e")
        shipped = dict(line.split("|") for line in rows.splitlines())
        try:
            return shipped == journal.leaves(folder)
        except journal.Unreadable:
            return False

    assert eventually(agree, 60, 0.5), "journal and database differ"
    assert_numbers_have_no_gap(hub)


@pytest.mark.parametrize(
    "order", [errno.EIO, errno.ENOSPC, f"w{errno.EROFS}", f"w{errno.EIO}"],
    ids=["sync: EIO", "sync: ENOSPC", "write: read-only", "write: EIO"],
)  # fmt: skip
def test_a_disk_that_fails_ends_the_hub_and_nothing_is_told_after(service, failing_disk, order):
    fault = Fault(service, failing_disk)
    service.migrate()
    service.start(**fault.environment)
    talkers = talk(service, ["anna", "ben"], per_second=30)
    assert eventually(lambda: all(talker.delivered for talker in talkers))
    fault.set(order)
    assert service.process.wait(60) == 1, service.log()
    # Once is enough: the error has gone, and the hub must not have tried again and gone on.
    fault.clear()
    for talker in talkers:
        talker.finish()
        assert talker.close_code == 1013, talker.failure
    assert "The record failed: " in service.log()
    service.start()
    assert_every_delivery_has_its_row(service, talkers)
    all_shipped(service, folder_of(service))


@pytest.mark.parametrize("seconds", [4, pytest.param(30, marks=pytest.mark.faults)])
def test_while_a_sync_stalls_nothing_is_delivered_and_readyz_says_so(
    service, failing_disk, seconds
):
    fault = Fault(service, failing_disk)
    service.migrate()
    service.start(**fault.environment)
    with Member(service, "coach", join=service.channel) as speaker:
        with Member(service, "player", join=service.channel) as listener:
            speaker.say("before")
            assert listener.next_message()["body"]["text"] == "before"
            fault.set("stall")
            stalled = time.monotonic()
            speaker.send(
                type="message", id="x", channel=service.channel, body={"text": "stalled"}
            )
            status, _, body = eventually(lambda: unready(service), 5)
            assert status == 503 and b"has not answered for" in body
            assert listener.is_silent(max(1, seconds - (time.monotonic() - stalled)))
            fault.clear()
            assert speaker.reply("x")["status"] == "delivered"
            assert listener.next_message()["body"]["text"] == "stalled"
            assert eventually(lambda: service.console("/readyz")[0] == 200)


def test_a_sync_that_stalls_is_told_though_nothing_is_sent(service, failing_disk):
    fault = Fault(service, failing_disk)
    service.migrate()
    service.start(**fault.environment)
    with Member(service, "coach", join=service.channel) as member:
        member.say("the last word")
        # Only the checkpoint is to come, a second after the burst.
        fault.set("stall")
        status, _, body = eventually(lambda: unready(service), 10)
        assert status == 503 and b"has not answered for" in body
        fault.clear()
        assert eventually(lambda: service.console("/readyz")[0] == 200)
        assert member.say("and on")["status"] == "delivered"


@pytest.mark.parametrize("order", ["stall new", "stall folder"])
def test_a_segment_that_can_not_be_made_durable_is_told(service, failing_disk, order):
    fault = Fault(service, failing_disk)
    service.migrate()
    # The least of segments: half a megabyte of talk fills one.
    service.edit(("  folder: journal\n", "  folder: journal\n  size_limit: 1MiB\n"))
    service.start(**fault.environment)
    talkers = talk(service, CROWD, per_second=30)
    assert eventually(lambda: all(talker.delivered for talker in talkers))
    fault.set(order)
    status, _, body = eventually(lambda: unready(service), 30)
    assert status == 503 and b"has not answered for" in body, service.log()
    fault.clear()
    assert eventually(lambda: service.console("/readyz")[0] == 200)
    for talker in talkers:
        talker.finish()
        assert not talker.failure and {told["code"] for told in talker.refused} <= {"rate"}
    assert service.stop() == 0
    assert_every_delivery_has_its_row(service, talkers)


def unready(hub):
    answer = hub.console("/readyz")
    return answer[0] != 200 and answer


def test_a_connection_cut_after_each_commit_ships_every_event_once(service, cluster):
    service.migrate()
    proxy = Proxy(cluster.folder)
    service.edit((f"host={cluster.folder}", f"host={proxy.folder}"))
    service.start()
    try:
        talkers = talk(service, ["anna", "ben"], per_second=20)
        proxy.cutting = True
        assert eventually(lambda: proxy.cuts >= 5, 60), service.log()
        proxy.cutting = False
        for talker in talkers:
            talker.finish()
            assert not talker.failure
        assert service.stop() == 0
        all_shipped(service, folder_of(service))
        assert_every_delivery_has_its_row(service, talkers)
    finally:
        proxy.close()


def test_a_login_that_is_taken_away_is_told_and_the_journal_waits(service, cluster):
    service.migrate()
    service.edit((f"user={service.user}", "user=nobody_here"))
    assert_refused(service.serve(), "The database cannot be reached", "nobody_here")
    service.edit(("user=nobody_here", f"user={service.user}"))
    service.start()
    # The login is taken away under the running hub.
    cluster.psql(service.database, f"alter role {service.user} nologin")
    cluster.psql(
        service.database,
        f"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{service.user}'",
    )
    with Member(service, join=service.channel) as member:
        assert member.say("the journal has it")["status"] == "delivered"
        assert eventually(lambda: b"PostgreSQL is away" in service.console("/readyz")[2])
        assert service.console("/readyz")[0] == 200
        cluster.psql(service.database, f"alter role {service.user} login")
    assert eventually(lambda: b"PostgreSQL is away" not in service.console("/readyz")[2], 30)
    assert service.stop() == 0
    all_shipped(service, folder_of(service))


@pytest.mark.parametrize(
    "harm, mend, word",
    [
        ("alter schema audit rename to away", "alter schema away rename to audit", "audit"),
        (
            "alter table audit.content rename to away",
            "alter table audit.away rename to content",
            "content",
        ),
        (
            "revoke insert on audit.event from touchline_server",
            "grant insert on audit.event to touchline_server",
            "permission denied",
        ),
    ],
    ids=["schema", "table", "right"],
)
def test_tables_that_go_under_a_running_hub_leave_the_rows_in_the_journal(
    service, cluster, harm, mend, word
):
    service.migrate()
    service.start()
    with Member(service, join=service.channel) as member:
        assert member.say("while all is well")["status"] == "delivered"
        cluster.psql(service.database, harm)
        for count in range(5):
            assert member.say(f"the journal has it {count}")["status"] == "delivered"
        assert eventually(lambda: b"PostgreSQL is away" in service.console("/readyz")[2])
        status, _, body = service.console("/readyz")
        assert (status, word in body.decode()) == (200, True), body
        cluster.psql(service.database, mend)
    assert eventually(lambda: b"PostgreSQL is away" not in service.console("/readyz")[2], 30)
    assert service.stop() == 0
    all_shipped(service, folder_of(service))
    assert service.record.value("select count(*) from audit.quarantine") == "0"


def test_a_wrong_password_is_told_and_stands_nowhere(service, cluster):
    service.migrate()
    right, wrong, later = "right-4e1f97", "wrong-83ba02", "later-c6d951"
    cluster.psql(service.database, f"alter role {service.user} password '{right}'")
    plain = cluster.connection(service.database, service.user)

    def connection(password):
        return {"TOUCHLINE_DATABASE_CONNECTION": f"{plain} password={password}"}

    with cluster.asking_for_passwords(service.database, service.user):
        for given in (connection(wrong), {}):
            refused = service.serve(**given)
            assert_refused(refused, "The database cannot be reached", "password")
            assert wrong not in refused.stdout + refused.stderr
        service.start(**connection(right))
        cluster.psql(service.database, f"alter role {service.user} password '{later}'")
        cluster.psql(
            service.database,
            f"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{service.user}'",
        )
        with Member(service, join=service.channel) as member:
            assert member.say("the journal has it")["status"] == "delivered"
            told = b"password authentication failed"
            assert eventually(lambda: told in service.console("/readyz")[2])
            status, _, body = service.console("/readyz")
            assert status == 200 and b"PostgreSQL is away" in body
            assert right.encode() not in body
        assert "password authentication failed" in service.log()
        cluster.psql(service.database, f"alter role {service.user} password '{right}'")
        assert eventually(lambda: b"PostgreSQL is away" not in service.console("/readyz")[2], 30)
        assert service.stop() == 0
    for password in (right, wrong, later):
        assert password not in service.log()
    all_shipped(service, folder_of(service))


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_postgresql_killed_ten_times_under_load_has_every_event_once(service, cluster):
    service.migrate()
    service.start()
    talkers = talk(service, CROWD, per_second=30)
    for _ in range(10):
        pid = eventually(lambda: service.record.value(
            "select pid from pg_stat_activity where application_name like 'touchline shipper%'"
        ), 30, 0.2)
        # PostgreSQL ends every connection and recovers when one of its processes is killed.
        os.kill(int(pid), 9)
        time.sleep(2)
    for talker in talkers:
        talker.finish()
        assert not talker.failure
    assert service.stop() == 0
    all_shipped(service, folder_of(service))
    assert_every_delivery_has_its_row(service, talkers)


@pytest.mark.faults
@needs_root
def test_a_full_disk_refuses_new_work_and_takes_it_again(service):
    with mounted("size=600k") as disk:
        service.migrate()
        service.edit(("  folder: journal\n", f"  folder: {disk}/journal\n  size_limit: 1MiB\n"))
        service.start()
        filler = disk / "filler"
        filler.write_bytes(bytes(200 << 10))
        talkers = talk(service, CROWD, per_second=30)
        assert eventually(
            lambda: any(told["code"] == FULL for one in talkers for told in one.refused), 60
        ), service.log()
        status, _, body = service.console("/readyz")
        assert status == 503 and b"the disk has no room for another segment" in body
        with Wire(service) as late:
            late.send(head(service))
            status, _, body = late.answer()
        assert (status, json.loads(body)["code"]) == (503, FULL)
        assert service.process.poll() is None
        filler.unlink()
        assert eventually(lambda: service.console("/readyz")[0] == 200, 20), service.log()
        with Member(service, join=service.channel) as member:
            assert eventually(lambda: member.say("room")["type"] == "ack", 10, 0.5)
        for talker in talkers:
            talker.finish()
            talker.refused = [told for told in talker.refused if told["code"] != FULL]
        assert service.stop() == 0
        assert_numbers_have_no_gap(service)
        assert_every_delivery_has_its_row(service, talkers)


@pytest.mark.faults
@needs_root
def test_a_read_only_file_system_refuses_the_start(service):
    service.migrate()
    with mounted("size=2m,ro") as disk:
        service.edit(("  folder: journal\n", f"  folder: {disk}\n"))
        assert_refused(service.serve(), str(disk), "Read-only file system")


class Image:
    """A small ext4 in a file, which turns read-only at its first error as the system's own disks do."""

    def __init__(self, home):
        self.file, self.folder = home / "image", home / "mounted"
        self.folder.mkdir()
        with open(self.file, "wb") as file:
            file.truncate(64 << 20)
        self._run("mkfs.ext4", "-q", "-F", self.file)

    def _run(self, *command):
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def mount(self):
        self._run("mount", "-o", "loop,errors=remount-ro", self.file, self.folder)
        device = pathlib.Path(self._run("findmnt", "-no", "SOURCE", self.folder)).name
        self.trigger = pathlib.Path(f"/sys/fs/ext4/{device}/trigger_fs_error")

    def unmount(self):
        self._run("umount", self.folder)

    def repair(self):
        """Exit code 1: errors were found and corrected."""
        assert subprocess.run(["e2fsck", "-fy", self.file], capture_output=True).returncode <= 1


@pytest.mark.faults
@needs_root
def test_a_file_system_that_turns_read_only_ends_the_hub_and_nothing_is_told_after(
    service, tmp_path
):
    image = Image(tmp_path)
    image.mount()
    try:
        if not image.trigger.exists():
            pytest.skip("this kernel's ext4 can't be told to fail")
        folder = image.folder / "journal"
        service.migrate()
        service.edit(("  folder: journal\n", f"  folder: {folder}\n  size_limit: 32MiB\n"))
        service.start()
        talkers = talk(service, ["anna", "ben"], per_second=30)
        assert eventually(lambda: all(talker.delivered for talker in talkers))
        image.trigger.write_text("1")
        assert service.process.wait(60) == 1, service.log()
        for talker in talkers:
            talker.finish()
            assert talker.close_code == 1013, talker.failure
        assert "The record failed: " in service.log() and "Read-only file system" in service.log()
        assert_refused(service.serve(), str(folder), "Read-only file system")
        image.unmount()
        image.repair()
        image.mount()
        service.start()
        assert_every_delivery_has_its_row(service, talkers)
        all_shipped(service, folder)
        assert service.stop() == 0
    finally:
        image.unmount()


@pytest.mark.faults
@needs_root
@pytest.mark.timeout(600)
def test_a_database_whose_disk_is_full_holds_up_nobody(tmp_path):
    with mounted("size=220m,mode=755") as disk:
        home = disk / "pg"
        home.mkdir()
        cluster = Cluster(home)
        service = Service(tmp_path, cluster)
        service.migrate()
        service.start()
        talkers = talk(service, ["anna", "ben"], per_second=30)
        assert eventually(lambda: all(talker.delivered for talker in talkers))
        filler = disk / "filler"
        with open(filler, "wb") as stream, contextlib.suppress(OSError):
            while True:
                stream.write(bytes(1 << 20))
                stream.flush()
        try:
            assert eventually(
                lambda: b"PostgreSQL is away" in service.console("/readyz")[2], 120, 0.5
            ), service.log()
            before = [len(talker.acked) for talker in talkers]
            time.sleep(5)
            after = [len(talker.acked) for talker in talkers]
            assert all(now > then + 20 for then, now in zip(before, after)), "the talk went on"
        finally:
            filler.unlink()
            if not cluster.answers():
                cluster.start()
        assert eventually(
            lambda: b"PostgreSQL is away" not in service.console("/readyz")[2], 60, 0.5
        ), service.log()
        for talker in talkers:
            talker.finish()
            assert not talker.failure
        assert service.stop() == 0
        all_shipped(service, folder_of(service))
        assert_every_delivery_has_its_row(service, talkers)
        cluster.stop()
