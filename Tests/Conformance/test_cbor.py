"""Kinesis in CBOR, as the AWS SDK for Java, the KCL and the KPL speak it unless they are told not to."""

import time

import pytest

import cbor
from wire import ACCOUNT, KINESIS, REGION, Request

CBOR = "application/x-amz-cbor-1.1"
SHARD = "shardId-000000000000"


@pytest.fixture
def ask(caller):
    """Sends an operation in CBOR and reads the answer, which has to be in CBOR too."""

    def ask(operation, members=None, status=200, body=None):
        request = Request(KINESIS, operation, cbor.write(members) if body is None else body)
        request["Content-Type"] = CBOR
        answer = caller.send(caller.sign(request))
        assert (answer.status, answer.headers["content-type"]) == (status, CBOR), answer.body
        return cbor.read(answer.body) if answer.body else None

    return ask


@pytest.fixture
def read_all(ask):
    def read_all(name, **start):
        place = {"StreamName": name, "ShardId": SHARD, "ShardIteratorType": "TRIM_HORIZON"} | start
        return ask("GetRecords", {"ShardIterator": ask("GetShardIterator", place)["ShardIterator"], "Limit": 100})

    return read_all


def test_a_stream_is_made_described_and_deleted(ask, fresh_name):
    assert ask("CreateStream", {"StreamName": fresh_name, "ShardCount": 2, "Tags": {"a": "ü"}}) is None

    description = ask("DescribeStream", {"StreamName": fresh_name, "Limit": 1})["StreamDescription"]
    summary = ask("DescribeStreamSummary", {"StreamName": fresh_name})["StreamDescriptionSummary"]
    shards = ask("ListShards", {"StreamName": fresh_name, "ShardFilter": {"Type": "AT_LATEST"}})["Shards"]
    streams = ask("ListStreams", {"ExclusiveStartStreamName": fresh_name[:-1]})

    assert description["StreamARN"] == f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{fresh_name}"
    assert description["HasMoreShards"] is True and len(description["Shards"]) == 1
    assert description["EnhancedMonitoring"] == [{"ShardLevelMetrics": []}]
    assert abs(description["StreamCreationTimestamp"].milliseconds / 1_000 - time.time()) < 60
    assert (summary["OpenShardCount"], summary["RetentionPeriodHours"]) == (2, 24)
    assert [shard["ShardId"] for shard in shards] == [SHARD, "shardId-000000000001"]
    assert fresh_name in streams["StreamNames"]
    assert ask("DeleteStream", {"StreamName": fresh_name}) is None


@pytest.mark.parametrize("data", [b"", b"tea", bytes(range(256)), b"x" * 1_000_000], ids=["none", "tea", "all", "1 MB"])
def test_data_crosses_as_it_is(ask, read_all, stream, data):
    put = ask("PutRecord", {"StreamName": stream.name, "Data": data, "PartitionKey": "k"})

    [record] = read_all(stream.name)["Records"]

    assert (record["Data"], record["PartitionKey"]) == (data, "k")
    assert record["SequenceNumber"] == put["SequenceNumber"]
    assert stream.read() == [data]  # and the same by JSON


def test_a_batch_is_put_and_told_one_by_one(ask, read_all, stream):
    entries = [{"Data": bytes([number % 256]), "PartitionKey": f"k{number}"} for number in range(500)]

    answer = ask("PutRecords", {"StreamName": stream.name, "Records": entries})

    assert answer["FailedRecordCount"] == 0 and len(answer["Records"]) == 500
    assert {result["ShardId"] for result in answer["Records"]} == {SHARD}


def test_moments_are_milliseconds_both_ways(ask, read_all, stream):
    stream.put(b"early")
    [early] = read_all(stream.name)["Records"]
    arrival = early["ApproximateArrivalTimestamp"].milliseconds
    assert abs(arrival / 1_000 - time.time()) < 60

    for moment in (cbor.Moment(arrival), arrival):  # with the tag and without
        found = read_all(stream.name, ShardIteratorType="AT_TIMESTAMP", Timestamp=moment)["Records"]
        assert [record["Data"] for record in found] == [b"early"]
    later = cbor.Moment(arrival + 1)
    assert read_all(stream.name, ShardIteratorType="AT_TIMESTAMP", Timestamp=later)["Records"] == []


def test_texts_and_blobs_may_come_in_pieces(ask, read_all, stream):
    text, piece = cbor.write, cbor.in_pieces
    members = [text("StreamName"), piece(stream.name), piece("Data"), piece(b"a pot of tea"), text("PartitionKey"), piece("ü")]
    ask("PutRecord", body=cbor.OPEN_MAP + b"".join(members) + cbor.BREAK)

    [record] = read_all(stream.name)["Records"]
    assert (record["Data"], record["PartitionKey"]) == (b"a pot of tea", "ü")


def test_members_without_a_value_are_left_out(ask, read_all, stream):
    stream.put(b"tea")

    answer = read_all(stream.name)

    assert answer.keys() == {"Records", "NextShardIterator", "MillisBehindLatest"}
    assert answer["Records"][0].keys() == {"SequenceNumber", "ApproximateArrivalTimestamp", "Data", "PartitionKey"}
    assert answer["MillisBehindLatest"] == 0


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"\xa1", b"\xbf", b"\x80", b"\xa1\x00\x00", b"\xa0\x00", b"\x81" * 1_000],
    ids=["empty", "JSON", "half", "open", "list", "number as name", "two", "deep"],
)  # fmt: skip
def test_an_unreadable_body_is_told_without_words(ask, body):
    assert ask("PutRecord", body=body, status=400) == {"__type": "SerializationException"}


def test_errors_have_the_same_members_as_in_json(ask):
    missing = ask("DescribeStream", {"StreamName": "nowhere"}, status=400)
    wrong = ask("DescribeStream", {"StreamName": 7}, status=400)
    incomplete = ask("PutRecords", {"StreamName": "s", "Records": [{}, {}]}, status=400)
    unknown = ask("Fly", {}, status=400)

    words = f"Stream nowhere under account {ACCOUNT} not found."
    assert missing == {"__type": "ResourceNotFoundException", "message": words}
    number = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber"
    assert wrong == {"__type": "SerializationException", "Message": f"{number} can not be converted to an String"}
    assert incomplete["__type"] == "ValidationException"
    assert incomplete["message"].startswith("2 validation errors detected: Value null at 'records.1.member.data'")
    assert unknown["__type"] == "UnknownOperationException"


def test_a_wrong_signature_is_told_in_cbor(caller):
    request = Request(KINESIS, "ListStreams", cbor.write({}))
    request["Content-Type"] = CBOR
    caller.sign(request).replace("Authorization", "Signature=.", "Signature=x")

    answer = caller.send(request)

    assert cbor.read(answer.body)["__type"] == "InvalidSignatureException"
