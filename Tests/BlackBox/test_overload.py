"""Members who send faster than the record takes: they are not read from, then refused as `busy`; each
message has an answer, and the hub goes on."""

import collections
import json
import shutil
import threading

import pytest

from faults import compiled
from faults.flood import request
from hub import eventually
from member import Member
from service import shake
from test_faults import Fault
from test_metrics import Metrics, after
from wire import Wire, head


@pytest.fixture
def service(service):
    """One shard, no rules, and no limits to speak of."""
    shutil.rmtree(service.policies / "rules")
    for name, old, new in [
        ("bundle.yaml", "messages_per_second: 10", "messages_per_second: 100000"),
        ("bundle.yaml", "burst: 20", "burst: 100000"),
        ("schemas/message.json", '"maxLength": 4000', '"maxLength": 65000'),
    ]:
        path = service.policies / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    service.edit(
        ("  tls:\n    certificate: tls/cert.pem\n    key: tls/key.pem\n", "  plain: true\n"),
        ("  port: 0\n  plain", "  port: 0\n  shards: 1\n  plain"),
        # Their own messages come back faster than a test reads them.
        ("console:\n", "limits:\n  queue: 256MiB\n  queues: 1GiB\nconsole:\n"),
    )
    service.migrate()
    return service


class Sender(Wire):
    """Sends so many messages as fast as they are taken, and keeps each answer's status or code."""

    def __init__(self, hub, number, count, text_bytes):
        super().__init__(hub)
        self.socket.settimeout(120)
        self.send(head(hub, Authorization=f"Bearer {hub.token(sub=f'sender-{number}')}"))
        assert self.answer()[0] == 101
        self.read()
        # A channel of its own: its messages come back to nobody else.
        self.channel, self.count, self.text_bytes = f"club:sender-{number}:u14", count, text_bytes
        self.send(request(type="join", id="j", channel=self.channel))
        assert json.loads(self.read()[1])["status"] == "joined"
        self.sent, self.answers = 0, {}
        self.threads = [threading.Thread(target=run, daemon=True) for run in (self._write, self._read)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def _write(self):
        for number in range(self.count):
            body = {"text": f"{number} " + "x" * self.text_bytes}
            self.send(request(type="message", id=f"m{number}", channel=self.channel, body=body))
            self.sent += 1

    def _read(self):
        while len(self.answers) < self.count:
            frame = json.loads(self.read()[1])
            if frame["type"] in ("ack", "refused"):
                assert frame["id"] not in self.answers
                self.answers[frame["id"]] = frame

    def outcomes(self):
        return collections.Counter(
            frame.get("code", frame.get("status")) for frame in list(self.answers.values())
        )

    def finish(self):
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive(), (self.sent, len(self.answers))
        self.socket.close()


def test_who_sends_faster_than_the_record_is_paused_then_refused_and_nothing_is_lost(
    service, tmp_path_factory
):
    fault = Fault(service, compiled("disk", tmp_path_factory.mktemp("disk")))
    service.start(**fault.environment)
    # 3,000 short ones are more than may be under way, 6 times 100 long ones more than fit.
    quick = Sender(service, 0, count=3000, text_bytes=4000)
    loud = [Sender(service, number, count=100, text_bytes=60_000) for number in range(1, 7)]
    with Member(service, "coach", join=service.channel) as listener:
        assert listener.say("before")["type"] == "ack"
        fault.set("stall")
        quick.start()
        full = after(service, lambda now: now["touchline_reading_paused_total"] >= 1, 30)
        assert not quick.answers, "nothing is recorded, so nothing is answered"
        for sender in loud:
            sender.start()
        assert eventually(lambda: sum(s.outcomes()["busy"] for s in loud) > 20, 30), loud[0].outcomes()
        full = after(service, lambda now: now.value("touchline_refused_total", code="busy") > 20)
        limit = full["touchline_in_flight_limit_bytes"]
        assert limit == 64 << 20
        assert limit * 0.9 < full["touchline_in_flight_bytes"] < limit + (1 << 20)
        assert quick.sent < quick.count, "it waits for its turn instead of being refused"
        assert not quick.answers
        status, answer = shake(service, Authorization=f"Bearer {service.token(sub='late')}")
        assert (status, answer["code"]) == (503, "busy")
        fault.clear()
        for sender in [quick, *loud]:
            sender.finish()
        # Each message has its one answer.
        for sender in [quick, *loud]:
            assert set(sender.outcomes()) <= {"delivered", "busy"}
            assert sum(sender.outcomes().values()) == sender.count
        busy = next(f for s in loud for f in s.answers.values() if f.get("code") == "busy")
        assert busy["retry_after_ms"] > 0 and busy["decision"] is None
        assert listener.say("after")["type"] == "ack"
    delivered = sum(s.outcomes()["delivered"] for s in [quick, *loud]) + 2
    assert service.record.until(
        "select count(*) from audit.event where kind = 30 and disposition = 0", str(delivered)
    ) == str(delivered), "what was refused as busy left no event"
    after(service, lambda now: now["touchline_in_flight_bytes"] == 0)
