"""Messages that are not what they should be: each is refused by name, and none closes the hub."""

import json
import threading
import time
import uuid

import pytest

from member import Member
from record import BLOCK


def message(**changes):
    fields = {"type": "message", "id": "x", "channel": "CHANNEL", "body": {"text": "hi"}} | changes
    return json.dumps({name: value for name, value in fields.items() if value is not ...})


LONG = "n" * 300

# Name, code or codes, the text frame.
REFUSED = [
    ("nothing", "bad_json", ""),
    ("blank", "bad_json", "   "),
    ("no JSON", "bad_json", "hello"),
    ("cut off", "bad_json", '{"type":"message"'),
    ("two documents", "bad_json", message() + message()),
    ("trailing comma", "bad_json", '{"type":"join","id":"x",}'),
    ("NaN", "bad_json", '{"type":"message","id":"x","body":NaN}'),
    ("lone surrogate", "bad_json", message(body={"text": "\ud800"})),
    ("low before high", "bad_json", message(body={"text": "\udc00\ud800"})),
    ("surrogate in a key", "bad_json", message(body={"text": "hi", "\ud800": 1})),
    ("U+0000", "bad_json", message(body={"text": "a\0b"})),
    ("U+0000 in the id", "bad_json", message(id="a\0b")),
    ("U+0000 in a key", "bad_json", message(body={"text": "hi", "\0": 1})),
    ("raw control", "bad_json", '{"type":"message","id":"x","body":{"text":"a\x01b"}}'),
    ("duplicate key", "duplicate_key", '{"type":"join","type":"leave","id":"x"}'),
    ("duplicate key below", "duplicate_key",
     '{"type":"message","id":"x","channel":"CHANNEL","body":{"text":"a","text":"b"}}'),
    ("duplicate key, escaped", "duplicate_key",
     '{"type":"message","id":"x","channel":"CHANNEL","body":{"text":"a","\\u0074ext":"b"}}'),
    ("deep", "bad_json", '{"type":' * 2000 + "1" + "}" * 2000),
    ("deep arrays", "bad_json", "[" * 5000 + "]" * 5000),
    ("array", ("bad_envelope", "bad_json"), "[]"),
    ("string", ("bad_envelope", "bad_json"), '"hi"'),
    ("number", ("bad_envelope", "bad_json"), "1"),
    ("null", ("bad_envelope", "bad_json"), "null"),
    ("no type", "bad_envelope", '{"id":"x"}'),
    ("type is a number", "bad_envelope", '{"type":1,"id":"x"}'),
    ("unknown type", "unknown_type", '{"type":"dance","id":"x"}'),
    ("a server's type", "unknown_type", '{"type":"welcome","id":"x"}'),
    ("no id", "bad_envelope", message(id=...)),
    ("id is a number", "bad_envelope", message(id=7)),
    ("id of 300 bytes", "bad_envelope", message(id=LONG)),
    ("id of 65 bytes", "bad_envelope", message(id="i" * 65)),
    ("no channel", "bad_envelope", message(channel=...)),
    ("channel is null", "bad_envelope", message(channel=None)),
    ("channel of 300 bytes", ("bad_envelope", "unknown_channel", "not_joined"),
     message(channel=LONG)),
    ("key that is no UUID", "bad_envelope", message(key="again")),
    ("key is a number", "bad_envelope", message(key=1)),
    ("no body", ("bad_envelope", "bad_schema"), message(body=...)),
    ("body is text", ("bad_envelope", "bad_schema"), message(body="hi")),
    ("no text", "bad_schema", message(body={})),
    ("text is a number", "bad_schema", message(body={"text": 1})),
    ("unknown field of the body", "bad_schema", message(body={"text": "hi", "size": 40})),
]


@pytest.fixture(scope="module")
def member(hub):
    with Member(hub, join=hub.channel) as member:
        yield member


@pytest.mark.parametrize("name,code,text", REFUSED, ids=[one[0] for one in REFUSED])
def test_it_is_refused_and_recorded_and_the_connection_lives(hub, member, name, code, text):
    refused = member.raw(text.replace("CHANNEL", hub.channel))
    assert refused["code"] in ((code,) if isinstance(code, str) else code), refused
    assert refused["message"]
    event = hub.record.event(refused["decision"])
    assert event["disposition"] == BLOCK
    assert event["session"] == member.welcome["session"]
    assert event["bytes"] == len(text.replace("CHANNEL", hub.channel).encode())
    assert hub.record.decision(refused["decision"])
    assert member.say("still here")["type"] == "ack"


def say_in_time(member, text):
    """The answer to a message, sent again as late as a refusal for its rate asks for."""
    while (answer := member.say(text)).get("code") == "rate":
        time.sleep(answer["retry_after_ms"] / 1000)
    return answer


def test_the_longest_text_passes_and_one_more_is_refused(hub, member):
    low, high = 1, member.welcome["limits"]["message_bytes"] - 500
    while high - low > 1:
        middle = (low + high) // 2
        answer = say_in_time(member, "x" * middle)
        low, high = (middle, high) if answer["type"] == "ack" else (low, middle)
    assert say_in_time(member, "x" * low)["type"] == "ack"
    assert say_in_time(member, "x" * high)["code"] == "bad_schema"


def test_the_id_comes_back_as_it_was(hub, member):
    for id in ["", "i" * 64, 'quote " and \\', "ÄÖ", str(uuid.uuid4())]:
        member.send(type="message", id=id, channel=hub.channel, body={"text": "hi"})
        answer = member.receive()
        while answer["type"] == "message":
            answer = member.receive()
        assert answer["id"] == id or answer["code"] == "bad_envelope"


def test_what_is_sent_in_a_row_stays_in_order_while_members_come_and_go(service):
    service.lift_rates()
    service.migrate()
    service.start()
    is_over = threading.Event()

    def come_and_go(member):
        # Each time who is present moves, on which verdicts rest.
        while not is_over.is_set():
            member.join()
            member.leave()

    with (
        Member(service, join=service.channel) as speaker,
        Member(service, "player") as one,
        Member(service, "moderator") as other,
    ):
        comers = [threading.Thread(target=come_and_go, args=[member]) for member in (one, other)]
        for comer in comers:
            comer.start()
        try:
            for start in range(0, 1000, 50):
                for number in range(start, start + 50):
                    speaker.send(
                        type="message", id=f"m{number}", channel=service.channel,
                        body={"text": f"message {number}"},
                    )  # fmt: skip
                answers = [speaker.reply(f"m{number}") for number in range(start, start + 50)]
                numbers = [answer["channel_seq"] for answer in answers]
                assert numbers == sorted(numbers)
        finally:
            is_over.set()
            for comer in comers:
                comer.join()
