"""Queues and streams with aiobotocore, many calls at once, and records pushed to two subscribers over a split."""

import asyncio
import os

from aiobotocore.session import get_session

OPTIONS = dict(
    endpoint_url=f"http://{os.environ['BROKER']}",
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
)


async def main():
    session = get_session()
    async with session.create_client("sqs", **OPTIONS) as sqs, session.create_client("kinesis", **OPTIONS) as kinesis:
        await send_and_receive(sqs)
        await put_and_get(kinesis)
        await subscribe_over_a_split(kinesis)


async def send_and_receive(sqs):
    url = (await sqs.create_queue(QueueName="asynchronous"))["QueueUrl"]
    poll = asyncio.create_task(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10))
    await asyncio.gather(*(sqs.send_message(QueueUrl=url, MessageBody=str(number)) for number in range(50)))
    messages = (await poll).get("Messages", [])
    while len(messages) < 50:
        messages += (await sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10))["Messages"]
    assert {message["Body"] for message in messages} == {str(number) for number in range(50)}
    entries = [
        {"Id": str(place), "ReceiptHandle": message["ReceiptHandle"]} for place, message in enumerate(messages)
    ]
    deletes = (
        sqs.delete_message_batch(QueueUrl=url, Entries=entries[first : first + 10])
        for first in range(0, len(entries), 10)
    )
    assert sum(len(answer["Successful"]) for answer in await asyncio.gather(*deletes)) == 50
    attributes = await sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    assert attributes["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "0"


async def put_and_get(kinesis):
    await kinesis.create_stream(StreamName="asynchronous", ShardCount=1)
    records = [{"Data": str(number).encode(), "PartitionKey": "k"} for number in range(50)]
    put = await kinesis.put_records(StreamName="asynchronous", Records=records)
    place = await kinesis.get_shard_iterator(
        StreamName="asynchronous", ShardId=put["Records"][0]["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )
    read = await kinesis.get_records(ShardIterator=place["ShardIterator"])
    assert [record["Data"] for record in read["Records"]] == [record["Data"] for record in records]


async def subscribe_over_a_split(kinesis):
    """Two consumers each hear every record once: what lay there, what comes, and what the children of a split get."""
    arn = (await kinesis.describe_stream_summary(StreamName="asynchronous"))["StreamDescriptionSummary"]["StreamARN"]
    consumers = [
        (await kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=name))["Consumer"]["ConsumerARN"]
        for name in ("one", "two")
    ]
    hearings = [asyncio.create_task(hear(kinesis, consumer, "shardId-000000000000")) for consumer in consumers]
    await put(kinesis, range(50, 100))
    await kinesis.split_shard(
        StreamName="asynchronous", ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127)
    )
    await kinesis.get_waiter("stream_exists").wait(StreamName="asynchronous")
    await put(kinesis, range(100, 150))
    for heard in await asyncio.gather(*hearings):
        assert sorted(heard) == list(range(150)), heard


async def put(kinesis, numbers):
    records = [{"Data": str(number).encode(), "PartitionKey": f"k{number}"} for number in numbers]
    assert (await kinesis.put_records(StreamName="asynchronous", Records=records))["FailedRecordCount"] == 0


async def hear(kinesis, consumer, shard):
    """Reads a shard to its end, then its children until fifty records of theirs have come."""
    heard, children = [], []
    async for event in events(kinesis, consumer, shard):
        heard += [int(record["Data"]) for record in event["Records"]]
        children += [child["ShardId"] for child in event.get("ChildShards", [])]
    assert heard == list(range(100)) and len(children) == 2, (heard, children)
    later = asyncio.Queue()

    async def follow(child):
        async for event in events(kinesis, consumer, child):
            for record in event["Records"]:
                later.put_nowait(int(record["Data"]))

    following = [asyncio.create_task(follow(child)) for child in children]
    heard += [await asyncio.wait_for(later.get(), timeout=20) for _ in range(50)]
    for task in following:
        task.cancel()
    return heard


async def events(kinesis, consumer, shard):
    answer = await kinesis.subscribe_to_shard(
        ConsumerARN=consumer, ShardId=shard, StartingPosition={"Type": "TRIM_HORIZON"}
    )
    async for event in answer["EventStream"]:
        yield event["SubscribeToShardEvent"]


asyncio.run(main())
