"""Streams and their shards: made, told about, listed and deleted."""

import time

import pytest
from botocore.exceptions import ClientError

from places import Stream
from refusals import refused, violation
from sequences import LAST_HASH_KEY, SequenceNumber
from wire import ACCOUNT, KINESIS, REGION

NAME_PATTERN = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
NEEDING_A_STREAM = [
    "delete_stream",
    "describe_stream",
    "describe_stream_summary",
    "list_shards",
    "put_record",
    "put_records",
    "get_shard_iterator",
]
THE_REST = {
    "put_record": {"Data": b"tea", "PartitionKey": "k"},
    "put_records": {"Records": [{"Data": b"tea", "PartitionKey": "k"}]},
    "get_shard_iterator": {"ShardId": "shardId-000000000000", "ShardIteratorType": "LATEST"},
}


def at_least(low: int) -> str:
    return f"Member must have value greater than or equal to {low}"


def at_most(high: int) -> str:
    return f"Member must have value less than or equal to {high}"


def shard_ids(answer: dict) -> list[str]:
    return [shard["ShardId"] for shard in answer["Shards"]]


@pytest.fixture(params=NEEDING_A_STREAM)
def on_a_stream(request, kinesis):
    """Any operation on a stream, as a function of how the stream is named."""
    return lambda **stream: getattr(kinesis, request.param)(**stream, **THE_REST.get(request.param, {}))


# Making


@pytest.mark.parametrize("name", ["s", "Orders.v1_a-9", "x" * 128, "."], ids=["one", "marks", "128", "a dot"])
def test_a_name_has_1_to_128_letters_digits_dots_hyphens_and_underscores(client, fresh_region, name):
    kinesis = client("kinesis", fresh_region)

    kinesis.create_stream(StreamName=name, ShardCount=1)

    assert Stream(kinesis, name).description["StreamName"] == name


@pytest.mark.parametrize("name", ["a b", "a/b", "ä", "a:b"])
def test_any_other_name_is_refused(kinesis, name):
    with refused("ValidationException", violation(name, "streamName", NAME_PATTERN)):
        kinesis.create_stream(StreamName=name, ShardCount=1)


def test_a_name_too_long_is_refused(kinesis):
    name = "x" * 129
    rule = "Member must have length less than or equal to 128"

    with refused("ValidationException", violation(name, "streamName", rule)):
        kinesis.create_stream(StreamName=name, ShardCount=1)


def test_an_empty_name_breaks_two_rules_at_once(kinesis):
    with pytest.raises(ClientError) as caught:
        kinesis.create_stream(StreamName="", ShardCount=1)

    words = caught.value.response["Error"]["Message"]
    assert words.startswith("2 validation errors detected: ")
    assert NAME_PATTERN in words
    assert "Member must have length greater than or equal to 1" in words


def test_a_stream_needs_a_name(kinesis):
    with refused("ValidationException", violation(None, "streamName", "Member must not be null")):
        kinesis.create_stream(ShardCount=1)


@pytest.mark.parametrize("count", [0, -1])
def test_a_stream_has_at_least_one_shard(kinesis, fresh_name, count):
    with refused("ValidationException", violation(count, "shardCount", at_least(1))):
        kinesis.create_stream(StreamName=fresh_name, ShardCount=count)


def test_a_taken_name_is_refused(stream):
    with refused("ResourceInUseException", f"Stream {stream.name} under account {ACCOUNT} already exists."):
        stream.create_stream(ShardCount=1)


def test_more_shards_than_the_account_may_have_are_refused(kinesis, fresh_name):
    with refused("LimitExceededException"):
        kinesis.create_stream(StreamName=fresh_name, ShardCount=100_000)


def test_an_unknown_mode_is_refused(kinesis, fresh_name):
    with pytest.raises(ClientError, match="ValidationException.*Member must satisfy enum value set"):
        kinesis.create_stream(StreamName=fresh_name, StreamModeDetails={"StreamMode": "SOMETIMES"})


def test_a_stream_has_four_shards_unless_told_otherwise(kinesis, fresh_name):
    kinesis.create_stream(StreamName=fresh_name)

    assert len(Stream(kinesis, fresh_name).shards) == 4


def test_an_on_demand_stream_begins_with_four_shards(kinesis, fresh_name):
    kinesis.create_stream(StreamName=fresh_name, StreamModeDetails={"StreamMode": "ON_DEMAND"})

    description = Stream(kinesis, fresh_name).description
    assert description["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"}
    assert len(description["Shards"]) == 4


@pytest.mark.parametrize(
    "tags", [{f"k{number}": "v" for number in range(51)}, {"k" * 129: "v"}, {"k": "v" * 257}, {"": "v"}],
    ids=["51 tags", "a long key", "a long value", "an empty key"],
)
def test_a_stream_is_made_with_at_most_50_sound_tags(kinesis, fresh_name, tags):
    with pytest.raises(ClientError) as caught:
        kinesis.create_stream(StreamName=fresh_name, ShardCount=1, Tags=tags)

    assert caught.value.response["Error"]["Code"] in ("ValidationException", "InvalidArgumentException")


@pytest.mark.parametrize("size", [1_023, 10_241])
def test_records_may_be_1_to_10_mib_long(kinesis, fresh_name, size):
    rule = at_least(1_024) if size < 1_024 else at_most(10_240)

    with refused("ValidationException", violation(size, "maxRecordSizeInKiB", rule)):
        kinesis.create_stream(StreamName=fresh_name, ShardCount=1, MaxRecordSizeInKiB=size)


def test_the_largest_record_is_as_large_as_the_stream_was_made_for(make_stream):
    stream = make_stream(MaxRecordSizeInKiB=2_048)

    assert stream.describe_stream_summary()["StreamDescriptionSummary"]["MaxRecordSizeInKiB"] == 2_048
    assert stream.put(b"x" * 1_500_000)["SequenceNumber"]


# Describing


def test_a_new_stream_is_described_as_documented(stream):
    before = int(time.time()) - 60

    description = stream.description

    assert before <= description.pop("StreamCreationTimestamp").timestamp() <= time.time()
    assert len(description.pop("Shards")) == 1
    assert description == {
        "StreamName": stream.name,
        "StreamARN": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{stream.name}",
        "StreamStatus": "ACTIVE",
        "StreamModeDetails": {"StreamMode": "PROVISIONED"},
        "HasMoreShards": False,
        "RetentionPeriodHours": 24,
        "EnhancedMonitoring": [{"ShardLevelMetrics": []}],
        "EncryptionType": "NONE",
    }


def test_a_summary_counts_open_shards_instead_of_listing_them(make_stream):
    stream = make_stream(3)

    summary = stream.describe_stream_summary()["StreamDescriptionSummary"]

    description = stream.description
    assert "Shards" not in summary
    assert (summary["OpenShardCount"], summary["ConsumerCount"]) == (3, 0)
    assert summary["MaxRecordSizeInKiB"] == 1_024
    for told in ("StreamName", "StreamARN", "StreamStatus", "RetentionPeriodHours", "StreamCreationTimestamp"):
        assert summary[told] == description[told]


def test_a_creation_time_is_told_in_whole_seconds(caller, stream):
    told = caller.call(KINESIS, "DescribeStream", {"StreamName": stream.name}).json

    created = told["StreamDescription"]["StreamCreationTimestamp"]
    assert created == int(created)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 10])
def test_shards_cover_all_hash_keys_evenly(make_stream, count):
    shards = make_stream(count).shards

    width = 2**128 // count
    ranges = [(shard["HashKeyRange"]["StartingHashKey"], shard["HashKeyRange"]["EndingHashKey"]) for shard in shards]
    wanted = [(number * width, (number + 1) * width - 1) for number in range(count)]
    wanted[-1] = (wanted[-1][0], LAST_HASH_KEY)
    assert [(int(first), int(last)) for first, last in ranges] == wanted


def test_shards_are_numbered_from_zero_with_twelve_digits(make_stream):
    stream = make_stream(3)

    assert shard_ids(stream.list_shards()) == [f"shardId-{number:012}" for number in range(3)]


def test_an_open_shard_has_a_beginning_and_neither_end_nor_parents(make_stream):
    stream = make_stream(2)

    for number, shard in enumerate(stream.shards):
        assert shard.keys() == {"ShardId", "HashKeyRange", "SequenceNumberRange"}
        assert shard["SequenceNumberRange"].keys() == {"StartingSequenceNumber"}
        start = SequenceNumber.parse(shard["SequenceNumberRange"]["StartingSequenceNumber"])
        assert (start.counter, start.shard) == (0, number)
        assert start.creation == start.arrival == stream.description["StreamCreationTimestamp"].timestamp() - 2


def test_shards_are_described_in_pages(make_stream):
    stream = make_stream(5)

    first = stream.describe_stream(Limit=2)["StreamDescription"]
    second = stream.describe_stream(Limit=3, ExclusiveStartShardId=shard_ids(first)[-1])["StreamDescription"]

    assert (len(first["Shards"]), first["HasMoreShards"]) == (2, True)
    assert (shard_ids(first) + shard_ids(second), second["HasMoreShards"]) == (shard_ids(stream.description), False)


def test_a_hundred_shards_are_described_at_once(make_stream):
    stream = make_stream(101)

    description = stream.describe_stream(Limit=10_000)["StreamDescription"]

    assert (len(description["Shards"]), description["HasMoreShards"]) == (100, True)


@pytest.mark.parametrize(("limit", "rule"), [(0, at_least(1)), (10_001, at_most(10_000))])
def test_a_page_of_shards_has_its_limits(stream, limit, rule):
    with refused("ValidationException", violation(limit, "limit", rule)):
        stream.describe_stream(Limit=limit)


def test_the_waiter_of_the_sdk_finds_a_stream_active_at_its_first_look(kinesis, stream):
    kinesis.get_waiter("stream_exists").wait(StreamName=stream.name, WaiterConfig={"Delay": 0, "MaxAttempts": 1})


# Naming a stream


def test_a_missing_stream_is_not_found(on_a_stream):
    words = f"Stream nobody-made-this under account {ACCOUNT} not found."

    with pytest.raises(ClientError) as caught:
        on_a_stream(StreamName="nobody-made-this")

    error = caught.value.response["Error"]
    assert error["Code"] == "ResourceNotFoundException"
    assert error["Message"] in (
        words,
        # GetShardIterator tells of the shard.
        f"Shard shardId-000000000000 in stream nobody-made-this under account {ACCOUNT} does not exist",
    )


def test_a_stream_is_known_by_its_arn_too(on_a_stream, stream):
    assert on_a_stream(StreamARN=stream.arn)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_name_and_arn_may_stand_together_when_they_agree(on_a_stream, stream):
    assert on_a_stream(StreamName=stream.name, StreamARN=stream.arn)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_name_and_arn_of_different_streams_are_refused(on_a_stream, make_stream):
    one, other = make_stream(), make_stream()

    with refused("InvalidArgumentException"):
        on_a_stream(StreamName=one.name, StreamARN=other.arn)


def test_a_stream_must_be_named_somehow(on_a_stream):
    with refused("InvalidArgumentException"):
        on_a_stream()


@pytest.mark.parametrize("name", ["a b", "x" * 129], ids=["a space", "129 letters"])
def test_a_name_that_no_stream_can_have_is_refused(on_a_stream, name):
    with refused("ValidationException"):
        on_a_stream(StreamName=name)


@pytest.mark.parametrize(
    "arn",
    ["{name}", "arn:aws:sqs:us-east-1:000000000000:{name}", "arn:aws:kinesis:us-east-1:000000000000:{name}"],
    ids=["a name", "a queue's", "without stream/"],
)
def test_what_is_no_arn_of_a_stream_names_none(stream, arn):
    with pytest.raises(ClientError) as caught:
        stream.kinesis.describe_stream(StreamARN=arn.format(name=stream.name))

    assert caught.value.response["Error"]["Code"] in ("ValidationException", "InvalidArgumentException")


@pytest.mark.parametrize(
    "arn",
    ["arn:aws:kinesis:eu-north-1:000000000000:stream/{name}", "arn:aws:kinesis:us-east-1:111122223333:stream/{name}"],
    ids=["another region", "another account"],
)
def test_an_arn_of_another_region_or_account_does_not_name_a_stream_here(stream, arn):
    with refused("ResourceNotFoundException"):
        stream.kinesis.describe_stream(StreamARN=arn.format(name=stream.name))


# Listing streams


@pytest.fixture
def seven(client, fresh_region):
    """A world with seven streams."""
    kinesis = client("kinesis", fresh_region)
    names = [f"s{number}" for number in range(7)]
    for name in reversed(names):
        kinesis.create_stream(StreamName=name, ShardCount=1)
    return kinesis, names


def test_streams_are_listed_by_name(seven):
    kinesis, names = seven

    answer = kinesis.list_streams()

    assert (answer["StreamNames"], answer["HasMoreStreams"]) == (names, False)
    assert "NextToken" not in answer


def test_a_list_of_streams_tells_something_of_each(seven):
    kinesis, names = seven

    summaries = kinesis.list_streams()["StreamSummaries"]

    assert [summary["StreamName"] for summary in summaries] == names
    assert summaries[0].keys() == {
        "StreamName",
        "StreamARN",
        "StreamStatus",
        "StreamModeDetails",
        "StreamCreationTimestamp",
    }


def test_a_list_of_streams_in_pages_tells_each_once(seven):
    kinesis, names = seven

    pages = [page["StreamNames"] for page in kinesis.get_paginator("list_streams").paginate(Limit=3)]

    assert [len(page) for page in pages] == [3, 3, 1]
    assert sum(pages, []) == names


def test_a_list_of_streams_goes_on_behind_a_name(seven):
    kinesis, names = seven

    answer = kinesis.list_streams(ExclusiveStartStreamName="s3", Limit=2)

    assert (answer["StreamNames"], answer["HasMoreStreams"]) == (names[4:6], True)


def test_a_region_without_streams_lists_none(client, fresh_region):
    answer = client("kinesis", fresh_region).list_streams()

    assert (answer["StreamNames"], answer["HasMoreStreams"]) == ([], False)


@pytest.mark.parametrize(("limit", "rule"), [(0, at_least(1)), (10_001, at_most(10_000))])
def test_a_page_of_streams_has_its_limits(kinesis, limit, rule):
    with refused("ValidationException", violation(limit, "limit", rule)):
        kinesis.list_streams(Limit=limit)


# Listing shards


def test_shards_are_listed_in_pages_by_token_alone(make_stream):
    stream = make_stream(5)

    first = stream.list_shards(MaxResults=2)
    second = stream.kinesis.list_shards(NextToken=first["NextToken"], MaxResults=2)
    third = stream.kinesis.list_shards(NextToken=second["NextToken"], MaxResults=2)

    assert shard_ids(first) + shard_ids(second) + shard_ids(third) == shard_ids(stream.list_shards())
    assert "NextToken" not in third


def test_a_token_and_a_stream_together_are_refused(make_stream):
    stream = make_stream(2)
    token = stream.list_shards(MaxResults=1)["NextToken"]

    with refused("InvalidArgumentException", "NextToken and StreamName cannot be provided together."):
        stream.list_shards(NextToken=token)


def test_a_token_goes_with_no_other_place(make_stream):
    stream = make_stream(2)
    token = stream.list_shards(MaxResults=1)["NextToken"]

    with refused("InvalidArgumentException"):
        stream.kinesis.list_shards(NextToken=token, ExclusiveStartShardId="shardId-000000000000")
    with refused("InvalidArgumentException"):
        stream.kinesis.list_shards(NextToken=token, StreamCreationTimestamp=0)


def test_a_made_up_token_is_refused(kinesis):
    with refused("InvalidArgumentException"):
        kinesis.list_shards(NextToken="AAAA")


def test_a_token_is_no_iterator_and_an_iterator_no_token(make_stream):
    stream = make_stream(2)
    token = stream.list_shards(MaxResults=1)["NextToken"]

    with refused("InvalidArgumentException"):
        stream.kinesis.get_records(ShardIterator=token)
    with refused("InvalidArgumentException"):
        stream.kinesis.list_shards(NextToken=stream.iterator())


def test_neither_token_nor_stream_is_refused(kinesis):
    with refused("InvalidArgumentException", "Either NextToken or StreamName should be provided."):
        kinesis.list_shards()


@pytest.mark.parametrize(("most", "rule"), [(0, at_least(1)), (10_001, at_most(10_000))])
def test_a_page_of_listed_shards_has_its_limits(stream, most, rule):
    with refused("ValidationException", violation(most, "maxResults", rule)):
        stream.list_shards(MaxResults=most)


@pytest.mark.parametrize("form", ["shardId-000000000001", "shardId-1", "1", "x-1"])
def test_shards_are_listed_behind_one_named_in_any_form(make_stream, form):
    stream = make_stream(4)

    assert shard_ids(stream.list_shards(ExclusiveStartShardId=form)) == shard_ids(stream.list_shards())[2:]


def test_what_is_no_shard_is_not_found(stream):
    words = f"Could not find shard tea in stream {stream.name} under account {ACCOUNT}."

    with refused("ResourceNotFoundException", words):
        stream.list_shards(ExclusiveStartShardId="tea")


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"Type": "AFTER_SHARD_ID", "ShardId": "shardId-000000000001"}, [2, 3]),
        ({"Type": "AT_TRIM_HORIZON"}, [0, 1, 2, 3]),
        ({"Type": "FROM_TRIM_HORIZON"}, [0, 1, 2, 3]),
        ({"Type": "AT_LATEST"}, [0, 1, 2, 3]),
        ({"Type": "FROM_TIMESTAMP", "Timestamp": 0}, [0, 1, 2, 3]),
        ({"Type": "AT_TIMESTAMP", "Timestamp": 4_000_000_000}, [0, 1, 2, 3]),
    ],
)
def test_shards_are_filtered_by_place_and_time(make_stream, wanted, numbers):
    stream = make_stream(4)

    answer = stream.list_shards(ShardFilter=wanted)

    assert shard_ids(answer) == [f"shardId-{number:012}" for number in numbers]


@pytest.mark.parametrize("wanted", [{"Type": "AFTER_SHARD_ID"}, {"Type": "AT_TIMESTAMP"}, {"Type": "FROM_TIMESTAMP"}])
def test_a_filter_needs_what_its_type_speaks_of(stream, wanted):
    with refused("InvalidArgumentException"):
        stream.list_shards(ShardFilter=wanted)


@pytest.mark.parametrize("wanted", [{"Type": "SOMETIMES"}, {}])
def test_a_filter_needs_a_type_of_the_model(stream, wanted):
    with refused("ValidationException"):
        stream.list_shards(ShardFilter=wanted)


def test_a_creation_time_tells_streams_of_one_name_apart(stream):
    created = stream.description["StreamCreationTimestamp"].timestamp()

    assert shard_ids(stream.list_shards(StreamCreationTimestamp=created)) == ["shardId-000000000000"]
    with refused("ResourceNotFoundException"):
        stream.list_shards(StreamCreationTimestamp=created - 60)


# Deleting


def test_a_deleted_stream_is_gone(stream):
    stream.delete_stream()

    with refused("ResourceNotFoundException", f"Stream {stream.name} under account {ACCOUNT} not found."):
        stream.describe_stream()
    with refused("ResourceNotFoundException"):
        stream.delete_stream()


def test_a_deleted_name_can_be_taken_again_and_the_stream_is_empty(stream):
    stream.put(b"tea")
    stream.delete_stream()

    again = Stream.create(stream.kinesis, stream.name, 1)

    assert again.read() == []


def test_an_iterator_of_a_deleted_stream_does_not_read_its_namesake(stream):
    stream.put(b"tea")
    iterator = stream.iterator()
    stream.delete_stream()

    with refused("ResourceNotFoundException"):
        stream.kinesis.get_records(ShardIterator=iterator)
    Stream.create(stream.kinesis, stream.name, 1).put(b"coffee")
    with pytest.raises(ClientError):
        stream.kinesis.get_records(ShardIterator=iterator)


def test_a_sequence_number_of_a_deleted_stream_does_not_place_in_its_namesake(stream):
    number = stream.put(b"tea")["SequenceNumber"]
    stream.delete_stream()
    again = Stream.create(stream.kinesis, stream.name, 1)

    with refused(
        "InvalidArgumentException",
        f"StartingSequenceNumber {number} used in GetShardIterator on shard shardId-000000000000 in stream "
        f"{stream.name} under account {ACCOUNT} is invalid because it did not come from this stream.",
    ):
        again.iterator("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=number)


def test_every_region_is_a_world_of_its_own(client, stream, fresh_region):
    elsewhere = Stream.create(client("kinesis", fresh_region), stream.name, 1)

    stream.put(b"tea")

    assert elsewhere.arn == f"arn:aws:kinesis:{fresh_region}:{ACCOUNT}:stream/{stream.name}"
    assert elsewhere.read() == []
