"""What callers were told about messages, and whether what is left in the end agrees with it. It knows nothing of the
broker but its answers and, of moves, which id became which."""

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class Sent:
    """A send that was acknowledged. Only FIFO queues tell a sequence number."""

    queue: str
    body: str
    id: str
    group: str | None = None
    sequence: int | None = None


@dataclass(frozen=True)
class Sighting:
    """A message that somebody received: when that was asked for, and where it stood."""

    queue: str
    id: str
    body: str
    group: str | None
    sequence: int | None
    asked: int


class Book:
    """Written by many callers at once, each entry in one step."""

    def __init__(self):
        self.moments = itertools.count()
        self.attempted = set()  # bodies that somebody tried to send
        self.sent = []
        self.sightings = []  # in the order in which they came
        self.given_up = set()  # ids that somebody tried to delete
        self.deleted = {}  # ids that were deleted while in hand, and when the answer came

    def now(self) -> int:
        return next(self.moments)

    def saw(self, queue: str, message: dict, asked: int) -> Sighting:
        attributes = message["Attributes"]
        sequence = attributes.get("SequenceNumber")
        sighting = Sighting(
            queue=queue,
            id=message["MessageId"],
            body=message["Body"],
            group=attributes.get("MessageGroupId"),
            sequence=int(sequence) if sequence else None,
            asked=asked,
        )
        self.sightings.append(sighting)
        return sighting


class Judge:
    """Holds a book against what was left in the queues, and against the moves: pairs of a former id and the next."""

    def __init__(self, book: Book, left: list[Sighting], moves: list[tuple[str, str]]):
        self.book = book
        self.left = left
        self.moves = moves
        self.next = dict(moves)
        self.former = {new: old for old, new in moves}
        self.places = Counter(message.id for message in left)

    def complaints(self) -> list[str]:
        """What is not as it was promised; empty when all is well."""
        rules = [self.lost, self.astray, self.doubled, self.returned, self.invented, self.disordered]
        return [complaint for rule in rules for complaint in rule()]

    def last_name(self, id: str) -> str:
        while id in self.next:
            id = self.next[id]
        return id

    def first_name(self, id: str) -> str:
        while id in self.former:
            id = self.former[id]
        return id

    def is_somewhere(self, id: str) -> bool:
        return id in self.places or id in self.book.given_up

    def lost(self):
        for sent in self.book.sent:
            last = self.last_name(sent.id)
            if not self.is_somewhere(last):
                yield f"lost: {sent.body} was acknowledged as {sent.id}, and {last} is nowhere"

    def astray(self):
        for old, new in self.moves:
            if new not in self.next and not self.is_somewhere(new):
                yield f"astray: {old} was moved and became {new}, which is nowhere"

    def doubled(self):
        for id, times in self.places.items():
            if times > 1:
                yield f"doubled: {id} was left {times} times"
            if id in self.next:
                yield f"doubled: {id} was left, and has become {self.next[id]} as well"
        for body, times in Counter(message.body for message in self.left).items():
            if times > 1:
                yield f"doubled: {body} was left {times} times"
        for place, name in enumerate(("moved", "taken in")):
            for id, times in Counter(move[place] for move in self.moves).items():
                if times > 1:
                    yield f"doubled: {id} was {name} {times} times"

    def returned(self):
        deleted = self.book.deleted
        for sighting in self.book.sightings:
            if sighting.asked > deleted.get(sighting.id, sighting.asked):
                yield f"returned: {sighting.id} was received from {sighting.queue} after it was deleted"
        for id in deleted.keys() & self.places.keys():
            yield f"returned: {id} was deleted, and left"
        for id in deleted.keys() & self.next.keys():
            yield f"returned: {id} was deleted, and moved"

    def invented(self):
        bodies = {sent.id: sent.body for sent in self.book.sent}
        for sighting in self.book.sightings:
            if sighting.body not in self.book.attempted:
                yield f"invented: {sighting.body} was received, and never sent"
            elif bodies.get(self.first_name(sighting.id), sighting.body) != sighting.body:
                yield f"invented: {sighting.id} says {sighting.body}, which was sent under another id"

    def disordered(self):
        numbers = {(sent.queue, sent.id): sent.sequence for sent in self.book.sent}
        told, seen = defaultdict(list), defaultdict(dict)
        for sent in self.book.sent:
            told[sent.group].append(sent.sequence)  # of a group, one sender sends one after the other
        for sighting in self.book.sightings:
            seen[sighting.queue, sighting.group].setdefault(sighting.sequence, sighting)
        for (queue, group), firsts in seen.items():
            if group and list(firsts) != sorted(firsts):
                yield f"disordered: group {group} came out of {queue} as {list(firsts)}"
        for group, sequences in told.items():
            if group and sequences != sorted(sequences):
                yield f"disordered: group {group} was given the numbers {sequences}"
        for sighting in self.book.sightings:
            number = numbers.get((sighting.queue, sighting.id), sighting.sequence)
            if sighting.sequence != number:
                yield f"disordered: {sighting.id} was sent as {number} and came as {sighting.sequence}"
