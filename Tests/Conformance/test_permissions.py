"""Who may do what: every key, every operation, on resources of its own and of others, against one table."""

import base64
import json

import pytest

from places import Queue, Stream
from pushes import consumer
from wire import ACCOUNT, DEVELOPER, KINESIS, SQS, Key

ORDERS = {"orders", "orders.fifo"}
QUEUES = [*ORDERS, "orders-dead", "orders-dead.fifo", "order-events-gaps", "order-events-dead", "strangers"]
EVENTS = {"order-events"}
GAPS = {"order-events-gaps"}
DEAD = {"orders-dead", "orders-dead.fifo", "order-events-dead"}
STREAMS = [*EVENTS, "strangers"]

QUEUE_OPERATIONS = [
    "CreateQueue",
    "GetQueueUrl",
    "GetQueueAttributes",
    "SetQueueAttributes",
    "SendMessage",
    "SendMessageBatch",
    "ReceiveMessage",
    "DeleteMessage",
    "DeleteMessageBatch",
    "ChangeMessageVisibility",
    "ChangeMessageVisibilityBatch",
    "TagQueue",
    "UntagQueue",
    "ListQueueTags",
    "AddPermission",
    "RemovePermission",
    "PurgeQueue",
    "ListDeadLetterSourceQueues",
    "StartMessageMoveTask",
    "ListMessageMoveTasks",
    "CancelMessageMoveTask",
    "DeleteQueue",
]
STREAM_OPERATIONS = [
    "CreateStream",
    "DescribeStream",
    "DescribeStreamSummary",
    "ListShards",
    "PutRecord",
    "PutRecords",
    "GetShardIterator",
    "GetRecords",
    "SplitShard",
    "MergeShards",
    "UpdateShardCount",
    "IncreaseStreamRetentionPeriod",
    "DecreaseStreamRetentionPeriod",
    "UpdateMaxRecordSize",
    "StartStreamEncryption",
    "StopStreamEncryption",
    "EnableEnhancedMonitoring",
    "DisableEnhancedMonitoring",
    "UpdateStreamMode",
    "UpdateStreamWarmThroughput",
    "UpdateStreamRecordDistributionStrategy",
    "AddTagsToStream",
    "RemoveTagsFromStream",
    "ListTagsForStream",
    "TagResource",
    "UntagResource",
    "ListTagsForResource",
    "PutResourcePolicy",
    "GetResourcePolicy",
    "DeleteResourcePolicy",
    "RegisterStreamConsumer",
    "DescribeStreamConsumer",
    "SubscribeToShard",
    "DeregisterStreamConsumer",
    "DeleteStream",
]
ACCOUNT_OPERATIONS = {
    "ListQueues": SQS,
    "ListStreams": KINESIS,
    "DescribeLimits": KINESIS,
    "DescribeAccountSettings": KINESIS,
    "UpdateAccountSettings": KINESIS,
}

EVERYTHING = {
    **{operation: set(QUEUES) for operation in QUEUE_OPERATIONS},
    **{operation: set(STREAMS) for operation in STREAM_OPERATIONS},
    **{operation: {"*"} for operation in ACCOUNT_OPERATIONS},
}
ALLOWED = {
    "shop": {"SendMessage": ORDERS, "SendMessageBatch": ORDERS, "GetQueueUrl": ORDERS},
    "oms-intake": {
        "ReceiveMessage": ORDERS,
        "DeleteMessage": ORDERS,
        "DeleteMessageBatch": ORDERS,
        "ChangeMessageVisibility": ORDERS,
        "ChangeMessageVisibilityBatch": ORDERS,
        "GetQueueAttributes": ORDERS,
        "GetQueueUrl": ORDERS,
    },
    "oms-relay": {
        "PutRecord": EVENTS,
        "PutRecords": EVENTS,
        "DescribeStreamSummary": EVENTS,
        "ListShards": EVENTS,
        "ReceiveMessage": GAPS,
        "DeleteMessage": GAPS,
        "GetQueueUrl": GAPS,
    },
    "function": {
        "GetRecords": EVENTS,
        "GetShardIterator": EVENTS,
        "ListShards": EVENTS,
        "DescribeStream": EVENTS,
        "DescribeStreamSummary": EVENTS,
        "RegisterStreamConsumer": EVENTS,
        "DescribeStreamConsumer": EVENTS,
        "SubscribeToShard": EVENTS,
        "SendMessage": GAPS,
        "GetQueueUrl": GAPS,
    },
    "courier": {},
    "conductor": {
        "CreateQueue": ORDERS | DEAD | GAPS,
        "GetQueueUrl": ORDERS | DEAD | GAPS,
        "GetQueueAttributes": ORDERS | DEAD | GAPS,
        "SetQueueAttributes": ORDERS | DEAD | GAPS,
        "StartMessageMoveTask": DEAD,
        "ListMessageMoveTasks": DEAD,
        "CreateStream": EVENTS,
        "DescribeStreamSummary": EVENTS,
    },
    "test": EVERYTHING,
}
KEYS = {role: DEVELOPER if role == "test" else Key.of(role) for role in ALLOWED}
DENIED = {SQS: (403, "AccessDenied"), KINESIS: (400, "AccessDeniedException")}


def service_of(operation: str):
    is_sqs = operation in QUEUE_OPERATIONS or ACCOUNT_OPERATIONS.get(operation) is SQS
    return SQS if is_sqs else KINESIS


class World:
    """A region of its own with all queues and streams, so that what one key does is not felt by another."""

    def __init__(self, client, region: str):
        self.sqs, self.kinesis = client("sqs", region), client("kinesis", region)
        self.region = region
        self.queues, self.streams, self.consumers = {}, {}, {}
        self.furnish()

    def furnish(self):
        """Makes what is not there, or not there any more."""
        for name in QUEUES:
            attributes = {"ContentBasedDeduplication": "true", "FifoQueue": "true"} if name.endswith(".fifo") else {}
            self.queues[name] = Queue.create(self.sqs, name, attributes)
        known = self.kinesis.list_streams()["StreamNames"]
        for name in STREAMS:
            if name not in known:
                self.kinesis.create_stream(StreamName=name, ShardCount=1)
            self.streams[name] = Stream(self.kinesis, name)
            if not self.streams[name].consumers:
                self.consumers[name] = consumer(self.streams[name])

    def resources(self, operation: str) -> list[str]:
        if operation in ACCOUNT_OPERATIONS:
            return ["*"]
        return QUEUES if operation in QUEUE_OPERATIONS else STREAMS

    def members(self, operation: str, name: str) -> dict:
        """Sound members for an operation on a resource."""
        if operation == "UpdateAccountSettings":
            return {"MinimumThroughputBillingCommitment": {"Status": "DISABLED"}}
        if operation in ACCOUNT_OPERATIONS:
            return {}
        if operation in STREAM_OPERATIONS:
            return self.members_for_stream(operation, name)
        fifo = {"MessageGroupId": "g"} if name.endswith(".fifo") else {}
        kind = {"FifoQueue": "true"} if fifo else {}
        arn = self.queues[name].arn
        handle = json.dumps({"taskId": "tea", "sourceArn": arn}).encode()
        entry = {"Id": "1", "ReceiptHandle": "garbage", "VisibilityTimeout": 1}
        return {"QueueUrl": self.queues[name].url} | {
            "CreateQueue": {"QueueName": name, "Attributes": kind},
            "GetQueueUrl": {"QueueName": name},
            "SetQueueAttributes": {"Attributes": {"VisibilityTimeout": "30"}},
            "TagQueue": {"Tags": {"team": "tea"}},
            "UntagQueue": {"TagKeys": ["team"]},
            "AddPermission": {"Label": "all", "AWSAccountIds": ["123456789012"], "Actions": ["SendMessage"]},
            "RemovePermission": {"Label": "all"},
            "SendMessage": {"MessageBody": "tea", **fifo},
            "SendMessageBatch": {"Entries": [{"Id": "1", "MessageBody": "tea", **fifo}]},
            "DeleteMessage": {"ReceiptHandle": "garbage"},
            "DeleteMessageBatch": {"Entries": [entry]},
            "ChangeMessageVisibility": {"ReceiptHandle": "garbage", "VisibilityTimeout": 1},
            "ChangeMessageVisibilityBatch": {"Entries": [entry]},
            "StartMessageMoveTask": {"SourceArn": arn},
            "ListMessageMoveTasks": {"SourceArn": arn},
            "CancelMessageMoveTask": {"TaskHandle": base64.b64encode(handle).decode()},
        }.get(operation, {})

    def members_for_stream(self, operation: str, name: str) -> dict:
        record = {"Data": "dGVh", "PartitionKey": "k"}
        if operation == "GetRecords":
            return {"ShardIterator": self.streams[name].iterator()}
        arn = f"arn:aws:kinesis:{self.region}:{ACCOUNT}:stream/{name}"
        key = {"EncryptionType": "KMS", "KeyId": "k"}
        by_arn = {
            "UpdateMaxRecordSize": {"StreamARN": arn, "MaxRecordSizeInKiB": 1024},
            "UpdateStreamMode": {"StreamARN": arn, "StreamModeDetails": {"StreamMode": "PROVISIONED"}},
            "UpdateStreamRecordDistributionStrategy": {
                "StreamARN": arn,
                "RecordDistributionStrategy": "USER_PARTITION_KEY",
            },
            "TagResource": {"ResourceARN": arn, "Tags": {"team": "tea"}},
            "UntagResource": {"ResourceARN": arn, "TagKeys": ["team"]},
            "ListTagsForResource": {"ResourceARN": arn},
            "PutResourcePolicy": {"ResourceARN": arn, "Policy": '{"Version": "2012-10-17", "Statement": []}'},
            "GetResourcePolicy": {"ResourceARN": arn},
            "DeleteResourcePolicy": {"ResourceARN": arn},
            "RegisterStreamConsumer": {"StreamARN": arn, "ConsumerName": "reader"},
            "DescribeStreamConsumer": {"ConsumerARN": self.consumers[name]},
            "DeregisterStreamConsumer": {"ConsumerARN": self.consumers[name]},
            "SubscribeToShard": {
                "ConsumerARN": self.consumers[name],
                "ShardId": "0",
                "StartingPosition": {"Type": "LATEST"},
                "DryRun": True,
            },
        }
        if operation in by_arn:
            return by_arn[operation]
        return {"StreamName": name} | {
            "CreateStream": {"ShardCount": 1},
            "SplitShard": {"ShardToSplit": "0", "NewStartingHashKey": "1000"},
            "MergeShards": {"ShardToMerge": "1", "AdjacentShardToMerge": "2"},
            "UpdateShardCount": {"TargetShardCount": 1, "ScalingType": "UNIFORM_SCALING"},
            "IncreaseStreamRetentionPeriod": {"RetentionPeriodHours": 48},
            "DecreaseStreamRetentionPeriod": {"RetentionPeriodHours": 24},
            "StartStreamEncryption": key,
            "StopStreamEncryption": key,
            "EnableEnhancedMonitoring": {"ShardLevelMetrics": ["ALL"]},
            "DisableEnhancedMonitoring": {"ShardLevelMetrics": ["ALL"]},
            "UpdateStreamWarmThroughput": {"WarmThroughputMiBps": 1},
            "AddTagsToStream": {"Tags": {"team": "tea"}},
            "RemoveTagsFromStream": {"TagKeys": ["team"]},
            "PutRecord": record,
            "PutRecords": {"Records": [record]},
            "GetShardIterator": {"ShardId": "0", "ShardIteratorType": "LATEST"},
        }.get(operation, {})

    @property
    def picture(self):
        """All that a call could have changed."""
        return (
            self.sqs.list_queues()["QueueUrls"],
            self.kinesis.list_streams()["StreamNames"],
            [queue.attributes for queue in self.queues.values()],
            [stream.read() for stream in self.streams.values()],
            [stream.description for stream in self.streams.values()],
            [stream.consumers for stream in self.streams.values()],
        )


@pytest.fixture(scope="module")
def worlds(client):
    known = {}

    def world(role: str) -> World:
        if role not in known:
            known[role] = World(client, f"world-of-{role}")
        return known[role]

    return world


@pytest.fixture
def called(make_caller, worlds):
    """Calls an operation with a role's key in that role's world."""

    def call(role: str, operation: str, members: dict):
        caller = make_caller(key=KEYS[role], region=worlds(role).region)
        return caller.call(service_of(operation), operation, members)

    return call


@pytest.mark.parametrize("operation", EVERYTHING)
@pytest.mark.parametrize("role", ALLOWED)
def test_a_key_may_do_exactly_what_the_table_says(called, worlds, role, operation):
    world = worlds(role)
    service = service_of(operation)

    answers = {name: called(role, operation, world.members(operation, name)) for name in world.resources(operation)}
    if operation in ("DeleteQueue", "DeleteStream", "DeregisterStreamConsumer"):
        world.furnish()

    allowed = {name for name, answer in answers.items() if (answer.status, answer.code) != DENIED[service]}
    assert allowed == ALLOWED[role].get(operation, set())
    assert all(answer.status < 500 for answer in answers.values())


def test_what_is_denied_changes_nothing(called, worlds):
    world = worlds("courier")
    before = world.picture

    for operation in EVERYTHING:
        for name in world.resources(operation):
            answer = called("courier", operation, world.members(operation, name))
            assert (answer.status, answer.code) == DENIED[service_of(operation)]

    assert world.picture == before


@pytest.mark.parametrize("operation", ["SendMessage", "PutRecord"])
def test_a_denial_tells_not_whether_the_resource_is_there(called, worlds, operation):
    members = worlds("courier").members(operation, "strangers")
    missing = {
        **members,
        "QueueUrl": "http://127.0.0.1/000000000000/nobody-made-this",
        "StreamName": "nobody-made-this",
    }

    answer = called("courier", operation, missing)

    assert (answer.status, answer.code) == DENIED[service_of(operation)]


def test_an_arn_opens_no_stream_that_its_name_would_not(called, worlds):
    arn = worlds("function").streams["strangers"].arn

    for members in ({"StreamARN": arn}, {"StreamARN": arn, "StreamName": "order-events"}):
        answer = called("function", "DescribeStream", members)
        assert answer.status == 400
        assert "strangers" not in answer.json.get("StreamDescription", {}).get("StreamName", "")


@pytest.mark.parametrize("role", ["shop", "courier", "function"])
def test_a_token_opens_no_stream_that_its_name_would_not(called, worlds, make_caller, role):
    world = worlds(role)
    world.kinesis.create_stream(StreamName="secret", ShardCount=2)
    try:
        token = world.kinesis.list_shards(StreamName="secret", MaxResults=1)["NextToken"]

        answer = called(role, "ListShards", {"NextToken": token})

        assert (answer.status, answer.code) == DENIED[KINESIS]
    finally:
        world.kinesis.delete_stream(StreamName="secret")


@pytest.mark.parametrize("role", ["function", "shop"])
def test_an_iterator_opens_no_stream_that_its_name_would_not(called, worlds, role):
    world = worlds(role)
    world.streams["strangers"].put(b"secret")

    answer = called(role, "GetRecords", {"ShardIterator": world.streams["strangers"].iterator()})

    assert (answer.status, answer.code) == DENIED[KINESIS]


@pytest.mark.parametrize("url", ["{url}/", "{url}?a=/orders", "orders/{name}", "{url}#/orders"])
def test_a_queue_url_written_oddly_opens_no_queue_that_its_name_would_not(called, worlds, url):
    queue = worlds("shop").queues["strangers"]

    called("shop", "SendMessage", {"QueueUrl": url.format(url=queue.url, name=queue.name), "MessageBody": "tea"})

    assert queue.counts == (0, 0, 0)
