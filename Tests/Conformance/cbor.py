"""Amazon's CBOR 1.1 by a second pen: written as the AWS SDK for Java writes it, read whatever its lengths."""

import struct
from dataclasses import dataclass

OPEN_MAP, OPEN_LIST, BREAK = b"\xbf", b"\x9f", b"\xff"


@dataclass(frozen=True)
class Moment:
    """Tag 1 over milliseconds since 1970; RFC 8949 has seconds there."""

    milliseconds: int


def write(value) -> bytes:
    """Maps and lists without a length, and whole numbers in 32 or 64 bits."""
    match value:
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int() if 0 <= value < 2**31:
            return b"\x1a" + struct.pack(">I", value)
        case int():
            return b"\x1b" + struct.pack(">Q", value)
        case str():
            return head(3, len(value.encode())) + value.encode()
        case bytes():
            return head(2, len(value)) + value
        case Moment():
            return b"\xc1" + b"\x1b" + struct.pack(">Q", value.milliseconds)
        case list():
            return OPEN_LIST + b"".join(map(write, value)) + BREAK
        case dict():
            return OPEN_MAP + b"".join(write(part) for member in value.items() for part in member) + BREAK
    raise TypeError(f"{value!r} has no place in a request")


def head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    return bytes([kind << 5 | 26]) + struct.pack(">I", number)


def in_pieces(value: str | bytes, size: int = 3) -> bytes:
    """A text or a blob in pieces, as RFC 8949 allows it to be sent. A piece may not part a character."""
    kind, pieces = (3, [c.encode() for c in value]) if isinstance(value, str) else (2, None)
    pieces = pieces or [value[i : i + size] for i in range(0, len(value), size)]
    return bytes([kind << 5 | 31]) + b"".join(head(kind, len(piece)) + piece for piece in pieces) + BREAK


def read(text: bytes):
    value, rest = item(text)
    assert rest == b"", f"{len(rest)} bytes too many"
    return value


def item(text: bytes):
    kind, small, rest = text[0] >> 5, text[0] & 31, text[1:]
    if kind == 7:
        return {20: False, 21: True, 22: None}[small], rest
    number = small
    if 24 <= small <= 27:
        size = 1 << (small - 24)
        number, rest = int.from_bytes(rest[:size]), rest[size:]
    is_open = small == 31
    match kind:
        case 0:
            return number, rest
        case 1:
            return -1 - number, rest
        case 2 | 3:
            assert not is_open, "the broker sends no pieces"
            piece, rest = rest[:number], rest[number:]
            return (piece if kind == 2 else piece.decode()), rest
        case 4 | 5:
            items = []
            while not (is_open and rest[0] == 0xFF) and (is_open or len(items) < number * (kind - 3)):
                value, rest = item(rest)
                items.append(value)
            rest = rest[1:] if is_open else rest
            return (items if kind == 4 else dict(zip(items[::2], items[1::2], strict=True))), rest
        case 6:
            value, rest = item(rest)
            assert number == 1 and isinstance(value, int), f"tag {number} over {value!r}"
            return Moment(value), rest
