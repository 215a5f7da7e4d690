"""The AWS command line, as people type it."""

import base64
import json
import os
import subprocess
import sys

import pytest

from wire import DEVELOPER, REGION


@pytest.fixture
def aws(broker, tmp_path):
    """Runs `aws …` against the broker, with no settings but these."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": DEVELOPER.id,
        "AWS_SECRET_ACCESS_KEY": DEVELOPER.secret,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_MAX_ATTEMPTS": "1",
        "NO_PROXY": "127.0.0.1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    def run(*words):
        command = [sys.executable, "-m", "awscli", "--endpoint-url", broker.url, "--output", "json", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    return run


def test_a_queue_is_made_found_and_listed(aws, fresh_name):
    url = aws("sqs", "create-queue", "--queue-name", fresh_name, "--attributes", "VisibilityTimeout=60")["QueueUrl"]

    listed = aws("sqs", "list-queues", "--queue-name-prefix", fresh_name)
    attributes = aws("sqs", "get-queue-attributes", "--queue-url", url, "--attribute-names", "All")["Attributes"]

    assert listed["QueueUrls"] == [url]
    assert attributes["VisibilityTimeout"] == "60"


def test_a_message_is_sent_received_and_deleted(aws, queue):
    to_queue = ["--queue-url", queue.url]
    colour = '{"colour": {"DataType": "String", "StringValue": "grün"}}'

    sent = aws("sqs", "send-message", *to_queue, "--message-body", "Tee für zwei", "--message-attributes", colour)
    wanted = ["--wait-time-seconds", "5", "--attribute-names", "All", "--message-attribute-names", "All"]
    [message] = aws("sqs", "receive-message", *to_queue, *wanted)["Messages"]
    aws("sqs", "delete-message", *to_queue, "--receipt-handle", message["ReceiptHandle"])

    assert (message["MessageId"], message["Body"]) == (sent["MessageId"], "Tee für zwei")
    assert message["MessageAttributes"]["colour"]["StringValue"] == "grün"
    assert queue.counts == (0, 0, 0)


def test_a_batch_of_messages_is_sent_and_purged(aws, queue):
    entries = json.dumps([{"Id": name, "MessageBody": name} for name in "abc"])

    answer = aws("sqs", "send-message-batch", "--queue-url", queue.url, "--entries", entries)
    sent = queue.counts
    aws("sqs", "purge-queue", "--queue-url", queue.url)

    assert [result["Id"] for result in answer["Successful"]] == ["a", "b", "c"]
    assert (sent, queue.counts) == ((3, 0, 0), (0, 0, 0))


def test_a_stream_is_made_and_its_shards_listed(aws, fresh_name):
    aws("kinesis", "create-stream", "--stream-name", fresh_name, "--shard-count", "2")

    summary = aws("kinesis", "describe-stream-summary", "--stream-name", fresh_name)["StreamDescriptionSummary"]
    shards = aws("kinesis", "list-shards", "--stream-name", fresh_name)["Shards"]

    assert (summary["StreamStatus"], summary["OpenShardCount"]) == ("ACTIVE", 2)
    assert [shard["ShardId"] for shard in shards] == ["shardId-000000000000", "shardId-000000000001"]


def test_a_record_is_put_and_read(aws, stream):
    aws("kinesis", "put-record", "--stream-name", stream.name, "--partition-key", "k", "--data", "tea")
    place = ["--shard-id", "shardId-000000000000", "--shard-iterator-type", "TRIM_HORIZON"]
    iterator = aws("kinesis", "get-shard-iterator", "--stream-name", stream.name, *place)["ShardIterator"]

    [record] = aws("kinesis", "get-records", "--shard-iterator", iterator)["Records"]

    assert (base64.b64decode(record["Data"]), record["PartitionKey"]) == (b"tea", "k")
