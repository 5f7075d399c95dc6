"""The journal's files read without the hub: what is in them, and each event's leaf."""

import hashlib
import pathlib
import sys

VECTORS = pathlib.Path(__file__).resolve().parents[1] / "Vectors"
sys.path.insert(0, str(VECTORS))

EVENT = 1
HEADER_BYTES = 64


def crc32c_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


TABLE = crc32c_table()


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def records(path):
    """Type and body of each record of a segment; zero length ends the written part."""
    data = path.read_bytes()
    assert data[:8] == b"TLJRNL01", path
    offset = HEADER_BYTES
    while offset + 9 <= len(data):
        length = int.from_bytes(data[offset:offset + 4], "little")
        if length == 0:
            return
        body = data[offset + 9:offset + 9 + length]
        if len(body) < length:
            return
        yield data[offset + 8], body
        offset += 9 + length


def leaves(folder):
    """The leaf of every event in the journal below a folder, by `<log>-<seq>`."""
    found = {}
    for path in sorted(folder.rglob("*.journal")):
        for kind, tuple_bytes in records(path):
            if kind == EVENT:
                log = int.from_bytes(tuple_bytes[6:10], "big", signed=True)
                seq = int.from_bytes(tuple_bytes[14:22], "big", signed=True)
                name = f"{log}-{seq}"
                assert name not in found, f"{name} is in the journal twice"
                found[name] = hashlib.sha256(b"\0" + tuple_bytes).hexdigest()
    return found
