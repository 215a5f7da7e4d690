"""Fifty deaths: whatever the broker does when it is killed, nothing acknowledged is lost, doubled or out of order."""

import json
import random
import sqlite3
from contextlib import closing

import pytest

from bookkeeping import Book, Judge, Sent, Sighting
from places import Queue
from storm import Storm, Worker

DEATHS = 50
GROUPS = 6


def with_dead_letters(sqs, name: str, suffix: str = "") -> tuple[Queue, Queue]:
    """A queue that puts aside what was received twice, and the queue for that."""
    kind = {"FifoQueue": "true"} if suffix else {}
    dead = Queue.create(sqs, f"dead-{name}{suffix}", kind)
    policy = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 2})
    return Queue.create(sqs, f"{name}{suffix}", {**kind, "RedrivePolicy": policy}), dead


def moves(broker) -> list[tuple[str, str]]:
    """Which message became which, as the broker's window has it."""
    with closing(sqlite3.connect(f"file:{broker.directory}/broker.db?mode=ro", uri=True)) as db:
        return db.execute("SELECT former_message_id, message_id FROM message_moves").fetchall()


@pytest.mark.parametrize("seed", [1])
def test_after_fifty_deaths_nothing_acknowledged_is_lost_doubled_or_out_of_order(own_broker, client, seed):
    sqs = client("sqs", url=own_broker.url)
    queue, dead = with_dead_letters(sqs, "orders")
    fifo, dead_fifo = with_dead_letters(sqs, "sorted", ".fifo")
    arns = [dead.arn, dead_fifo.arn]
    storm = Storm(own_broker, random.Random(seed))

    storm.rage(
        DEATHS,
        [
            lambda worker: worker.send(queue, "a"),
            lambda worker: worker.send(queue, "b"),
            lambda worker: worker.send_in_groups(fifo, "c", GROUPS),
            lambda worker: worker.send_in_groups(fifo, "d", GROUPS),
            *(lambda worker, dice=seed + n: worker.receive(queue, dice) for n in range(2)),
            *(lambda worker, dice=seed - n: worker.receive(fifo, dice) for n in range(2)),
            *(lambda worker, arn=arn: worker.move_back(arn) for arn in arns),
        ],
    )
    left = Worker(storm).drain([queue, fifo, dead, dead_fifo], arns)
    assert own_broker.stop() == 0
    carried = moves(own_broker)

    assert Judge(storm.book, left, carried).complaints() == []

    # It was a storm, and whoever judged it would have seen a loss.
    assert storm.life == DEATHS
    for operation in ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"):
        assert storm.died_over[operation], storm.died_over
    assert storm.moves_survived and len(carried) > DEATHS
    known = {sent.id for sent in storm.book.sent} | {new for _, new in carried}
    stolen = next(message for message in left if message.id in known and message.id not in storm.book.given_up)
    [complaint] = Judge(storm.book, [message for message in left if message != stolen], carried).complaints()[:1]
    assert stolen.id in complaint


# The judge


def sighting(id: str, body: str, asked: int, queue="q.fifo", sequence: int | None = None) -> Sighting:
    return Sighting(queue, id, body, "g", sequence, asked)


class Day:
    """A small day on which all went well: one message is left, one deleted, one moved and left under another id."""

    def __init__(self):
        self.book = Book()
        for number, id in enumerate("kdm", start=1):
            self.book.attempted.add(f"body {id}")
            self.book.sent.append(Sent("q.fifo", f"body {id}", id, "g", number))
        self.book.given_up.add("d")
        self.book.deleted["d"] = 10
        self.moves = [("m", "m2")]
        self.left = [sighting("k", "body k", 20, sequence=1), sighting("m2", "body m", 20, sequence=4)]
        self.book.sightings += [*self.left[:1], sighting("d", "body d", 5, sequence=2), *self.left[1:]]

    def complaints(self) -> list[str]:
        return Judge(self.book, self.left, self.moves).complaints()


def test_the_judge_has_nothing_to_say_about_a_good_day():
    assert Day().complaints() == []


@pytest.mark.parametrize(
    ("plant", "complaint"),
    [
        (lambda day: day.left.pop(0), "lost: body k"),
        (lambda day: day.left.pop(1), "lost: body m"),
        (lambda day: day.moves.append(("unsure", "gone")), "astray: unsure"),
        (lambda day: day.left.append(day.left[0]), "doubled: k was left 2 times"),
        (lambda day: day.left.append(sighting("m", "another", 20)), "doubled: m was left, and has become m2"),
        (lambda day: day.left.append(sighting("x", "body k", 20)), "doubled: body k was left 2 times"),
        (lambda day: day.moves.append(("m", "m3")), "doubled: m was moved 2 times"),
        (lambda day: day.book.sightings.append(sighting("d", "body d", 11, sequence=2)), "returned: d was received"),
        (lambda day: day.left.append(sighting("d", "body d", 20)), "returned: d was deleted, and left"),
        (lambda day: day.moves.append(("d", "m2")), "returned: d was deleted, and moved"),
        (lambda day: day.book.sightings.append(sighting("n", "new", 20, sequence=9)), "invented: new"),
        (lambda day: day.book.sightings.append(sighting("k", "body m", 20, sequence=1)), "invented: k says body m"),
        (lambda day: day.book.sightings.reverse(), "disordered: group g came out of q.fifo"),
        (lambda day: day.book.sent.reverse(), "disordered: group g was given"),
        (lambda day: day.book.sightings.append(sighting("k", "body k", 20, sequence=7)), "disordered: k was sent as 1"),
    ],
)
def test_the_judge_sees_what_is_planted(plant, complaint):
    day = Day()
    plant(day)

    assert any(told.startswith(complaint) for told in day.complaints()), day.complaints()
