"""A queue and a stream as a test sees them: the SDK's own operations, with the place already filled in."""

from functools import partial


class Queue:
    """`queue.send_message(MessageBody="tea")` is the SDK's `send_message` on this queue."""

    def __init__(self, sqs, url: str):
        self.sqs = sqs
        self.url = url
        self.name = url.rsplit("/", 1)[-1]

    @classmethod
    def create(cls, sqs, name: str, attributes: dict) -> "Queue":
        return cls(sqs, sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])

    def __getattr__(self, operation):
        return partial(getattr(self.sqs, operation), QueueUrl=self.url)

    def send(self, body: str, **parameters) -> dict:
        return self.send_message(MessageBody=body, **parameters)

    def send_all(self, *bodies: str, **parameters):
        for body in bodies:
            self.send(body, **parameters)

    def receive(self, most: int = 10, **parameters) -> list[dict]:
        return self.receive_message(MaxNumberOfMessages=most, **parameters).get("Messages", [])

    def receive_one(self, **parameters) -> dict:
        [message] = self.receive(1, **parameters)
        return message

    def receive_bodies(self, most: int = 10, **parameters) -> list[str]:
        return [message["Body"] for message in self.receive(most, **parameters)]

    def delete(self, message: dict):
        return self.delete_message(ReceiptHandle=message["ReceiptHandle"])

    def hide(self, message: dict, seconds: int):
        return self.change_message_visibility(ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds)

    @property
    def attributes(self) -> dict:
        return self.get_queue_attributes(AttributeNames=["All"])["Attributes"]

    @property
    def arn(self) -> str:
        return self.attributes["QueueArn"]

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many messages are visible, in flight and delayed."""
        attributes = self.attributes
        return tuple(int(attributes[f"ApproximateNumberOfMessages{kind}"]) for kind in ("", "NotVisible", "Delayed"))


class Stream:
    """`stream.put_record(...)` is the SDK's `put_record` on this stream."""

    def __init__(self, kinesis, name: str):
        self.kinesis = kinesis
        self.name = name

    @classmethod
    def create(cls, kinesis, name: str, shards: int, **parameters) -> "Stream":
        kinesis.create_stream(StreamName=name, ShardCount=shards, **parameters)
        return cls(kinesis, name)

    def __getattr__(self, operation):
        return partial(getattr(self.kinesis, operation), StreamName=self.name)

    @property
    def exists(self) -> bool:
        try:
            self.describe_stream_summary()
        except self.kinesis.exceptions.ResourceNotFoundException:
            return False
        return True

    @property
    def description(self) -> dict:
        return self.describe_stream()["StreamDescription"]

    @property
    def arn(self) -> str:
        return self.description["StreamARN"]

    @property
    def shards(self) -> list[dict]:
        return self.description["Shards"]

    @property
    def consumers(self) -> list[dict]:
        return self.kinesis.list_stream_consumers(StreamARN=self.arn)["Consumers"]

    def put(self, data: bytes, key: str = "k", **parameters) -> dict:
        return self.put_record(Data=data, PartitionKey=key, **parameters)

    def put_all(self, *data: bytes, key: str = "k") -> list[str]:
        """Puts records one after the other and tells their sequence numbers."""
        return [self.put(item, key)["SequenceNumber"] for item in data]

    def iterator(self, kind: str = "TRIM_HORIZON", shard: str = "shardId-000000000000", **parameters) -> str:
        answer = self.get_shard_iterator(ShardId=shard, ShardIteratorType=kind, **parameters)
        return answer["ShardIterator"]

    def read(self, *place, limit: int = 10_000, **parameters) -> list[bytes]:
        """The data behind a place, as far as one GetRecords tells."""
        answer = self.kinesis.get_records(ShardIterator=self.iterator(*place, **parameters), Limit=limit)
        return [record["Data"] for record in answer["Records"]]
