"""Enhanced fan-out by hand: consumers that are known to be active, and frames of an event stream by a second pen."""

import json
from dataclasses import dataclass
from zlib import crc32

MEDIA_TYPE = "application/vnd.amazon.eventstream"


@dataclass
class Frame:
    headers: dict
    payload: bytes

    @property
    def json(self):
        return json.loads(self.payload)

    @property
    def kind(self) -> str:
        return self.headers.get(":event-type") or self.headers[":exception-type"]

    @classmethod
    def read(cls, file) -> "Frame | None":
        """The next frame, with both its checksums looked at; None where the stream has ended."""
        prelude = file.read(12)
        if not prelude:
            return None
        total, header_bytes = int.from_bytes(prelude[:4]), int.from_bytes(prelude[4:8])
        assert crc32(prelude[:8]) == int.from_bytes(prelude[8:])
        rest = file.read(total - 12)
        assert len(rest) == total - 12
        assert crc32(prelude + rest[:-4]) == int.from_bytes(rest[-4:])
        return cls(cls.headers_in(rest[:header_bytes]), rest[header_bytes:-4])

    @staticmethod
    def headers_in(text: bytes) -> dict:
        headers = {}
        while text:
            name, text = text[1 : 1 + text[0]].decode(), text[1 + text[0] :]
            assert text[0] == 7, "Kinesis sends texts only"
            size = int.from_bytes(text[1:3])
            headers[name], text = text[3 : 3 + size].decode(), text[3 + size :]
        return headers


def consumer(stream, name: str = "reader") -> str:
    """Registers a consumer of a stream and tells its ARN as soon as it is active."""
    arn = stream.kinesis.register_stream_consumer(StreamARN=stream.arn, ConsumerName=name)["Consumer"]["ConsumerARN"]
    status = None
    while status != "ACTIVE":
        description = stream.kinesis.describe_stream_consumer(ConsumerARN=arn)["ConsumerDescription"]
        status = description["ConsumerStatus"]
    return arn
