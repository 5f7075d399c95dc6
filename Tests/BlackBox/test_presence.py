"""Who is in a channel: the list, who comes and goes, what ends it, and who may not see it."""

import itertools
import json
import socket
import struct

import pytest

import tokens
from hub import eventually
from member import Member
from operators import Operators

PRESENCE = 23
numbers = itertools.count(1)


@pytest.fixture
def channel():
    """A channel that no other test is in."""
    return f"club:demo:presence-{next(numbers)}"


def watch(member, channel, on=True):
    return member.request("presence", channel=channel, on=on)


def listed(member, channel):
    """Asks to be shown who is there, and returns the list."""
    assert watch(member, channel)["status"] == "presence"
    told = member.next("presence")
    assert told["channel"] == channel and len(told["members"]) == told["count"]
    return told["members"]


def person(member):
    claims = tokens.parts(member.token)[1]
    return {"id": member.welcome["subject"], "name": claims["name"]}


class Named(Member):
    def __init__(self, hub, role="coach", channel=None, **claims):
        self.token = tokens.mint(hub, role, **claims)
        super().__init__(hub, token=self.token, join=channel)


def told_nothing(member, seconds=1.6):
    """Whether no presence comes for longer than updates wait."""
    try:
        member.next("presence", timeout=seconds)
    except TimeoutError:
        return True
    return False


def test_the_list_then_who_comes_and_who_goes(hub, channel):
    with Named(hub, channel=channel, name='O"Neill') as coach:
        answer = watch(coach, channel)
        assert answer["status"] == "presence"
        event = hub.record.event(answer["decision"])
        assert (event["kind"], event["channel"]) == (PRESENCE, channel)
        assert event["detail"] == {"on": True}
        told = coach.next("presence")
        assert told == {
            "type": "presence", "channel": channel, "count": 1, "members": [person(coach)],
        }  # fmt: skip
        with Named(hub, "player", channel=channel) as child:
            told = coach.next("presence")
            assert (told["count"], told["came"], told["gone"]) == (2, [person(child)], [])
            assert sorted(listed(child, channel), key=lambda one: one["name"]) == sorted(
                [person(coach), person(child)], key=lambda one: one["name"]
            )
            assert child.leave(channel)["status"] == "left"
            told = coach.next("presence")
            assert (told["count"], told["came"], told["gone"]) == (1, [], [person(child)["id"]])
            # Who is not in the channel is shown nobody.
            coach.leave(channel)
            coach.join(channel)
            assert told_nothing(child)


def test_a_connection_that_is_cut_has_gone(hub, channel):
    with Named(hub, channel=channel) as coach:
        listed(coach, channel)
        child = Named(hub, "player", channel=channel)
        assert coach.next("presence")["came"] == [person(child)]
        raw = child.ws.socket
        # Not even a TCP FIN: the peer is told by a reset.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw.shutdown(socket.SHUT_RDWR)
        raw.close()
        assert coach.next("presence")["gone"] == [child.welcome["subject"]]


def test_a_member_is_there_once_until_the_last_session_ends(hub, channel):
    with Named(hub, channel=channel) as coach:
        listed(coach, channel)
        with Named(hub, "player", channel=channel) as phone:
            assert coach.next("presence")["came"] == [person(phone)]
            with Named(hub, "player", channel=channel) as laptop:
                assert len(listed(laptop, channel)) == 2
            assert told_nothing(coach)
        assert coach.next("presence")["gone"] == [phone.welcome["subject"]]


def test_it_ends_when_asked_and_asking_again_brings_the_list_again(hub, channel):
    with Named(hub, channel=channel) as coach, Named(hub, "player") as child:
        listed(coach, channel)
        answer = watch(coach, channel, on=False)
        assert answer["status"] == "presence"
        assert hub.record.event(answer["decision"])["detail"] == {"off": True}
        child.join(channel)
        assert told_nothing(coach)
        assert len(listed(coach, channel)) == 2


def test_rights_that_are_lost_end_it(hub):
    youth = f"club:demo:u{next(numbers)}"
    with Named(hub, channel=youth) as coach, Named(hub, "player") as child:
        listed(coach, youth)
        coach.send(type="renew", id="r", token=tokens.mint(hub, "coach", vetted=False))
        assert coach.next("left")["channel"] == youth
        child.join(youth)
        assert told_nothing(coach)
        assert watch(coach, youth)["code"] == "not_joined"


def test_a_ban_ends_the_presence_of_whom_it_bans(own_hub):
    console = Operators(own_hub, own_hub.token("operator"))
    with Named(own_hub, channel="club:demo:a") as coach:
        listed(coach, "club:demo:a")
        with Named(own_hub, "player", channel="club:demo:a") as child:
            assert coach.next("presence")["came"] == [person(child)]
            listed(child, "club:demo:a")
            console.post(
                "sanctions", sanction="ban", subject=child.welcome["subject"], reason="A test."
            )
            assert child.close_code() == 4503
            assert coach.next("presence")["gone"] == [child.welcome["subject"]]


def test_after_a_crash_only_those_are_there_who_came_back(own_hub):
    with Named(own_hub, channel="club:demo:a"), Named(own_hub, "player", channel="club:demo:a"):
        port = own_hub.port
        own_hub.kill()
    own_hub.start(port)
    with Named(own_hub, channel="club:demo:a") as coach:
        assert listed(coach, "club:demo:a") == [person(coach)]


def test_where_policies_switch_it_off_nobody_is_shown(own_hub):
    channel = "club:demo:a"
    with Named(own_hub, channel=channel) as coach:
        listed(coach, channel)
        bundle = own_hub.policies / "bundle.yaml"
        text = bundle.read_text()
        entry = '{match: "club:*", kind: team'
        assert entry in text
        bundle.write_text(text.replace(entry, entry + ", presence: off"))
        ended = coach.next("presence")
        assert (ended["channel"], ended["code"]) == (channel, "presence_off")
        activation = own_hub.record.event(ended["decision"])
        assert activation["kind"] == 3
        refused = watch(coach, channel)
        assert refused["code"] == "presence_off" and refused["message"]
        event = own_hub.record.event(refused["decision"])
        assert (event["kind"], event["stage"], event["disposition"]) == (PRESENCE, 13, 4)
        assert watch(coach, channel, on=False)["status"] == "presence"
        with Named(own_hub, "player", channel=channel):
            assert told_nothing(coach)
        bundle.write_text(text)
        assert eventually(lambda: watch(coach, channel).get("status") == "presence")
        assert coach.next("presence")["members"] == [person(coach)]


SECRET = "Zoe-Maple-Lane-7"


@pytest.mark.parametrize(
    "fields, code, kind",
    [
        ({"channel": SECRET, "on": True}, "not_joined", PRESENCE),
        ({"channel": SECRET, "on": False}, "not_joined", PRESENCE),
        ({"channel": "HERE"}, "bad_envelope", 40),
        ({"channel": "HERE", "on": "true"}, "bad_envelope", 40),
        ({"channel": "HERE", "on": 1}, "bad_envelope", 40),
        ({"channel": "HERE", "on": None}, "bad_envelope", 40),
        ({"channel": "HERE", "on": [True]}, "bad_envelope", 40),
        ({"channel": "HERE", "on": True, "body": {"text": SECRET}}, "bad_envelope", 40),
        ({"channel": ["HERE"], "on": True}, "bad_envelope", 40),
        ({"channel": "", "on": True}, "bad_envelope", 40),
        ({"channel": SECRET * 17, "on": True}, "bad_envelope", 40),
        ({"channel": SECRET * 2000, "on": True}, "bad_envelope", 40),
        ({"channel": "HERE", "on": True, "id": ""}, "bad_envelope", 40),
        ({"channel": "HERE", "on": True, "id": "x" * 65}, "bad_envelope", 40),
        ({"channel": "HERE", "on": True, "id": 7}, "bad_envelope", 40),
        ({"on": True}, "bad_envelope", 40),
    ],
)  # fmt: skip
def test_a_wish_that_is_none_has_its_outcome_and_its_event(hub, channel, fields, code, kind):
    with Named(hub, channel=channel) as coach, Named(hub, "player") as child:
        text = json.dumps({"type": "presence", "id": "x"} | fields).replace("HERE", channel)
        refused = coach.raw(text)
        assert refused["code"] == code
        event = hub.record.event(refused["decision"])
        assert (event["kind"], event["disposition"]) == (kind, 4)
        assert SECRET not in json.dumps(event, default=str)
        child.join(channel)
        assert coach.say("hello", channel)["status"] == "delivered"
        assert not [frame for frame in coach.inbox if frame["type"] == "presence"]
