"""Keys that issuers publish: fetched, rotated, withdrawn, and what becomes of a bad answer."""

import json
import re
import signal
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

import tokens
from hub import eventually
from member import Member
from publisher import Publisher, write
from record import KIND
from service import run_check, shake

FILE = "      - jwks: keys/issuer.jwks.json\n"
REST = """\
      - {pem: keys/issuer.pem, kid: pem, alg: ES256}
      - {secret_file: keys/issuer.secret, kid: secret, alg: HS256}
      - {secret_file: keys/issuer.text, kid: text, alg: HS256}
"""


@pytest.fixture
def publisher(service):
    """Publishes the first key of the issuer, which then has no file; `next` is a key to come."""
    publisher = Publisher(service)
    service.keys["next"] = ec.generate_private_key(ec.SECP256R1())
    service.edit((FILE, address(publisher.url)))
    service.migrate()
    yield publisher
    publisher.stop()


def address(url, rest=", ca: tls/cert.pem, allow_private: true"):
    return f"      - {{jwks_url: '{url}'{rest}}}\n"


def fetch_again(service):
    service.process.send_signal(signal.SIGHUP)


def admitted(service, key):
    """Status and code of a handshake with a token of one key."""
    status, refusal = shake(service, Authorization=f"Bearer {service.token(key=key)}")
    return status, refusal and refusal["code"]


def degraded(service):
    status, _, body = service.console("/readyz")
    assert status == 200
    return [one for one in json.loads(body)["degraded"] if "The keys of" in one]


def metric(service, name):
    _, _, body = service.console("/metrics")
    return int(re.search(rf"^touchline_{name} (\d+)$", body.decode(), re.M)[1])


def test_an_unknown_key_has_the_set_fetched_once_a_minute_at_most(service, publisher):
    service.start()
    with Member(service, join=service.channel) as member:
        assert publisher.count == 1, "fetched before members could connect"
        publisher.names = ["next", "jwks"]
        assert admitted(service, "next") == (401, "token_invalid")
        assert eventually(lambda: admitted(service, "next") == (101, None))
        assert publisher.count == 2
        for _ in range(5):
            token = tokens.sign_es256({"iss": "https://id.club.example"}, "none", tokens.stranger())
            assert shake(service, Authorization=f"Bearer {token}")[0] == 401
        answer = member.request("renew", token=token)
        assert answer["code"] == "token_invalid"
        fetch_again(service)
        assert eventually(lambda: publisher.count == 3), "who may have it fetched is the operator"
        assert eventually(lambda: metric(service, "key_fetches_total") == 3)
        assert member.say("a key beside mine changes nothing")["status"] == "delivered"
        assert metric(service, "key_sets_failing") == 0
    assert publisher.count == 3


def test_sessions_end_with_their_key_and_a_renewal_saves_them(service, publisher):
    service.start()
    publisher.names = ["jwks", "next"]
    fetch_again(service)
    assert eventually(lambda: admitted(service, "next") == (101, None))
    with (
        Member(service, token=service.token(), join=service.channel) as old,
        Member(service, token=service.token(), join=service.channel) as renewed,
        Member(service, token=service.token(key="next"), join=service.channel) as fresh,
        Member(service, token=service.token(key="pem"), join=service.channel) as filed,
    ):
        renewed.send(type="renew", id="r", token=service.token(key="next"))
        assert renewed.next("renewed")["id"] == "r"
        publisher.names = ["next"]
        fetch_again(service)
        assert old.close_code() == 4501
        assert time.time() - publisher.requests[-1][0] <= 1
        assert old.next("goodbye", timeout=0)["reason"] == "token_revoked"
        for member in (renewed, fresh, filed):
            assert member.say("still here")["status"] == "delivered"
    assert admitted(service, "jwks") == (401, "token_invalid")
    code = f"""select detail->>'code' from audit.event where kind = {KIND["disconnect"]}
        and session = '{old.welcome["session"]}'"""
    assert service.record.until(code, "token_revoked") == "token_revoked"


def test_a_withdrawn_key_file_ends_its_sessions(serving):
    with (
        Member(serving, token=serving.token(), join=serving.channel) as old,
        Member(serving, token=serving.token(key="pem"), join=serving.channel) as other,
    ):
        serving.rotate()
        fetch_again(serving)
        assert old.close_code(seconds=5) == 4501
        assert other.say("still here")["status"] == "delivered"


def redirect(publisher):
    return lambda handler: write(
        handler, b"", 302, Location=publisher.url.replace("localhost", "127.0.0.1") + "/elsewhere"
    )


def oversized(publisher):
    padded = json.loads(publisher.body()) | {"pad": "x" * (64 << 10)}
    return lambda handler: write(handler, json.dumps(padded).encode())


def dripping(publisher):
    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.5)

    return drip


def answering(body, status=200):
    return lambda _: lambda handler: write(handler, body, status)


SECRET = {"kty": "oct", "alg": "HS256", "kid": "jwks", "k": "A" * 43}
FAULTS = [
    (redirect, "answered with status 302; redirects are not followed"),
    (oversized, "the key set has more than 65536 bytes"),
    (answering(b"{"), "the key set is no strict JSON"),
    (answering(b'{"keys": [], "keys": []}'), "the key set is no strict JSON"),
    (answering(b'{"keys": []}'), "has no usable key"),
    (answering(json.dumps({"keys": [SECRET]}).encode()), "a secret that is published is none"),
    (answering(b"", 500), "answered with status 500"),
    (lambda _: lambda handler: handler.connection.close(), "no answer: HTTPClientError.remote"),
    (lambda _: lambda handler: time.sleep(8), "no answer: HTTPClientError.readTimeout"),
    (dripping, "did not answer whole within 10 s"),
]


def test_a_bad_answer_leaves_the_last_good_keys_and_is_told(service, publisher):
    service.start()
    assert degraded(service) == []
    for fault, words in FAULTS:
        publisher.answer = fault(publisher)
        began = time.monotonic()
        fetch_again(service)
        assert eventually(lambda: any(words in one for one in degraded(service)), 20), words
        assert time.monotonic() - began < 14, "nobody is waited for much longer than 10 s"
        assert "the last good ones serve, " in degraded(service)[0]
        assert metric(service, "key_sets_failing") == 1
        assert admitted(service, "jwks") == (101, None), "the last good keys serve"
    assert all(path == "/jwks" for _, path in publisher.requests), "no redirect is followed"
    publisher.answer = publisher.publish
    fetch_again(service)
    assert eventually(lambda: degraded(service) == [])


def test_a_server_that_is_not_the_names_is_not_believed(service, publisher):
    service.edit((", ca: tls/cert.pem", ""))
    service.start()
    assert "no answer" in degraded(service)[0]
    assert publisher.count == 0


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1"])
def test_a_private_address_is_not_asked_unless_that_is_allowed(service, publisher, host):
    service.edit((", allow_private: true", ""), ("https://localhost", f"https://{host}"))
    service.start()
    assert "no public address" in degraded(service)[0]
    assert publisher.count == 0
    assert admitted(service, "jwks") == (401, "token_invalid")
    assert admitted(service, "pem") == (101, None), "keys in files count"


def test_a_hub_without_keys_starts_refuses_tokens_and_gets_them_later(service, publisher):
    service.edit((REST, ""))
    publisher.answer = answering(b"", 500)(publisher)
    service.start()
    assert "there are none yet, its tokens are refused" in degraded(service)[0]
    assert admitted(service, "jwks") == (503, "keys_unavailable")
    publisher.answer = publisher.publish
    assert eventually(lambda: admitted(service, "jwks") == (101, None), 15)
    assert degraded(service) == []


@pytest.mark.parametrize(
    "line, column, message",
    [
        ("{jwks_url: 'http://id.example/jwks'}", 20, "fetched from an https:// address"),
        ("{jwks_url: 'https://u:p@id.example/'}", 20, "no user, password or fragment"),
        ("{jwks_url: 'https://id.example/', ca: nowhere.pem}", 47, "there is no file"),
        ("{jwks_url: 'https://id.example/', ca: Policies/bundle.yaml}", 47, "no certificate in PEM"),
        ("{jwks_url: 'https://id.example/', alow_private: true}", 43, "(did you mean 'allow_private'?)"),
    ],
)
def test_a_wrong_address_is_told_with_line_and_caret(service, line, column, message):
    service.edit((FILE, f"      - {line}\n"))
    code, out, err = run_check(service)
    assert (code, out) == (78, "")
    told = err.splitlines()
    assert told[0].startswith(f"touchline.yaml:13:{column}: "), err
    assert message in told[0] and told[2].index("^") == column - 1


def test_the_check_names_the_address_and_asks_nobody(service, publisher):
    code, out, err = run_check(service)
    assert (code, err) == (0, "")
    assert f"https://id.club.example, 3 keys, {publisher.url}" in out
    assert publisher.count == 0
