"""A record of more than a year, as a hub made it then: what retention dropped of it, and what it proves
of the rest. The clock is the hub's only pretence."""

import json

import pytest

import verify_export
from audited import TAMPERED, UNCHECKED, WHOLE
from faults import compiled
from hub import eventually
from keeper import Keeper
from member import Member
from operators import Operators
from service import shake
from test_keeping import held

DAY = 86400
# Days ago. On one of them a reader was in the way of new partitions.
RUNS = [400, 399, 380, 100, 0]
WITHOUT_PARTITIONS = 380
NEWEST = "select note from audit.checkpoint order by size desc limit 1"


class Years:
    """A service that ran on some days of more than a year, and has not let go of anything yet.

    What else is to happen on a day is called in it.
    """

    def __init__(self, service, clock, happenings={}):
        self.service, self.clock = service, clock
        self.said, self.kept = {}, None
        service.migrate()
        # Else a hub lets go of it within a minute.
        service.cluster.psql(
            service.database,
            "alter table audit.retention add days_kept int; update audit.retention set days_kept = days;"
            " update audit.retention set days = 36500",
        )
        for days in RUNS:
            if days == WITHOUT_PARTITIONS:
                with held(service, "lock table audit.event_traffic in share update exclusive mode"):
                    self.talk(days)
            else:
                self.talk(days)
            if then := happenings.get(days):
                then(self)
            if self.kept is None:
                self.keep_checkpoint(self.said[days])
            if days:
                assert service.stop() == 0
        self.key = service.command("audit", "key", "--config", service.config).stdout.strip()
        self.keeper = Keeper(service)

    def talk(self, days):
        self.start(days)
        with Member(self.service, join=self.service.channel) as member:
            for count in range(19):  # as many as come at once, with the join
                self.said[days] = member.say(f"{days} days ago, {count}")["decision"]
            self.service.record.event(self.said[days])

    def start(self, days):
        self.service.seconds_ahead = -days * DAY
        self.service.start(
            LD_PRELOAD=str(self.clock), CLOCK_AHEAD=str(self.service.seconds_ahead)
        )

    def let_go(self):
        """Has what is past its time dropped; the decision."""
        self.service.record.psql("update audit.retention set days = days_kept")
        return self.keeper.decide("retain")

    def keep_checkpoint(self, decision):
        """What somebody outside has kept since."""
        covered = f"select max(size) >= {decision.split('-')[1]} from audit.checkpoint"
        assert eventually(lambda: self.service.record.value(covered) == "t")
        self.kept = self.service.home / "kept.checkpoint"
        self.kept.write_text(self.service.record.psql(NEWEST)[:-1])

    def verify(self, *arguments, code=WHOLE):
        done = self.service.command(
            "audit", "verify", "--database", self.service.record.connection, "--key", self.key,
            "--content", "--against", self.kept, *arguments,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout.splitlines()

    def audit(self, command, *arguments, code=WHOLE):
        done = self.service.command(
            "audit", command, *arguments, "--database", self.service.record.connection
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def clock(tmp_path_factory):
    return compiled("clock", tmp_path_factory.mktemp("clock"))


@pytest.fixture
def years(service, clock):
    return Years(service, clock)


def test_what_retention_left_of_a_record_of_years_is_proved_and_what_it_dropped_is_told(
    years, tmp_path
):
    service, record = years.service, years.service.record
    spans = "select now() - min(at) > interval '399 days', now() - max(at) < '1 hour' from audit.event"
    assert record.value(spans) == "t|t"
    assert record.value("select count(*) > 0 from audit.event_traffic_default") == "t"
    before = record.rows("select seq, retention from audit.event order by seq")
    years.verify()
    run = years.let_go()
    gone = {row["seq"] for row in before} - seqs(record)
    # Traffic and connections of the first three runs; what the hub itself did is kept for ten years.
    assert {row["seq"] for row in before if row["seq"] in gone and row["retention"] == 4} == set()
    assert len(gone) > 60
    assert int(years.said[380].split("-")[1]) in gone
    assert int(years.said[100].split("-")[1]) not in gone
    assert record.contents(years.said[100]) == {} != record.contents(years.said[0])
    left = seqs(record)
    assert left | gone == set(range(1, max(left) + 1)) and not left & gone

    # Database, SQL and export, and what was kept outside when all of it was there.
    lines = years.verify()
    assert f"{len(gone)} dropped by retention" in lines[-1] and "erased or dropped" in lines[-1]
    assert record.rows("select * from audit.tampered") == []
    path = tmp_path / "record.ndjson"
    path.write_text(service.command(
        "audit", "export", "--database", record.connection, "--key", years.key, "--content"
    ).stdout)
    assert path.read_text().count('"absent":true') == len(gone)
    checked = service.command("audit", "verify", path, "--key", years.key)
    assert checked.returncode == WHOLE, checked.stdout
    verify_export.verify(path, years.key)

    # One by one.
    told = json.loads(record.value(f"select audit.decision('{years.said[400]}')"))
    assert (told["status"], told["retention"], told["dropped_by"]) == ("dropped", "traffic", run)
    assert told["recorded_from"] <= told["recorded_until"] < told["dropped_at"]
    explained = years.audit("explain", years.said[400], code=UNCHECKED)
    assert f"by the retention of traffic (decision {run})" in explained
    assert "retention dropped it" in years.audit(
        "prove", years.said[400], "--key", years.key, code=UNCHECKED
    )
    first = tmp_path / "first.tlog-proof"
    first.write_text(years.audit("prove", "1-1", "--key", years.key))
    genuine = service.command("audit", "verify-receipt", first, "--key", years.key)
    assert genuine.stdout.startswith("GENUINE: 1-1 "), genuine.stdout

    # The hub goes on from it, and what is tampered with is found behind the gaps.
    assert service.stop() == 0
    years.start(0)
    with Member(service, join=service.channel) as member:
        record.event(member.say("and on")["decision"])
    assert service.stop() == 0
    years.verify()
    seq = int(years.said[100].split("-")[1])
    for tampering, words in (
        (f"update audit.event set score = 1 where seq = {seq}", "the row was changed"),
        (f"delete from audit.event where seq = {seq}", "the row was deleted"),
        # Passed off as dropped, in a range of its own and in one that is there.
        (
            "insert into audit.pruned (log, first_seq, last_seq, retention, first_at, last_at) select"
            f" 1, {seq}, {seq}, 1, now() - interval '99 days', now() - interval '99 days'",
            "no recorded run of retention",
        ),
        (
            f"delete from audit.pruned where first_seq = {seq};"
            f" update audit.pruned set last_seq = {seq} where first_seq = (select max(first_seq)"
            f" from audit.pruned where first_seq < {seq})",
            "the row was deleted",
        ),
    ):
        service.cluster.psql(service.database, f"set session_replication_role = replica; {tampering}")
        assert words in years.verify(code=TAMPERED)[0], tampering


class Bans:
    """What an operator did on a day: banned two members, and lifted one of the bans."""

    def __init__(self, years):
        service = years.service
        console = Operators(service, service.token("operator"))

        def sanction(path, subject):
            reason = {"sanction": "ban", "subject": subject, "reason": "Threats"}
            return console.post(path, **reason)["decision"]

        self.banned, self.forgiven = (self.subject(service, role) for role in ("player", "parent"))
        self.ban = sanction("sanctions", self.banned)
        self.lifted = [sanction(path, self.forgiven) for path in ("sanctions", "sanctions/lift")]
        for decision in (self.ban, *self.lifted):
            self.day = service.record.event(decision)["at"][:10].replace("-", "")

    @staticmethod
    def subject(service, role):
        with Member(service, role) as member:
            return member.welcome["subject"]


def test_a_ban_holds_when_the_days_around_it_were_let_go_and_the_record_is_whole(service, clock):
    told = []
    years = Years(service, clock, {400: lambda years: told.append(Bans(years))})
    (bans,) = told
    record = service.record
    years.verify()
    assert record.rows("select * from audit.tampered") == []
    record.psql("update audit.retention set days_kept = 200 where class = 'sanctions'")
    partition = f"select to_regclass('audit.event_sanctions_{bans.day}') is null"
    assert record.value(partition) == "f"
    years.let_go()
    assert record.value(partition) == "t"
    left = seqs(record)
    assert int(bans.ban.split("-")[1]) in left
    assert not left & {int(decision.split("-")[1]) for decision in bans.lifted}

    assert service.stop() == 0
    years.start(0)
    status, refusal = shake(service, Authorization=f"Bearer {service.token('player')}")
    assert (status, refusal["code"]) == (403, "banned")
    with Member(service, "parent") as member:
        assert member.welcome["subject"] == bans.forgiven
    (sanction,) = Operators(service, service.token("operator")).get("sanctions")["sanctions"]
    assert (sanction["subject"], sanction["decision"]) == (bans.banned, bans.ban)
    assert service.stop() == 0
    assert "dropped by retention" in years.verify()[-1]
    assert record.rows("select * from audit.tampered") == []


def seqs(record):
    return set(map(int, record.psql("select seq from audit.event").split()))
