"""Fifty deaths among puts and splits: every acknowledged record is there, once, in its shard's order."""

import base64
import itertools
import random
from collections import Counter

import pytest

from places import Stream
from storm import Storm, Worker
from wire import KINESIS

DEATHS = 50
WRITERS = 4
RECORDS_IN_CALL = 20
SHARD_COUNTS = (4, 2, 3, 5, 3, 2, 4, 2)  # ten changes a day are allowed


class Puts:
    """What writers put on a stream, and what they were told of it. Nothing is put a second time."""

    def __init__(self, stream: Stream):
        self.stream = stream
        self.attempted = set()
        self.acknowledged = {}  # text by shard and sequence number

    def write(self, worker: Worker, name: str):
        """Puts records, now many in a call and now one, all under one key."""
        numbers = itertools.count()
        for count in itertools.cycle((1, RECORDS_IN_CALL, RECORDS_IN_CALL, RECORDS_IN_CALL)):
            if worker.storm.is_over:
                return
            texts = [f"{name} {number}" for number in itertools.islice(numbers, count)]
            self.attempted.update(texts)
            entries = [{"Data": base64.b64encode(text.encode()).decode(), "PartitionKey": name} for text in texts]
            if count == 1:
                answer = worker.call("PutRecord", KINESIS, StreamName=self.stream.name, **entries[0])
                placed = [answer.json] if answer else []
            else:
                answer = worker.call("PutRecords", KINESIS, StreamName=self.stream.name, Records=entries)
                placed = answer.json["Records"] if answer else []
            for text, place in zip(texts, placed):
                self.acknowledged[place["ShardId"], place["SequenceNumber"]] = text

    def reshard(self, worker: Worker):
        """Makes the shards more and fewer, every now and then."""
        for count in SHARD_COUNTS:
            worker.storm.await_calls(60)
            if worker.storm.is_over:
                return
            members = {"TargetShardCount": count, "ScalingType": "UNIFORM_SCALING"}
            worker.call("UpdateShardCount", KINESIS, StreamName=self.stream.name, **members)

    def read(self, worker: Worker) -> list[tuple[str, str, str]]:
        """Shard, sequence number and text of every record, in the order of the reading."""
        shards = worker.call("ListShards", KINESIS, StreamName=self.stream.name).json["Shards"]
        return [record for shard in shards for record in self.read_shard(worker, shard["ShardId"])]

    def read_shard(self, worker: Worker, shard: str):
        place = {"ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
        answer = worker.call("GetShardIterator", KINESIS, StreamName=self.stream.name, **place)
        iterator = answer.json["ShardIterator"]
        while iterator:
            answer = worker.call("GetRecords", KINESIS, ShardIterator=iterator).json
            for record in answer["Records"]:
                yield shard, record["SequenceNumber"], base64.b64decode(record["Data"]).decode()
            iterator = answer.get("NextShardIterator") if answer["Records"] else None

    def complaints(self, read: list[tuple[str, str, str]]) -> list[str]:
        found = {(shard, number): text for shard, number, text in read}
        told = [f"lost: {text}" for place, text in self.acknowledged.items() if found.get(place) != text]
        counts = Counter(text for _, _, text in read)
        told += [f"doubled: {text}" for text, count in counts.items() if count > 1]
        told += [f"invented: {text}" for text in counts if text not in self.attempted]
        last = {}
        for shard, number, text in read:
            name, turn = text.split()
            for what, place in ((shard, int(number)), ((shard, name), int(turn))):
                if place <= last.get(what, -1):
                    told.append(f"disordered: {text} in {shard}")
                last[what] = place
        return told


@pytest.mark.parametrize("seed", [1])
def test_after_fifty_deaths_every_acknowledged_record_is_there_once_and_in_its_order(own_broker, client, seed):
    stream = Stream.create(client("kinesis", url=own_broker.url), "events", 2)
    storm, puts = Storm(own_broker, random.Random(seed)), Puts(stream)

    writers = [lambda worker, name=f"w{number}": puts.write(worker, name) for number in range(WRITERS)]
    storm.rage(DEATHS, [*writers, puts.reshard])
    read = puts.read(Worker(storm))

    assert puts.complaints(read) == []

    # It was a storm, and whoever judged it would have seen each kind of harm.
    assert storm.life == DEATHS and storm.died_over["PutRecords"] and len({shard for shard, _, _ in read}) > 4
    known = [record for record in read if record[:2] in puts.acknowledged]
    assert len(known) == len(puts.acknowledged) > DEATHS * RECORDS_IN_CALL
    without = [record for record in read if record != known[0]]
    assert puts.complaints(without) == [f"lost: {known[0][2]}"]
    assert any(told.startswith("doubled") for told in puts.complaints([*read, known[0]]))
    assert any(told.startswith("invented") for told in puts.complaints([*read, ("s", "1", "nobody 1")]))
    assert any(told.startswith("disordered") for told in puts.complaints([known[1], known[0], *read[2:]]))
