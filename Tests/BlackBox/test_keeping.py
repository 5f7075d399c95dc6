"""Forgetting and keeping: erasures, legal holds, and who may ask for them."""

import contextlib
import json
import subprocess
import threading

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from hub import eventually
from keeper import Keeper
from member import Member, Talker
from operators import Operators
from service import ISSUER, shake
from test_edits import delete, edit, said
from test_proofs import newest_checkpoint_holds

CONTENTS = (
    "select count(*) from audit.content c join audit.event e using (log, seq, at)"
    " where e.subject = '{subject}' and e.kind < 60"
)
IDENTITIES = "select count(*) from audit.subject where pseudonym = '{subject}'"


@pytest.fixture
def keeper(serving):
    return Keeper(serving)


def talk(hub, role, *texts):
    """Says something; the member's pseudonym, once all of it is in the database."""
    with Member(hub, role, join=hub.channel) as member:
        for text in texts:
            said = member.say(text)
        hub.record.event(said["decision"])
        return member.welcome["subject"]


def remains(hub, subject):
    """How many rows of content and of identity the database has of a subject."""
    return tuple(
        int(hub.record.value(query.format(subject=subject))) for query in (CONTENTS, IDENTITIES)
    )


def shipping_held(hub):
    """Keeps the shipper waiting for the log's row."""
    return held(hub, "select from audit.log for update")


@contextlib.contextmanager
def held(hub, lock):
    """Keeps a transaction open in which a statement has taken a lock."""
    psql = subprocess.Popen(
        ["psql", "-X", "-qAt", "-d", hub.cluster.connection(hub.database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    psql.stdin.write(f"begin; {lock}; select 'held';\n")
    psql.stdin.flush()
    assert any(line == "held\n" for line in psql.stdout)
    try:
        yield
    finally:
        psql.stdin.close()
        psql.wait(10)


def hold_message(hub, subject):
    """A held message of the subject, recorded by another hub of the community."""
    hub.record.psql(
        "insert into audit.log (log, origin, watermark) values (77, gen_random_uuid(), 1);"
        "insert into audit.event (log, seq, at, schema, retention, kind, stage, disposition,"
        " subject, rules, shadow_rules, score, bytes, judged_ns, detail)"
        f" values (77, 1, now(), 1, 1, 30, 16, 3, '{subject}', '{{}}', '{{}}', 0, 0, 0, '{{}}')"
    )


def test_erasing_forgets_a_person_and_nobody_else_and_the_proofs_hold(serving, keeper):
    coach, player = talk(serving, "coach", "hello"), talk(serving, "player", "me too")
    with Member(serving, "coach", join=serving.channel) as member:
        member.say("and again")
        asked = keeper.ask(
            "erase", "--issuer", ISSUER, "--sub", "member-coach", "--reason", "she left"
        )
        assert asked.returncode == 0, asked.stderr
        assert member.close_code() == 4501
    decision = asked.stdout.split("decision ")[1].strip(" .\n")
    event = serving.record.event(decision)
    assert (event["kind"], event["subject"]) == (60, coach)
    assert remains(serving, coach) == (0, 0)
    assert remains(serving, player)[0] > 0 and remains(serving, player)[1] == 1
    reason = serving.record.contents(decision)[3]
    assert "she left" in reason and "she left" not in str(event)
    assert serving.record.value("select count(*) from audit.request where reason is not null") == "0"
    covered = f"select max(size) >= {decision.split('-')[1]} from audit.checkpoint"
    assert eventually(lambda: serving.record.value(covered) == "t")
    newest_checkpoint_holds(serving)


class Returner(threading.Thread):
    """Connects with one token again and again, says something, and goes."""

    def __init__(self, hub, token):
        super().__init__(daemon=True)
        self.hub, self.token, self.over = hub, token, threading.Event()
        self.admitted, self.refused, self.failure = 0, [], None

    def run(self):
        try:
            while not self.over.is_set():
                try:
                    with Member(self.hub, token=self.token, join=self.hub.channel) as member:
                        self.admitted += 1
                        member.say("here I am")
                except ConnectionClosed:
                    pass
                except InvalidStatus as refusal:
                    body = json.loads(refusal.response.body)
                    self.refused.append((refusal.response.status_code, body["code"]))
        except Exception as failure:
            self.failure = failure


@pytest.mark.parametrize("attempt", range(3))
def test_nothing_of_a_person_who_talks_and_reconnects_outlives_the_erasure(
    serving, keeper, attempt
):
    old = serving.token()
    other = talk(serving, "player", "not me")
    talkers = [Talker(serving, name, per_second=15) for name in ("anna", "twin")]
    returners = [Returner(serving, old) for _ in range(2)]
    for thread in talkers + returners:
        thread.start()
    assert eventually(lambda: all(one.admitted for one in returners), 20)
    assert eventually(lambda: all(talker.acked for talker in talkers), 20)
    subject = serving.record.value(
        "select pseudonym from audit.subject where sub = 'member-coach'"
    )
    decision = keeper.decide("erase", "--subject", subject, "--reason", "left")
    # Old tokens open nothing any more, and whoever still tries isn't noted with an address.
    revoked, hasty = (401, "token_revoked"), (429, "too_many_connections")
    assert eventually(lambda: all(one.refused.count(revoked) > 3 for one in returners), 20)
    for returner in returners:
        returner.over.set()
        returner.join(30)
        assert not returner.failure and set(returner.refused) <= {revoked, hasty}
    for talker in talkers:
        talker.finish()
        assert talker.close_code == 4501
    status, refusal = shake(serving, Authorization=f"Bearer {old}")
    assert (status, refusal["code"]) == (401, "token_revoked")
    # From another page, too, and after a restart.
    status, refusal = shake(
        serving, Authorization=f"Bearer {old}", Origin="https://elsewhere.example"
    )
    assert status == 403
    assert serving.stop() == 0
    serving.start()
    status, refusal = shake(serving, Authorization=f"Bearer {old}")
    assert (status, refusal["code"]) == (401, "token_revoked")
    serving.record.event(refusal["decision"])
    seq = decision.split("-")[1]
    said = f"select count(*) from audit.event where subject = '{subject}' and kind = 30 and seq < {seq}"
    assert int(serving.record.value(said)) > 10
    assert remains(serving, subject) == (0, 0)
    assert remains(serving, other) == (2, 1)

    # Who gets a new token is known again.
    with Member(serving, join=serving.channel) as member:
        serving.record.event(member.say("back again")["decision"])
    contents, identities = remains(serving, subject)
    assert contents == 2 and identities == 1


def test_what_waits_in_the_journal_is_erased_too(serving, keeper):
    subject = talk(serving, "coach", "shipped")
    with Member(serving, "coach", join=serving.channel) as member, shipping_held(serving):
        late = member.say("not shipped yet")["decision"]
        unfinished = keeper.ask(
            "erase", "--subject", subject, "--reason", "left", wait="3s"
        )
        assert unfinished.returncode == 75, unfinished.stderr
        assert "taken by a hub" in unfinished.stderr
    assert serving.record.contents(late) == {}
    assert serving.record.until(CONTENTS.format(subject=subject), "0") == "0"
    assert remains(serving, subject) == (0, 0)


def test_an_open_matter_or_a_legal_hold_refuses_an_erasure(serving, keeper):
    subject = talk(serving, "coach", "hello")
    before = remains(serving, subject)
    hold_message(serving, subject)
    erase = ["erase", "--subject", subject, "--reason", "left"]
    refused = keeper.ask(*erase)
    assert refused.returncode == 1 and "open: 77-1" in refused.stderr
    assert remains(serving, subject) == before
    order = ["--order", "12 Js 345/26", "--authority", "Prosecutor", "--review", "2030-01-01"]
    held = keeper.decide("preserve", "--channel", serving.channel, *order)
    assert "12 Js 345/26" in serving.record.contents(held)[3]
    override = ["--override", "--officer", "J. Doe"]
    refused = keeper.ask(*erase, *override)
    assert refused.returncode == 1 and f"preserved by {held}" in refused.stderr
    assert remains(serving, subject) == before
    keeper.decide("release", held, "--reason", "closed")
    again = keeper.ask("release", held, "--reason", "closed")
    assert again.returncode == 1 and "no preservation in force" in again.stderr
    decision = keeper.decide(*erase, *override)
    assert "J. Doe" in serving.record.contents(decision)[3]
    assert remains(serving, subject) == (0, 0)


def test_nothing_of_keeping_decides_an_open_matter(serving, keeper):
    subject = talk(serving, "coach", "hello")
    hold_message(serving, subject)
    asked = (
        "insert into audit.request (kind, channel, refers_log, refers_seq, reason)"
        " values (61, 'club:nobody', 77, 1, '{}')"
    )
    with pytest.raises(subprocess.CalledProcessError) as refused:
        serving.cluster.psql(serving.database, asked)
    assert b"request_refers" in refused.value.stderr
    # Of a database in which it was asked for before that was refused.
    serving.cluster.psql(
        serving.database,
        "alter table audit.request drop constraint request_refers;" + asked,
    )
    done = "select count(*) from audit.request where kind = 61 and done_at is not null"
    assert serving.record.until(done, "1") == "1"
    assert serving.record.value("select count(*) from audit.open_holds where log = 77") == "1"
    refused = keeper.ask("erase", "--subject", subject, "--reason", "left")
    assert refused.returncode == 1 and "open: 77-1" in refused.stderr


def test_what_is_open_in_the_journal_stops_an_erasure_as_it_is_shipped(serving, keeper):
    subject = talk(serving, "player", "shipped")
    erase = ["erase", "--subject", subject, "--reason", "left"]
    with Member(serving, "player", join=serving.channel) as member, shipping_held(serving):
        held = member.say("ring me on 087 123 4567")
        assert held["status"] == "held", held
        unfinished = keeper.ask(*erase, wait="1s")
        assert unfinished.returncode == 75, unfinished.stderr
        assert member.close_code() == 4501, "it is recorded"
    outcome = "select outcome from audit.request where kind = 60"
    wanted = f"not carried out: open: {held['decision']}"
    assert serving.record.until(outcome, wanted) == wanted
    assert serving.record.contents(held["decision"]) != {}
    keeper.decide(*erase, "--override", "--officer", "J. Doe")
    assert remains(serving, subject) == (0, 0)


def test_a_flag_of_a_rule_refuses_an_erasure_until_an_officer_is_named(serving, keeper):
    with Member(serving, "player", join=serving.channel) as member:
        flagged = member.say("I don't want to be here, I want to die")["decision"]
        subject = member.welcome["subject"]
    assert "flags" in serving.record.event(flagged)["detail"]
    assert serving.record.event(flagged)["disposition"] == 0, "it is flagged, and not held"
    before = remains(serving, subject)
    erase = ["erase", "--subject", subject, "--reason", "left"]
    # The rule has also asked to preserve the channel, which nobody overrides.
    held = "select log || '-' || seq from audit.preservation"
    assert eventually(lambda: serving.record.value(held))
    keeper.decide("release", serving.record.value(held), "--reason", "looked at")
    refused = keeper.ask(*erase)
    assert refused.returncode == 1 and f"open: {flagged}" in refused.stderr
    nameless = keeper.ask(*erase, "--override")
    assert nameless.returncode == 64 and "--officer" in nameless.stderr
    # Nor past the command, by a row of one's own.
    for officer in ("", ", \"officer\": \"\"", ", \"officer\": \"  \""):
        request = keeper.sql(
            "insert into audit.request (kind, subject, terms, reason) values"
            f" (60, '{subject}', '{{\"override\": 1}}', '{{\"reason\": \"left\"{officer}}}') returning id"
        )
        outcome = f"select outcome from audit.request where id = {request}"
        wanted = "an override names the officer who answers for it"
        assert serving.record.until(outcome, wanted) == wanted
    assert remains(serving, subject) == before
    keeper.decide(*erase, "--override", "--officer", "J. Doe")
    assert remains(serving, subject) == (0, 0)


def test_a_look_an_edit_or_a_deletion_decides_nothing_that_is_open(serving, keeper):
    with Member(serving, "player", join=serving.channel) as member:
        subject = member.welcome["subject"]
        flagged = said(member, "I don't want to be here, I want to die")
        held = member.say("ring me on 087 123 4567")
        assert held["status"] == "held", held
        assert edit(member, flagged, "never mind")["status"] == "edited"
        assert delete(member, flagged)["status"] == "deleted"
    operator = Operators(serving, serving.token("operator"))
    moderator = Operators(serving, serving.token("moderator"))
    decisions = [flagged["decision"], held["decision"]]
    for decision in decisions:
        serving.record.event(decision)
        moderator.call("GET", f"record/{decision}", status=403)
        looked = operator.get(f"record/{decision}")
    serving.record.event(looked["decision"])
    for question, wanted in (
        ("select decision from audit.open_flags", decisions),
        ("select decision from audit.open_holds", decisions[1:]),
        (f"select audit.open_matters('{subject}')", decisions),
    ):
        assert serving.record.psql(question).split() == wanted, question


def test_a_legal_hold_that_is_recorded_first_stops_an_erasure_behind_it(serving, keeper):
    subject = talk(serving, "coach", "hello")
    before = remains(serving, subject)
    with shipping_held(serving):
        order = ["--order", "1", "--authority", "A", "--review", "2030-01-01"]
        keeper.ask("preserve", "--subject", subject, *order, wait="2s")
        keeper.ask("erase", "--subject", subject, "--reason", "left", wait="2s")
    outcome = "select outcome from audit.request where kind = 60"
    wanted = "not carried out: preserved by 1-"
    assert eventually(lambda: serving.record.value(outcome).startswith(wanted))
    assert remains(serving, subject) == before


def test_without_a_hub_a_request_waits_for_the_next_one(serving, keeper):
    subject = talk(serving, "coach", "hello")
    assert serving.stop() == 0
    asked = keeper.ask("erase", "--subject", subject, "--reason", "left", wait="1s")
    assert asked.returncode == 75 and "No hub that runs" in asked.stderr
    assert remains(serving, subject)[1] == 1
    serving.start()
    assert serving.record.until(CONTENTS.format(subject=subject), "0") == "0"
    assert remains(serving, subject) == (0, 0)


def test_a_request_that_was_taken_and_never_recorded_is_taken_again(serving, keeper):
    subject = talk(serving, "coach", "hello")
    serving.record.psql(
        "insert into audit.request (kind, subject, taken_log, taken_fence, taken_at)"
        f" values (60, '{subject}', 1, 999, now() - interval '11 minutes')"
    )
    assert serving.record.until(CONTENTS.format(subject=subject), "0") == "0"


def test_an_erasure_is_applied_again_after_a_restore_of_an_older_backup(serving, keeper, tmp_path):
    subject = talk(serving, "coach", "in the backup")
    superuser = serving.cluster.connection(serving.database)
    backup = tmp_path / "backup"
    subprocess.run(["pg_dump", "-Fc", "-f", backup, "-d", superuser], check=True, timeout=60)
    talk(serving, "coach", "after the backup")
    decision = keeper.decide("erase", "--subject", subject, "--reason", "left")
    assert serving.stop() == 0

    serving.cluster.psql("postgres", f"drop database {serving.database}")
    serving.cluster.psql("postgres", f"create database {serving.database}")
    subprocess.run(["pg_restore", "-d", superuser, backup], check=True, timeout=60)
    assert remains(serving, subject)[0] > 0
    serving.start()
    assert remains(serving, subject) == (0, 0)
    ledger = "select log || '-' || seq from audit.erasure where subject = '{}'"
    assert serving.record.value(ledger.format(subject)) == decision


def test_only_a_keeper_may_ask_and_nobody_removes_rows_past_the_record(serving, keeper):
    subject = talk(serving, "coach", "hello")
    before = remains(serving, subject)
    for role in ("touchline_server", "touchline_auditor", "touchline_reviewer"):
        refused = Keeper(serving, role).ask("erase", "--subject", subject, "--reason", "left")
        assert refused.returncode == 1 and "touchline_keeper" in refused.stderr, refused.stderr
    for role in ("server", "auditor", "reviewer", "keeper"):
        for statement in (
            "delete from audit.content",
            "delete from audit.subject",
            "delete from audit.preservation",
            "update audit.request set done_at = now()",
            f"select audit.remove_content('{subject}', 1, 0, 1000, now())",
        ):
            asked = f"set role touchline_{role}; {statement}"
            with pytest.raises(subprocess.CalledProcessError) as refused:
                serving.record.psql(asked)
            assert "permission denied" in refused.value.stderr, asked
    assert remains(serving, subject) == before
    # Words don't get into an event by way of its codes.
    with pytest.raises(subprocess.CalledProcessError):
        serving.record.psql(
            "set role touchline_keeper; insert into audit.request (kind, subject, terms)"
            f" values (60, '{subject}', '{{\"name\": \"Cara\"}}')"
        )
