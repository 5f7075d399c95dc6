"""Exports: checked by the command and by a reader that shares no code with it."""

import csv
import io
import json
import random
import subprocess
import sys

import pytest

import verify_export
from audited import PRUNE, TAMPERED, UNCHECKED, WHOLE
from hub import BINARY, ROOT


def export(audited, *arguments, database=None, code=WHOLE):
    done = audited.run(
        "audit", "export", "--key", audited.key, "--database", database or audited.copy(), *arguments
    )
    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def lines(audited):
    return export(audited, "--content").splitlines(keepends=True)


def check(audited, text, tmp_path, key=None):
    """Code and answer of the command, and what the independent reader finds wrong, if anything."""
    path = tmp_path / "record.ndjson"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = audited.run("audit", "verify", path, "--key", key or audited.key)
    try:
        verify_export.verify(path, key or audited.key)
        bad = None
    except verify_export.Bad as error:
        bad = str(error)
    return done.returncode, done.stdout.splitlines() or [done.stderr], bad


def place(lines, wanted):
    """The index of the line that holds an event."""
    return next(
        index for index, line in enumerate(lines)
        if json.loads(line).get("event", {}).get("seq") == wanted
    )  # fmt: skip


def test_both_readers_find_an_export_whole(audited, lines, tmp_path):
    code, answer, bad = check(audited, "".join(lines), tmp_path)
    assert (code, bad) == (WHOLE, None), answer
    assert answer[-1].startswith(f"WHOLE: log 1, {audited.size} events, ")
    path = tmp_path / "record.ndjson"
    script = ROOT / "Tests/BlackBox/verify_export.py"
    done = subprocess.run(
        [sys.executable, script, path, audited.key], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.startswith(f"whole: {audited.size} events, ")
    assert done.stdout.endswith(f"signed up to {audited.size}\n")


def test_content_is_there_when_asked_for(audited, lines):
    texts = [json.loads(line)["content"].get("text") for line in lines if '{"content"' in line]
    assert any(text and "hello" in text for text in texts)
    assert '"content":' not in export(audited)


def test_a_flipped_byte_is_found_and_its_event_named(audited, lines, tmp_path):
    seq = audited.seq("blocked")
    index = place(lines, seq)
    line = lines[index].encode()
    chance = random.Random(7)
    for position in chance.sample(range(len(line) - 1), 30):
        changed = line[:position] + bytes([line[position] ^ 1]) + line[position + 1 :]
        text = "".join(lines[:index]).encode() + changed + "".join(lines[index + 1 :]).encode()
        code, answer, bad = check(audited, text, tmp_path)
        assert code == TAMPERED, (changed, answer)
        assert answer[0].startswith(f"1-{seq}: "), (changed, answer)
        assert f"first bad event 1-{seq}:" in answer[-1]
        assert bad and bad.startswith(f"line {index + 1}: "), (changed, bad)


def test_a_byte_flipped_anywhere_is_found(audited, lines, tmp_path):
    text = "".join(lines).encode()
    chance = random.Random(8)
    for position in chance.sample(range(len(text) - 1), 30):
        changed = text[:position] + bytes([text[position] ^ 1]) + text[position + 1 :]
        code, answer, bad = check(audited, changed, tmp_path)
        around = text[max(0, position - 40) : position + 40]
        assert code in (TAMPERED, UNCHECKED), (around, answer)
        assert bad, around


def test_lines_deleted_exchanged_or_cut_off_are_named(audited, lines, tmp_path):
    first, second = place(lines, 30), place(lines, 40)
    code, answer, bad = check(audited, "".join(lines[:first] + lines[first + 1 :]), tmp_path)
    assert code == TAMPERED and "first bad event 1-30: " in answer[-1], answer
    assert bad
    swapped = lines.copy()
    swapped[first], swapped[second] = swapped[second], swapped[first]
    code, answer, bad = check(audited, "".join(swapped), tmp_path)
    assert code == TAMPERED and answer[0].startswith("1-30: "), answer
    assert bad and bad.startswith(f"line {first + 1}: ")
    code, answer, bad = check(audited, "".join(lines[:second]), tmp_path)
    assert code == TAMPERED and "ends without its last line" in answer[0]
    assert bad


def test_a_part_is_whole_too_and_reaches_a_checkpoint(audited, tmp_path):
    value = "select at from audit.event where seq = {}"
    part = ["--from", audited.value(value.format(100)), "--to", audited.value(value.format(120))]
    text = export(audited, *part)
    seqs = [json.loads(line)["event"]["seq"] for line in text.splitlines() if '"event":' in line]
    assert seqs and seqs == list(range(seqs[0], seqs[-1] + 1))
    assert 90 < seqs[0] <= 100 and seqs[-1] <= 120
    assert '{"checkpoint":' in text and '"absent":true' in text
    code, answer, bad = check(audited, text, tmp_path)
    assert (code, bad) == (WHOLE, None), answer


def test_what_is_absent_leaves_its_leaf(audited, tmp_path):
    gone = audited.copy(PRUNE.format(first=1, last=5, at="now() - interval '2 years'"))
    code, answer, bad = check(audited, export(audited, database=gone), tmp_path)
    assert (code, bad) == (WHOLE, None), answer
    assert ", 5 absent" in answer[-1]


def test_an_absent_event_without_its_leaf_proves_nothing(audited, lines, tmp_path):
    """Else one line would hide what comes behind it: no root could be told any more."""
    first, edited = place(lines, 30), place(lines, 40)
    forged = lines.copy()
    line = json.loads(forged[edited])
    line["event"]["score"] += 1
    del line["leaf"]
    forged[edited] = json.dumps(line, separators=(",", ":")) + "\n"
    forged[first] = '{"absent":true}\n'
    code, answer, bad = check(audited, "".join(forged), tmp_path)
    assert code == TAMPERED, answer
    assert answer[0] == f"1-30: line {first + 1} of the export was changed: it has no leaf"
    assert bad and bad.startswith(f"line {first + 1}: "), bad


def test_an_export_without_its_checkpoints_is_not_called_whole(audited, lines, tmp_path):
    stripped = [line for line in lines if not line.startswith('{"checkpoint"')]
    code, answer, bad = check(audited, "".join(stripped), tmp_path)
    assert code == UNCHECKED
    assert answer[-1].startswith(f"NOT SIGNED: log 1, {audited.size} events, 0 checkpoints"), answer
    assert bad and "nothing of it is signed" in bad


def test_an_export_of_a_tampered_record_says_so(audited, tmp_path):
    edited = audited.copy("update audit.event set score = score + 1 where seq = 9")
    code, answer, bad = check(audited, export(audited, database=edited, code=TAMPERED), tmp_path)
    assert code == TAMPERED and answer[0].startswith("1-9: the row was changed"), answer
    assert bad and "event 9 is not what its leaf says" in bad


def test_an_export_is_of_one_log_and_one_key(audited, lines, tmp_path):
    other = "touchline/other+" + audited.key.split("+", 1)[1]
    code, answer, _ = check(audited, "".join(lines), tmp_path, key=other)
    assert code == UNCHECKED
    code, answer, _ = check(audited, "hello\n", tmp_path)
    assert code == UNCHECKED and "is not that of an NDJSON export" in answer[0]


def test_an_export_that_could_not_be_written_whole_says_so(audited):
    for form in ("ndjson", "csv"):
        command = [BINARY, "audit", "export", "--key", audited.key, "--format", form]
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [*command, "--database", audited.copy()], stdout=full, stderr=subprocess.PIPE,
                text=True, timeout=60,
            )  # fmt: skip
        assert done.returncode == UNCHECKED, done.stderr
        assert "Standard output cannot be written: No space left on device" in done.stderr


def test_csv_is_for_spreadsheets(audited):
    text = export(audited, "--format", "csv", "--content")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == audited.size
    by_decision = {row["decision"]: row for row in rows}
    blocked = by_decision[audited.decisions["blocked"]]
    assert (blocked["kind"], blocked["disposition"]) == ("message", "block")
    assert blocked["subject_sub"] == "member-coach"
    for row in rows:
        for value in row.values():
            assert not value.startswith(("=", "+", "@", "\t"))
    formula = audited.copy(
        "update audit.subject set name = '=1+1'; update audit.content set body = '@SUM(A1)'"
    )
    text = export(audited, "--format", "csv", "--content", database=formula)
    assert ",'=1+1," in text and "'@SUM(A1)" in text
    assert "original" not in export(audited, "--format", "csv").splitlines()[0]
