"""What operators and moderators may ask of a running hub, and what the record has of it."""

import json
import os
import socket
import time
import urllib.request

import pytest
from openapi_spec_validator import validate
from websockets.exceptions import InvalidStatus

import tokens
from hub import eventually
from member import Member
from operators import Operators

OPERATION, MUTE, UNMUTE, BAN, REVOKE = 70, 50, 51, 52, 55
REASON = "Tried in a test"


@pytest.fixture(scope="module")
def console(hub):
    return Operators(hub, hub.token("operator"))


@pytest.fixture(scope="module")
def moderator(hub):
    return Operators(hub, hub.token("moderator"))


def refused(operators, method, path, status, code, body=None, **query):
    """The answer to a call that comes to nothing."""
    found, answer = operators.raw(method, path, body, **query)
    assert (found, answer.get("code")) == (status, code), answer
    assert answer["message"]
    return answer


def test_the_description_is_openapi(console):
    validate(console.description)
    assert console.description["openapi"] == "3.1.0"


def test_sessions_are_listed_by_member_and_channel(hub, console):
    with Member(hub, "coach", join=hub.channel) as coach, Member(hub, "player") as child:
        mine = console.get("sessions", subject=coach.welcome["subject"])
        found = {session["session"]: session for session in mine["sessions"]}
        assert found[coach.welcome["session"]]["channels"] == [hub.channel]
        assert found[coach.welcome["session"]]["expires_at"] == coach.welcome["expires_at"]
        assert child.welcome["session"] not in found
        here = console.get("sessions", channel=hub.channel)["sessions"]
        assert coach.welcome["session"] in [session["session"] for session in here]
        one = console.get("sessions", limit=1)
        assert len(one["sessions"]) == 1 and one["is_more"]
        rest = console.get("sessions", limit=1000, after=one["sessions"][0]["session"])
        assert one["sessions"][0] not in rest["sessions"]
        event = hub.record.event(mine["decision"])
        assert event["kind"] == OPERATION and event["subject"] == coach.welcome["subject"]
        assert event["detail"]["call"] == "sessions.list" and event["detail"]["by"] == "operator"
        account = json.loads(hub.record.contents(mine["decision"])[3])
        assert account["operator"]["name"] == "Olga"


def test_channels_and_their_rosters_tell_who_belongs_and_who_is_there(hub, console):
    with Member(hub, "player", join=hub.channel) as child:
        channels = {one["channel"]: one for one in console.get("channels")["channels"]}
        assert channels[hub.channel]["present"]["minors"] >= 1
        members = console.get("roster", channel=hub.channel)["members"]
        (place,) = [one for one in members if one["subject"] == child.welcome["subject"]]
        assert place["minor"] and place["belongs"] and place["sessions"] == 1
    answer = refused(console, "GET", "roster", 404, "not_found", channel="club:nowhere")
    assert "club:nowhere" in answer["message"]


def test_an_ended_session_is_closed_and_may_come_back(hub, console):
    with Member(hub, "coach") as one, Member(hub, "coach") as other:
        answer = console.post("sessions/end", session=one.welcome["session"], reason=REASON)
        assert answer["ended"] == 1
        assert one.close_code() == 4440
        event = hub.record.event(answer["decision"])
        assert event["session"] == one.welcome["session"]
        assert json.loads(hub.record.contents(answer["decision"])[3])["reason"] == REASON
        assert other.join(hub.channel)["status"] == "joined", "the other session stays"
        subject = other.welcome["subject"]
        assert console.post("sessions/end", subject=subject, reason=REASON)["ended"] >= 1
        assert other.close_code() == 4440
    gone = console.post("sessions/end", session=one.welcome["session"], reason=REASON)
    assert gone["ended"] == 0
    with Member(hub, "coach", join=hub.channel):
        pass


def test_a_mute_counts_at_once_on_every_session_until_it_is_lifted(own_hub):
    console = Operators(own_hub, own_hub.token("operator"))
    with Member(own_hub, join=own_hub.channel) as one, Member(own_hub, join=own_hub.channel) as two:
        subject = one.welcome["subject"]
        answer = console.post("sanctions", sanction="mute", subject=subject, reason=REASON)
        for member in (one, two):
            assert member.say("hello")["code"] == "muted"
        event = own_hub.record.event(answer["decision"])
        assert (event["kind"], event["subject"]) == (MUTE, subject)
        assert event["detail"]["by"] == "operator" and "until" not in event["detail"]
        (listed,) = console.get("sanctions", subject=subject)["sanctions"]
        assert (listed["sanction"], listed["decision"]) == ("mute", answer["decision"])
        lifted = console.post("sanctions/lift", sanction="mute", subject=subject, reason=REASON)
        assert own_hub.record.event(lifted["decision"])["kind"] == UNMUTE
        assert two.say("hello again")["status"] == "delivered"


def test_a_ban_closes_every_session_holds_over_a_kill_and_ends_by_itself(own_hub):
    console = Operators(own_hub, own_hub.token("operator"))
    with Member(own_hub, "player") as child, Member(own_hub, "player") as again:
        subject = child.welcome["subject"]
        answer = console.post(
            "sanctions", sanction="ban", subject=subject, seconds="3600", reason=REASON
        )
        assert child.close_code() == again.close_code() == 4503
    event = own_hub.record.event(answer["decision"])
    assert event["kind"] == BAN
    assert abs(event["detail"]["until"] / 1e6 + 946_684_800 - time.time() - 3600) < 60
    own_hub.kill()
    own_hub.start()
    with pytest.raises(InvalidStatus) as refusal:
        Member(own_hub, "player")
    assert refusal.value.response.status_code == 403
    console = Operators(own_hub, own_hub.token("operator"))
    console.post("sanctions", sanction="ban", subject=subject, seconds="1", reason="Shorter")
    assert eventually(lambda: _connects(own_hub), 10), "a ban of a second ends"


def _connects(hub):
    try:
        with Member(hub, "player"):
            return True
    except InvalidStatus:
        return False


@pytest.mark.parametrize("by", ["subject", "jti"])
def test_revoked_tokens_end_their_sessions_and_open_none_also_after_a_kill(own_hub, by):
    console = Operators(own_hub, own_hub.token("operator"))
    old = tokens.mint(own_hub, "player", jti="stolen", iat=int(time.time()) - 60)
    with Member(own_hub, token=old) as child, Member(own_hub, "coach") as coach:
        which = (
            {"subject": child.welcome["subject"]} if by == "subject"
            else {"issuer": tokens.parts(old)[1]["iss"], "jti": "stolen"}
        )  # fmt: skip
        answer = console.post("tokens/revoke", reason=REASON, **which)
        assert child.close_code(2) == 4501
        event = own_hub.record.event(answer["decision"])
        assert event["kind"] == REVOKE and (event["subject"] is None) == (by == "jti")
        assert "stolen" not in json.dumps(event)
        coach.send(type="renew", id="r", token=old)
        assert coach.reply("r")["code"] in ("token_revoked", "other_member")
        assert coach.join()["status"] == "joined"
    for _ in range(2):
        with pytest.raises(InvalidStatus) as refusal:
            Member(own_hub, token=old)
        assert refusal.value.response.status_code == 401
        assert json.loads(refusal.value.response.body)["code"] == "token_revoked"
        own_hub.kill()
        own_hub.start()
    fresh = tokens.mint(own_hub, "player", jti="fresh", iat=int(time.time()) + 1)
    with Member(own_hub, token=fresh, join=own_hub.channel):
        pass


def test_a_moderator_reaches_the_channels_of_the_rights_and_no_more(hub, console, moderator):
    with Member(hub, join=hub.channel) as coach:
        seen = moderator.get("sessions")["sessions"]
        assert coach.welcome["session"] in [session["session"] for session in seen]
        assert all(channel.startswith("club:demo:") for one in seen for channel in one["channels"])
        assert moderator.get("roster", channel=hub.channel)["members"]
        assert moderator.get("record", channel=hub.channel)["events"]
        subject = coach.welcome["subject"]
        ban = {"sanction": "ban", "subject": subject, "reason": REASON}
        answer = refused(moderator, "POST", "sanctions", 403, "forbidden", ban)
        event = hub.record.event(answer["decision"])
        assert (event["kind"], event["disposition"], event["subject"]) == (OPERATION, 4, subject)
        assert event["detail"]["call"] == "sanctions.impose"
        assert coach.say("still here")["status"] == "delivered"
    refused(moderator, "GET", "record", 403, "forbidden")
    refused(moderator, "GET", "roster", 403, "forbidden", channel="club:other:u14")
    refused(moderator, "GET", "policies", 403, "forbidden")


def test_a_moderator_invents_no_channels_and_lifts_nothing_of_their_own(hub, console, moderator):
    with Member(hub, join=hub.channel) as coach:
        mute = {"sanction": "mute", "subject": coach.welcome["subject"], "reason": REASON}
        invented = mute | {"channel": "club:demo:nobody-is-here"}
        refused(moderator, "POST", "sanctions", 400, "unknown_channel", invented)
    looked = hub.record.event(moderator.get("sessions")["decision"])
    own = {
        "sanction": "mute", "subject": looked["detail"]["operator"], "channel": hub.channel,
        "reason": REASON,
    }  # fmt: skip
    refused(moderator, "POST", "sanctions", 403, "forbidden", own)
    with Member(hub, join=hub.channel):
        console.post("sanctions", **own)
    refused(moderator, "POST", "sanctions/lift", 403, "forbidden", own)
    console.post("sanctions/lift", **own)


def test_times_with_parts_of_seconds_and_zones_are_understood(console):
    for since in ("2026-02-03T04:05:06Z", "2026-02-03T04:05:06.789+05:30"):
        assert console.get("record", since=since, limit=1)["events"]


def test_pages_of_the_record_go_through_several_logs(serving):
    console = Operators(serving, serving.token("operator"))
    with Member(serving, join=serving.channel) as coach:
        for count in range(3):
            decision = coach.say(f"hello {count}")["decision"]
        serving.record.event(decision)
    serving.record.psql(
        "insert into audit.log (log, origin, watermark) values (77, gen_random_uuid(), 3);"
        "insert into audit.event select (jsonb_populate_record(e, jsonb_build_object('log', 77, 'seq',"
        " row_number() over (order by e.seq)))).* from audit.event e where kind = 30;"
        "insert into audit.day select 77, day, 1, 3 from audit.day"
    )
    seen, before = [], None
    until = serving.record.value("select now()").replace(" ", "T").replace("+00", "Z")
    while page := console.get("record", before=before, limit=2, until=until)["events"]:
        seen += [event["decision"] for event in page]
        before = seen[-1]
    assert {f"77-{seq}" for seq in (1, 2, 3)} <= set(seen)
    assert len(seen) == len(set(seen))


def test_a_crowd_at_the_console_takes_no_more_than_its_share_of_files(own_hub):
    def files():
        return len(os.listdir(f"/proc/{own_hub.process.pid}/fd"))

    before = files()
    port = int(own_hub.info["console"].rstrip("/").rsplit(":", 1)[1])
    crowd = [socket.create_connection(("127.0.0.1", port)) for _ in range(400)]
    assert eventually(lambda: files() >= before + 256)
    assert files() < before + 300
    with Member(own_hub, join=own_hub.channel) as coach:
        assert coach.say("members notice nothing")["status"] == "delivered"
    for one in crowd:
        one.close()
    assert eventually(lambda: own_hub.console("/livez")[0] == 200)


def test_who_probes_with_head_sees_what_get_answers(hub):
    request = urllib.request.Request(hub.info["console"].rstrip("/") + "/readyz", method="HEAD")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert (answer.status, answer.read()) == (200, b"")


def test_whoever_is_no_operator_is_refused(hub, console):
    refused(console, "GET", "sessions", 401, "token_missing", token="")
    refused(console, "GET", "sessions", 401, "token_malformed", token="x")
    refused(console, "GET", "sessions", 403, "forbidden", token=hub.token("coach"))


def test_the_record_is_searched_and_what_was_said_is_shown_for_a_reason(hub, console):
    with Member(hub, join=hub.channel) as coach:
        said = coach.say("the bus leaves at nine")
        subject = coach.welcome["subject"]
    hub.record.event(said["decision"])
    found = console.get("record", subject=subject, kind="message", limit=5)["events"]
    assert said["decision"] in [event["decision"] for event in found]
    assert all(event["subject"] == subject for event in found)
    older = console.get("record", subject=subject, before=found[0]["decision"])["events"]
    assert found[0]["decision"] not in [event["decision"] for event in older]
    assert console.get("record", until="2020-01-01T00:00:00Z")["events"] == []
    assert "nine" not in json.dumps(console.get(f"record/{said['decision']}"))
    path = f"record/{said['decision']}"
    refused(console, "GET", path, 400, "bad_call", content="true")
    shown = console.get(path, content="true", reason="A parent asked")
    assert "the bus leaves at nine" in shown["event"]["delivered"]
    assert shown["event"]["subject_name"] == "Cara"
    event = hub.record.event(shown["decision"])
    assert event["detail"]["call"] == "record.content"
    assert f"{event['refers_log']}-{event['refers_seq']}" == said["decision"]


def test_policies_are_put_in_force_from_the_folder_and_taken_back_by_digest(own_hub):
    console = Operators(own_hub, own_hub.token("operator"))
    assert eventually(lambda: console.get("policies")["activations"])
    before = console.get("policies")["activations"][0]
    assert before["is_newest"]
    path = own_hub.policies / "rules/95-zebra.yaml"
    bad = "rules:\n  - id: zebra\n    on: massage\n"
    path.write_text(bad)
    answer = refused(
        console, "POST", "policies/activate", 422, "policies_refused", {"reason": REASON}
    )
    assert "95-zebra.yaml:3:" in answer["message"] and "message" in answer["message"]
    path.unlink()
    taken = console.post("policies/activate", digest=before["policy"], reason=REASON)
    event = own_hub.record.event(taken["decision"])
    assert event["detail"]["by"] == "api" and event["policy"].endswith(before["policy"])
    assert console.get("policies")["activations"][0]["decision"] == taken["decision"]
    refused(
        console, "POST", "policies/activate", 422, "policies_refused",
        {"digest": "00" * 32, "reason": REASON},
    )  # fmt: skip


@pytest.mark.parametrize(
    "method, path, body, query",
    [
        ("GET", "sessions", None, {"subject": "x"}),
        ("GET", "sessions", None, {"limit": "0"}),
        ("GET", "sessions", None, {"colour": "red"}),
        ("GET", "record", None, {"since": "yesterday"}),
        ("GET", "record", None, {"since": "2026-02-30T00:00:00Z"}),
        ("GET", "record", None, {"since": "2026-02-03T25:00:00Z"}),
        ("GET", "record", None, {"until": "2026-02-03T00:00:00Zjunk"}),
        ("GET", "record", None, {"until": "0000-02-03T00:00:00Z"}),
        ("GET", "record/1-0", None, {}),
        ("GET", "record/1-9223372036854775807", None, {}),
        ("POST", "tokens/revoke", {"issuer": "https://no", "jti": "x", "reason": "x"}, {}),
        ("GET", "record", None, {"channel": "c" * 257}),
        ("GET", "record", None, {"channel": "a\0b"}),
        ("POST", "sanctions", {"sanction": "mute"}, {}),
        ("POST", "sanctions", b"[1]", {}),
        ("POST", "sanctions", b"{" + b" " * (17 << 10), {}),
        ("POST", "sessions/end", {"reason": "x"}, {}),
        ("POST", "policies/activate", {"digest": "zz", "reason": "x"}, {}),
        ("POST", "policies/activate", {}, {}),
    ],
)
def test_a_call_that_is_not_as_described_says_what_is_wanted(console, method, path, body, query):
    status, answer = console.raw(method, path, body, **query)
    assert status in (400, 413) and answer["code"] == "bad_call" and answer["message"], answer


def test_an_operator_who_is_banned_or_whose_token_is_revoked_calls_nothing(own_hub):
    first = Operators(own_hub, own_hub.token("operator"))
    token = tokens.mint(own_hub, "moderator", role=["operator"], jti="lost")
    second = Operators(own_hub, token)
    who = second.get("channels")["decision"]
    subject = own_hub.record.event(who)["detail"]["operator"]
    issuer = tokens.parts(token)[1]["iss"]
    first.post("tokens/revoke", issuer=issuer, jti="lost", reason=REASON)
    answer = refused(second, "GET", "channels", 401, "token_revoked")
    event = own_hub.record.event(answer["decision"])
    assert (event["kind"], event["disposition"]) == (OPERATION, 4)
    fresh = Operators(own_hub, tokens.mint(own_hub, "moderator", role=["operator"], jti="new"))
    fresh.get("channels")
    first.post("sanctions", sanction="ban", subject=subject, reason=REASON)
    refused(fresh, "POST", "policies/activate", 403, "banned", {"reason": REASON})
    assert first.get("channels")
