"""Durability: what was acknowledged before SIGKILL is there after the restart, and what was deleted stays away."""

import base64
import http.client
import itertools
import random
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest

from broker import Broker, DidNotStart
from places import Queue, Stream
from wire import KINESIS, SQS, Caller, Request

SENDERS = 64
DELETERS = 4
DEEDS = ("standard", "fifo", "stream", "deleted")


class Storm:
    """Many callers at once, who remember what was acknowledged, until the broker is gone."""

    def __init__(self, broker: Broker):
        self.address = broker.address
        self.acknowledged = {what: [] for what in DEEDS}
        self.enough = threading.Event()

    def rage(self, broker: Broker, *crowds, until: int):
        """Lets everyone work, and kills the broker once so many calls of every kind are acknowledged."""
        self.until = until
        callers = [caller for crowd in crowds for caller in crowd]
        with ThreadPoolExecutor(len(callers)) as pool:
            working = [pool.submit(self.work, deeds) for deeds in callers]
            assert self.enough.wait(timeout=60)
            broker.kill()
            for worker in working:
                worker.result()

    def work(self, deeds):
        """Does one deed after the other, each `(what, service, operation, members)`."""
        try:
            with Caller(self.address) as caller:
                for what, service, operation, members in deeds:
                    answer = caller.call(service, operation, members)
                    assert answer.status == 200, answer
                    self.acknowledged[what].append((members, answer.json if answer.body else None))
                    if min(map(len, self.acknowledged.values())) >= self.until:
                        self.enough.set()
        except (http.client.HTTPException, OSError):
            pass  # the broker is gone


def odd_text(dice: random.Random) -> str:
    return "".join(dice.choice("abc 123 äöü 茶🫖\t\n\r\"'<>&\\") for _ in range(dice.randrange(1, 400)))


def sending(number: int, standard: Queue, fifo: Queue, stream: Stream):
    """One sender's endless work: a message here, a message there, a record, each like no other."""
    dice = random.Random(number)
    group = f"g{number}"
    for turn in itertools.count():
        text = f"{number}-{turn} {odd_text(dice)}"
        yield "standard", SQS, "SendMessage", {"QueueUrl": standard.url, "MessageBody": text}
        identity = {"MessageGroupId": group, "MessageDeduplicationId": f"{number}-{turn}"}
        yield "fifo", SQS, "SendMessage", {"QueueUrl": fifo.url, "MessageBody": text, **identity}
        data = base64.b64encode(text.encode()).decode()
        yield "stream", KINESIS, "PutRecord", {"StreamName": stream.name, "Data": data, "PartitionKey": group}


def deleting(queue: Queue, messages: list[dict]):
    for message in messages:
        yield "deleted", SQS, "DeleteMessage", {"QueueUrl": queue.url, "ReceiptHandle": message["ReceiptHandle"]}


def drain(queue: Queue) -> dict[str, dict]:
    """Everything on a queue by message id, in the order received."""
    received = {}
    while batch := queue.receive(MessageSystemAttributeNames=["All"]):
        for message in batch:
            assert message["MessageId"] not in received
            received[message["MessageId"]] = message
        entries = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(batch)]
        assert "Failed" not in queue.delete_message_batch(Entries=entries)
    return received


def read_all(stream: Stream) -> dict[str, bytes]:
    """Everything on a stream by sequence number, in its order."""
    records = {}
    for shard in stream.shards:
        iterator = stream.iterator("TRIM_HORIZON", shard["ShardId"])
        while True:
            answer = stream.kinesis.get_records(ShardIterator=iterator)
            if not answer["Records"]:
                break
            records |= {record["SequenceNumber"]: record["Data"] for record in answer["Records"]}
            iterator = answer["NextShardIterator"]
    return records


def restarted(broker: Broker, client, *places):
    """Starts the broker again and finds the same queues and streams there."""
    broker.start()
    sqs, kinesis = client("sqs", url=broker.url), client("kinesis", url=broker.url)
    for place in places:
        if isinstance(place, Queue):
            yield Queue(sqs, sqs.get_queue_url(QueueName=place.name)["QueueUrl"])
        else:
            yield Stream(kinesis, place.name)


@pytest.mark.parametrize("until", [1, 50])
def test_what_was_acknowledged_survives_sigkill_among_64_senders(own_broker, client, until):
    sqs, kinesis = client("sqs", url=own_broker.url), client("kinesis", url=own_broker.url)
    standard = Queue.create(sqs, "standard", {})
    fifo = Queue.create(sqs, "sorted.fifo", {"FifoQueue": "true"})
    stream = Stream.create(kinesis, "events", 3)
    doomed = Queue.create(sqs, "doomed", {"VisibilityTimeout": "0"})
    for start in range(0, 400, 10):
        doomed.send_message_batch(Entries=[{"Id": str(n), "MessageBody": f"d{start + n}"} for n in range(10)])
    in_hand = [message for _ in range(40) for message in doomed.receive(VisibilityTimeout=600)]
    lots = [in_hand[place::DELETERS] for place in range(DELETERS)]
    assert len({message["MessageId"] for message in in_hand}) == 400

    storm = Storm(own_broker)
    storm.rage(
        own_broker,
        [deleting(doomed, lot) for lot in lots],
        [sending(number, standard, fifo, stream) for number in range(SENDERS)],
        until=until,
    )
    standard, fifo, stream, doomed = restarted(own_broker, client, standard, fifo, stream, doomed)

    received = drain(standard)
    for sent, answer in storm.acknowledged["standard"]:
        assert received[answer["MessageId"]]["Body"] == sent["MessageBody"]

    received = drain(fifo)
    for sent, answer in storm.acknowledged["fifo"]:
        message = received[answer["MessageId"]]
        assert message["Body"] == sent["MessageBody"]
        assert message["Attributes"]["SequenceNumber"] == answer["SequenceNumber"]
    by_group = defaultdict(list)
    for message in received.values():
        by_group[message["Attributes"]["MessageGroupId"]].append(message["Attributes"])
    for group, attributes in by_group.items():
        turns = [int(known["MessageDeduplicationId"].split("-")[1]) for known in attributes]
        assert turns == list(range(len(turns))), group
        numbers = [known["SequenceNumber"] for known in attributes]
        assert numbers == sorted(numbers), group

    records = read_all(stream)
    for put, answer in storm.acknowledged["stream"]:
        assert records[answer["SequenceNumber"]] == base64.b64decode(put["Data"])

    deleted = {members["ReceiptHandle"] for members, _ in storm.acknowledged["deleted"]}
    gone = {message["MessageId"] for message in in_hand if message["ReceiptHandle"] in deleted}
    for message in in_hand:  # whatever was not deleted shows again
        if message["MessageId"] not in gone:
            try:
                doomed.hide(message, 0)
            except doomed.sqs.exceptions.ClientError:
                pass  # deleted, though nobody heard of it any more
    left = drain(doomed)
    assert not gone & left.keys()
    assert len(gone) + len(left) >= 400 - DELETERS  # each deleter may have had one more on its way
    assert {message["Body"] for message in left.values()} <= {message["Body"] for message in in_hand}


def test_after_sigkill_the_broker_goes_on_where_it_was(own_broker, client):
    sqs, kinesis = client("sqs", url=own_broker.url), client("kinesis", url=own_broker.url)
    queue = Queue.create(sqs, "standard", {"VisibilityTimeout": "600"})
    fifo = Queue.create(sqs, "sorted.fifo", {"FifoQueue": "true", "ContentBasedDeduplication": "true"})
    stream = Stream.create(kinesis, "events", 1)
    queue.send_all("in flight", "visible")
    queue.send("delayed", DelaySeconds=900)
    in_hand = queue.receive_one()
    first = fifo.send("tea", MessageGroupId="g")
    number = stream.put(b"1")["SequenceNumber"]
    iterator = stream.iterator("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=number)

    own_broker.kill()
    queue, fifo, stream = restarted(own_broker, client, queue, fifo, stream)

    assert queue.attributes["VisibilityTimeout"] == "600"
    assert queue.counts == (1, 1, 1)
    queue.delete(in_hand)
    assert queue.counts == (1, 0, 1)
    message = queue.receive_one(MessageSystemAttributeNames=["ApproximateReceiveCount"])
    assert (message["Body"], message["Attributes"]["ApproximateReceiveCount"]) == ("visible", "1")

    repeat = fifo.send("tea", MessageGroupId="g")
    assert (repeat["MessageId"], repeat["SequenceNumber"]) == (first["MessageId"], first["SequenceNumber"])
    second = fifo.send("coffee", MessageGroupId="g")
    assert second["SequenceNumber"] > first["SequenceNumber"]
    assert fifo.receive_bodies() == ["tea", "coffee"]

    assert int(stream.put(b"2")["SequenceNumber"]) > int(number)
    [record] = stream.kinesis.get_records(ShardIterator=iterator)["Records"]
    assert record["Data"] == b"2"


def test_a_receive_count_never_falls(own_broker, client):
    queue = Queue.create(client("sqs", url=own_broker.url), "standard", {})
    queue.send("tea")
    for _ in range(3):
        queue.receive_one(VisibilityTimeout=0)

    own_broker.kill()
    [queue] = restarted(own_broker, client, queue)

    attributes = queue.receive_one(MessageSystemAttributeNames=["ApproximateReceiveCount"])["Attributes"]
    assert attributes["ApproximateReceiveCount"] == "4"


def test_a_second_broker_does_not_open_the_same_directory(own_broker):
    with pytest.raises(DidNotStart) as caught:
        Broker(own_broker.directory)

    assert caught.value.status == 75


def test_a_stopped_broker_answers_those_who_wait_and_ends_well(own_broker, client):
    queue = Queue.create(client("sqs", url=own_broker.url), "standard", {})
    wish = {"QueueUrl": queue.url, "WaitTimeSeconds": 20}
    with ThreadPoolExecutor(1) as pool, Caller(own_broker.address) as caller:
        caller.write(caller.sign(Request(SQS, "ReceiveMessage", wish)))
        queue.get_queue_attributes(AttributeNames=["QueueArn"])  # comes after it on the same event loop

        stopping = pool.submit(own_broker.stop)

        answer = caller.read()
        assert (answer.status, answer.body) == (200, b"{}")
        assert stopping.result() == 0
