"""Whose connection it is, and how many an address may have: at the door and behind proxies."""

import json
import socket

import pytest

from hub import eventually
from record import BLOCK
from service import shake
from test_metrics import after
from wire import Wire, head


@pytest.fixture
def proxied(service):
    """A hub in the clear behind proxies: this machine, and a network."""
    service.edit(
        ("  tls:\n    certificate: tls/cert.pem\n    key: tls/key.pem\n",
         "  plain: true\n  proxies: [127.0.0.1, 10.0.0.0/8]\n"),
    )  # fmt: skip
    service.migrate()
    return service


@pytest.mark.parametrize(
    "field, address",
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.9, 192.0.2.7", "192.0.2.7"),
        ("nonsense, 192.0.2.7, 10.1.2.3", "192.0.2.7"),
        (["192.0.2.7", "10.1.2.3"], "192.0.2.7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
    ],
)
def test_behind_a_declared_proxy_the_forwarded_address_is_recorded(proxied, field, address):
    proxied.start()
    answer = shake(proxied, X_Forwarded_For=field, drop=["Authorization"])
    assert answer[0] == 401
    kept = proxied.record.contents(answer[1]["decision"])
    assert json.loads(kept[4])["address"] == address


@pytest.mark.parametrize(
    "fields, status, address",
    [
        ({"Forwarded": 'for="[2001:db8::7]:4711";proto=https'}, 401, "2001:db8::7"),
        ({"Forwarded": "for=_x, for=192.0.2.7, for=10.1.2.3"}, 401, "192.0.2.7"),
        ({"Forwarded": "for=192.0.2.7", "X-Forwarded-For": "192.0.2.7"}, 401, "192.0.2.7"),
        ({"Forwarded": "for=192.0.2.8", "X-Forwarded-For": "192.0.2.7"}, 400, "127.0.0.1"),
        ({"Forwarded": "for=unknown"}, 400, "127.0.0.1"),
        ({"Forwarded": "for=192.0.2.7;"}, 400, "127.0.0.1"),
    ],
)
def test_the_standard_field_counts_too_and_two_that_disagree_are_refused(
    proxied, fields, status, address
):
    proxied.start()
    answer = shake(proxied, **fields, drop=["Authorization"])
    assert answer[0] == status
    assert answer[1]["code"] == ("token_missing" if status == 401 else "bad_forwarded")
    kept = proxied.record.contents(answer[1]["decision"])
    assert json.loads(kept[4])["address"] == address


def test_a_proxy_that_names_its_client_by_no_address_is_told(proxied):
    proxied.start()
    status, refusal = shake(proxied, X_Forwarded_For="192.0.2.7, unknown")
    assert (status, refusal["code"]) == (400, "bad_forwarded")
    assert proxied.record.event(refusal["decision"])["detail"]["code"] == "bad_forwarded"
    assert shake(proxied)[0] == 101, "without the field the proxy is the client"


def test_a_stranger_cannot_name_another_address(serving):
    status, refusal = shake(serving, X_Forwarded_For="192.0.2.7", drop=["Authorization"])
    assert status == 401
    kept = serving.record.contents(refusal["decision"])
    assert json.loads(kept[4])["address"] == "127.0.0.1"


def limit_connections(service, count):
    bundle = service.policies / "bundle.yaml"
    text = bundle.read_text()
    assert "connections_per_address: 1024" in text
    bundle.write_text(
        text.replace("connections_per_address: 1024", f"connections_per_address: {count}")
    )


def test_an_address_has_so_many_connections_and_no_more(service):
    limit_connections(service, 3)
    service.migrate()
    service.start()
    silent = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(3)]
    try:
        # The hub may see them a little later, and in another order.
        status, refusal = eventually(lambda: (answer := shake(service))[1] and answer)
        assert (status, refusal["code"]) == (429, "too_many_connections")
        assert service.record.event(refusal["decision"])["disposition"] == BLOCK
        # Far past the limit nothing is said, before any TLS.
        silent += [socket.create_connection(("127.0.0.1", service.port)) for _ in range(16)]
        assert eventually(lambda: is_cut_at_once(service, silent))
    finally:
        for one in silent:
            one.close()
    assert eventually(lambda: shake_or_none(service) == 101), "places are given back"


def test_an_address_that_connects_too_often_is_cut_before_tls(service):
    service.edit(
        ("console:\n",
         "limits:\n  address: {handshakes_per_second: 1, handshakes_at_once: 3}\nconsole:\n"),
    )  # fmt: skip
    service.migrate()
    service.start()
    knocking = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(60)]
    try:
        # Four connections for each handshake, and a few that come back meanwhile.
        assert eventually(lambda: sum(map(is_cut, knocking)) >= 40)
        assert sum(not is_cut(one) for one in knocking) >= 12
        after(service, lambda now: now.value(
            "touchline_handshakes_total", outcome="too_many_connections"
        ) >= 40)
    finally:
        for one in knocking:
            one.close()
    assert eventually(lambda: shake_or_none(service) == 101, every=1), "after a while it may again"


def is_cut(connection):
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def is_cut_at_once(service, silent):
    """Whether one more connection is closed before a word, long before the head's time is over; one
    that isn't stays open, because a place that was just given back may have been left for it."""
    one = socket.create_connection(("127.0.0.1", service.port), 1)
    try:
        return one.recv(1) == b""
    except TimeoutError:
        silent.append(one)
        return False
    except ConnectionResetError:
        return True


def shake_or_none(service):
    try:
        return shake(service)[0]
    except (OSError, AssertionError):
        return None


def test_behind_a_proxy_connections_are_counted_for_each_client(proxied):
    limit_connections(proxied, 2)
    proxied.start()
    with Wire(proxied) as one, Wire(proxied) as two:
        for wire in (one, two):
            wire.send(head(proxied, X_Forwarded_For="192.0.2.7"))
            assert wire.answer()[0] == 101
        status, refusal = shake(proxied, X_Forwarded_For="192.0.2.7")
        assert (status, refusal["code"]) == (429, "too_many_connections")
        assert shake(proxied, X_Forwarded_For="192.0.2.8")[0] == 101
    assert eventually(lambda: shake(proxied, X_Forwarded_For="192.0.2.7")[0] == 101)


def test_a_client_that_never_begins_tls_is_cut(serving):
    with socket.create_connection(("127.0.0.1", serving.port), 25) as silent:
        assert silent.recv(1) == b"", "the head's time and the answer's are over"
