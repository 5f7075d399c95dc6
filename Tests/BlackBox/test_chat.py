"""Members who talk: acks, deliveries, one order for all."""

import uuid

import pytest

import tokens
from hub import eventually
from member import Member, Talker
from record import ALLOW, BLOCK, KIND, REDACT
import words


def test_a_message_reaches_the_channel_with_all_its_fields(hub):
    with Member(hub, "coach", join=hub.channel) as coach:
        with Member(hub, "player", join=hub.channel) as player:
            ack = player.say("hello, coach")
            assert (ack["type"], ack["status"]) == ("ack", "delivered")
            got = coach.next_message()
    assert got["body"] == {"text": "hello, coach"}
    assert got["channel"] == hub.channel
    assert got["sender"]["id"] == player.welcome["subject"]
    assert got["sender"]["name"] == tokens.parts(hub.token("player"))[1]["name"]
    assert got["seq"] == ack["channel_seq"] and got["epoch"] == coach.joined["epoch"]
    assert uuid.UUID(got["message"]) and got["at"].endswith("Z")

    event = hub.record.event(ack["decision"])
    assert (event["kind"], event["disposition"]) == (KIND["message"], ALLOW)
    assert event["message"] == got["message"]
    assert event["channel"] == hub.channel and event["channel_seq"] == got["seq"]
    assert event["session"] == player.welcome["session"]
    assert event["subject"] == player.welcome["subject"]
    assert hub.record.decision(ack["decision"])
    assert any("hello, coach" in text for text in hub.record.contents(ack["decision"]).values())
    assert "hello" not in str(event), "an event holds no text"


def test_ones_own_message_comes_back_after_its_ack(hub):
    with Member(hub, join=hub.channel) as member:
        ack = member.say("to all")
        assert not member.inbox, "the ack comes first"
        assert member.next_message()["seq"] == ack["channel_seq"]


def test_joins_and_leaves_are_acked_and_recorded(hub):
    with Member(hub) as member:
        joined = member.join()
        assert (joined["status"], joined["channel"]) == ("joined", hub.channel)
        again = member.join()
        assert again.get("code") == "already_joined"
        left = member.leave()
        assert (left["status"], left["channel"]) == ("left", hub.channel)
        gone = member.leave()
        assert gone["code"] == "not_joined"
        unheard = member.say("does anyone hear me?")
        assert unheard["code"] == "not_joined"
    for answer, kind, disposition in [
        (joined, "join", ALLOW), (again, "join", BLOCK), (left, "leave", ALLOW),
        (gone, "leave", BLOCK), (unheard, "message", BLOCK),
    ]:
        event = hub.record.event(answer["decision"])
        assert (event["kind"], event["disposition"]) == (KIND[kind], disposition), answer


def test_who_has_left_hears_nothing(hub):
    with Member(hub, "coach", join=hub.channel) as stays:
        with Member(hub, "player", join=hub.channel) as leaves:
            assert leaves.leave()["status"] == "left"
            stays.say("among us")
            assert leaves.is_silent()


def test_an_unknown_channel_is_refused(hub):
    with Member(hub) as member:
        refused = member.join("nowhere:at:all")
    assert refused["code"] == "unknown_channel"
    assert hub.record.event(refused["decision"])["disposition"] == BLOCK


def test_a_blocked_message_reaches_no_one_and_its_sender_learns_why(hub):
    with Member(hub, "coach", join=hub.channel) as coach:
        with Member(hub, "player", join=hub.channel) as player:
            refused = player.say(words.BLOCKED)
            assert (refused["type"], refused["code"]) == ("refused", "blocked")
            assert refused["message"]
            assert coach.is_silent()
    event = hub.record.event(refused["decision"])
    assert (event["kind"], event["disposition"]) == (KIND["message"], BLOCK)
    assert event["rules"] and event["policy"]
    assert hub.record.decision(refused["decision"])
    log, seq = refused["decision"].split("-")
    assert hub.record.rows(f"select * from audit.blocked where log = {log} and seq = {seq}")


def test_a_redacted_message_is_delivered_without_the_word(hub):
    with Member(hub, "coach", join=hub.channel) as coach:
        with Member(hub, "player", join=hub.channel) as player:
            ack = player.say(f"that is {words.REDACTED}, is it not? ⚽")
            assert ack["status"] == "redacted"
            text = coach.next_message()["body"]["text"]
    assert words.REDACTED not in text
    assert text.startswith("that is ") and text.endswith(", is it not? ⚽")
    assert hub.record.event(ack["decision"])["disposition"] == REDACT
    contents = hub.record.contents(ack["decision"])
    assert words.REDACTED in contents[1] and words.REDACTED not in contents[2]


@pytest.mark.parametrize(
    "text", ["ä", "日本語", "👩‍👩‍👧‍👦", "a\tb\nc", '"\\/', "\u2028", "\U0010ffff", "e\u0301"]
)
def test_what_is_said_arrives_to_the_letter(hub, text):
    with Member(hub, join=hub.channel) as member:
        assert member.say(text)["type"] == "ack"
        assert member.next_message()["body"]["text"] == text


def test_all_members_see_one_order_without_a_gap(hub):
    listeners = [Member(hub, role, join=hub.channel) for role in ("coach", "player")]
    talkers = [
        Talker(hub, f"talker {index}", role, per_second=8)
        for index, role in enumerate(["coach", "player", "moderator", "coach"])
    ]
    for talker in talkers:
        talker.start()
    assert eventually(lambda: min(len(talker.sent) for talker in talkers) > 12, 30)
    for talker in talkers:
        talker.finish()
        assert not talker.failure
    sent = sum(len(talker.sent) for talker in talkers)
    assert sent > 20
    assert not any(talker.refused for talker in talkers), talkers[0].refused
    heard = [[listener.next_message() for _ in range(sent)] for listener in listeners]
    for listener in listeners:
        assert listener.is_silent(0.2)
        listener.ws.close()
    assert heard[0] == heard[1]
    order = [frame["seq"] for frame in heard[0]]
    assert order == list(range(order[0], order[0] + sent))
    acked = {ack["channel_seq"]: ack["id"] for talker in talkers for ack in talker.acked}
    texts = {frame["seq"]: frame["body"]["text"] for frame in heard[0]}
    said = {id: text for talker in talkers for id, text in talker.sent.items()}
    assert {seq: said[id] for seq, id in acked.items()} == texts
    for talker in talkers:
        own = [frame for frame in talker.delivered]
        assert [frame["seq"] for frame in own] == sorted(frame["seq"] for frame in own)


def test_a_members_own_messages_keep_their_order(hub):
    with Member(hub, join=hub.channel) as member:
        count = min(20, member.welcome["limits"]["messages_per_second"])
        for index in range(count):
            member.send(
                type="message", id=str(index), channel=hub.channel, body={"text": f"no. {index}"}
            )
        heard = [member.next_message()["body"]["text"] for _ in range(count)]
    assert heard == [f"no. {index}" for index in range(count)]


def test_who_sends_too_fast_is_told_when_to_come_back(hub):
    with Member(hub, join=hub.channel) as member:
        count = member.welcome["limits"]["messages_per_second"] * 4
        for index in range(count):
            member.send(
                type="message", id=str(index), channel=hub.channel, body={"text": "again"}
            )
        answers = [member.reply(str(index)) for index in range(count)]
    refused = [answer for answer in answers if answer["type"] == "refused"]
    assert refused and len(refused) < count
    assert {answer["code"] for answer in refused} == {"rate"}
    assert all(answer["retry_after_ms"] > 0 for answer in refused)
    assert hub.record.event(refused[0]["decision"])["disposition"] == BLOCK


# Sending twice under one key.


def test_a_key_answers_its_first_outcome_instead_of_sending_twice(hub):
    key = str(uuid.uuid4())
    with Member(hub, "coach", join=hub.channel) as coach:
        with Member(hub, "player", join=hub.channel) as player:
            first = player.say("once", key=key)
            second = player.say("once", key=key)
            assert coach.next_message()["body"]["text"] == "once"
            assert coach.is_silent()
            blocked = str(uuid.uuid4())
            refusals = [player.say(words.BLOCKED, key=blocked) for _ in range(2)]
    assert {first["status"], second["status"]} == {"delivered"}
    assert first["decision"] == second["decision"]
    assert first["channel_seq"] == second["channel_seq"]
    assert {refusal["code"] for refusal in refusals} == {"blocked"}
    assert refusals[0]["decision"] == refusals[1]["decision"]


def test_two_members_may_use_the_same_key(hub):
    key = str(uuid.uuid4())
    with Member(hub, "coach", join=hub.channel) as coach:
        with Member(hub, "player", join=hub.channel) as player:
            decisions = {member.say("mine", key=key)["decision"] for member in (coach, player)}
    assert len(decisions) == 2


def test_a_key_still_answers_after_a_restart(own_hub):
    key = str(uuid.uuid4())
    with Member(own_hub, join=own_hub.channel) as member:
        first = member.say("once and for all", key=key)
    assert own_hub.stop() == 0
    own_hub.start()
    with Member(own_hub, join=own_hub.channel) as member:
        assert member.say("once and for all", key=key)["decision"] == first["decision"]
        assert member.is_silent()
        own_hub.kill()
    own_hub.start()
    with Member(own_hub, join=own_hub.channel) as member:
        assert member.say("once and for all", key=key)["decision"] == first["decision"]
        assert member.is_silent()
    count = own_hub.record.value("select count(*) from audit.event where kind = 30")
    assert count == "1"
