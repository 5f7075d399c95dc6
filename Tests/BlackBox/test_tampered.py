"""`audit.tampered`: what psql alone tells of a record that was tampered with."""

import pytest

from audited import PRUNE, STRAY
from record import Record


def tampered(audited, tampering=""):
    """What the view says to an auditor, as (seq, last_seq, finding)."""
    record = Record(audited.copy(tampering))
    text = record.psql(
        "set role touchline_auditor;"
        " select seq || '|' || last_seq || '|' || finding from audit.tampered"
        " order by seq, last_seq, finding"
    )
    rows = [line.split("|") for line in text.splitlines()]
    return [(int(seq), int(last), finding) for seq, last, finding in rows]


def test_nothing_is_said_of_an_untouched_record(audited):
    assert tampered(audited) == []


def test_an_edited_row_is_named(audited):
    assert tampered(audited, "update audit.event set judged_ns = judged_ns + 1 where seq = 9") == [
        (9, 9, "edited: the row and its leaf in audit.tile disagree")
    ]


def test_deleted_rows_are_named(audited):
    sql = "delete from audit.event where seq = 7 or seq between 40 and 60"
    assert tampered(audited, sql) == [(7, 7, "deleted"), (40, 60, "deleted")]


def test_exchanged_rows_are_named(audited):
    sql = (
        "update audit.event set seq = 1000000 where seq = 5;"
        " update audit.event set seq = 5 where seq = 8;"
        " update audit.event set seq = 8 where seq = 1000000"
    )
    assert tampered(audited, sql) == [
        (5, 5, "reordered: the row holds what was recorded as 8"),
        (8, 8, "reordered: the row holds what was recorded as 5"),
    ]


def test_a_cut_end_is_named(audited):
    first, last = audited.size - 4, audited.size
    sql = f"delete from audit.event where seq >= {first}"
    assert tampered(audited, sql) == [(first, last, "truncated: the log's end is missing")]
    sql += f"; update audit.log set watermark = {first - 1}"
    assert tampered(audited, sql) == [(first, last, "truncated: the log's end is missing")]


def test_rows_that_no_hub_shipped_are_named(audited):
    stray = "stray: rows that no hub shipped, as audit.log has it: {}"
    assert tampered(audited, STRAY.format(log=77, seq=1)) == [(1, 1, stray.format(1))]
    far = 10**6
    assert (far, far, stray.format(1)) in tampered(audited, STRAY.format(log=1, seq=far))
    size = audited.size
    assert tampered(audited, "delete from audit.log") == [(1, size, stray.format(size))]


FLIP = "set hashes = set_byte(hashes, 293, 255 - get_byte(hashes, 293)) where tile = 0"


def test_rows_that_look_ups_miss_are_told(audited):
    what = "day: look-ups by number miss rows, because audit.day does not lead to them: {}"
    assert tampered(audited, "update audit.day set first_seq = 8") == [(1, 7, what.format(7))]


def test_a_log_of_which_only_signatures_are_left_is_named(audited):
    what = "log: its tiles or checkpoints are there, audit.log does not have it"
    sql = "delete from audit.event; delete from audit.log"
    assert tampered(audited, sql) == [(1, audited.size, what)]


def test_an_edited_leaf_is_named_with_the_checkpoint_that_it_breaks(audited):
    findings = tampered(audited, f"update audit.tile {FLIP}")
    assert (10, 10, "edited: the row and its leaf in audit.tile disagree") in findings
    assert (1, 256, "tile edited: its root is not that of its leaves") in findings
    [(first, last)] = [(seq, last) for seq, last, what in findings if what.startswith("rewritten")]
    assert first <= 10 <= last


def test_a_row_changed_with_its_leaf_breaks_a_checkpoint(audited):
    sql = (
        "update audit.event set score = 1 where seq = 9;"
        " update audit.tile t set hashes = x.hashes, root = audit.root(x.leaves) from ("
        " select string_agg(audit.leaf(e), ''::bytea order by e.seq) as hashes,"
        " array_agg(audit.leaf(e) order by e.seq) as leaves from audit.event e where e.seq <= 256"
        ") x where t.tile = 0"
    )
    [(first, last, what)] = tampered(audited, sql)
    assert first <= 9 <= last
    assert what == "rewritten: the leaves in audit.tile are not what was signed"


@pytest.mark.parametrize(
    "change", ["root = sha256('')", "frontier = sha256('') || substr(frontier, 33)",
               "note = replace(note, E'\\n' || size, E'\\n' || (size + 1))"],
)  # fmt: skip
def test_an_edited_checkpoint_is_named(audited, change):
    newest = "size = (select max(size) from audit.checkpoint)"
    findings = tampered(audited, f"update audit.checkpoint set {change} where {newest}")
    assert findings
    for seq, _, what in findings:
        assert seq == audited.size and what.startswith("checkpoint edited")


def test_what_retention_dropped_is_not_missed(audited):
    assert tampered(audited, PRUNE.format(first=40, last=60, at="now()")) == []


def test_a_part_of_a_log_can_be_asked_about(audited):
    record = Record(audited.copy("update audit.event set score = 1 where seq in (5, 9, 270)"))
    ask = "select string_agg(seq::text, ' ' order by seq) from audit.tampered(1, {}, {})"
    assert record.value(ask.format(1, 8)) == "5"
    assert record.value(ask.format(6, 269)) == "9"
    assert record.value(ask.format(10, 400)) == "270"
    assert record.value(ask.format(271, 280)) == ""
