"""Every message type with what is wrong about it: one answer, one event, and nothing else happens."""

import json
import random

import pytest

import protocol
from hub import Hub
from member import Member
from operators import Operators
from record import BLOCK

SEED = 20260817
PER_TYPE = 60
# Values for any place; the schema tells which of them are wrong there.
VALUES = [
    None, True, 0, -1, 1.5, 2**31, 2**63, "", "x", "x" * 300, "é" * 5000, "\x01", [], {}, [[]],
    {"epoch": 0, "seq": 1}, {"epoch": 1, "seq": 1, "x": 1}, [{"channel": "club:a"}], 101, -(2**63),
]  # fmt: skip
NO_JSON = [
    "", " ", "{", "}", "[", "{,}", '{"type"}', "nul", "'x'", "{}{}", '{"id":01}', '{"id":1e999}',
    '{"id":"\t"}', '{"id":"\\x"}', '{"id":"\\u12"}', "\ufeff{}", "NaN", '{"id":NaN}', "[" * 30000,
    '{"a":' * 10000, "[" * 17 + "]" * 17,
]  # fmt: skip


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """A hub on which a member may send as fast as it can."""
    hub = Hub(tmp_path_factory.mktemp("wide"))
    bundle = hub.policies / "bundle.yaml"
    text = bundle.read_text()
    for old, new in [("messages_per_second: 10", "messages_per_second: 100000"),
                     ("burst: 20", "burst: 100000")]:
        assert old in text
        text = text.replace(old, new)
    bundle.write_text(text)
    try:
        yield hub.start()
        assert hub.stop() == 0, hub.log()[-2000:]
        assert "Fatal error" not in hub.log()
    finally:
        if hub.process and hub.process.poll() is None:
            hub.kill()


def whole(type, hub, member, other):
    """A message that would have an effect, and a list of (code, changes) that are well formed."""
    said = member.say("Is training at six?")
    for one in (member, other):
        one.next_message()
    place = {"epoch": said["epoch"], "seq": said["channel_seq"]}
    here, body = {"channel": hub.channel}, {"body": {"text": "At seven."}}
    away = ("not_joined", {"channel": "club:demo:u99"})
    odd = ("not_joined", {"channel": "\x01\x1f\x7f"})
    gone = [("unknown_message", {"seq": 2**40}), ("unknown_message", {"epoch": 2**31 - 1})]
    spent = {"token": member.welcome["resume_token"]}
    stranger = hub.token("player")
    fields, wrong = {
        "join": ({"channel": "club:demo:u12"}, [
            ("already_joined", here), ("unknown_channel", {"channel": "nowhere"}),
            ("unknown_channel", {"channel": "\x01\x1f\x7f"}),
        ]),
        "leave": (here, [away, odd]),
        "message": (here | body | {"kind": "message"}, [
            away, odd, ("bad_schema", {"body": {}}), ("bad_schema", {"body": {"text": 5}}),
            ("bad_schema", {"body": {"text": "x", "more": 1}}), ("unknown_type", {"kind": "dance"}),
        ]),
        "edit": (here | place | body, [away, odd, *gone, ("bad_schema", {"body": {"text": 5}})]),
        "delete": (here | place, [away, odd, *gone]),
        "history": (here | {"before": place, "limit": 1}, [away, odd]),
        "presence": (here | {"on": True}, [away, odd]),
        "renew": ({"token": hub.token("coach")}, [
            ("other_member", {"token": stranger}), ("token_malformed", {"token": "x"}),
            ("token_invalid", {"token": stranger[:-8] + "AAAAAAAA"}),
        ]),
        "resume": (
            {"token": other.welcome["resume_token"], "channels": [here | place]},
            [
                ("resume_lost", {"token": "x"}), ("resume_lost", spent),
                ("too_many_channels", {"channels": [
                    {"channel": f"club:demo:u{n}", "epoch": 1, "seq": 0} for n in range(65)
                ]}),
                ("bad_envelope", {"channels": [here | place, here | place]}),
            ],
        ),
    }[type]  # fmt: skip
    return {"type": type, "id": "whole"} | fields, wrong


def damaged(chance, message, wrong):
    """(code, text) of what is wrong: one of each sort, and as many more as make PER_TYPE."""
    valid = protocol.validator(f"client_{message['type']}").is_valid
    assert valid(message)
    text = json.dumps(message)
    always = [(code, json.dumps(message | changes)) for code, changes in wrong]
    if "channel" in message:
        always.append(("bad_envelope", json.dumps(message | {"channel": "club:demo:cafe\u0301"})))
    always += [
        ("unknown_type", json.dumps(message | {"type": "dance", "id": "é" * 32})),
        ("unknown_type", json.dumps(message | {"type": message["type"].upper()})),
        ("bad_envelope", json.dumps(message | {"id": "x" * 65})),
        ("bad_envelope", json.dumps(message | {"id": "é" * 32 + "x"})),
        ("bad_envelope", json.dumps(message | {"x": 1, "id": "\x01\"\\"})),
        ("duplicate_key", text[:-1] + ',"\\u0069d":"again"}'),
        ("bad_json", json.dumps(message | {"id": "x\0"})),
        ("bad_json", json.dumps(message | {"id": "\ud800"})),
        ("bad_json", text.replace("whole", "who\0le")),
        ("bad_json", json.dumps(message | {"channel": "club:demo:\0"})),
        ("bad_json", json.dumps(message | {"channel": "club:demo:\udc00"})),
    ]
    more = [("bad_json", one) for one in NO_JSON]
    more += [("bad_envelope", one) for one in ("[]", "1", "null", '"x"', "true", "{}")]
    for name in message:
        less = {key: value for key, value in message.items() if key != name}
        if name != "type":
            more += [
                ("bad_envelope", json.dumps(message | {name: value}))
                for value in VALUES
                if not valid(message | {name: value})
            ]
        if not valid(less):
            more.append(("bad_envelope", json.dumps(less)))
    while len(more) < 3 * PER_TYPE:
        cut = chance.randrange(len(text))
        piece = text[:cut] + chance.choice(["", '"', "{", "]", ",", "\\", "\n\x02"]) + text[cut + 1:]
        try:
            json.loads(piece)
        except ValueError:
            more.append(("bad_json", piece))
    chosen = always + chance.sample(more, max(0, PER_TYPE - len(always)))
    chance.shuffle(chosen)
    return chosen


def echoed(code, text):
    """The id that answers a refused text."""
    if code in ("bad_json", "duplicate_key"):
        return None
    message = json.loads(text)
    id = message.get("id") if isinstance(message, dict) else None
    return id if isinstance(id, str) and 1 <= len(id.encode()) <= 64 else None


def state(hub):
    """What operators are shown of channels, of who is where, and of sanctions."""
    console = Operators(hub, hub.token("operator"))
    shown = [console.get(path) for path in ("sessions", "channels", "sanctions")]
    shown.append(console.get("roster", channel=hub.channel))
    for one in shown:
        one.pop("decision")
    return shown


def events(hub, member, first):
    """The events of a member's session after a decision, once all of them have been shipped."""
    last = member.request("history", channel="club:demo:u98")["decision"]
    hub.record.event(last)
    between = [int(decision.split("-")[1]) for decision in (first, last)]
    return hub.record.rows(
        "select log || '-' || seq as decision, disposition, detail->>'code' as code"
        f" from audit.event where session = '{member.welcome['session']}'"
        f" and seq > {between[0]} and seq < {between[1]} order by seq"
    )


@pytest.mark.parametrize(
    "type",
    ["join", "leave", "message", "edit", "delete", "history", "presence", "renew", "resume"],
)
def test_what_is_wrong_is_answered_once_recorded_once_and_does_nothing(wide, type):
    print(f"seed {SEED}")
    chance = random.Random(f"{SEED} {type}")
    with (
        Member(wide, join=wide.channel) as member,
        Member(wide, join=wide.channel) as other,
        Member(wide, "player", join=wide.channel) as witness,
    ):
        message, wrong = whole(type, wide, member, other)
        witness.next_message()
        before = state(wide)
        first = member.request("history", channel="club:demo:u98")["decision"]
        answers = []
        for code, text in damaged(chance, message, wrong):
            member.ws.send(text)
            answer = member.receive()
            told = (answer["type"], answer.get("code"), answer["id"])
            assert told == ("refused", code, echoed(code, text)), (text[:300], answer)
            answers.append(answer)
        assert len(answers) >= PER_TYPE
        assert events(wide, member, first) == [
            {"decision": one["decision"], "disposition": BLOCK, "code": one["code"]}
            for one in answers
        ]
        assert state(wide) == before
        # Nothing reached anyone: the next that they get is what is said now.
        assert member.say("Still here.")["status"] == "delivered"
        for one in (member, other, witness):
            frame = one.inbox.popleft() if one.inbox else one.receive()
            assert (frame["type"], frame.get("body")) == ("message", {"text": "Still here."})


def test_a_message_too_large_ends_its_connection_alone(wide):
    with Member(wide, "player", join=wide.channel) as witness:
        for text in (json.dumps({"type": "join", "id": "x" * 2**20, "channel": wide.channel}),
                     "x" * 2**20):
            with Member(wide, join=wide.channel) as member:
                member.ws.send(text)
                assert member.close_code() == 1009
            rows = wide.record.until(
                "select count(*) from audit.event where detail->>'code' = 'too_big'"
                f" and disposition = {BLOCK} and kind = 40"
                f" and session = '{member.welcome['session']}'",
                "1",
            )
            assert rows == "1"
        assert witness.say("Still here.")["status"] == "delivered"


def test_joins_stop_at_the_limit(wide):
    with Member(wide) as member:
        first = member.request("history", channel="club:demo:u98")["decision"]
        answers = [member.join(f"club:demo:team{n}") for n in range(70)]
        codes = [answer.get("code", answer.get("status")) for answer in answers]
        assert codes == ["joined"] * 64 + ["too_many_channels"] * 6
        recorded = events(wide, member, first)
        assert [row["decision"] for row in recorded] == [one["decision"] for one in answers]
        assert [row["code"] for row in recorded] == [None] * 64 + ["too_many_channels"] * 6
        assert member.leave("club:demo:team7")["status"] == "left"
        assert member.join("club:demo:team64")["status"] == "joined"


def test_a_flood_of_joins_is_answered_by_the_rate(hub):
    with Member(hub) as member:
        for n in range(400):
            member.send(type="join", id=f"j{n}", channel=f"club:demo:team{n}")
        answers = [member.receive() for _ in range(400)]
        assert [answer["id"] for answer in answers] == [f"j{n}" for n in range(400)]
        refused = [answer for answer in answers if answer["type"] == "refused"]
        assert {answer["code"] for answer in refused} <= {"rate", "too_many_channels", "busy"}
        assert len(refused) >= 400 - 64
        assert all(one["retry_after_ms"] > 0 for one in refused if one["code"] == "rate")


def test_an_id_may_come_again_and_a_resume_token_may_not(wide):
    with Member(wide, join=wide.channel) as member:
        for _ in range(2):
            member.send(type="history", id="same", channel=wide.channel)
            assert member.reply("same")["type"] == "history"
        token = member.welcome["resume_token"]
        with Member(wide) as back, Member(wide) as late:
            assert back.request("resume", token=token, channels=[])["status"] == "resumed"
            first = late.request("history", channel="club:demo:u98")["decision"]
            answers = [late.request("resume", token=token, channels=[]) for _ in range(3)]
            assert [answer["code"] for answer in answers] == ["resume_lost"] * 3
            assert events(wide, late, first) == [
                {"decision": one["decision"], "disposition": BLOCK, "code": "resume_lost"}
                for one in answers
            ]
