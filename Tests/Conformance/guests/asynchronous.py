"""Sends, receives and reads with aiobotocore, many at once."""

import asyncio
import os

from aiobotocore.session import get_session


async def main():
    options = dict(
        endpoint_url=f"http://{os.environ['BROKER']}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    session = get_session()
    async with session.create_client("sqs", **options) as sqs, session.create_client("kinesis", **options) as kinesis:
        url = (await sqs.create_queue(QueueName="asynchronous"))["QueueUrl"]
        poll = asyncio.create_task(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10))
        await asyncio.gather(*(sqs.send_message(QueueUrl=url, MessageBody=str(number)) for number in range(50)))
        messages = (await poll).get("Messages", [])
        while len(messages) < 50:
            messages += (await sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10))["Messages"]
        assert {message["Body"] for message in messages} == {str(number) for number in range(50)}

        await kinesis.create_stream(StreamName="asynchronous", ShardCount=1)
        records = [{"Data": str(number).encode(), "PartitionKey": "k"} for number in range(50)]
        put = await kinesis.put_records(StreamName="asynchronous", Records=records)
        place = await kinesis.get_shard_iterator(
            StreamName="asynchronous", ShardId=put["Records"][0]["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        read = await kinesis.get_records(ShardIterator=place["ShardIterator"])
        assert [record["Data"] for record in read["Records"]] == [record["Data"] for record in records]


asyncio.run(main())
