#!/usr/bin/env python3
"""An independent reader of Touchline's record, for Python's standard library alone.

read_record.py vectors FILE...   checks golden vectors: fields, re-encoding, leaves, hashes
read_record.py journal FILE...   prints one line of JSON a record of journal segments, in order
read_record.py leaves FILE...    prints "<seq> <leaf>" for every event of journal segments

It follows docs/record-format.md and shares no code with the hub. Exit status 1 and one line on
standard error tell what is wrong, with file and offset.
"""
import hashlib
import json
import struct
import sys
import uuid

EVENT = [
    ("log", "int4"), ("seq", "int8"), ("at", "timestamptz"), ("schema", "int2"),
    ("retention", "int2"), ("kind", "int2"), ("stage", "int2"), ("disposition", "int2"),
    ("session", "uuid"), ("subject", "uuid"), ("channel", "text"), ("channel_epoch", "int4"),
    ("channel_seq", "int8"), ("message", "uuid"), ("refers_log", "int4"), ("refers_seq", "int8"),
    ("rules", "text[]"), ("shadow_rules", "text[]"), ("score", "int4"), ("policy", "bytea"),
    ("bytes", "int4"), ("judged_ns", "int4"), ("content_hash", "bytea"), ("detail", "json"),
]
CONTENT = [
    ("log", "int4"), ("seq", "int8"), ("at", "timestamptz"), ("part", "int2"), ("salt", "bytea"),
    ("body", "bytea"),
]
SUBJECT = [
    ("pseudonym", "uuid"), ("issuer", "text"), ("sub", "text"), ("name", "text"),
    ("claims", "json"), ("first_seen", "timestamptz"),
]
POLICY = [("digest", "bytea"), ("files", "json")]
CHECKPOINT = [
    ("log", "int4"), ("size", "int8"), ("at", "timestamptz"), ("root", "bytea"),
    ("frontier", "bytea"), ("note", "text"),
]
TABLES = {
    "event": EVENT, "content": CONTENT, "subject": SUBJECT, "policy": POLICY,
    "checkpoint": CHECKPOINT,
}
TYPES = {1: "event", 2: "content", 3: "subject", 4: "policy", 5: "commit", 6: "checkpoint"}
INTEGERS = {"int2": ">h", "int4": ">i", "int8": ">q", "timestamptz": ">q"}


class Bad(Exception):
    pass


def decode_value(kind, raw):
    if kind in INTEGERS:
        return struct.unpack(INTEGERS[kind], raw)[0]
    if kind == "uuid":
        if len(raw) != 16:
            raise Bad("a uuid of %d bytes" % len(raw))
        return str(uuid.UUID(bytes=raw))
    if kind in ("text", "json"):
        return raw.decode("utf-8")
    if kind == "bytea":
        return raw.hex()
    if kind == "text[]":
        dimensions, nulls, element = struct.unpack_from(">iii", raw)
        if (nulls, element) != (0, 25) or dimensions not in (0, 1):
            raise Bad("not a plain text[]")
        values, offset = [], 12
        if dimensions:
            count, first = struct.unpack_from(">ii", raw, offset)
            if first != 1 or count < 1:
                raise Bad("a text[] not counted from 1")
            offset += 8
            for _ in range(count):
                (size,) = struct.unpack_from(">i", raw, offset)
                values.append(raw[offset + 4:offset + 4 + size].decode("utf-8"))
                offset += 4 + size
        if offset != len(raw):
            raise Bad("bytes follow a text[]")
        return values
    raise Bad("unknown type " + kind)


def decode(table, tuple_bytes):
    columns = TABLES[table]
    (count,) = struct.unpack_from(">h", tuple_bytes)
    if count != len(columns):
        raise Bad("%d columns instead of %d" % (count, len(columns)))
    fields, offset = {}, 2
    for name, kind in columns:
        (size,) = struct.unpack_from(">i", tuple_bytes, offset)
        offset += 4
        if size == -1:
            fields[name] = None
            continue
        raw = tuple_bytes[offset:offset + size]
        if size < 0 or len(raw) != size:
            raise Bad("the tuple ends inside " + name)
        fields[name] = decode_value(kind, raw)
        offset += size
    if offset != len(tuple_bytes):
        raise Bad("bytes follow the last column")
    return fields


def encode_value(kind, value):
    if kind in INTEGERS:
        return struct.pack(INTEGERS[kind], value)
    if kind == "uuid":
        return uuid.UUID(value).bytes
    if kind in ("text", "json"):
        return value.encode("utf-8")
    if kind == "bytea":
        return bytes.fromhex(value)
    out = struct.pack(">iii", 1 if value else 0, 0, 25)
    if value:
        out += struct.pack(">ii", len(value), 1)
    for text in value:
        raw = text.encode("utf-8")
        out += struct.pack(">i", len(raw)) + raw
    return out


def encode(table, fields):
    out = struct.pack(">h", len(TABLES[table]))
    for name, kind in TABLES[table]:
        if fields[name] is None:
            out += struct.pack(">i", -1)
        else:
            raw = encode_value(kind, fields[name])
            out += struct.pack(">i", len(raw)) + raw
    return out


def leaf(tuple_bytes):
    return hashlib.sha256(b"\x00" + tuple_bytes).hexdigest()


def part_hash(content):
    return hashlib.sha256(bytes.fromhex(content["salt"]) + bytes.fromhex(content["body"])).digest()


def content_hash(contents):
    ordered = sorted(contents, key=lambda content: content["part"])
    return hashlib.sha256(b"".join(part_hash(content) for content in ordered)).hexdigest()


def crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


CRC_TABLE = crc_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def read_segment(path):
    """The header and the committed records of a segment: (offset, type, body)."""
    with open(path, "rb") as file:
        data = file.read()
    if len(data) < 64 or data[:8] != b"TLJRNL01":
        raise Bad("%s: offset 0: not a journal segment" % path)
    if crc32c(data[:60]) != struct.unpack_from("<I", data, 60)[0]:
        raise Bad("%s: offset 0: the header's checksum is wrong" % path)
    log, fence, first, origin, chain, nonce, capacity = struct.unpack_from("<iiq16sI8sQ", data, 8)
    header = {"log": log, "fence": fence, "first_seq": first, "origin": str(uuid.UUID(bytes=origin)),
              "previous_crc": chain, "nonce": nonce.hex(), "capacity": capacity}
    records, pending = [], []
    offset = start = 64
    last = first - 1
    while offset + 4 <= len(data):
        (length,) = struct.unpack_from("<I", data, offset)
        if length == 0:
            break
        if offset + 9 + length > len(data):
            raise Bad("%s: offset %d: a record beyond the file's end" % (path, offset))
        (stored,) = struct.unpack_from("<I", data, offset + 4)
        kind, body = data[offset + 8], data[offset + 9:offset + 9 + length]
        if crc32c(struct.pack("<II", chain, length) + data[offset + 8:offset + 9 + length]) != stored:
            raise Bad("%s: offset %d: the record's checksum is wrong" % (path, offset))
        if kind not in TYPES:
            raise Bad("%s: offset %d: unknown type %d" % (path, offset, kind))
        chain = stored
        if kind == 1:
            if struct.unpack_from(">q", body, 14)[0] != last + 1:
                raise Bad("%s: offset %d: seq has a gap" % (path, offset))
            last += 1
        if kind == 5:
            if struct.unpack("<8sQq", body) != (nonce, start, last):
                raise Bad("%s: offset %d: a commit that isn't this batch's" % (path, offset))
            records += pending
            pending = []
            start = offset + 9 + length
        else:
            pending.append((offset, TYPES[kind], body))
        offset += 9 + length
    if data.count(0, start) != len(data) - start:
        raise Bad("%s: offset %d: bytes follow the last batch" % (path, start))
    header["last_crc"], header["last_seq"] = chain, last
    return header, records


def check_vectors(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    for vector in vectors["rows"]:
        where = "%s: %s" % (path, vector["name"])
        raw = bytes.fromhex(vector["tuple"])
        if decode(vector["table"], raw) != vector["fields"]:
            raise Bad(where + ": the decoded fields differ")
        if encode(vector["table"], vector["fields"]) != raw:
            raise Bad(where + ": the encoded tuple differs")
        if "leaf" in vector and leaf(raw) != vector["leaf"]:
            raise Bad(where + ": the leaf differs")
    for vector in vectors["commitments"]:
        where = "%s: %s" % (path, vector["name"])
        if [part_hash(part).hex() for part in vector["parts"]] != vector["part_hashes"]:
            raise Bad(where + ": a part's hash differs")
        if content_hash(vector["parts"]) != vector["content_hash"]:
            raise Bad(where + ": the content hash differs")
    return len(vectors["rows"]) + len(vectors["commitments"])


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("vectors", "journal", "leaves"):
        sys.exit(__doc__)
    if arguments[0] == "vectors":
        print("%d vectors agree" % sum(check_vectors(path) for path in arguments[1:]))
        return
    chain = None
    for path in arguments[1:]:
        header, records = read_segment(path)
        if chain is not None and (header["previous_crc"], header["first_seq"]) != chain:
            raise Bad("%s: offset 0: it doesn't follow the segment before it" % path)
        chain = (header["last_crc"], header["last_seq"] + 1)
        if arguments[0] == "journal":
            print(json.dumps({"segment": header}))
        for offset, table, body in records:
            if arguments[0] == "journal":
                print(json.dumps({"offset": offset, "type": table, "fields": decode(table, body)}))
            elif table == "event":
                print(struct.unpack_from(">q", body, 14)[0], leaf(body))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (Bad, OSError, ValueError, struct.error) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
