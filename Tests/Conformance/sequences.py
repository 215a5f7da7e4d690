"""Sequence numbers of Kinesis, taken apart and put together by a second pen."""

from dataclasses import dataclass, replace

LAST_HASH_KEY = 2**128 - 1


@dataclass(frozen=True)
class SequenceNumber:
    """47 hexadecimal digits `2 ccccccccc s nnnnnnnnnnnnnnnn 00 aaaaaaaaa ssssssss 2`, told in decimal."""

    creation: int
    counter: int
    arrival: int
    shard: int

    @classmethod
    def parse(cls, text: str) -> "SequenceNumber":
        digits = f"{int(text):x}"
        assert len(digits) == 47 and digits[0] == "2" and digits[27:29] == "00" and digits[46] == "2", digits
        number = cls(int(digits[1:10], 16), int(digits[11:27], 16), int(digits[29:38], 16), int(digits[38:46], 16))
        assert int(digits[10], 16) == number.shard & 15
        return number

    def __str__(self):
        nibble = self.shard & 15
        return str(int(f"2{self.creation:09x}{nibble:x}{self.counter:016x}00{self.arrival:09x}{self.shard:08x}2", 16))

    def but(self, **changed) -> str:
        """The same number with something else in it."""
        return str(replace(self, **changed))
