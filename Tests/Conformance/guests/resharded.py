"""Puts and reads with async-kinesis, whose consumer follows a split and a merge and checkpoints as it goes."""

import asyncio
import os

from aiobotocore.session import get_session
from kinesis import Consumer, MemoryCheckPointer, Producer

STREAM = "resharded"
KEYS = 8
OPTIONS = dict(
    endpoint_url=f"http://{os.environ['BROKER']}",
    region_name="us-east-1",
)
os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1")


async def put(numbers):
    async with Producer(stream_name=STREAM, buffer_time=0.01, **OPTIONS) as producer:
        for number in numbers:
            await producer.put({"key": number % KEYS, "number": number}, partition_key=f"key-{number % KEYS}")


async def active(kinesis):
    while True:
        summary = await kinesis.describe_stream_summary(StreamName=STREAM)
        if summary["StreamDescriptionSummary"]["StreamStatus"] == "ACTIVE":
            return
        await asyncio.sleep(0.05)


async def main():
    async with get_session().create_client("kinesis", **OPTIONS) as kinesis:
        await kinesis.create_stream(StreamName=STREAM, ShardCount=2)
        await active(kinesis)
        await put(range(0, 200))
        await kinesis.split_shard(
            StreamName=STREAM, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**126)
        )
        await active(kinesis)
        await put(range(200, 400))
        await kinesis.merge_shards(
            StreamName=STREAM, ShardToMerge="shardId-000000000003", AdjacentShardToMerge="shardId-000000000001"
        )
        await active(kinesis)
        await put(range(400, 600))

    read = []
    async with Consumer(
        stream_name=STREAM, checkpointer=MemoryCheckPointer(name="guest"), sleep_time_no_records=0.05,
        shard_fetch_rate=5, idle_timeout=0.5, **OPTIONS
    ) as consumer:
        while len(read) < 600:
            async for item in consumer:
                read.append(item)
    assert len(read) == 600, len(read)
    assert {item["number"] for item in read} == set(range(600))
    for key in range(KEYS):
        numbers = [item["number"] for item in read if item["key"] == key]
        assert numbers == sorted(numbers), f"key {key} came out of its order: {numbers}"


asyncio.run(asyncio.wait_for(main(), 50))
