"""Signed checkpoints leave the machine: a folder, a webhook; checked by code that is not the hub's."""

import base64
import hashlib
import hmac
import http.server
import json
import queue
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hub import eventually
from member import Member

SECRET = b"0123456789abcdef0123456789abcdef"


def opened(note, service):
    """Origin, size and root of a note that the hub's key signed (C2SP signed-note)."""
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    origin, size, root = text.splitlines()
    key = load_pem_private_key((service.home / "keys/checkpoint.pem").read_bytes(), None)
    raw = key.public_key().public_bytes_raw()
    dash, name, signature = signatures.rstrip("\n").split(" ")
    assert (dash, name) == ("\u2014", origin)
    signature = base64.b64decode(signature, validate=True)
    assert signature[:4] == hashlib.sha256(name.encode() + b"\n\x01" + raw).digest()[:4]
    Ed25519PublicKey.from_public_bytes(raw).verify(signature[4:], text.encode())
    return origin, int(size), base64.b64decode(root, validate=True).hex()


class Receiver:
    """A web server that keeps what is posted to it, and answers with its next status."""

    def __init__(self):
        self.posts = queue.Queue()
        self.statuses = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posts.put((dict(self.headers), body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/checkpoints"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


def test_checkpoints_reach_a_folder_and_a_webhook_and_are_the_rows(service, receiver):
    outside = service.home / "outside"
    outside.mkdir()
    (service.home / "keys/webhook.secret").write_bytes(SECRET)
    receiver.statuses = [500, 503]
    with open(service.config, "a") as config:
        config.write(
            f"checkpoints:\n  folder: outside\n  webhook: {{url: '{receiver.url}',"
            " secret_file: keys/webhook.secret}\n"
        )
    service.migrate()
    service.start()
    with Member(service, join=service.channel) as member:
        decision = member.say("hello")["decision"]
    seq = int(decision.split("-")[1])

    def newest():
        files = list(outside.glob("1.checkpoint"))
        return opened(files[0].read_text(), service) if files else ("", 0, "")

    assert eventually(lambda: newest()[1] >= seq, 15)
    assert service.stop() == 0
    # The last event of all, the hub's stop, is under the last checkpoint.
    origin, size, root = newest()
    assert size == int(service.record.value("select max(seq) from audit.event"))
    sql = "select encode(audit.root(array_agg(audit.leaf(e) order by e.seq)), 'hex') from audit.event e"
    assert service.record.value(sql) == root
    assert origin == f"touchline/{service.record.value('select origin from audit.log')}"
    kept = [opened(file.read_text(), service) for file in outside.glob("1-*.checkpoint")]
    assert kept and kept[0][1] <= size
    sql += f" where e.seq <= {kept[0][1]}"
    assert service.record.value(sql) == kept[0][2]

    posts = []
    while not receiver.posts.empty():
        posts.append(receiver.posts.get())
    assert len(posts) >= 3, "what was refused twice was posted again"
    for headers, body in posts:
        time, code = headers["Touchline-Signature"].split(",")
        signed = time.removeprefix("t=").encode() + b"." + body
        assert code == "v1=" + hmac.new(SECRET, signed, hashlib.sha256).hexdigest()
    assert opened(posts[-1][1].decode(), service) == (origin, size, root)
    assert "Checkpoints do not reach" in service.log()
    assert "Checkpoints reach" in service.log()


def test_a_place_that_cannot_be_reached_degrades_the_hub_and_holds_up_nobody(service):
    outside = service.home / "outside"
    outside.mkdir()
    with open(service.config, "a") as config:
        config.write("checkpoints: {folder: outside}\n")
    service.migrate()
    service.start()
    outside.rename(service.home / "gone")
    with Member(service, join=service.channel) as member:
        assert member.say("hello")["status"] == "delivered"

        def told():
            status, _, body = service.console("/readyz")
            assert status == 200
            return [one for one in json.loads(body)["degraded"] if "do not reach" in one]

        assert eventually(told, 15)
        assert str(outside) in told()[0]
        assert member.say("hello again")["status"] == "delivered"


@pytest.mark.parametrize(
    "setting,fault",
    [
        ("{folder: nowhere}", "nowhere"),
        ("{webhook: {url: 'http://keeper.example/', secret_file: keys/webhook.secret}}", "https://"),
        ("{webhook: {url: 'https://keeper.example/'}}", "secret_file"),
        ("{folders: outside}", "folders"),
    ],
)
def test_a_wrong_place_is_told_by_the_check(service, setting, fault):
    (service.home / "keys/webhook.secret").write_bytes(SECRET)
    with open(service.config, "a") as config:
        config.write(f"checkpoints: {setting}\n")
    checked = service.serve("--check")
    assert checked.returncode == 78
    assert fault in checked.stderr and "touchline.yaml:" in checked.stderr
