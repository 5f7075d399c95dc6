"""What was said before: in pages, from memory and from the record, judged for its reader."""

import contextlib

import pytest

from hub import eventually
from keeper import Keeper
from member import Member
from service import ISSUER
import words

RULES = """\
rules:
  - id: not-for-players
    on: history
    when: "subject.roles.exists(r, r == 'player')"
    match: {any: [{pattern: 'tactics'}]}
    then: {disposition: block}
  - id: old-pins
    on: history
    match: {any: [{pattern: '[0-9]{4}'}]}
    then: {disposition: redact}
"""
HISTORY = 22


def patiently(request):
    """What a request is answered once the database has what memory let go."""
    answer = request()
    while answer.get("code") == "busy":
        assert answer["retry_after_ms"] > 0 and answer["decision"]
        answer = eventually(lambda: (later := request()).get("code") != "busy" and later) or answer
    return answer


def history(member, **fields):
    return patiently(
        lambda: member.request("history", channel=member.hub.channel, **fields)
    )


def texts(page):
    assert page["type"] == "history", page
    return [message["body"]["text"] for message in page["messages"]]


def everything(member, limit=10):
    """All that can be read, page by page, oldest first."""
    found, before = [], {}
    while True:
        page = history(member, limit=limit, **before)
        assert len(page["messages"]) <= limit
        found = texts(page) + found
        if not page["more"]:
            assert "next" not in page
            return found
        before = {"before": page["next"]}


def hold_little(service):
    """Keeps nearly nothing in memory, so that the record is asked."""
    service.edit(("database:\n", "limits:\n  recent: 2KiB\ndatabase:\n"))


def all_is_shipped(service, decision):
    assert service.record.event(decision)


@contextlib.contextmanager
def without_postgres(service):
    """Lets the hub's login into its database no more, for a while."""
    ask = lambda statement: service.cluster.psql(service.database, statement)
    ask(f"alter role {service.user} nologin")
    ask(f"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{service.user}'")
    try:
        yield
    finally:
        ask(f"alter role {service.user} login")


@pytest.mark.parametrize("holds_little", [False, True])
def test_pages_go_back_over_restarts_to_the_first_message(service, holds_little):
    if holds_little:
        hold_little(service)
    service.migrate()
    said = []
    for round in range(3):
        service.start()
        with Member(service, join=service.channel) as member:
            for number in range(8):
                said.append(f"message {'abc'[round]}{number}")
                last = member.say(said[-1])
            all_is_shipped(service, last["decision"])
            assert everything(member, limit=5) == said
        service.stop()


def test_a_page_is_what_members_got_and_is_recorded(hub):
    with Member(hub, "coach", join=hub.channel) as coach:
        coach.say(f"you {words.REDACTED}, hurry")
        got = coach.next_message()
        assert coach.say(words.BLOCKED)["code"] == "blocked"
        page = history(coach, limit=1)
        assert page["messages"] == [got] and page["more"]
        assert words.REDACTED not in str(page)
        event = hub.record.event(page["decision"])
        assert (event["kind"], event["disposition"]) == (HISTORY, 0)
        assert event["channel"] == hub.channel and event["detail"] == {"shown": 1, "withheld": 0}


def test_each_message_is_judged_for_who_reads_it(service):
    (service.policies / "rules/90-reading.yaml").write_text(RULES)
    service.migrate()
    service.start()
    with Member(service, "coach", join=service.channel) as coach:
        for text in ["hello", "our tactics", "locker 1234"]:
            assert coach.say(text)["status"] == "delivered"
        assert texts(history(coach)) == ["hello", "our tactics", "locker ••••"]
        with Member(service, "player", join=service.channel) as player:
            page = history(player)
            assert texts(page) == ["hello", "locker ••••"]
            event = service.record.event(page["decision"])
            assert event["detail"] == {"shown": 2, "withheld": 1}
            assert event["rules"] == ["not-for-players", "old-pins"]


def test_without_postgres_memory_answers_as_far_as_it_reaches(serving):
    with Member(serving, join=serving.channel) as member:
        for number in range(5):
            member.say(f"message {'abcde'[number]}")
        with without_postgres(serving):
            assert texts(history(member, limit=2)) == ["message d", "message e"]
            refused = history(member)
            assert (refused["type"], refused["code"]) == ("refused", "record_unavailable")
            assert refused["retry_after_ms"] > 0
            assert member.say("still here")["status"] == "delivered"
        assert eventually(lambda: history(member)["type"] == "history")
        assert len(texts(history(member))) == 6


def test_what_was_erased_is_not_read_again(service):
    hold_little(service)
    service.migrate()
    service.start()
    keeper = Keeper(service)
    with Member(service, "player", join=service.channel) as player:
        with Member(service, "coach", join=service.channel) as coach:
            for number in range(6):
                coach.say(f"coach {number}")
                player.say(f"player {number}")
        keeper.decide("erase", "--issuer", ISSUER, "--sub", "member-coach", "--reason", "left")
        assert everything(player) == [f"player {number}" for number in range(6)]


@pytest.mark.parametrize(
    "fields, code",
    [
        ({"limit": 0}, "bad_envelope"),
        ({"limit": 101}, "bad_envelope"),
        ({"limit": 1.5}, "bad_envelope"),
        ({"before": {"epoch": 1}}, "bad_envelope"),
        ({"before": {"epoch": -1, "seq": 1}}, "bad_envelope"),
        ({"before": "yesterday"}, "bad_envelope"),
        ({"since": 1}, "bad_envelope"),
        ({"channel": "club:elsewhere"}, "not_joined"),
        ({"channel": "x" * 257}, "bad_envelope"),
    ],
)
def test_a_page_asked_for_badly_is_refused_and_recorded(hub, fields, code):
    with Member(hub, join=hub.channel) as member:
        refused = member.request("history", **{"channel": hub.channel} | fields)
        assert refused["code"] == code
        event = hub.record.event(refused["decision"])
        assert event["disposition"] == 4
        assert member.say("and on it goes")["status"] == "delivered"


@pytest.mark.parametrize("epoch", [None, 2**31 - 1])
def test_a_page_from_the_future_is_the_newest(hub, epoch):
    with Member(hub, join=hub.channel) as member:
        member.say("the newest")
        epoch = epoch or member.joined["epoch"]
        page = history(member, before={"epoch": epoch, "seq": 2**63 - 1}, limit=1)
        assert texts(page) == ["the newest"]
