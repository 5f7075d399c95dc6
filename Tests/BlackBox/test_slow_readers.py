"""Members who stop reading: they are let go and told, the others are served, memory has a bound."""

import json
import shutil
import socket
import time

import pytest

from faults.flood import request, resident_bytes
from hub import eventually
from member import Member
from record import KIND
from wire import Wire, head

SLOW = "slow_consumer"


@pytest.fixture
def service(service):
    """Without rules, for long texts, as many as one likes."""
    shutil.rmtree(service.policies / "rules")
    for name, old, new in [
        ("bundle.yaml", "messages_per_second: 10", "messages_per_second: 1000"),
        ("bundle.yaml", "burst: 20", "burst: 1000"),
        ("schemas/message.json", '"maxLength": 4000', '"maxLength": 65000'),
    ]:
        path = service.policies / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    service.migrate()
    return service


class Stalled(Wire):
    """A member who joins, and then reads nothing any more."""

    def __init__(self, hub, number):
        super().__init__(hub)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 << 10)
        token = hub.token(sub=f"stalled-{number}")
        self.send(head(hub, Authorization=f"Bearer {token}"))
        assert self.answer()[0] == 101
        self.session = json.loads(self.read()[1])["session"]
        self.send(request(type="join", id="j", channel=hub.channel))
        assert json.loads(self.read()[1])["status"] == "joined"


def ends(hub, code):
    """How many sessions the record says have ended so."""
    return int(
        hub.record.value(
            f"select count(*) from audit.event where kind = {KIND['disconnect']}"
            f" and detail->>'code' = '{code}'"
        )
    )


def test_who_does_not_read_is_let_go_with_4430_and_the_others_are_served(service):
    service.start()
    with Member(service, "coach", join=service.channel) as coach, Stalled(service, 1) as stalled:
        with Member(service, token=service.token(sub="reader"), join=service.channel) as reader:
            for number in range(40):
                assert coach.say(f"{number} " + "x" * 60_000)["type"] == "ack"
                assert reader.next_message()["body"]["text"].startswith(f"{number} ")
            # What it was sent before is still there, then it is told why it ends.
            assert stalled.close_code() == 4430
            assert eventually(lambda: ends(service, SLOW) == 1)
            assert coach.say("still here")["type"] == "ack"
            assert reader.next_message()["body"]["text"] == "still here"


def test_who_never_reads_its_goodbye_is_cut(service):
    service.start()
    with Member(service, "coach", join=service.channel) as coach, Stalled(service, 1):
        for _ in range(40):
            assert coach.say("x" * 60_000)["type"] == "ack"
        assert eventually(lambda: ends(service, SLOW) == 1, 30), "recorded while it still stalls"


@pytest.mark.parametrize(
    "readers, messages, text_bytes",
    [
        (50, 40, 60_000),
        # Each leaves a piece of its own waiting.
        (50, 2500, 200),
        pytest.param(1000, 40, 60_000, marks=pytest.mark.faults),
    ],
)
def test_stalled_readers_cost_no_more_memory_than_the_cap(
    service, readers, messages, text_bytes, request, record_property
):
    cap = max(16, readers * 64 // 1000)
    service.edit(("console:\n", f"limits:\n  queue: 4MiB\n  queues: {cap}MiB\nconsole:\n"))
    service.start()
    with Member(service, "coach", join=service.channel) as coach:
        stalled = [Stalled(service, number) for number in range(readers)]
        before, peak, slowest = resident_bytes(service), 0, 0
        for number in range(messages):
            began = time.monotonic()
            assert coach.say("x" * text_bytes)["type"] == "ack"
            slowest = max(slowest, time.monotonic() - began)
            if number % max(1, messages // 40) == 0:
                peak = max(peak, resident_bytes(service))
        line = (
            f"{readers} stalled readers, {messages} messages of {text_bytes} bytes,"
            f" cap {cap} MiB: memory {before >> 20} -> {peak >> 20} MiB,"
            f" slowest answer {slowest * 1000:.0f} ms"
        )
        record_property("memory", line)
        capture = request.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            print(f"\n  {line}")
        # Who is let go leaves room to the rest, so a few may stay; until no pong comes from them.
        let_go = lambda: ends(service, SLOW) + ends(service, "no_pong")  # noqa: E731
        assert eventually(lambda: let_go() > readers * 2 // 3, 60), let_go()
        assert ends(service, SLOW) > readers // 2
        for one in stalled:
            one.socket.close()
    # What the allocator keeps, and the frames of one turn of the event loops.
    assert peak - before < (cap << 20) + readers * (40 << 10) + (16 << 20), line
