"""Bad input to the last row: its outcome, its stage, and nothing of it in the event."""

import json
import uuid

import pytest

import journal
import tokens
from hub import eventually
from member import Member
from record import ALLOW, BLOCK, KIND
from wire import TEXT, Wire, frame, head

STAGE = {"frame": 10, "json": 11, "envelope": 12, "state": 13, "rate": 14, "schema": 15}
# What a stranger might write anywhere; no event may hold it.
SECRET = "Zoe-Maple-Lane-7"
LONG = (SECRET + "/") * 18  # 306 bytes


def message(escape=None, **changes):
    """A message as JSON text; NN becomes the escape."""
    fields = {"type": "message", "id": "x", "channel": "CHANNEL", "body": {"text": SECRET}}
    return json.dumps(fields | changes).replace("NN", escape or "NN")


# Name, code, stage, kind, the text frame's bytes.
REFUSED = [
    ("raw U+0000", "bad_json", "json", "frame", message("\0", body={"text": SECRET + "NN"})),
    ("escaped U+0000", "bad_json", "json", "frame",
     message("\\u0000", body={"text": SECRET + "NN"})),
    ("U+0000 in the id", "bad_json", "json", "frame", message("\\u0000", id=SECRET + "NN")),
    ("U+0000 in a channel", "bad_json", "json", "frame",
     message("\\u0000", channel=SECRET + "NN")),
    ("lone high surrogate", "bad_json", "json", "frame",
     message("\\ud83d", body={"text": SECRET + "NN"})),
    ("lone low surrogate in a channel", "bad_json", "json", "frame",
     message("\\udc00", channel=SECRET + "NN")),
    ("duplicate key", "duplicate_key", "json", "frame",
     message()[:-1] + f',"channel":"{SECRET}"' + "}"),
    ("duplicate key, spelt otherwise", "duplicate_key", "json", "frame",
     message()[:-1] + f',"\\u0069d":"{SECRET}"' + "}"),
    ("id of 300 bytes", "bad_envelope", "envelope", "frame", message(id=LONG[:300])),
    ("channel of 300 bytes", "bad_envelope", "envelope", "frame", message(channel=LONG[:300])),
    ("key of 300 bytes", "bad_envelope", "envelope", "frame", message(key=LONG[:300])),
    ("type of 300 bytes", "unknown_type", "envelope", "frame", message(type=LONG[:300])),
    ("a member's name of 300 bytes", "bad_envelope", "envelope", "frame",
     message(**{LONG[:300]: SECRET})),
    ("field of 300 bytes", "bad_schema", "schema", "message",
     message(body={"text": SECRET, LONG[:300]: 1})),
    ("text of 5000 bytes", "bad_schema", "schema", "message", message(body={"text": LONG * 17})),
    ("channel that is none", "unknown_channel", "state", "join",
     json.dumps({"type": "join", "id": "x", "channel": SECRET})),
    ("channel not joined", "not_joined", "state", "message", message(channel=SECRET)),
    ("leaving a channel that is none", "not_joined", "state", "leave",
     json.dumps({"type": "leave", "id": "x", "channel": SECRET})),
]


def event_bare_of(hub, decision, *secrets):
    """The event, after a look that it holds none of the secrets, in no column and in no view."""
    event = hub.record.event(decision)
    log, seq = decision.split("-")
    trail = hub.record.rows(f"select * from audit.trail where log = {log} and seq = {seq}")
    shown = json.dumps([event, trail, hub.record.decision(decision)], ensure_ascii=False)
    for secret in secrets:
        assert secret not in shown
    return event


def original(hub, decision):
    """The bytes that were kept as received."""
    log, seq = decision.split("-")
    return bytes.fromhex(hub.record.value(
        f"select encode(body, 'hex') from audit.content where log = {log} and seq = {seq}"
        " and part = 1"
    ))


def connected(hub, wire):
    """The decision of a wire's handshake, found by the session that its welcome names."""
    session = json.loads(wire.read()[1])["session"]
    return eventually(lambda: hub.record.value(
        "select log || '-' || seq from audit.event"
        f" where kind = {KIND['connect']} and session = '{session}'"
    ))


@pytest.fixture(scope="module")
def member(hub):
    with Member(hub, join=hub.channel) as member:
        yield member


@pytest.mark.parametrize("name,code,stage,kind,text", REFUSED, ids=[one[0] for one in REFUSED])
def test_bad_text_is_refused_and_its_event_tells_nothing(
    hub, member, name, code, stage, kind, text
):
    text = text.replace("CHANNEL", hub.channel)
    refused = member.raw(text)
    assert refused["code"] == code and refused["message"]
    event = event_bare_of(hub, refused["decision"], SECRET)
    judged = (event["kind"], event["stage"], event["disposition"])
    assert judged == (KIND[kind], STAGE[stage], BLOCK)
    assert event["detail"] == {"code": code}
    assert event["session"] == member.welcome["session"]
    assert event["subject"] == member.welcome["subject"]
    assert event["channel"] == (hub.channel if stage == "schema" else None)
    assert event["message"] is None and event["rules"] == []
    assert original(hub, refused["decision"]) == text.encode()
    assert member.say("still here")["status"] == "delivered"


SURROGATE = b"\xed\xa0\xbd"  # U+D83D as three bytes, which is not UTF-8 (RFC 3629, section 3).


@pytest.mark.parametrize("bad", [SURROGATE, b"\xc0\x80", b"\xf4\x90\x80\x80"],
                         ids=["surrogate", "overlong U+0000", "beyond U+10FFFF"])
def test_bytes_that_are_no_utf8_close_with_1007_and_leave_their_row(hub, bad):
    with Wire(hub) as wire:
        welcome = wire.open(hub)
        wire.send(frame(TEXT, message().encode().replace(SECRET.encode(), SECRET.encode() + bad)))
        assert wire.close_code() == 1007
        assert wire.is_closed()
    found = f"select log || '-' || seq from audit.event where session = '{welcome['session']}'"
    decision = eventually(lambda: hub.record.value(f"{found} and kind = {KIND['frame']}"))
    event = event_bare_of(hub, decision, SECRET)
    assert (event["stage"], event["disposition"]) == (STAGE["frame"], BLOCK)
    assert event["detail"] == {"code": "invalid_text"} and event["channel"] is None
    assert eventually(lambda: hub.record.value(f"{found} and kind = {KIND['disconnect']}"))


def test_a_flood_is_refused_with_the_rate_and_names_no_strange_channel(hub):
    with Member(hub) as member:
        for index in range(60):
            member.send(type="leave", id=f"f{index}", channel=SECRET)
        answers = [member.receive() for _ in range(60)]
        flooded = [answer for answer in answers if answer["code"] == "rate"]
        assert flooded and all(answer["retry_after_ms"] > 0 for answer in flooded)
        event = event_bare_of(hub, flooded[-1]["decision"], SECRET)
    assert (event["stage"], event["disposition"]) == (STAGE["rate"], BLOCK)
    assert event["detail"] == {"code": "rate"} and event["channel"] is None


# Name, the code or None when it is admitted, the token's claims.
CLAIMS = [
    ("U+0000 in the name", "token_invalid", {"name": SECRET + "\0"}),
    ("lone surrogate in the name", "token_malformed", {"name": SECRET + "\ud83d"}),
    ("name of 300 bytes", "token_invalid", {"name": LONG[:300]}),
    ("name that is a number", "token_invalid", {"name": 7}),
    ("sub of 256 bytes", None, {"sub": LONG[:256]}),
    ("sub of 257 bytes", "token_invalid", {"sub": LONG[:257]}),
    ("U+0000 in a foreign claim", "token_invalid", {"nickname": SECRET + "\0"}),
    ("lone surrogate in a foreign claim", "token_malformed", {"nickname": SECRET + "\udfff"}),
]


@pytest.mark.parametrize("name,code,claims", CLAIMS, ids=[one[0] for one in CLAIMS])
def test_odd_claims_are_admitted_or_refused_and_their_event_tells_nothing(hub, name, code, claims):
    changes = {"sub": f"odd-{uuid.uuid4()}"} | claims
    token = tokens.mint(hub, "player", **changes)
    with Wire(hub) as wire:
        wire.send(head(hub, Authorization=f"Bearer {token}"))
        status, _, body = wire.answer()
        if code:
            refused = json.loads(body)
            assert (status, refused["code"]) == (401, code)
            decision = refused["decision"]
        else:
            assert status == 101
            decision = connected(hub, wire)
    event = event_bare_of(hub, decision, SECRET)
    assert event["disposition"] == (BLOCK if code else ALLOW)
    if not code:
        subjects = f"select sub from audit.subject where pseudonym = '{event['subject']}'"
        assert hub.record.value(subjects) == changes["sub"]


@pytest.mark.parametrize("agent", ["\xff\xfe", 'quote " and \\', "a" * 3000, "{}"],
                         ids=["no UTF-8", "JSON's own", "long", "braces"])
def test_an_odd_user_agent_stays_in_the_content(hub, agent):
    with Wire(hub) as wire:
        wire.send(head(hub, User_Agent=SECRET + agent))
        assert wire.answer()[0] == 101
        decision = connected(hub, wire)
    event_bare_of(hub, decision, SECRET, "127.0.0.1")
    assert json.loads(hub.record.contents(decision)[4])["agent"].startswith(SECRET)


def test_nothing_was_quarantined_and_every_leaf_is_the_journals(hub):
    """Runs last: all of the above has arrived in PostgreSQL as it stands in the journal."""

    def agree():
        try:
            found = journal.leaves(hub.folder)
        except journal.Unreadable:  # The hub is writing.
            return False
        rows = hub.record.psql("select seq, encode(audit.leaf(e), 'hex') from audit.event e")
        return found == dict(line.split("|") for line in rows.splitlines())

    assert eventually(agree, 20, 0.3)
    assert hub.record.value("select count(*) from audit.quarantine") == "0"
