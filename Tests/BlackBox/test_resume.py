"""Sessions that go on after a drop: all that was missed or nothing, once, by the rules of now."""

import contextlib
import socket

import pytest

import tokens
from hub import eventually
from member import Member

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
