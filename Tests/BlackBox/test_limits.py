"""How much one may send and connect: by connection, subject, address and channel."""

import collections
import json

import pytest

from hub import eventually
from member import Member
from record import BLOCK, KIND
from service import shake
from wire import TEXT, Wire, frame, head

OTHER = "club:demo:u16"


def limited(service, **scopes):
    """A hub with these limits."""
    lines = ["limits:\n"] + [f"  {name}: {{{text}}}\n" for name, text in scopes.items()]
    service.edit(("console:\n", "".join(lines) + "console:\n"))
    service.migrate()
    return service.start()


def assert_told_to_wait(hub, refused, at_least_ms):
    assert (refused["type"], refused["code"]) == ("refused", "rate"), refused
    assert at_least_ms <= refused["retry_after_ms"] <= 61_000, refused
    event = hub.record.event(refused["decision"])
    assert (event["disposition"], event["detail"]["code"]) == (BLOCK, "rate")


def test_the_messages_of_all_sessions_of_a_member_are_counted_together(service):
    # The joins count as well.
    hub = limited(service, subject="messages_per_second: 1, messages_at_once: 60")
    with Member(hub, join=hub.channel) as phone, Member(hub, join=hub.channel) as laptop:
        assert phone.welcome["limits"]["subject"] == {
            "messages_per_second": 1, "messages_at_once": 60,
        }  # fmt: skip
        bundle = phone.welcome["limits"]["messages_at_once"]
        assert bundle == 20
        with Member(hub, token=hub.token(sub="other"), join=hub.channel) as other:
            answers = spent([phone, laptop, Member(hub), Member(hub), Member(hub)])
            assert_told_to_wait(hub, answers[-1], 1)
            assert other.say("hello")["type"] == "ack", "another member's messages are its own"


def spent(sessions):
    """Sends by turns, never more than one session may, until a refusal."""
    answers = []
    for session in sessions:
        if not answers or answers[-1]["type"] == "ack":
            if session not in sessions[:2]:
                session.join()
            for number in range(17):
                answers.append(session.say(f"{session.welcome['session'][-4:]} {number}"))
                if answers[-1]["type"] == "refused":
                    return answers
    return answers


def test_a_channel_takes_so_many_messages_from_all_its_members(service):
    hub = limited(service, channel="messages_per_second: 1, messages_at_once: 2")
    with Member(hub, join=hub.channel) as one, Member(
        hub, token=hub.token(sub="other"), join=hub.channel
    ) as two:
        assert one.say("one")["type"] == two.say("two")["type"] == "ack"
        assert_told_to_wait(hub, one.say("three"), 1)
        assert one.join(OTHER)["type"] == "ack"
        assert one.say("elsewhere", OTHER)["type"] == "ack"
        assert eventually(lambda: two.say("later")["type"] == "ack")


def test_a_flood_of_what_can_not_be_read_is_refused_then_ended_and_nobody_else_feels_it(hub):
    with Member(hub, "player", join=hub.channel) as other, Wire(hub) as wire:
        session = wire.open(hub)["session"]
        wire.send(frame(TEXT, b"{") * 600)
        assert other.say("hello")["status"] == "delivered"
        codes = collections.Counter()
        while (got := wire.read()) and got[0] == TEXT:
            told = json.loads(got[1])
            codes[told["code"]] += 1
        assert got[1][:2] == (4509).to_bytes(2)
    ended = codes.pop(4509)
    assert ended == 1 and set(codes) == {"bad_json", "rate"}
    # What comes back while they are read is little.
    assert 20 <= codes["bad_json"] < 40 and 500 <= codes["rate"] < 520
    events = hub.record.until(
        "select count(*) from audit.event where kind = {frame} and session = '{session}'"
        " and detail->>'code' = 'repeated_violations'".format(frame=KIND["frame"], session=session),
        "1",
    )
    assert events == "1"
    kept = hub.record.rows(
        "select e.detail->>'code' as code, count(*) as events, count(c.body) as kept"
        " from audit.event e left join audit.content c using (log, seq)"
        f" where e.kind = {KIND['frame']} and e.session = '{session}' group by 1 order by 1"
    )
    assert kept == [
        {"code": "bad_json", "events": codes["bad_json"], "kept": codes["bad_json"]},
        {"code": "rate", "events": codes["rate"], "kept": 0},
        {"code": "repeated_violations", "events": 1, "kept": 0},
    ]


@pytest.mark.parametrize("scope", ["connection", "subject", "address", "channel"])
def test_bytes_are_counted(service, scope):
    hub = limited(service, **{scope: "bytes_per_second: 100, bytes_at_once: 4000"})
    with Member(hub, join=hub.channel) as member:
        limits = member.welcome["limits"]
        told = limits if scope == "connection" else limits[scope]
        assert (told["bytes_per_second"], told["bytes_at_once"]) == (100, 4000)
        assert member.say("news " * 500)["type"] == "ack"
        assert_told_to_wait(hub, member.say("more " * 500), 1000)


@pytest.mark.parametrize("scope", ["subject", "address"])
def test_handshakes_are_counted_and_the_answer_says_when_to_come_back(service, scope):
    hub = limited(service, **{scope: "handshakes_per_second: 1, handshakes_at_once: 3"})
    for _ in range(20):
        with Wire(hub) as wire:
            wire.send(head(hub))
            status, fields, body = wire.answer()
        if status == 429:
            break
    assert status == 429 and fields["retry-after"] == "1"
    assert b"too_many_connections" in body and b"too often" in body
    assert eventually(lambda: shake(hub)[0] == 101, every=1), "after a while it may again"


def test_a_page_can_read_that_its_address_connects_too_often(service):
    origin = "https://club.example"
    service.edit(("  port: 0\n  tls:", f'  port: 0\n  origins: ["{origin}"]\n  tls:'))
    hub = limited(service, address="handshakes_per_second: 1, handshakes_at_once: 10")
    first = {
        "Origin": origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    for _ in range(10):
        assert hub.http("/check", first, method="OPTIONS")[0] == 204, "to ask first is no attempt"
    headers = {"Authorization": f"Bearer {hub.token()}", "Origin": origin}
    answers = []
    while not answers or answers[-1][0] == 200:
        answers.append(hub.http("/check", headers))
    status, fields, body = answers[-1]
    assert len(answers) > 10
    assert (status, json.loads(body)["code"]) == (429, "too_many_connections")
    assert fields["Access-Control-Allow-Origin"] == origin
    assert "Retry-After" in fields["Access-Control-Expose-Headers"]
    assert int(fields["Retry-After"]) >= 1
    assert hub.http("/check", first, method="OPTIONS")[0] == 204
    status, fields, _ = hub.http("/check", headers | {"Origin": "https://evil.example"})
    assert status == 429 and fields["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize(
    "other, status", [("2001:db8:0:7:ffff::2", 429), ("2001:db8:0:8::1", 101)]
)
def test_an_ipv6_network_behind_a_proxy_is_one_address(service, other, status):
    service.edit(
        ("  tls:\n    certificate: tls/cert.pem\n    key: tls/key.pem\n",
         "  plain: true\n  proxies: [127.0.0.1]\n"),
    )  # fmt: skip
    hub = limited(service, address="handshakes_per_second: 1, handshakes_at_once: 60")
    for _ in range(200):
        if shake(hub, X_Forwarded_For="2001:db8:0:7::1")[0] == 429:
            break
    assert shake(hub, X_Forwarded_For=other)[0] == status


def test_a_limit_that_cannot_be_is_refused_where_it_stands(service):
    service.edit(("console:\n", "limits:\n  adress: {bytes_per_second: 9}\nconsole:\n"))
    result = service.serve("--check")
    assert result.returncode != 0
    assert "unknown key 'adress' in limits (did you mean 'address'?)" in result.stderr
    assert "\n  adress: {bytes_per_second: 9}\n  ^" in result.stderr
