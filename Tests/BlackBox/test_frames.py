"""Frames that break the protocol: each has its close code and its row."""

import json
import struct
import time

import pytest

import words
from member import Member
from record import BLOCK, KIND
from wire import BINARY, CLOSE, PING, PONG, TEXT, Wire, frame


def frame_row(hub, session):
    """The row of the frame that ended a session."""
    count = hub.record.until(
        f"select count(*) from audit.event where session = '{session}' and kind = {KIND['frame']}"
        f" and disposition = {BLOCK}",
        "1",
    )
    assert count == "1"


def test_a_binary_message_is_closed_with_1003(hub):
    with Member(hub) as member:
        member.ws.send(b"binary")
        assert member.close_code() == 1003
    frame_row(hub, member.welcome["session"])


def test_a_message_over_the_limit_is_closed_with_1009(hub):
    with Member(hub) as member:
        member.ws.send("x" * (member.welcome["limits"]["message_bytes"] + 1))
        assert member.close_code() == 1009
    frame_row(hub, member.welcome["session"])


def test_a_message_over_the_limit_in_fragments_is_closed_with_1009(hub):
    with Member(hub) as member:
        piece = "x" * 1000
        member.ws.send(piece for _ in range(member.welcome["limits"]["message_bytes"] // 1000 + 2))
        assert member.close_code() == 1009
    frame_row(hub, member.welcome["session"])


def test_a_frame_that_only_announces_too_much_is_closed_at_once(hub):
    with Wire(hub) as wire:
        welcome = wire.open(hub)
        wire.send(frame(TEXT)[:1] + b"\xff" + struct.pack(">Q", 1 << 62) + b"mask")
        assert wire.close_code() == 1009
    frame_row(hub, welcome["session"])


def test_text_that_is_no_utf8_is_closed_with_1007(hub):
    with Member(hub) as member:
        member.ws.send(b'{"type":"\xff"}', text=True)
        assert member.close_code() == 1007
    frame_row(hub, member.welcome["session"])


BROKEN = [
    ("unmasked", frame(TEXT, b"{}", masked=False)),
    ("reserved bit", frame(TEXT, b"{}", rsv=4)),
    ("reserved opcode", frame(3, b"{}")),
    ("reserved control opcode", frame(11)),
    ("long ping", frame(PING, b"p" * 126)),
    ("ping in fragments", frame(PING, b"p", fin=False)),
    ("continuation of nothing", frame(0, b"{}")),
    ("text within text", frame(TEXT, b"{", fin=False) + frame(TEXT, b"}")),
    ("length not minimal", bytes([0x81, 0x80 | 126, 0, 2]) + bytes(4) + b"{}"),
    ("close of one byte", frame(CLOSE, b"\x03")),
    ("close with a forbidden code", frame(CLOSE, struct.pack(">H", 1005))),
]


@pytest.mark.parametrize("name,data", BROKEN, ids=[one[0] for one in BROKEN])
def test_a_broken_frame_is_closed_with_1002(hub, name, data):
    with Wire(hub) as wire:
        welcome = wire.open(hub)
        wire.send(data)
        assert wire.close_code() == 1002
    frame_row(hub, welcome["session"])


def test_a_frame_may_arrive_byte_by_byte(hub):
    with Wire(hub) as wire:
        wire.open(hub)
        for byte in frame(TEXT, b'{"type":"dance","id":"1"}'):
            wire.send(bytes([byte]))
        assert b"unknown_type" in wire.read()[1]


def test_many_frames_may_arrive_at_once(hub):
    with Wire(hub) as wire:
        wire.open(hub)
        wire.send(b"".join(frame(PING, b"%d" % index) for index in range(50)))
        assert [wire.read() for _ in range(50)] == [(PONG, b"%d" % index) for index in range(50)]


def test_a_message_may_come_in_fragments_with_a_ping_between(hub):
    with Wire(hub) as wire:
        wire.open(hub)
        wire.send(frame(TEXT, b'{"type":"dance"', fin=False))
        wire.send(frame(PING, b"still there?"))
        wire.send(frame(0, b',"id":"1"}'))
        assert wire.read() == (PONG, b"still there?")
        assert b"unknown_type" in wire.read()[1]


def test_a_close_is_answered_with_its_code(hub):
    with Wire(hub) as wire:
        wire.open(hub)
        wire.send(frame(CLOSE, struct.pack(">H", 1000) + b"bye"))
        assert wire.close_code() == 1000
        assert wire.is_closed()


def test_a_client_that_vanishes_leaves_its_row(hub):
    with Wire(hub) as wire:
        session = wire.open(hub)["session"]
    count = hub.record.until(
        f"select count(*) from audit.event where session = '{session}'"
        f" and kind = {KIND['disconnect']}",
        "1",
    )
    assert count == "1"


def test_a_client_that_stops_reading_is_let_go_and_the_others_are_served(hub):
    with Wire(hub) as slow, Member(hub, "coach", join=hub.channel) as coach:
        slow.open(hub)
        slow.send(frame(TEXT, b'{"type":"join","id":"1","channel":"%s"}' % hub.channel.encode()))
        for _ in range(5):
            assert coach.say("news")["type"] == "ack"
            time.sleep(0.1)
        assert coach.next_message()["body"]["text"] == "news"


def test_a_binary_message_is_judged_as_text_where_the_bundle_allows_it(service):
    bundle = service.policies / "bundle.yaml"
    bundle.write_text(bundle.read_text().replace("binary: refuse", "binary: allow"))
    service.migrate()
    service.start()
    with Wire(service) as wire:
        wire.open(service)

        def ask(**fields):
            wire.send(frame(BINARY, json.dumps({"channel": service.channel} | fields).encode()))
            while True:
                opcode, payload = wire.read()
                answer = json.loads(payload)
                if answer["type"] in ("ack", "refused"):
                    assert opcode == TEXT
                    return answer

        assert ask(type="join", id="a")["status"] == "joined"
        assert ask(type="message", id="b", body={"text": "hello"})["status"] == "delivered"
        refused = ask(type="message", id="c", body={"text": words.BLOCKED})
        assert refused["code"] == "blocked"
        assert service.record.event(refused["decision"])["rules"]
        wire.send(frame(BINARY, b'{"type":"join","id":"\xff"}'))
        assert wire.close_code() == 1007
