"""Who gets in, and what everyone else is told."""

import json
import time
import uuid

import pytest

import tokens
from member import Member
from record import ALLOW, BLOCK, KIND
from wire import Wire, head

ALLOWED_ORIGIN = "http://localhost:5173"


@pytest.mark.parametrize("role", ["coach", "player", "moderator"])
def test_a_bearer_header_opens_the_hub(hub, role):
    with Member(hub, role) as member:
        welcome = member.welcome
        assert member.ws.subprotocol == "touchline.v1"
    assert uuid.UUID(welcome["session"]) and uuid.UUID(welcome["subject"])
    assert welcome["expires_at"] > time.time()
    assert welcome["limits"]["message_bytes"] > 0
    assert welcome["limits"]["frame_bytes"] > 0
    assert welcome["limits"]["messages_per_second"] > 0
    assert welcome["ping_interval_ms"] > 0


def test_a_connection_is_recorded_before_its_welcome_and_at_its_end(hub):
    with Member(hub) as member:
        session = member.welcome["session"]
    for kind in ("connect", "disconnect"):
        count = hub.record.until(
            f"select count(*) from audit.event where session = '{session}' and kind = {KIND[kind]}"
            f" and disposition = {ALLOW}",
            "1",
        )
        assert count == "1", kind


def test_the_subprotocol_carries_a_browsers_token_and_is_not_echoed(hub):
    with Member(hub, by="subprotocol", origin=ALLOWED_ORIGIN) as member:
        assert member.ws.subprotocol == "touchline.v1"
        assert "bearer" not in str(member.ws.response.headers).lower()


def test_a_client_that_offers_no_subprotocol_speaks_v1(hub):
    with Wire(hub) as wire:
        wire.send(head(hub, drop=["Sec-WebSocket-Protocol"]))
        status, headers, _ = wire.answer()
        assert status == 101
        assert "sec-websocket-protocol" not in headers
        assert json.loads(wire.read()[1])["type"] == "welcome"


def test_a_minted_token_is_as_good_as_the_printed_one(hub):
    with Member(hub, token=tokens.mint(hub, "player")) as member:
        with Member(hub, "player") as printed:
            assert member.welcome["subject"] == printed.welcome["subject"]


def test_the_accept_key_is_the_rfcs(hub):
    with Wire(hub) as wire:
        wire.send(head(hub, Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ=="))
        status, headers, _ = wire.answer()
    assert (status, headers["sec-websocket-accept"]) == (101, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


# Name, status, code, and the head's changes as a function of the hub.
REFUSED = [
    ("missing token", 401, "token_missing", lambda h: dict(drop=["Authorization"])),
    ("other scheme", 401, "token_missing", lambda h: dict(Authorization="Basic dTpw")),
    ("garbage", 401, "token_malformed", lambda h: bearer("garbage")),
    ("two parts", 401, "token_malformed", lambda h: bearer("e30.e30")),
    ("empty token", 401, ("token_malformed", "token_missing"), lambda h: bearer("")),
    ("expired", 401, "token_expired", lambda h: bearer(tokens.expired(h))),
    ("early", 401, "token_not_yet_valid",
     lambda h: bearer(tokens.mint(h, nbf=int(time.time()) + 3600, exp=int(time.time()) + 7200))),
    ("no exp", 401, "token_invalid", lambda h: bearer(tokens.mint(h, exp=None))),
    ("strange key", 401, "token_invalid", lambda h: bearer(tokens.mint(h, key=tokens.stranger()))),
    ("strange kid", 401, "token_invalid", lambda h: bearer(tokens.mint(h, head={"kid": "other"}))),
    ("other alg", 401, "token_invalid", lambda h: bearer(tokens.mint(h, head={"alg": "HS256"}))),
    ("no alg", 401, ("token_invalid", "token_malformed"),
     lambda h: bearer(tokens.mint(h, head={"alg": "none"}))),
    ("crit", 401, "token_invalid", lambda h: bearer(tokens.mint(h, head={"crit": ["b64"]}))),
    ("other audience", 401, "token_invalid", lambda h: bearer(tokens.mint(h, aud="else"))),
    ("other issuer", 401, "token_invalid", lambda h: bearer(tokens.mint(h, iss="https://else"))),
    ("no subject", 401, "token_invalid", lambda h: bearer(tokens.mint(h, sub=None))),
    ("U+0000 in sub", 401, "token_invalid", lambda h: bearer(tokens.mint(h, sub="a\0b"))),
    ("long sub", 401, "token_invalid", lambda h: bearer(tokens.mint(h, sub="s" * 300))),
    ("two places", 400, "token_twice",
     lambda h: dict(Sec_WebSocket_Protocol=f"touchline.v1, bearer.touchline.{h.token()}")),
    ("strange origin", 403, "origin_refused", lambda h: dict(Origin="https://evil.example")),
    ("null origin", 403, "origin_refused", lambda h: dict(Origin="null")),
    ("browser token, no origin", 403, "origin_refused",
     lambda h: dict(drop=["Authorization"],
                    Sec_WebSocket_Protocol=f"touchline.v1, bearer.touchline.{h.token()}")),
    ("other path", 404, "not_found", lambda h: dict(path="/nowhere")),
    ("POST", 405, "method_not_allowed", lambda h: dict(method="POST", Content_Length="0")),
    ("no upgrade", 426, "upgrade_required", lambda h: dict(drop=["Upgrade", "Connection"])),
    ("version 8", 426, "version_not_supported", lambda h: dict(Sec_WebSocket_Version="8")),
    ("no version", 426, ("version_not_supported", "upgrade_required"),
     lambda h: dict(drop=["Sec-WebSocket-Version"])),
    ("no key", 400, "bad_key", lambda h: dict(drop=["Sec-WebSocket-Key"])),
    ("short key", 400, "bad_key", lambda h: dict(Sec_WebSocket_Key="c2hvcnQ=")),
    ("key that is no base64", 400, "bad_key", lambda h: dict(Sec_WebSocket_Key="?" * 24)),
    ("two keys", 400, "bad_key", lambda h: dict(Sec_WebSocket_Key=["dGhlIHNhbXBsZSBub25jZQ=="] * 2)),
    ("two hosts", 400, "bad_host", lambda h: dict(Host=["localhost", "localhost"])),
    ("HTTP/1.0", 400, ("bad_request", "upgrade_required"), lambda h: dict(version="HTTP/1.0")),
]


@pytest.mark.parametrize("name,status,code,changes", REFUSED, ids=[one[0] for one in REFUSED])
def test_a_refused_handshake_says_why_and_is_recorded(hub, name, status, code, changes):
    with Wire(hub) as wire:
        wire.send(head(hub, **changes(hub)))
        got, headers, body = wire.answer()
        answer = json.loads(body)
        assert wire.is_closed()
    codes = (code,) if isinstance(code, str) else code
    assert (got, answer["code"] in codes) == (status, True), answer
    assert answer["message"].endswith((".", "!"))
    if status == 401:
        assert headers["www-authenticate"].startswith("Bearer")
    if status == 405:
        assert "GET" in headers["allow"]
    if status == 426:
        assert headers["sec-websocket-version"] == "13"
    event = hub.record.event(answer["decision"])
    assert (event["kind"], event["disposition"]) == (KIND["connect"], BLOCK)
    assert answer["code"] in json.dumps(event["detail"])


@pytest.mark.parametrize(
    "bytes_sent",
    [
        b"\x16\x03 nonsense\r\n\r\n",
        b"GET /chat\r\n\r\n",
        b"GET /chat HTTP/1.1\r\nno colon here\r\n\r\n",
        b"GET /chat HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET /chat HTTP/1.1\r\nHost: localhost\r\nA: \x00\r\n\r\n",
        b"GET /ch\xff\xfeat HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["no HTTP", "no version", "no colon", "version", "NUL", "bytes"],
)
def test_a_head_that_is_not_http_is_refused_with_400(hub, bytes_sent):
    with Wire(hub) as wire:
        wire.send(bytes_sent)
        status, _, body = wire.answer()
        assert status in (400, 404, 505), body
        assert json.loads(body)["code"]
        assert wire.is_closed()


def test_a_head_without_end_is_refused_before_it_fills_memory(hub):
    with Wire(hub) as wire:
        try:
            wire.send(b"GET /chat HTTP/1.1\r\nHost: localhost\r\n")
            for index in range(4000):
                wire.send(b"X-%d: %s\r\n" % (index, b"x" * 1000))
        except OSError:
            pass
        status, _, body = wire.answer()
    assert (status, json.loads(body)["code"]) == (431, "head_too_large")


def test_bytes_after_a_refused_head_reach_nothing(hub):
    with Wire(hub) as wire:
        wire.send(head(hub, path="/nowhere") + head(hub))
        assert wire.answer()[0] == 404
        assert wire.is_closed()


# The question whether a handshake would pass, for browsers, which see no status.


def test_check_answers_what_the_handshake_would(hub):
    headers = {"Authorization": f"Bearer {hub.token()}", "Origin": ALLOWED_ORIGIN}
    status, answer, _ = hub.http("/check", headers)
    assert status in (200, 204)
    assert answer["Access-Control-Allow-Origin"] == ALLOWED_ORIGIN

    headers["Authorization"] = f"Bearer {tokens.expired(hub)}"
    status, answer, body = hub.http("/check", headers)
    assert (status, json.loads(body)["code"]) == (401, "token_expired")
    assert answer["Access-Control-Allow-Origin"] == ALLOWED_ORIGIN

    headers["Origin"] = "https://evil.example"
    status, answer, body = hub.http("/check", headers)
    assert status in (401, 403)
    assert answer["Access-Control-Allow-Origin"] is None


def test_check_lets_a_browser_ask_first(hub):
    status, answer, _ = hub.http(
        "/check",
        {
            "Origin": ALLOWED_ORIGIN,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization",
        },
        method="OPTIONS",
    )
    assert status in (200, 204)
    assert answer["Access-Control-Allow-Origin"] == ALLOWED_ORIGIN
    assert "authorization" in answer["Access-Control-Allow-Headers"].lower()


def test_the_console_says_that_the_hub_lives_and_is_ready(hub):
    assert hub.console("/livez")[0] == 200
    assert hub.console("/readyz")[0] == 200
    status, _, body = hub.console("/metrics")
    assert status == 200 and b"touchline" in body
