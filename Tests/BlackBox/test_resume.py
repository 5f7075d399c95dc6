"""Sessions that go on after a drop: all that was missed or nothing, once, by the rules of now."""

import contextlib
import socket

import pytest

import tokens
from hub import eventually
from keeper import Keeper
from member import Member
from service import ISSUER
from test_edits import delete, edit, said
from test_history import RULES, hold_little, patiently

RESUME = 13


def place(member, channel, seq):
    return {"channel": channel, "epoch": member.joined["epoch"], "seq": seq}


def resume(member, token, *channels):
    answer = member.request("resume", token=token, channels=list(channels))
    return answer


def cut(member):
    """Ends a connection as a lost network does: without a close frame."""
    member.ws.socket.shutdown(socket.SHUT_RDWR)


def texts(member, count):
    return [member.next_message()["body"]["text"] for _ in range(count)]


def test_what_was_missed_comes_in_order_before_what_is_said_next(hub):
    with Member(hub, "player", join=hub.channel) as speaker:
        coach = Member(hub, "coach", join=hub.channel)
        first = speaker.say("before the tunnel")
        seq = coach.next_message()["seq"]
        assert seq == first["channel_seq"]
        cut(coach)
        missed = [speaker.say(f"in the tunnel {count}")["channel_seq"] for count in range(5)]
        with Member(hub, "coach") as back:
            answer = resume(back, coach.welcome["resume_token"], place(coach, hub.channel, seq))
            assert answer["status"] == "resumed"
            joined = back.next("joined")
            assert (joined["replayed"], joined["channel_seq"]) == (5, missed[-1])
            assert texts(back, 5) == [f"in the tunnel {count}" for count in range(5)]
            speaker.say("out again")
            assert texts(back, 1) == ["out again"]
            event = hub.record.event(answer["decision"])
            assert (event["kind"], event["disposition"]) == (RESUME, 0)
            assert event["detail"]["from"] == coach.welcome["session"]
            assert hub.record.contents(answer["decision"]) == {}


def test_a_token_is_good_once_and_for_its_member_alone(hub):
    with Member(hub, "coach", join=hub.channel) as coach:
        token, at = coach.welcome["resume_token"], place(coach, hub.channel, 0)
        with Member(hub, "player") as thief:
            refused = resume(thief, token, at)
            assert refused["code"] == "resume_lost"
            event = hub.record.event(refused["decision"])
            assert (event["kind"], event["disposition"]) == (RESUME, 4)
            assert hub.record.contents(refused["decision"]) == {}
        with Member(hub, "coach") as back, Member(hub, "coach") as late:
            here = place(coach, hub.channel, coach.joined["channel_seq"])
            assert resume(back, token, here)["status"] == "resumed"
            assert back.next("joined")["replayed"] == 0
            # The old connection was open still: it is told where the session has gone.
            assert coach.close_code() == 4510
            assert resume(late, token, here)["code"] == "resume_lost"
            assert late.join()["status"] == "joined"


def test_a_restart_lies_between_and_nothing_is_missed_or_used_twice(serving):
    hub = serving
    coach = Member(hub, token=hub.token(sub="cara"), join=hub.channel)
    with Member(hub, token=hub.token(sub="pia"), join=hub.channel) as speaker:
        speaker.say("first")
        seq = coach.next_message()["seq"]
        speaker.say("second")
        cut(coach)
        with contextlib.suppress(Exception):
            speaker.say("third")
    hub.kill()
    hub.start()
    with Member(hub, token=hub.token(sub="pia"), join=hub.channel) as speaker:
        speaker.say("after the restart")
        token = coach.welcome["resume_token"]
        with Member(hub, token=hub.token(sub="cara")) as back:
            assert resume(back, token, place(coach, hub.channel, seq))["status"] == "resumed"
            assert back.next("joined")["replayed"] == 3
            assert texts(back, 3) == ["second", "third", "after the restart"]
    hub.kill()
    hub.start()
    with Member(hub, token=hub.token(sub="cara")) as again:
        assert resume(again, token, place(coach, hub.channel, seq))["code"] == "resume_lost"


def test_the_rules_of_now_decide_which_channels_open(hub):
    coach = Member(hub, "coach", join=hub.channel)
    cut(coach)
    with Member(hub, token=tokens.mint(hub, "coach", vetted=False)) as back:
        answer = resume(
            back, coach.welcome["resume_token"], place(coach, hub.channel, 0),
            {"channel": "no such channel", "epoch": 1, "seq": 0},
        )
        assert answer["status"] == "resumed"
        left = back.next("left")
        assert (left["channel"], left["code"]) == (hub.channel, "blocked")
        assert hub.record.event(left["decision"])["rules"] == ["unvetted-in-youth"]
        assert back.next("left")["code"] == "unknown_channel"
        assert back.say("hello")["code"] == "not_joined"


@pytest.mark.parametrize("holds_little", [False, True])
def test_what_was_missed_is_told_as_it_is_by_now(service, holds_little):
    (service.policies / "rules/90-reading.yaml").write_text(RULES)
    if holds_little:
        hold_little(service)
    service.migrate()
    service.start()
    reader = Member(service, "player", join=service.channel)
    after = place(reader, service.channel, reader.joined["channel_seq"])
    cut(reader)
    with Member(service, "moderator", join=service.channel) as speaker:
        edit(speaker, said(speaker, "training at five"), "training at six")
        delete(speaker, said(speaker, "a slip"))
        with Member(service, "coach", join=service.channel) as leaver:
            leaver.say("here I am")
        for text in ["our tactics", "locker 1234", "the end"]:
            last = speaker.say(text)
    service.record.event(last["decision"])
    Keeper(service).decide("erase", "--issuer", ISSUER, "--sub", "member-coach", "--reason", "left")
    with Member(service, "player") as back:
        token = reader.welcome["resume_token"]
        assert patiently(lambda: resume(back, token, after))["status"] == "resumed"
        assert back.next("joined")["replayed"] == 8
        told = [back.receive() for _ in range(8)]
        assert [
            (frame["type"], frame.get("by") or frame["body"]["text"]) for frame in told
        ] == [
            ("message", "training at six"), ("edited", "training at six"),
            ("removed", "author"), ("removed", "author"), ("removed", "erasure"),
            ("removed", "rule"), ("message", "locker ••••"), ("message", "the end"),
        ]  # fmt: skip
        numbers = range(after["seq"] + 1, after["seq"] + 9)
        assert [frame["seq"] for frame in told] == list(numbers)
        for gone in ("five", "a slip", "here I am", "tactics", "1234"):
            assert gone not in str(told)
        assert back.is_silent()


def test_a_thousand_missed_numbers_are_told_and_one_more_is_not(service):
    service.lift_rates()
    service.migrate()
    service.start()
    readers = [Member(service, "player", join=service.channel) for _ in range(2)]
    with Member(service, join=service.channel) as speaker:
        seq = speaker.say("the first")["channel_seq"]
        for reader in readers:
            assert reader.next_message()["seq"] == seq
            cut(reader)
        for start in range(0, 1001, 77):
            numbers = range(start, start + 77)
            for number in numbers:
                speaker.send(
                    type="message", id=f"m{number}", channel=service.channel,
                    body={"text": f"message {number}"},
                )  # fmt: skip
            for number in numbers:
                assert speaker.reply(f"m{number}")["status"] == "delivered"
    # The first of them has the oldest of the 1,001 already.
    for reader, known in zip(readers, (seq + 1, seq)):
        with Member(service, "player") as back:
            at = place(reader, service.channel, known)
            assert resume(back, reader.welcome["resume_token"], at)["status"] == "resumed"
            if known == seq:
                assert back.next("left")["code"] == "resume_lost"
                assert back.is_silent()
            else:
                assert back.next("joined")["replayed"] == 1000
                told = [back.receive() for _ in range(1000)]
                assert [frame["seq"] for frame in told] == list(range(seq + 2, seq + 1002))


@pytest.mark.parametrize("seq", [1 << 40, (1 << 63) - 1])
def test_what_is_not_there_any_more_is_said_and_nothing_is_told_in_part(hub, seq):
    with Member(hub, "player", join=hub.channel) as speaker:
        coach = Member(hub, "coach", join=hub.channel)
        cut(coach)
        speaker.say("one of them")
        with Member(hub, "coach") as back:
            far = {"channel": hub.channel, "epoch": coach.joined["epoch"], "seq": seq}
            assert resume(back, coach.welcome["resume_token"], far)["status"] == "resumed"
            assert back.next("left")["code"] == "resume_lost"
            assert back.is_silent()
            assert back.join()["status"] == "joined"


@pytest.mark.parametrize(
    "fields",
    [
        {"channels": []},
        {"token": "x"},
        {"token": 7, "channels": []},
        {"token": "x", "channels": {}},
        {"token": "x", "channels": [{"channel": "club:a", "epoch": 1, "seq": "2"}]},
        {"token": "x" * 9000, "channels": []},
        {"token": "x", "channels": [], "channel": "club:a"},
    ],
)
def test_a_resumption_of_the_wrong_shape_is_refused_and_recorded(hub, fields):
    with Member(hub, "coach") as member:
        refused = member.request("resume", **fields)
        assert refused["code"] == "bad_envelope", refused
        assert hub.record.event(refused["decision"])["disposition"] == 4
        assert hub.record.contents(refused["decision"]) == {} or "token" not in fields


def test_more_channels_than_a_session_may_have_are_refused(hub):
    with Member(hub, "coach") as member:
        channels = [{"channel": f"club:x{n}", "epoch": 1, "seq": 0} for n in range(65)]
        refused = resume(member, member.welcome["resume_token"], *channels)
        assert refused["code"] in ("resume_lost", "too_many_channels")
        assert eventually(lambda: member.join()["type"] == "ack")
