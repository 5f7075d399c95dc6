"""Sanctions in one channel: by operators, moderators and rules, on every session and over a kill."""

import time
import uuid

import pytest

from hub import eventually
from member import Member
from operators import Operators

MUTE, BAN, UNBAN, OPERATION = 50, 52, 53, 70
REASON = "Tried in a test"
OTHER = "club:demo:u16"


@pytest.fixture
def console(own_hub):
    return Operators(own_hub, own_hub.token("operator"))


@pytest.fixture
def moderator(own_hub):
    return Operators(own_hub, own_hub.token("moderator"))


def test_a_ban_from_a_channel_takes_every_session_out_at_once_and_holds_over_a_kill(own_hub, console):
    channel = own_hub.channel
    # As many as reach both event loops, whoever else connects.
    sessions = [Member(own_hub, "player", join=channel) for _ in range(6)]
    subject = sessions[0].welcome["subject"]
    with Member(own_hub, "coach", join=channel) as coach:
        assert sessions[0].join(OTHER)["status"] == "joined"
        began = time.monotonic()
        answer = console.post(
            "sanctions", sanction="ban", subject=subject, channel=channel, seconds="600", reason=REASON
        )
        for session in sessions:
            left = session.next("left", timeout=5)
            assert (left["channel"], left["code"]) == (channel, "channel_banned")
            assert left["decision"] == answer["decision"]
        assert time.monotonic() - began < 1
        assert coach.say("They are gone.")["status"] == "delivered"
        for session in sessions:
            assert session.join(channel)["code"] == "channel_banned"
            assert session.say("Let me in!")["code"] == "channel_banned"
            assert not [frame for frame in session.inbox if frame["type"] == "message"]
        assert sessions[0].say("Here I may.", channel=OTHER)["status"] == "delivered"
        members = console.get("roster", channel=channel)["members"]
        assert [one["sessions"] for one in members if one["subject"] == subject] in ([0], [])
    event = own_hub.record.event(answer["decision"])
    assert (event["kind"], event["subject"], event["channel"]) == (BAN, subject, channel)
    assert REASON in own_hub.record.contents(answer["decision"])[3]
    (listed,) = console.get("sanctions", channel=channel)["sanctions"]
    assert (listed["sanction"], listed["channel"], listed["subject"]) == ("ban", channel, subject)
    own_hub.kill()
    own_hub.start()
    console = Operators(own_hub, own_hub.token("operator"))
    with Member(own_hub, "player", join=OTHER) as child:
        assert child.join(channel)["code"] == "channel_banned"
        lifted = console.post(
            "sanctions/lift", sanction="ban", subject=subject, channel=channel, reason=REASON
        )
        assert own_hub.record.event(lifted["decision"])["kind"] == UNBAN
        assert child.join(channel)["status"] == "joined"


def test_a_moderator_mutes_and_bans_in_channels_of_the_rights_and_nowhere_else(own_hub, moderator):
    channel = own_hub.channel
    with Member(own_hub, "player", join=channel) as child:
        assert child.join(OTHER)["status"] == "joined"
        subject = child.welcome["subject"]
        mute = {"sanction": "mute", "subject": subject, "reason": REASON}
        answer = moderator.post("sanctions", channel=channel, **mute)
        assert own_hub.record.event(answer["decision"])["kind"] == MUTE
        assert child.say("Hello?")["code"] == "muted"
        assert child.say("Hello?", channel=OTHER)["status"] == "delivered"
        for place in ({}, {"channel": "club:other:u14"}):
            for path in ("sanctions", "sanctions/lift"):
                status, refused = moderator.raw("POST", path, mute | place)
                assert (status, refused["code"]) == (403, "forbidden")
                event = own_hub.record.event(refused["decision"])
                assert (event["kind"], event["disposition"]) == (OPERATION, 4)
                assert event["channel"] is None
        lifted = moderator.post("sanctions/lift", channel=channel, **mute)
        own_hub.record.event(lifted["decision"])
        assert child.say("Hello!")["status"] == "delivered"
        assert moderator.get("sanctions", channel=channel)["sanctions"] == []


def test_a_rule_bans_from_its_channel_until_a_person_has_looked(own_hub, console):
    (own_hub.policies / "rules/05-raids.yaml").write_text(
        "rules:\n"
        "  - id: raid\n"
        "    on: message\n"
        "    match: {text: [/body/text], any: [{pattern: 'raid now'}]}\n"
        "    then: {disposition: block, effects: [{channel_ban: 7d}]}\n"
    )
    console.post("policies/activate", reason=REASON)
    channel = own_hub.channel
    with (
        Member(own_hub, "player", join=channel) as child,
        Member(own_hub, "player", join=channel) as again,
    ):
        refused = child.say("raid now")
        assert refused["code"] == "blocked"
        for member in (child, again):
            assert member.next("left")["code"] == "channel_banned"
        assert again.join(channel)["code"] == "channel_banned"
        listed = eventually(lambda: console.get("sanctions", channel=channel)["sanctions"])
    (ban,) = listed
    assert ban["rules"] == ["raid"]
    event = own_hub.record.event(ban["decision"])
    assert event["detail"]["provisional"] and event["detail"]["by"] == "rule"
    assert f"{event['refers_log']}-{event['refers_seq']}" == refused["decision"]


@pytest.mark.parametrize(
    "changes, status, code",
    [
        ({"sanction": "gag"}, 400, "bad_call"),
        ({"seconds": "-5"}, 400, "bad_call"),
        ({"seconds": "0"}, 400, "bad_call"),
        ({"seconds": "soon"}, 400, "bad_call"),
        ({"channel": ""}, 400, "bad_call"),
        ({"channel": "c" * 257}, 400, "bad_call"),
        ({"channel": "club:a\0b"}, 400, "bad_call"),
        ({"channel": "club:a\u0007b"}, 400, "unknown_channel"),
        ({"channel": "club:a b"}, 400, "unknown_channel"),
        ({"channel": "somewhere"}, 400, "unknown_channel"),
    ],
)
def test_a_sanction_that_can_not_be_changes_nothing(hub, changes, status, code):
    console = Operators(hub, hub.token("operator"))
    subject = str(uuid.uuid4())
    body = {"sanction": "ban", "subject": subject, "channel": "club:x", "reason": REASON} | changes
    found, answer = console.raw("POST", "sanctions", body)
    assert (found, answer["code"]) == (status, code), answer
    if code == "unknown_channel":
        event = hub.record.event(answer["decision"])
        assert (event["kind"], event["disposition"], event["channel"]) == (OPERATION, 4, None)
        assert event["detail"]["code"] == code
    assert console.get("sanctions", subject=subject)["sanctions"] == []
