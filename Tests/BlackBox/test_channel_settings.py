"""Slow mode, freezes and enrolment: set through the operators' API, in force at once and after a kill."""

import uuid

import pytest

from member import Member
from operators import Operators

SLOW, FREEZE, UNFREEZE, ENROL, WITHDRAW, OPERATION = 56, 57, 58, 24, 25, 70
REASON = "Tried in a test"


def place(console, channel):
    (found,) = [one for one in console.get("channels")["channels"] if one["channel"] == channel]
    return found


def test_a_frozen_channel_is_for_moderators_also_after_a_kill(own_hub):
    channel = own_hub.channel
    moderator = Operators(own_hub, own_hub.token("moderator"))
    with (
        Member(own_hub, "player", join=channel) as child,
        Member(own_hub, "player", join=channel) as again,
        Member(own_hub, "moderator", join=channel) as mona,
    ):
        frozen = moderator.post("channels/freeze", channel=channel, reason=REASON)
        event = own_hub.record.event(frozen["decision"])
        assert (event["kind"], event["channel"], event["subject"]) == (FREEZE, channel, None)
        for member in (child, again):
            notice = member.next("notice")
            assert (notice["channel"], notice["decision"]) == (channel, frozen["decision"])
            assert member.say("But I wanted to say")["code"] == "frozen"
        assert mona.say("Calm down, please.")["status"] == "delivered"
        assert child.next_message()["body"]["text"] == "Calm down, please."
        assert place(moderator, channel)["frozen"]
    own_hub.kill()
    own_hub.start()
    moderator = Operators(own_hub, own_hub.token("moderator"))
    with Member(own_hub, "player", join=channel) as child:
        assert child.say("Still?")["code"] == "frozen"
        thawed = moderator.post("channels/unfreeze", channel=channel, reason=REASON)
        assert own_hub.record.event(thawed["decision"])["kind"] == UNFREEZE
        assert child.say("At last.")["status"] == "delivered"
        assert not place(moderator, channel)["frozen"]


def test_slow_mode_counts_over_all_sessions_until_it_ends(own_hub):
    channel = own_hub.channel
    console = Operators(own_hub, own_hub.token("operator"))
    slow = console.post("channels/slow", channel=channel, seconds="600", reason=REASON)
    event = own_hub.record.event(slow["decision"])
    assert event["kind"] == SLOW and event["detail"]["seconds"] == 600
    assert place(console, channel)["slow_seconds"] == 600
    own_hub.kill()
    own_hub.start()
    console = Operators(own_hub, own_hub.token("operator"))
    sessions = [Member(own_hub, "player", join=channel) for _ in range(4)]
    with Member(own_hub, "moderator", join=channel) as mona:
        for number, session in enumerate(sessions):
            session.send(
                type="message", id="s", channel=channel, body={"text": f"Is it slow? {number}"}
            )
        answers = [session.reply("s") for session in sessions]
        refused = [answer for answer in answers if answer["type"] == "refused"]
        assert len(refused) == 3, answers
        for answer in refused:
            assert answer["code"] == "slow_mode"
            assert 590_000 < answer["retry_after_ms"] <= 600_000
        for number in range(3):
            assert mona.say(f"It is. {number}")["status"] == "delivered"
        console.post("channels/slow", channel=channel, seconds="0", reason=REASON)
        assert sessions[0].say("Thank you.")["status"] == "delivered"
        assert sessions[0].say("Thank you again.")["status"] == "delivered"
    assert place(console, channel)["slow_seconds"] == 0
    for session in sessions:
        session.ws.close()


def test_a_kind_of_channel_is_slow_by_the_policies(own_hub):
    path = own_hub.policies / "bundle.yaml"
    text = path.read_text()
    path.write_text(text.replace("kind: youth}", "kind: youth, slow: 5m}"))
    assert path.read_text() != text
    console = Operators(own_hub, own_hub.token("operator"))
    console.post("policies/activate", reason=REASON)
    with Member(own_hub, "player", join=own_hub.channel) as child:
        assert child.say("One.")["status"] == "delivered"
        assert child.say("Two.")["code"] == "slow_mode"
        assert place(console, own_hub.channel)["slow_seconds"] == 300
        console.post("channels/slow", channel=own_hub.channel, seconds="0", reason=REASON)
        assert child.say("Two.")["status"] == "delivered"
        console.post("channels/slow", channel=own_hub.channel, reason=REASON)
        assert place(console, own_hub.channel)["slow_seconds"] == 300


def test_who_is_enrolled_belongs_until_withdrawn_and_counts_for_the_rules(own_hub):
    channel = "club:demo:seniors"
    moderator = Operators(own_hub, own_hub.token("moderator"))
    stranger = str(uuid.uuid4())
    with Member(own_hub, "coach", join=channel) as coach:
        ring = "Ring me on 087 123 4567."
        said = coach.say(ring, channel=channel)
        assert said.get("status") == "redacted", said
        call = {"channel": channel, "subject": stranger, "reason": REASON}
        enrolled = moderator.post("roster/enrol", **call)
        assert enrolled["belongs"]
        event = own_hub.record.event(enrolled["decision"])
        assert (event["kind"], event["subject"], event["channel"]) == (ENROL, stranger, channel)
        # A minor belongs, as far as is known.
        said = coach.say(ring, channel=channel)
        assert said.get("status") == "held", said
    own_hub.kill()
    own_hub.start()
    moderator = Operators(own_hub, own_hub.token("moderator"))
    (found,) = moderator.get("roster", channel=channel)["members"]
    assert (found["subject"], found["belongs"], found["enrolled"]) == (stranger, True, True)
    assert found["minor"] and found["sessions"] == 0
    withdrawn = moderator.post("roster/withdraw", **call)
    assert not withdrawn["belongs"]
    assert own_hub.record.event(withdrawn["decision"])["kind"] == WITHDRAW
    with Member(own_hub, "player") as child:
        pia = {"channel": own_hub.channel, "subject": child.welcome["subject"], "reason": REASON}
        assert moderator.post("roster/withdraw", **pia)["belongs"], "the claims still say so"


@pytest.mark.parametrize(
    "path, body, status, code",
    [
        ("channels/slow", {"seconds": "-1"}, 400, "bad_call"),
        ("channels/slow", {"seconds": "21601"}, 400, "bad_call"),
        ("channels/slow", {"seconds": "1.5"}, 400, "bad_call"),
        ("channels/slow", {"channel": "club:a\nb"}, 400, "unknown_channel"),
        ("channels/freeze", {"channel": "club:\u001b[31m"}, 400, "unknown_channel"),
        ("channels/freeze", {"seconds": "5"}, 400, "bad_call"),
        ("channels/freeze", {"channel": "x" * 257}, 400, "bad_call"),
        ("channels/unfreeze", {"reason": ""}, 400, "bad_call"),
        ("roster/enrol", {"subject": "pia"}, 400, "bad_call"),
        ("roster/enrol", {}, 400, "bad_call"),
        ("roster/enrol", {"subject": str(uuid.uuid4()), "channel": "nowhere"}, 400, "unknown_channel"),
        ("roster/withdraw", {"channel": "club:\u0085", "subject": str(uuid.uuid4())}, 400, "unknown_channel"),
    ],
)  # fmt: skip
def test_bad_settings_change_nothing(hub, path, body, status, code):
    console = Operators(hub, hub.token("operator"))
    before = console.get("channels")["channels"]
    found, answer = console.raw("POST", path, {"channel": "club:z", "reason": REASON} | body)
    assert (found, answer["code"]) == (status, code), answer
    if code == "unknown_channel":
        event = hub.record.event(answer["decision"])
        assert (event["kind"], event["channel"]) == (OPERATION, None)
    assert "club:z" not in [one["channel"] for one in console.get("channels")["channels"]]
    assert len(before) == len(console.get("channels")["channels"])


@pytest.mark.parametrize("path", ["channels/slow", "channels/freeze", "channels/unfreeze", "roster/enrol"])
def test_a_moderator_sets_nothing_elsewhere(hub, path):
    moderator = Operators(hub, hub.token("moderator"))
    body = {"channel": "club:other:u14", "reason": REASON}
    if path == "roster/enrol":
        body["subject"] = str(uuid.uuid4())
    found, answer = moderator.raw("POST", path, body)
    assert (found, answer["code"]) == (403, "forbidden")
    assert hub.record.event(answer["decision"])["channel"] is None
