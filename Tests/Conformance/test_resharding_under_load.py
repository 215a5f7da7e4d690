"""A stream that grows and shrinks while it is written and read: nothing is lost or doubled, and every key keeps its order."""

import base64
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from places import Stream
from wire import KINESIS, Caller

KEYS = 64
WRITERS = 2
RECORDS_IN_CALL = 50
LEAST_BETWEEN = 3_000  # records that are acknowledged between two changes of the number of shards
PATIENCE = 60  # seconds


class Writing:
    """Writers who put records as fast as they are answered, each the only one to write its keys."""

    def __init__(self, address: str, stream: Stream):
        self.address = address
        self.stream = stream
        self.acknowledged = {}  # text by sequence number and shard
        self.is_over = False
        self.news = threading.Condition()

    def work(self, writer: int):
        keys = [key for key in range(KEYS) if key % WRITERS == writer]
        turn = 0
        with Caller(self.address) as caller:
            while not self.is_over:
                numbers = [turn * RECORDS_IN_CALL + place for place in range(RECORDS_IN_CALL)]
                texts = [f"{keys[number % len(keys)]} {number}" for number in numbers]
                self.put(caller, texts)
                turn += 1

    def put(self, caller: Caller, texts: list[str]):
        entries = [
            {"Data": base64.b64encode(text.encode()).decode(), "PartitionKey": f"key-{text.split()[0]}"}
            for text in texts
        ]
        answer = caller.call(KINESIS, "PutRecords", {"StreamName": self.stream.name, "Records": entries})
        assert answer.status == 200 and answer.json["FailedRecordCount"] == 0, answer
        with self.news:
            for text, placed in zip(texts, answer.json["Records"]):
                place = (placed["ShardId"], placed["SequenceNumber"])
                assert place not in self.acknowledged
                self.acknowledged[place] = text
            self.news.notify_all()

    def go_on(self, records: int):
        """Waits until so many more records have been acknowledged."""
        goal = len(self.acknowledged) + records
        with self.news:
            assert self.news.wait_for(lambda: len(self.acknowledged) >= goal, PATIENCE)


class Reader:
    """A consumer of the whole stream that keeps a checkpoint for each shard and reads parents before their children."""

    def __init__(self, address: str, stream: Stream):
        self.caller = Caller(address)
        self.stream = stream
        self.checkpoints = {}  # sequence number of the last record handled, by shard
        self.ended = set()
        self.parents = defaultdict(set)  # of shards that were named by those that ended
        self.iterators = {shard["ShardId"]: None for shard in stream.shards}
        self.handled = []

    def read(self, is_over) -> list:
        """Reads until it is over and nothing is left; forgets once in a while all but its checkpoints, as a restart would."""
        rounds = 0
        while True:
            was_over = is_over()
            found = sum([self.read_shard(shard) for shard in list(self.iterators) if self.may_read(shard)])
            rounds += 1
            if rounds % 50 == 0:
                self.iterators = dict.fromkeys(self.iterators)
            if was_over and not found:
                return self.handled

    def may_read(self, shard: str) -> bool:
        return self.parents[shard] <= self.ended

    def read_shard(self, shard: str) -> bool:
        """Returns whether there was anything, be it the end."""
        answer = self.call("GetRecords", ShardIterator=self.iterators[shard] or self.begin(shard))
        for record in answer["Records"]:
            self.handled.append((shard, record["SequenceNumber"], base64.b64decode(record["Data"]).decode()))
            self.checkpoints[shard] = record["SequenceNumber"]
        if "NextShardIterator" in answer:
            self.iterators[shard] = answer["NextShardIterator"]
        else:
            self.end(shard, answer["ChildShards"])
        return bool(answer["Records"]) or "NextShardIterator" not in answer

    def end(self, shard: str, children: list):
        del self.iterators[shard]
        self.ended.add(shard)
        for child in children:
            self.parents[child["ShardId"]] |= set(child["ParentShards"])
            self.iterators.setdefault(child["ShardId"])

    def begin(self, shard: str) -> str:
        place = (
            {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": self.checkpoints[shard]}
            if shard in self.checkpoints
            else {"ShardIteratorType": "TRIM_HORIZON"}
        )
        return self.call("GetShardIterator", StreamName=self.stream.name, ShardId=shard, **place)["ShardIterator"]

    def call(self, operation: str, **members) -> dict:
        answer = self.caller.call(KINESIS, operation, members)
        assert answer.status == 200, answer
        return answer.json


def reshard(stream: Stream, shards: int):
    stream.update_shard_count(TargetShardCount=shards, ScalingType="UNIFORM_SCALING")
    deadline = time.monotonic() + PATIENCE
    while (summary := stream.describe_stream_summary()["StreamDescriptionSummary"])["StreamStatus"] != "ACTIVE":
        assert time.monotonic() < deadline
    assert summary["OpenShardCount"] == shards


def test_from_4_shards_to_8_to_3_nothing_is_lost_or_doubled_and_every_key_keeps_its_order(broker, make_stream):
    stream = make_stream(shards=4)
    writing = Writing(broker.address, stream)
    readers = [Reader(broker.address, stream) for _ in range(2)]
    began = time.monotonic()
    with ThreadPoolExecutor(WRITERS + len(readers)) as pool:
        writers = [pool.submit(writing.work, writer) for writer in range(WRITERS)]
        read = [pool.submit(reader.read, lambda: all(writer.done() for writer in writers)) for reader in readers]
        try:
            writing.go_on(LEAST_BETWEEN)
            for shards in (8, 4, 3):  # less than half at once is refused, as on Amazon
                reshard(stream, shards)
                writing.go_on(LEAST_BETWEEN)
        finally:
            rate = len(writing.acknowledged) / (time.monotonic() - began)
            writing.is_over = True
        for writer in writers:
            writer.result()
        handled = [reader.result() for reader in read]

    print(f"{len(writing.acknowledged)} records, {rate:.0f} a second")
    for records in handled:
        assert len(records) == len(writing.acknowledged)
        assert {(shard, number): text for shard, number, text in records} == writing.acknowledged
        by_key = defaultdict(list)
        for _, _, text in records:
            key, number = map(int, text.split())
            by_key[key].append(number)
        assert len(by_key) == KEYS
        for key, numbers in by_key.items():
            assert numbers == sorted(numbers), f"key {key} was read out of its order"
