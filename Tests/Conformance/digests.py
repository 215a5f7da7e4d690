"""Digests as Amazon documents them, computed by a second pen."""

from hashlib import md5
from struct import pack


def of_body(body: str) -> str:
    return md5(body.encode()).hexdigest()


def of_attributes(attributes: dict) -> str:
    buffer = b""
    for name, attribute in sorted(attributes.items(), key=lambda item: item[0].encode()):
        is_binary = attribute["DataType"].split(".")[0] == "Binary"
        value = attribute["BinaryValue"] if is_binary else attribute["StringValue"].encode()
        for field in (name.encode(), attribute["DataType"].encode()):
            buffer += pack(">I", len(field)) + field
        buffer += (b"\2" if is_binary else b"\1") + pack(">I", len(value)) + value
    return md5(buffer).hexdigest()
