"""Receipts: one event proved to someone who has the public key and nothing else."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from audited import PRUNE, TAMPERED, UNCHECKED, WHOLE, signed_note


@pytest.fixture(scope="module")
def receipt(audited):
    return prove(audited, audited.decisions["blocked"])


def prove(audited, decision, database=None, code=WHOLE):
    done = audited.run(
        "audit", "prove", decision, "--key", audited.key,
        "--database", database or audited.copy(),
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout if code == WHOLE else done.stderr


def check_receipt(audited, text, tmp_path, key=None):
    path = tmp_path / "receipt.tlog-proof"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return audited.run("audit", "verify-receipt", path, "--key", key or audited.key)


def test_a_receipt_is_checked_without_the_record(audited, receipt, tmp_path):
    done = check_receipt(audited, receipt, tmp_path)
    assert done.returncode == WHOLE, done.stderr
    name = audited.key.split("+")[0]
    first, *fields = done.stdout.splitlines()
    assert first == f"GENUINE: {audited.decisions['blocked']} is in {name}, of {audited.size} events"
    assert "  kind: message" in fields and f"  channel: {audited.service.channel}" in fields


def test_every_event_has_a_receipt(audited, tmp_path):
    database = audited.copy()
    for seq in (1, 2, 255, 256, 257, audited.size):
        done = check_receipt(audited, prove(audited, f"1-{seq}", database), tmp_path)
        assert done.returncode == WHOLE and f"1-{seq} is in" in done.stdout


def test_a_receipt_changed_anywhere_is_worthless(audited, receipt, tmp_path):
    raw = receipt.encode()
    for place in range(0, len(raw), 37):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        done = check_receipt(audited, changed, tmp_path)
        assert done.returncode == TAMPERED, (place, done.stdout, done.stderr)
        assert done.stdout.startswith("WORTHLESS: ")


def test_a_proof_for_another_tree_is_worthless(audited, receipt, tmp_path):
    other = prove(audited, "1-3")
    proof = receipt.split("\n\n", 1)[0].split("\n")[3:]
    assert proof
    swapped = other
    for line, wrong in zip(other.split("\n\n", 1)[0].split("\n")[3:], proof):
        swapped = swapped.replace(line, wrong)
    done = check_receipt(audited, swapped, tmp_path)
    assert done.returncode == TAMPERED and "another tree" in done.stdout
    earlier = receipt.split("\n\n", 1)[0] + "\n\n" + audited.kept[0].read_text()
    done = check_receipt(audited, earlier, tmp_path)
    assert done.returncode == TAMPERED and "don't belong together" in done.stdout


def test_a_receipt_signed_by_another_key_is_worthless(audited, receipt, tmp_path):
    name, text = audited.key.split("+")[0], receipt.split("\n\n")[1] + "\n"
    note, vkey = signed_note(ed25519.Ed25519PrivateKey.generate(), name, text)
    done = check_receipt(audited, receipt.split("\n\n")[0] + "\n\n" + note, tmp_path)
    assert done.returncode == TAMPERED and "is not signed by" in done.stdout
    assert check_receipt(audited, receipt, tmp_path, key=vkey).returncode == TAMPERED


def test_what_has_no_receipt_says_why(audited):
    assert "not shipped yet" in prove(audited, "1-99999", code=UNCHECKED)
    assert "has no log 7" in prove(audited, "7-1", code=UNCHECKED)
    late = audited.copy("delete from audit.checkpoint where size > 5")
    assert "not signed yet" in prove(audited, "1-9", late, code=UNCHECKED)
    gone = audited.copy(PRUNE.format(first=1, last=5, at="now()"))
    assert "retention dropped it" in prove(audited, "1-3", gone, code=UNCHECKED)
    edited = audited.copy("update audit.event set score = score + 1 where seq = 9")
    assert "1-9 is not what was signed" in prove(audited, "1-9", edited, code=TAMPERED)
