"""The record commits to itself: checkpoints over a Merkle tree, recomputed by psql."""

import time

import verify_export
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from audited import TAMPERED, WHOLE
from hub import eventually
from member import Member

ROOT_OF_EVENTS = (
    "select encode(audit.root(array_agg(audit.leaf(e) order by e.seq)), 'hex')"
    " from audit.event e where e.seq <= {size}"
)
NEWEST = "select size, encode(root, 'hex') as root, note from audit.checkpoint order by size desc limit 1"


def newest_checkpoint_holds(hub):
    newest = hub.record.rows(NEWEST)[0]
    assert hub.record.value(ROOT_OF_EVENTS.format(size=newest["size"])) == newest["root"]
    return newest


def test_a_checkpoint_follows_within_seconds_and_its_root_is_that_of_the_rows(own_hub):
    hub = own_hub
    with Member(hub, join=hub.channel) as member:
        decision = member.say("hello")["decision"]
        seq = int(decision.split("-")[1])
        covered = f"select coalesce(max(size), 0) >= {seq} from audit.checkpoint"
        asked = time.monotonic()
        assert eventually(lambda: hub.record.value(covered) == "t", 10)
        assert time.monotonic() - asked < 5
        first = newest_checkpoint_holds(hub)
        assert first["note"].split("\n")[1:2] == [str(first["size"])]

    # The tree goes on where it stood, after an orderly stop and after a crash.
    assert hub.stop() == 0
    hub.start()
    hub.kill()
    hub.start()
    with Member(hub, join=hub.channel) as member:
        decision = member.say("still here")["decision"]
        covered = f"select max(size) >= {decision.split('-')[1]} from audit.checkpoint"
        assert eventually(lambda: hub.record.value(covered) == "t", 10)
    last = newest_checkpoint_holds(hub)
    assert last["size"] > first["size"]
    assert hub.record.value(ROOT_OF_EVENTS.format(size=first["size"])) == first["root"]


def say_and_stop(hub, text):
    with Member(hub, join=hub.channel) as member:
        said = member.say(text)["decision"]
    assert hub.stop() == 0
    return said


def public_key(hub):
    return hub.command("audit", "key", "--config", hub.config).stdout


def test_after_a_new_key_the_record_is_proved_by_both_and_not_by_one(serving, tmp_path):
    first_said = say_and_stop(serving, "under the first key")
    first = public_key(serving)
    (serving.home / "keys/checkpoint.pem").write_bytes(
        ed25519.Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    serving.start()
    second_said = say_and_stop(serving, "under the second")
    second = public_key(serving)
    assert first.split("+")[0] == second.split("+")[0] and first != second
    both = tmp_path / "hub.vkey"
    both.write_text(first + second)

    place = ["--database", serving.record.connection]
    def verify(*keys):
        done = serving.command("audit", "verify", *place, *keys)
        return done.returncode, done.stdout

    for keys in (["--key", both], ["--key", first.strip(), "--key", second.strip()]):
        code, told = verify(*keys)
        assert code == WHOLE and told.startswith("WHOLE"), told
    for key in (first, second):
        code, told = verify("--key", key.strip())
        # It says by which key a checkpoint is signed instead.
        other = "+".join((second if key == first else first).split("+")[:2])
        assert code == TAMPERED and f"but by {other}" in told, told

    for said in (first_said, second_said):
        proved = serving.command("audit", "prove", said, *place, "--key", both)
        assert proved.returncode == 0, proved.stderr
        receipt = tmp_path / "receipt.tlog-proof"
        receipt.write_text(proved.stdout)
        checked = serving.command("audit", "verify-receipt", receipt, "--key", both)
        assert checked.stdout.startswith("GENUINE"), checked.stdout
    exported = serving.command("audit", "export", *place, "--key", both)
    export = tmp_path / "record.ndjson"
    export.write_text(exported.stdout)
    assert serving.command("audit", "verify", export, "--key", both).returncode == WHOLE
    verify_export.verify(export, both.read_text())
