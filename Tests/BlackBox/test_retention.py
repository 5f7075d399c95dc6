"""Retention: what is past its time goes by whole partitions; what is in force or preserved stays."""

import subprocess
import time

import pytest

from hub import ROOT
from keeper import Keeper
from member import Member
from service import shake

EPOCH = 946_684_800  # 2000-01-01 UTC, from which the record counts.
OTHER = 77  # The log of another hub of the community, which has been at work for years.
# A number that no kind has: whatever somebody decides about a held message with.
DECISION = 99


@pytest.fixture
def keeper(serving):
    return Keeper(serving)


class OldLog:
    """Events of long ago, each day in the partition of its own that it had then."""

    def __init__(self, hub):
        self.record, self.seq = hub.record, 0
        self.record.psql(f"insert into audit.log (log, origin) values ({OTHER}, gen_random_uuid())")

    def add(
        self, days, kind, retention, subject=None, channel=None, detail="{}", text=None,
        disposition=0, refers=None,
    ):  # fmt: skip
        """One event, with content if it has a text; its seq."""
        self.seq += 1
        at = f"(now() - interval '{days} days')"
        day = f"({at} at time zone 'UTC')::date"
        quoted = [f"'{value}'" if value else "null" for value in (subject, channel)]
        self.record.psql(
            f"select audit.ensure_partitions({day}, {day});"
            "insert into audit.event (log, seq, at, schema, retention, kind, stage, disposition,"
            " subject, channel, refers_log, refers_seq, rules, shadow_rules, score, bytes, judged_ns,"
            " detail)"
            f" values ({OTHER}, {self.seq}, {at}, 1, {retention}, {kind}, 20, {disposition},"
            f" {', '.join(quoted)}, {OTHER if refers else 'null'}, {refers or 'null'},"
            f" '{{}}', '{{}}', 0, 0, 0, '{detail}');"
            f"update audit.log set watermark = {self.seq} where log = {OTHER}"
        )
        if text:
            self.record.psql(
                "insert into audit.content select log, seq, at, 1, decode(repeat('00', 16), 'hex'),"
                f" '{text}' from audit.event where log = {OTHER} and seq = {self.seq}"
            )
        return self.seq

    def events(self):
        return self.left("audit.event")

    def contents(self):
        return self.left("audit.content")

    def left(self, table):
        return [
            int(seq)
            for seq in self.record.psql(
                f"select seq from {table} where log = {OTHER} order by seq"
            ).split()
        ]

    def pruned(self):
        """The seq that the database says it let go."""
        return [
            int(seq)
            for seq in self.record.psql(
                "select generate_series(first_seq, last_seq) from audit.pruned"
                f" where log = {OTHER} order by 1"
            ).split()
        ]


def subject_of(hub, role):
    with Member(hub, role, join=hub.channel) as member:
        hub.record.event(member.say("hello")["decision"])
        return member.welcome["subject"]


def test_what_is_past_its_time_goes_and_what_is_not_stays(serving, keeper):
    old = OldLog(serving)
    for days in (400, 380):
        old.add(days, 30, 1, channel="club:a", text="long ago")
    recent = [old.add(100, 30, 1, text="its words go"), old.add(20, 30, 1, text="all of it stays")]
    before = old.events()
    own = serving.record.value("select count(*) from audit.event where log = 1")
    dry = keeper.ask("retain", "--dry-run")
    assert dry.returncode == 0 and "event_traffic_" in dry.stdout and "content_" in dry.stdout
    assert old.events() == before == old.contents()
    # Not without an event that says so, even for who may do it.
    assert serving.record.value("set role touchline_keeper; select audit.prune_next()") == ""

    decision = keeper.decide("retain")
    assert serving.record.event(decision)["kind"] == 63
    assert old.events() == recent and old.contents() == recent[1:]
    assert old.pruned() == [seq for seq in before if seq not in recent]
    assert int(serving.record.value("select count(*) from audit.event where log = 1")) > int(own)
    proofs = (ROOT / "docs/proofs.md").read_text()
    made_up = proofs.split("-- ranges that no recorded run of retention let go: none")[1].split(";")[0]
    assert serving.record.rows(made_up) == []
    serving.record.psql(
        f"insert into audit.pruned values ({OTHER}, 90, 91, 1, now() - interval '9 days', now())"
    )
    assert [row["first_seq"] for row in serving.record.rows(made_up)] == [90]
    assert "Nothing is left" in keeper.ask("retain").stdout


def test_rows_without_a_partition_of_their_own_go_too(serving, keeper):
    old = OldLog(serving)
    serving.record.psql(
        "insert into audit.event (log, seq, at, schema, retention, kind, stage, disposition, rules,"
        " shadow_rules, score, bytes, judged_ns, detail)"
        f" select {OTHER}, n, now() - n * interval '200 days', 1, 1, 30, 20, 0, '{{}}', '{{}}', 0, 0, 0,"
        " '{}' from generate_series(1, 3) n"
    )
    keeper.decide("retain")
    assert old.events() == [1] and old.pruned() == [2, 3]
    # The default partition is there again.
    serving.record.psql("select audit.ensure_partitions(current_date + 9, current_date + 9)")
    old.seq = 3
    assert old.add(30, 30, 1) == 4 and old.events() == [1, 4]


def test_a_ban_outlives_the_partition_that_it_was_in(serving, keeper):
    banned, lifted = subject_of(serving, "player"), subject_of(serving, "coach")
    old = OldLog(serving)
    old.add(1300, 52, 3, banned, detail='{"until": 1}')
    ban = old.add(1250, 52, 3, banned)
    old.add(1250, 52, 3, lifted)
    old.add(1200, 53, 3, lifted)
    keeper.decide("retain")
    assert old.events() == [ban]
    assert old.pruned() == [1, 3, 4]
    assert serving.stop() == 0
    serving.start()
    bearer = {"Authorization": f"Bearer {serving.token('player')}"}
    status, refusal = shake(serving, **bearer)
    assert (status, refusal["code"]) == (403, "banned")
    subject_of(serving, "coach")


def test_a_revocation_outlives_its_partition_until_what_it_revokes_has_expired(serving, keeper):
    revoked, over = subject_of(serving, "player"), subject_of(serving, "coach")
    undated = serving.token("player", iat=None)  # As old as can be.
    soon = int((time.time() - EPOCH + 3600) * 1e6)
    old = OldLog(serving)
    kept = [
        # Of one token, of a member's, and an erasure, which revokes too.
        old.add(1250, 55, 3, detail=f'{{"token": "{over}", "until": {soon}}}'),
        old.add(1250, 55, 3, revoked, detail=f'{{"until": {soon}}}'),
        old.add(3700, 60, 4, over, detail=f'{{"until": {soon}}}'),
    ]
    old.add(1250, 55, 3, over, detail='{"until": 1}')
    old.add(3700, 60, 4, over, detail='{"until": 1}')
    old.add(3700, 60, 4, over)
    keeper.decide("retain")
    assert old.events() == kept and old.pruned() == [4, 5, 6]
    assert serving.stop() == 0
    serving.start()
    status, refusal = shake(serving, Authorization=f"Bearer {undated}")
    assert (status, refusal["code"]) == (401, "token_revoked")
    # They are let go once nothing is revoked by them.
    serving.cluster.psql(
        serving.database,
        "set session_replication_role = replica; update audit.event set detail = '{\"until\": 1}'"
        f" where log = {OTHER}",
    )
    keeper.decide("retain")
    assert old.events() == [] and old.pruned() == [1, 2, 3, 4, 5, 6]


def test_a_held_message_waits_with_its_words_for_a_decision(serving, keeper):
    old = OldLog(serving)
    kept = old.add(400, 30, 1, channel="club:a", text="held", disposition=3)
    decided = old.add(400, 30, 1, channel="club:a", text="held and decided", disposition=3)
    sent = old.add(400, 30, 1, channel="club:a", text="sent")
    answer = old.add(20, DECISION, 1, channel="club:a", refers=decided)
    beside = [
        old.add(20, 50, 3, refers=kept, detail='{"by": "rule"}'),
        # An edit, a deletion, a look at it by an operator, and a decision that was refused.
        old.add(20, 31, 1, channel="club:a", refers=kept),
        old.add(20, 32, 1, channel="club:a", refers=kept, detail='{"by": "author"}'),
        old.add(20, 70, 4, refers=kept, detail='{"by": "operator"}'),
        old.add(20, DECISION, 1, channel="club:a", refers=kept, disposition=4),
    ]
    keeper.decide("retain")
    assert old.events() == [kept, answer, *beside]
    assert old.contents() == [kept]
    assert old.pruned() == [decided, sent]
    open_holds = f"select seq from audit.open_holds where log = {OTHER}"
    assert serving.record.value(open_holds) == str(kept)
    # It has waited in the default partition: there it is found and let go after the decision.
    released = old.add(10, DECISION, 1, channel="club:a", refers=kept)
    keeper.decide("retain")
    assert old.events() == [answer, *beside, released] and old.contents() == []


def test_a_legal_hold_keeps_its_rows_until_it_is_released(serving, keeper):
    subject = subject_of(serving, "coach")
    old = OldLog(serving)
    kept = [
        old.add(400, 30, 1, subject, "club:a", text="covered"),
        old.add(1300, 52, 3, subject),
        old.add(1290, 53, 3, subject),
    ]
    old.add(400, 30, 1, channel="club:a", text="of another")
    old.add(500, 30, 1, subject, "club:b", text="too early")
    order = ["--order", "1", "--authority", "A", "--review", "2030-01-01", "--subject", subject]
    day = serving.record.value("select (now() - interval '401 days')::date")
    held = keeper.decide("preserve", *order, "--from", day)
    keeper.decide("retain")
    # What was done on that day, and the lifted ban with what lifted it: else it would be in force.
    assert old.events() == kept and old.contents() == kept[:1]
    assert old.pruned() == [4, 5]
    assert serving.record.value(f"select count(*) from audit.active_sanctions where log = {OTHER}") == "0"
    keeper.decide("release", held, "--reason", "closed")
    keeper.decide("retain")
    assert old.events() == [] and old.contents() == []
    assert old.pruned() == [1, 2, 3, 4, 5]


def test_a_legal_hold_keeps_its_own_order_until_it_is_released(serving, keeper):
    old = OldLog(serving)
    held = old.add(4000, 61, 4, channel="club:a", text="12 Js 345/26")
    superuser = serving.cluster.psql
    superuser(
        serving.database,
        "insert into audit.preservation (log, seq, at, channel, from_at, to_at, review_at)"
        " select log, seq, at, channel, at - interval '30 days', at - interval '1 day', at"
        f" from audit.event where log = {OTHER} and seq = {held}",
    )
    keeper.decide("retain")
    assert old.events() == old.contents() == [held]
    superuser(
        serving.database,
        f"update audit.preservation set released_log = {OTHER}, released_seq = 2,"
        f" released_at = now() where log = {OTHER}",
    )
    keeper.decide("retain")
    assert old.events() == old.contents() == []


def test_the_settings_bind_and_are_the_keepers(serving, keeper):
    old = OldLog(serving)
    old.add(10, 30, 1, text="ten days old")
    change = "set role touchline_{}; update audit.retention set days = {} where class = 'content'"
    for role in ("server", "auditor", "reviewer"):
        with pytest.raises(subprocess.CalledProcessError) as refused:
            serving.record.psql(change.format(role, 5))
        assert "permission denied" in refused.value.stderr
    with pytest.raises(subprocess.CalledProcessError):
        serving.record.psql(change.format("keeper", 1))
    keeper.decide("retain")
    assert old.contents() == [1]
    serving.record.psql(change.format("keeper", 5))
    keeper.decide("retain")
    assert old.contents() == [] and old.events() == [1]


def test_content_goes_with_its_event_where_events_are_kept_for_fewer_days(serving, keeper):
    old = OldLog(serving)
    old.add(40, 30, 1, text="its event is let go")
    left = old.add(20, 30, 1, text="and this event is not")
    keeper.sql("update audit.retention set days = 30 where class = 'traffic'")
    run = serving.record.event(keeper.decide("retain"))["detail"]
    assert run["content"] == run["traffic"] > run["connections"]
    assert old.events() == old.contents() == [left]


def test_a_running_hub_lets_go_by_itself(service):
    service.migrate()
    service.start()
    old = OldLog(service)
    old.add(400, 30, 1, text="long ago")
    assert service.stop() == 0
    service.start()
    left = f"select count(*) from audit.event where log = {OTHER}"
    assert service.record.until(left, "0") == "0"
    assert old.contents() == [] and old.pruned() == [1]
