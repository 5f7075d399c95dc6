"""`touchline audit verify`: whatever is done to the record is found and named."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from audited import PRUNE, STRAY, TAMPERED, UNCHECKED, WHOLE, signed_note


def assert_named(audited, tampering, seq, words, *arguments):
    """The tampering is found: exit code 1, the first bad event, and what is wrong with it."""
    code, lines, errors = audited.verify(audited.copy(tampering), *arguments)
    assert code == TAMPERED, (lines, errors)
    assert lines[0].startswith(f"1-{seq}: "), lines
    assert words in lines[0]
    assert lines[-1].startswith(f"TAMPERED: log 1, first bad event 1-{seq}: "), lines
    assert "Fatal" not in errors
    return lines


def test_an_untouched_record_is_whole(audited):
    code, lines, _ = audited.verify(audited.copy(), "--content")
    assert code == WHOLE, lines
    assert lines[-1].startswith(f"WHOLE: log 1, {audited.size} events, ")
    assert "not signed" not in lines[-1]


def test_the_configuration_names_database_and_key(audited):
    done = audited.run("audit", "verify", "--config", audited.service.config)
    assert done.returncode == WHOLE, done.stderr
    assert done.stdout.startswith("WHOLE: ")


def test_it_holds_against_checkpoints_that_were_kept(audited):
    against = [word for path in audited.kept for word in ("--against", path)]
    code, lines, errors = audited.verify(audited.copy(), *against)
    assert code == WHOLE, (lines, errors)


EDITS = [
    ("disposition", "0"), ("rules", "'{}'"), ("score", "score + 1"), ("detail", "'{\"n\":1}'"),
    ("subject", "gen_random_uuid()"), ("channel", "'club:other'"), ("content_hash", "sha256('')"),
    ("at", "at - interval '1 microsecond'"), ("retention", "3"), ("kind", "31"),
]  # fmt: skip


@pytest.mark.parametrize("column,value", EDITS, ids=[column for column, _ in EDITS])
def test_an_edited_column_is_named(audited, column, value):
    seq = audited.seq("blocked")
    assert_named(
        audited, f"update audit.event set {column} = {value} where seq = {seq}", seq,
        "the row was changed after it was recorded",
    )  # fmt: skip


@pytest.mark.parametrize("way,words", [("-", "the row was changed"), ("+", "out of order")])
def test_a_time_moved_to_another_day_is_named(audited, way, words):
    seq = audited.seq("message")
    sql = f"update audit.event set at = at {way} interval '400 days' where seq = {seq}"
    lines = assert_named(audited, sql, seq, words)
    assert len(lines) == 2


def test_a_deleted_row_is_named(audited):
    seq = audited.seq("redacted")
    lines = assert_named(
        audited, f"delete from audit.event where seq = {seq}", seq, "the row was deleted"
    )
    assert len(lines) == 2


def test_deleted_rows_are_one_range(audited):
    assert_named(
        audited, "delete from audit.event where seq between 40 and 60", 40,
        "the rows up to 60 were deleted",
    )  # fmt: skip


def test_swapped_rows_are_named_with_their_true_places(audited):
    first, second = audited.seq("message"), audited.seq("blocked")
    sql = (
        f"update audit.event set seq = 1000000 where seq = {first};"
        f" update audit.event set seq = {first} where seq = {second};"
        f" update audit.event set seq = {second} where seq = 1000000"
    )
    lines = assert_named(audited, sql, first, f"the row holds what was recorded as {second}")
    assert lines[1] == f"1-{second}: the row holds what was recorded as {first}"


def test_an_inserted_copy_is_named(audited):
    seq = audited.seq("message")
    sql = (
        "insert into audit.event select log, seq, at + interval '1 microsecond', schema, retention,"
        " kind, stage, disposition, session, subject, channel, channel_epoch, channel_seq, message,"
        " refers_log, refers_seq, rules, shadow_rules, score, policy, bytes, judged_ns,"
        f" content_hash, detail from audit.event where seq = {seq}"
    )
    assert_named(audited, sql, seq, "there is more than one row")


def test_a_row_behind_the_end_is_named(audited):
    sql = STRAY.format(log=1, seq=10**6)
    assert len(assert_named(audited, sql, 10**6, "no hub shipped this row")) == 2


def test_a_row_of_a_log_that_is_none_is_named(audited):
    for log in (77, -5):
        database = audited.copy(STRAY.format(log=log, seq=1))
        code, lines, _ = audited.verify(database)
        assert code == TAMPERED
        assert lines[0].startswith("WHOLE: log 1, ")
        assert lines[1].startswith(f"{log}-1: no hub shipped this row")
        assert lines[2].startswith(f"TAMPERED: log {log}, first bad event {log}-1: ")
        assert audited.verify(database, "--log", "1")[0] == WHOLE
    # So is a whole log whose row in audit.log is gone.
    code, lines, _ = audited.verify(audited.copy("delete from audit.log"))
    assert code == TAMPERED
    assert lines[0].startswith(f"1-1: no hub shipped the rows up to {audited.size}"), lines


def test_a_log_of_which_only_signatures_are_left_is_named(audited):
    sql = "delete from audit.event; delete from audit.log"
    for more in ("", "; delete from audit.checkpoint"):
        code, lines, _ = audited.verify(audited.copy(sql + more))
        assert code == TAMPERED
        assert lines[0].startswith("1-1: ") and str(audited.size) in lines[0], lines
        assert lines[-1].startswith("TAMPERED: log 1, first bad event 1-1: ")


@pytest.mark.parametrize("change", ["delete from audit.day", "update audit.day set first_seq = 8"])
def test_a_row_that_look_ups_miss_is_named(audited, change):
    lines = assert_named(audited, change, 1, "audit.day does not lead to the row")
    missed = audited.size if "delete" in change else 7
    assert len(lines) == 1 + min(missed, 100) + (missed > 100)


def test_edited_files_of_policies_are_named(audited):
    change = "update audit.policy set files = (files::jsonb - 'rules/40-personal-details.yaml')::json"
    code, lines, _ = audited.verify(audited.copy(change))
    assert code == TAMPERED
    assert lines[0].startswith("WHOLE: log 1, ")
    assert lines[1].startswith("TAMPERED: audit.policy, the files of ")
    assert "are not those of this digest" in lines[1]


def test_rows_cut_off_at_the_end_are_named(audited):
    first = audited.size - 4
    assert_named(
        audited, f"delete from audit.event where seq >= {first}", first,
        f"cut off: the rows up to {audited.size} are missing",
    )  # fmt: skip


def test_an_end_cut_off_with_its_tiles_is_told_by_its_checkpoint(audited):
    left = audited.size - 20
    sql = (
        f"delete from audit.event where seq > {left}; update audit.log set watermark = {left};"
        f" update audit.tile set hashes = substr(hashes, 1, ({left} % 256) * 32), root = null"
        f" where tile = {left} / 256"
    )
    assert_named(
        audited, sql, left + 1, f"cut off: {audited.size} events were signed, {left} are left"
    )


def test_an_end_cut_off_everywhere_is_told_by_a_checkpoint_kept_outside(audited):
    sql = (
        "delete from audit.event where seq > 3; update audit.log set watermark = 3;"
        " delete from audit.checkpoint where size > 3; delete from audit.tile where tile > 0;"
        " update audit.tile set hashes = substr(hashes, 1, 96), root = null;"
        " update audit.day set last_seq = 3"
    )
    assert audited.verify(audited.copy(sql))[0] == WHOLE
    lines = assert_named(audited, sql, 4, "cut off", "--against", audited.kept[0])
    assert "3 are left" in lines[0]


def test_an_edited_leaf_is_named(audited):
    sql = "update audit.tile set hashes = set_byte(hashes, 32 * 9 + 5, 1) where tile = 0"
    assert_named(audited, sql.replace(", 1)", ", 255 - get_byte(hashes, 293))"), 1, "its root")
    lines = audited.verify(audited.copy(sql.replace(", 1)", ", 255 - get_byte(hashes, 293))")))[1]
    assert lines[1].startswith("1-10: its leaf in audit.tile was changed")


def test_a_missing_tile_is_named(audited):
    assert_named(audited, "delete from audit.tile where tile = 1", 257, "tile 1: it is missing")


def test_an_edited_tile_root_is_named(audited):
    sql = "update audit.tile set root = sha256('') where tile = 0"
    assert_named(audited, sql, 1, "tile 0: its root is not that of its leaves")


def test_a_row_changed_with_its_leaf_does_not_fit_what_was_signed(audited):
    """The tile is made anew from the rows, as one does who owns the database."""
    seq = audited.seq("blocked")
    sql = (
        f"update audit.event set score = score + 1 where seq = {seq};"
        " update audit.tile t set hashes = x.hashes, root = audit.root(x.leaves) from ("
        " select string_agg(audit.leaf(e), ''::bytea order by e.seq) as hashes,"
        " array_agg(audit.leaf(e) order by e.seq) as leaves from audit.event e where e.seq <= 256"
        ") x where t.tile = 0"
    )
    code, lines, _ = audited.verify(audited.copy(sql))
    assert code == TAMPERED
    assert "are not what was signed: they were changed together" in lines[0]
    assert int(lines[0].split(":")[0].split("-")[1]) <= seq
    # Behind the checkpoint the check goes on: there is one finding, not one for each checkpoint.
    assert lines[-1].endswith("findings: 1"), lines


NEWEST = "size = (select max(size) from audit.checkpoint)"


@pytest.mark.parametrize(
    "change,words",
    [
        ("root = sha256('')", "its column root is not the note's"),
        ("frontier = sha256('') || substr(frontier, 33)", "its column frontier"),
        ("note = replace(note, E'\\n' || size, E'\\n' || (size + 1))", "does not fit"),
        ("note = replace(note, '=', 'x')", "does not fit"),
        ("note = 'nothing'", "this is no checkpoint"),
    ],
)
def test_an_edited_checkpoint_is_named(audited, change, words):
    sql = f"update audit.checkpoint set {change} where {NEWEST}"
    assert_named(audited, sql, audited.size, words)


def test_a_checkpoint_signed_by_another_key_is_named(audited):
    name = audited.key.split("+")[0]
    text = audited.service.record.psql(f"select note from audit.checkpoint where {NEWEST}")
    note, vkey = signed_note(
        ed25519.Ed25519PrivateKey.generate(), name, text.split("\n\n")[0] + "\n"
    )
    sql = f"update audit.checkpoint set note = '{note}' where {NEWEST}"
    assert_named(audited, sql, audited.size, "is not signed by")
    # With that other key, none of the hub's own checkpoints is believed.
    code, lines, _ = audited.verify(audited.copy(), key=vkey)
    assert code == TAMPERED and "is not signed by" in lines[0]


def test_a_record_without_checkpoints_is_not_called_whole(audited):
    # Who may write the database can make the rest agree with itself.
    code, lines, errors = audited.verify(audited.copy("delete from audit.checkpoint"))
    assert code == UNCHECKED, (lines, errors)
    assert lines == [
        f"NOT SIGNED: log 1, {audited.size} events, 0 checkpoints: nothing proves that they are"
        " what was recorded"
    ]
    # One that was kept outside proves what it covers.
    code, lines, _ = audited.verify(
        audited.copy("delete from audit.checkpoint"), "--against", audited.kept[0]
    )
    assert code == WHOLE and "not signed yet" in lines[-1], lines


def test_edited_content_is_named_when_asked_for(audited):
    seq = audited.seq("message")
    sql = f"update audit.content set body = 'something else' where seq = {seq}"
    assert audited.verify(audited.copy(sql))[0] == WHOLE
    assert_named(audited, sql, seq, "not what the event committed to", "--content")
    sql = f"update audit.content set at = at - interval '1 day' where seq = {seq}"
    assert_named(audited, sql, seq, "it stands where its event is not", "--content")
    sql = f"update audit.content set part = 9 where seq = {seq}"
    assert_named(audited, sql, seq, "a part that the hub never wrote", "--content")


def test_erased_content_is_no_tampering(audited):
    sql = f"delete from audit.content where seq = {audited.seq('message')}"
    code, lines, _ = audited.verify(audited.copy(sql), "--content")
    assert code == WHOLE
    assert "1 erased or dropped" in lines[-1]


def test_a_quarantined_event_stands_for_its_row(audited):
    seq = audited.seq("redacted")
    sql = (
        "insert into audit.quarantine (log, seq, record, tuple, sqlstate, message)"
        " select log, seq, 'event', '\\x0018' || TUPLE, '22000', 'refused' from audit.event e"
        f" where seq = {seq}; delete from audit.event where seq = {seq}"
    )
    fields = (
        "audit.field(int4send(log)) || audit.field(int8send(seq)) || audit.field(timestamptz_send(at))"
        " || audit.field(int2send(schema)) || audit.field(int2send(retention))"
        " || audit.field(int2send(kind)) || audit.field(int2send(stage))"
        " || audit.field(int2send(disposition)) || audit.field(uuid_send(session))"
        " || audit.field(uuid_send(subject)) || audit.field(textsend(channel))"
        " || audit.field(int4send(channel_epoch)) || audit.field(int8send(channel_seq))"
        " || audit.field(uuid_send(message)) || audit.field(int4send(refers_log))"
        " || audit.field(int8send(refers_seq)) || audit.field(array_send(rules))"
        " || audit.field(array_send(shadow_rules)) || audit.field(int4send(score))"
        " || audit.field(policy) || audit.field(int4send(bytes)) || audit.field(int4send(judged_ns))"
        " || audit.field(content_hash) || audit.field(json_send(detail))"
    )
    wrong = fields.replace("int4send(score)", "int4send(score + 1)")
    # Auditors may not read the tuple; its leaf they may.
    for role in (None, "touchline_auditor"):
        code, lines, _ = audited.verify(audited.copy(sql.replace("TUPLE", fields), role))
        assert code == WHOLE, lines
        assert "1 in quarantine" in lines[-1]
        code, lines, _ = audited.verify(audited.copy(sql.replace("TUPLE", wrong), role))
        assert code == TAMPERED
        assert lines[0] == f"1-{seq}: the row was changed after it was recorded", lines
        # Any row there would else account for one that was deleted.
        other = sql.replace("TUPLE", "'\\x00'::bytea")
        code, lines, _ = audited.verify(audited.copy(other, role))
        assert code == TAMPERED and lines[0].startswith(f"1-{seq}: "), lines


def test_what_retention_dropped_may_be_absent(audited):
    sql = PRUNE.format(first=1, last=20, at="now() - interval '2 years'")
    code, lines, _ = audited.verify(audited.copy(sql))
    assert code == WHOLE, lines
    assert "20 dropped by retention" in lines[-1]


def test_deleted_rows_passed_off_as_dropped_are_named(audited):
    # No run of retention let go of what is so new.
    assert_named(
        audited, PRUNE.format(first=40, last=60, at="now()"), 40, "no recorded run of retention"
    )
    # They can't have been so old: those before them are newer.
    sql = PRUNE.format(first=40, last=60, at="now() - interval '2 years'")
    assert_named(audited, sql, 40, "the rows up to 60 were deleted")


def test_what_cannot_be_checked_ends_with_2(audited, tmp_path):
    database = audited.copy()
    foreign = tmp_path / "foreign.checkpoint"
    key = ed25519.Ed25519PrivateKey.generate()
    note, vkey = signed_note(key, "other/log", f"other/log\n5\n{base64.b64encode(bytes(32)).decode()}\n")
    foreign.write_text(note)
    forged = tmp_path / "forged.checkpoint"
    forged.write_text(audited.kept[0].read_text().replace("\n", "\n1", 1))
    for arguments, words in [
        (["--log", "7"], "has no log 7"),
        (["--against", foreign], "is of other/log"),
        (["--against", forged], "does not fit the checkpoint's text"),
        (["--against", tmp_path / "none"], "cannot be read"),
    ]:
        code, _, errors = audited.verify(database, *arguments)
        assert code == UNCHECKED, arguments
        assert words in errors
    assert audited.verify(database, key=vkey)[0] == UNCHECKED
    assert audited.verify(database, key="nonsense")[0] == UNCHECKED
    code, _, errors = audited.verify("host=/nowhere dbname=none")
    assert code == UNCHECKED and "SQLSTATE 08001" in errors
    done = audited.run("audit", "verify", "--database", database)
    assert done.returncode == UNCHECKED and "touchline audit key" in done.stderr
