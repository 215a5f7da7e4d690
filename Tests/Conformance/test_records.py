"""Records: put on a stream, placed in its shards, and read from any place."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import md5

import pytest
from botocore.exceptions import ClientError

from refusals import refused, violation
from sequences import LAST_HASH_KEY, SequenceNumber
from wire import ACCOUNT, KINESIS

FIRST_SHARD = "shardId-000000000000"
MIB = 1_048_576
DECIMAL_HASH_KEY = "Member must satisfy regular expression pattern: 0|([1-9]\\d{0,38})"
ITERATOR_RULE = (
    "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or "
    "(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified {} and {} StartingSequenceNumber."
)


def hash_key(partition_key: str) -> int:
    return int.from_bytes(md5(partition_key.encode()).digest())


def first_hash_keys(stream) -> list[int]:
    return [int(shard["HashKeyRange"]["StartingHashKey"]) for shard in stream.shards]


def length(most: int | None = None, least: int | None = None) -> str:
    return f"Member must have length {f'less than or equal to {most}' if most else f'greater than or equal to {least}'}"


# Putting


def test_an_answer_tells_shard_and_sequence_number(stream):
    answer = stream.put(b"tea")

    assert answer.keys() - {"ResponseMetadata"} == {"ShardId", "SequenceNumber"}
    assert answer["ShardId"] == FIRST_SHARD
    number = SequenceNumber.parse(answer["SequenceNumber"])
    start = SequenceNumber.parse(stream.shards[0]["SequenceNumberRange"]["StartingSequenceNumber"])
    assert (number.creation, number.shard) == (start.creation, 0)
    assert number.counter > 0
    assert int(answer["SequenceNumber"]) > int(str(start))


@pytest.mark.parametrize(
    "data",
    [b"", b"t", bytes(range(256)), "茶".encode(), b"x" * (MIB - 1)],
    ids=["empty", "one", "all", "tea", "1 MiB"],
)
def test_data_comes_back_byte_for_byte(stream, data):
    stream.put(data)

    assert stream.read() == [data]


def test_data_and_key_have_1_mib_between_them(stream):
    with refused("ValidationException"):
        stream.put(b"x" * (MIB - 1), "kk")

    assert stream.read() == []


@pytest.mark.parametrize("key", ["k", "x" * 256, "ü" * 256, "a b\n", "a\0b"], ids=["one", "256", "256 umlauts", "spaces", "nul"])
def test_a_partition_key_has_1_to_256_characters(stream, key):
    stream.put(b"tea", key)

    [record] = stream.kinesis.get_records(ShardIterator=stream.iterator())["Records"]
    assert record["PartitionKey"] == key


@pytest.mark.parametrize(
    ("key", "rule"),
    [("", length(least=1)), ("x" * 257, length(256)), ("ü" * 257, length(256))],
    ids=["none", "257", "257 umlauts"],
)
def test_any_other_partition_key_is_refused(stream, key, rule):
    with refused("ValidationException", violation(key, "partitionKey", rule)):
        stream.put(b"tea", key)


@pytest.mark.parametrize(
    ("parameters", "path"), [({"PartitionKey": "k"}, "data"), ({"Data": b"tea"}, "partitionKey")]
)
def test_a_record_needs_data_and_key(stream, parameters, path):
    with refused("ValidationException", violation(None, path, "Member must not be null")):
        stream.put_record(**parameters)


def test_all_that_is_missing_is_told_together(stream):
    with pytest.raises(ClientError) as caught:
        stream.get_shard_iterator()

    words = caught.value.response["Error"]["Message"]
    assert words.startswith("2 validation errors detected: ")
    for path in ("shardId", "shardIteratorType"):
        assert f"Value null at '{path}' failed to satisfy constraint: Member must not be null" in words


def test_the_digest_of_its_key_decides_a_records_shard(make_stream):
    stream = make_stream(5)
    starts = first_hash_keys(stream)

    for key in [*map(str, range(40)), "Grüße", "茶"]:
        expected = max(number for number, start in enumerate(starts) if start <= hash_key(key))
        assert stream.put(b"tea", key)["ShardId"] == f"shardId-{expected:012}"


def test_an_explicit_hash_key_decides_instead_up_to_the_very_edges(make_stream):
    stream = make_stream(3)
    starts = first_hash_keys(stream)

    for number, (first, last) in enumerate(zip(starts, [start - 1 for start in starts[1:]] + [LAST_HASH_KEY])):
        for key in (first, last):
            assert stream.put(b"tea", ExplicitHashKey=str(key))["ShardId"] == f"shardId-{number:012}"


def test_a_hash_key_beyond_128_bits_is_refused(stream):
    words = f"Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was {2**128}"

    with refused("InvalidArgumentException", words):
        stream.put(b"tea", ExplicitHashKey=str(2**128))
    with refused("InvalidArgumentException", words):
        stream.put_records(
            Records=[
                {"Data": b"tea", "PartitionKey": "k"},
                {"Data": b"tea", "PartitionKey": "k", "ExplicitHashKey": str(2**128)},
            ]
        )

    assert stream.read() == []


@pytest.mark.parametrize("key", ["01", "-1", "tea", "", "1.0", "1" * 40])
def test_a_hash_key_is_a_plain_decimal(stream, key):
    with refused("ValidationException", violation(key, "explicitHashKey", DECIMAL_HASH_KEY)):
        stream.put(b"tea", ExplicitHashKey=key)


def test_sequence_numbers_grow_along_a_shard(stream):
    numbers = stream.put_all(*(b"%d" % number for number in range(20)))

    assert [int(number) for number in numbers] == sorted({int(number) for number in numbers})
    assert stream.read() == [b"%d" % number for number in range(20)]


def test_writers_at_the_same_time_never_share_a_sequence_number(stream):
    with ThreadPoolExecutor(8) as pool:
        numbers = [answer["SequenceNumber"] for answer in pool.map(stream.put, [b"tea"] * 80)]

    assert len(set(numbers)) == 80
    records = stream.kinesis.get_records(ShardIterator=stream.iterator())["Records"]
    assert [int(record["SequenceNumber"]) for record in records] == sorted(int(number) for number in numbers)


def test_a_record_is_numbered_above_the_one_it_is_ordered_behind(stream):
    [first] = stream.put_all(b"tea")

    second = stream.put(b"coffee", SequenceNumberForOrdering=first)["SequenceNumber"]

    assert int(second) > int(first)


@pytest.mark.parametrize("number", ["5", "1" * 56, "future"])
def test_a_record_is_ordered_behind_a_number_that_can_be(stream, number):
    [first] = stream.put_all(b"tea")
    if number == "future":
        known = SequenceNumber.parse(first)
        number = known.but(arrival=known.arrival + 3_600)

    with refused(
        "InvalidArgumentException",
        f"ExclusiveMinimumSequenceNumber {number} used in PutRecord on stream {stream.name} "
        f"under account {ACCOUNT} is invalid.",
    ):
        stream.put(b"coffee", SequenceNumberForOrdering=number)


@pytest.mark.parametrize("operation", ["PutRecord", "PutRecords", "GetShardIterator", "GetRecords"])
def test_a_dry_run_checks_everything_and_does_nothing(caller, stream, operation):
    record = {"Data": "dGVh", "PartitionKey": "k"}
    members = {
        "PutRecord": {"StreamName": stream.name, **record},
        "PutRecords": {"StreamName": stream.name, "Records": [record]},
        "GetShardIterator": {"StreamName": stream.name, "ShardId": "0", "ShardIteratorType": "LATEST"},
        "GetRecords": {"ShardIterator": stream.iterator()},
    }[operation]

    answer = caller.call(KINESIS, operation, {**members, "DryRun": True})

    assert (answer.status, answer.code) == (400, "DryRunOperationException")
    assert stream.read() == []


# Putting several


def entries(count: int, data: bytes = b"tea") -> list[dict]:
    return [{"Data": data, "PartitionKey": f"k{number}"} for number in range(count)]


def test_several_records_are_answered_one_by_one_in_order(make_stream):
    stream = make_stream(3)
    starts = first_hash_keys(stream)

    answer = stream.put_records(Records=entries(30))

    assert answer["FailedRecordCount"] == 0
    expected = [
        f"shardId-{max(n for n, start in enumerate(starts) if start <= hash_key(f'k{number}')):012}"
        for number in range(30)
    ]
    assert [record["ShardId"] for record in answer["Records"]] == expected
    assert all(record.keys() == {"ShardId", "SequenceNumber"} for record in answer["Records"])


def test_several_records_keep_their_order_within_a_shard(stream):
    data = [b"%d" % number for number in range(500)]

    stream.put_records(Records=[{"Data": item, "PartitionKey": "k"} for item in data])

    assert stream.read() == data


@pytest.mark.parametrize(("count", "rule"), [(0, length(least=1)), (501, length(500))])
def test_a_call_puts_1_to_500_records(stream, count, rule):
    with pytest.raises(ClientError) as caught:
        stream.put_records(Records=entries(count))

    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert error["Message"].endswith(f"at 'records' failed to satisfy constraint: {rule}")


def test_a_bad_record_is_named_and_fails_the_whole_call(stream):
    records = entries(3)
    records[1]["PartitionKey"] = ""

    with refused("ValidationException", violation("", "records.2.member.partitionKey", length(least=1))):
        stream.put_records(Records=records)

    assert stream.read() == []


@pytest.mark.parametrize("member", ["Data", "PartitionKey"])
def test_a_record_among_several_needs_data_and_key_too(stream, member):
    records = entries(2)
    del records[1][member]
    path = f"records.2.member.{member[0].lower()}{member[1:]}"

    with refused("ValidationException", violation(None, path, "Member must not be null")):
        stream.put_records(Records=records)


def test_all_that_is_wrong_is_told_together(stream):
    records = entries(3)
    records[0]["PartitionKey"] = ""
    records[2]["ExplicitHashKey"] = "tea"

    with pytest.raises(ClientError) as caught:
        stream.put_records(Records=records)

    words = caught.value.response["Error"]["Message"]
    assert words.startswith("2 validation errors detected: ")
    assert "'records.1.member.partitionKey'" in words
    assert "'records.3.member.explicitHashKey'" in words


def test_at_most_ten_wrongs_are_told(stream):
    records = [{"Data": b"tea", "PartitionKey": ""} for _ in range(12)]

    with pytest.raises(ClientError, match="10 validation errors detected"):
        stream.put_records(Records=records)


def test_a_call_puts_10_mib_at_most(stream):
    ten_mib = [{"Data": b"x" * (MIB - 1), "PartitionKey": "k"} for _ in range(10)]

    with refused("InvalidArgumentException"):
        stream.put_records(Records=[*ten_mib, {"Data": b"", "PartitionKey": "k"}])
    assert stream.put_records(Records=ten_mib)["FailedRecordCount"] == 0

    stream.put(b"tea")
    read = stream.kinesis.get_records(ShardIterator=stream.iterator())
    assert len(read["Records"]) == 10  # an answer has 10 MiB at most, too
    assert [record["Data"] for record in records_behind(stream, read)] == [b"tea"]


def records_behind(stream, answer: dict) -> list[dict]:
    return stream.kinesis.get_records(ShardIterator=answer["NextShardIterator"])["Records"]


# Where reading begins


def test_the_trim_horizon_is_before_the_oldest_record(stream):
    stream.put_all(b"1", b"2")

    assert stream.read("TRIM_HORIZON") == [b"1", b"2"]


def test_the_latest_place_is_behind_all_records_at_the_time_of_the_call(stream):
    stream.put(b"before")
    iterator = stream.iterator("LATEST")
    stream.put(b"after")

    records = stream.kinesis.get_records(ShardIterator=iterator)["Records"]

    assert [record["Data"] for record in records] == [b"after"]


def test_the_latest_place_of_an_empty_shard_is_before_its_first_record(stream):
    iterator = stream.iterator("LATEST")
    stream.put(b"tea")

    assert len(stream.kinesis.get_records(ShardIterator=iterator)["Records"]) == 1


@pytest.mark.parametrize(
    ("kind", "read"), [("AT_SEQUENCE_NUMBER", [b"2", b"3"]), ("AFTER_SEQUENCE_NUMBER", [b"3"])]
)
def test_a_place_is_at_a_sequence_number_or_right_behind_it(stream, kind, read):
    _, second, _ = stream.put_all(b"1", b"2", b"3")

    assert stream.read(kind, StartingSequenceNumber=second) == read


@pytest.mark.parametrize("kind", ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"])
def test_the_beginning_of_a_shard_is_a_place(stream, kind):
    stream.put_all(b"1", b"2")
    start = stream.shards[0]["SequenceNumberRange"]["StartingSequenceNumber"]

    assert stream.read(kind, StartingSequenceNumber=start) == [b"1", b"2"]


@pytest.mark.parametrize("kind", ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"])
def test_a_number_that_no_record_has_is_a_place_between_those_that_do(stream, kind):
    first, *_ = stream.put_all(b"1", b"2", b"3")
    known = SequenceNumber.parse(first)
    between = known.but(arrival=known.arrival + 1)

    assert stream.read(kind, StartingSequenceNumber=between) == [b"2", b"3"]


def test_a_number_behind_the_last_record_is_a_place_too(stream):
    *_, last = stream.put_all(b"1", b"2")
    beyond = SequenceNumber.parse(last).but(counter=1_000)

    assert stream.read("AT_SEQUENCE_NUMBER", StartingSequenceNumber=beyond) == []


def place_in_time(caller, stream, moment: float) -> str:
    """An iterator at a moment told in milliseconds, which the SDK would cut to seconds."""
    wish = {"StreamName": stream.name, "ShardId": "0", "ShardIteratorType": "AT_TIMESTAMP", "Timestamp": moment}
    answer = caller.call(KINESIS, "GetShardIterator", wish)
    while answer.code == "InvalidArgumentException":  # that moment is still to come
        answer = caller.call(KINESIS, "GetShardIterator", wish)
    return answer.json["ShardIterator"]


def test_a_moment_is_a_place_before_all_that_arrived_from_then_on(caller, stream):
    stream.put_all(b"1", b"2")
    first, second = stream.kinesis.get_records(ShardIterator=stream.iterator())["Records"]
    arrival = second["ApproximateArrivalTimestamp"].timestamp()

    records = stream.kinesis.get_records(ShardIterator=place_in_time(caller, stream, arrival))["Records"]

    together = first["ApproximateArrivalTimestamp"] == second["ApproximateArrivalTimestamp"]
    assert [record["Data"] for record in records] == ([b"1", b"2"] if together else [b"2"])


def test_a_moment_behind_the_last_record_is_behind_it(caller, stream):
    stream.put(b"1")
    [record] = stream.kinesis.get_records(ShardIterator=stream.iterator())["Records"]

    iterator = place_in_time(caller, stream, record["ApproximateArrivalTimestamp"].timestamp() + 0.001)
    stream.put(b"2")

    assert [record["Data"] for record in stream.kinesis.get_records(ShardIterator=iterator)["Records"]] == [b"2"]


def test_a_moment_before_the_stream_is_its_beginning(stream):
    stream.put_all(b"1", b"2")

    assert stream.read("AT_TIMESTAMP", Timestamp=0) == [b"1", b"2"]


def test_a_moment_to_come_is_no_place(stream):
    with pytest.raises(ClientError) as caught:
        stream.iterator("AT_TIMESTAMP", Timestamp=4_000_000_000)

    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidArgumentException"
    assert error["Message"].startswith(
        "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. "
        "timestampInMillis: 4000000000000, currentTimestampInMillis: "
    )


def test_a_moment_must_be_told(stream):
    with refused(
        "InvalidArgumentException",
        "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. "
        "Current request has no timestamp parameter.",
    ):
        stream.iterator("AT_TIMESTAMP")


@pytest.mark.parametrize("kind", ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"])
def test_a_place_at_a_number_needs_the_number(stream, kind):
    with refused("InvalidArgumentException", ITERATOR_RULE.format(kind, "no")):
        stream.iterator(kind)


@pytest.mark.parametrize("kind", ["TRIM_HORIZON", "LATEST"])
def test_a_place_at_an_end_takes_no_number(stream, kind):
    [number] = stream.put_all(b"tea")

    with refused("InvalidArgumentException", ITERATOR_RULE.format(kind, "also a")):
        stream.iterator(kind, StartingSequenceNumber=number)


@pytest.mark.parametrize("kind", ["TRIM_HORIZON", "LATEST"])
def test_a_place_at_an_end_takes_no_notice_of_a_moment(stream, kind):
    assert stream.iterator(kind, Timestamp=4_000_000_000)


def test_an_unknown_kind_of_place_is_refused(stream):
    with pytest.raises(ClientError, match="ValidationException.*'shardIteratorType'.*Member must satisfy enum"):
        stream.iterator("YESTERDAY")


@pytest.mark.parametrize("form", ["shardId-000000000001", "shardId-1", "1", "x-1", "shardId-01"])
def test_a_shard_is_known_in_several_forms(make_stream, form):
    stream = make_stream(2)
    stream.put(b"tea", ExplicitHashKey=str(LAST_HASH_KEY))

    assert stream.read("TRIM_HORIZON", form) == [b"tea"]


@pytest.mark.parametrize("name", ["tea", "shardId-", "shardId-1x", "2147483648", "a-b-1"])
def test_what_is_no_shard_is_told_before_the_stream_is_looked_for(kinesis, name):
    with refused(
        "ResourceNotFoundException", f"Could not find shard {name} in stream nobody-made-this under account {ACCOUNT}."
    ):
        kinesis.get_shard_iterator(StreamName="nobody-made-this", ShardId=name, ShardIteratorType="LATEST")


def test_a_shard_that_is_not_there_is_told_by_its_full_name(stream):
    with refused(
        "ResourceNotFoundException",
        f"Shard shardId-000000000001 in stream {stream.name} under account {ACCOUNT} does not exist",
    ):
        stream.iterator("LATEST", "1")


def test_a_number_of_another_shard_is_refused(make_stream):
    stream = make_stream(2)
    number = stream.put(b"tea", ExplicitHashKey=str(LAST_HASH_KEY))["SequenceNumber"]

    with refused(
        "InvalidArgumentException",
        "Invalid StartingSequenceNumber. It encodes shardId-000000000001, "
        "while it was used in a call to a shard with shardId-000000000000",
    ):
        stream.iterator("AT_SEQUENCE_NUMBER", StartingSequenceNumber=number)


@pytest.mark.parametrize("number", ["5", "1" * 56, "9" * 56])
def test_a_number_that_can_be_none_is_refused(stream, number):
    with refused(
        "InvalidArgumentException",
        f"StartingSequenceNumber {number} used in GetShardIterator on shard {FIRST_SHARD} "
        f"in stream {stream.name} under account {ACCOUNT} is invalid.",
    ):
        stream.iterator("AT_SEQUENCE_NUMBER", StartingSequenceNumber=number)


def test_a_number_of_another_stream_is_refused(stream):
    [number] = stream.put_all(b"tea")
    known = SequenceNumber.parse(number)
    foreign = known.but(creation=known.creation - 60)

    with refused(
        "InvalidArgumentException",
        f"StartingSequenceNumber {foreign} used in GetShardIterator on shard {FIRST_SHARD} "
        f"in stream {stream.name} under account {ACCOUNT} is invalid because it did not come from this stream.",
    ):
        stream.iterator("AT_SEQUENCE_NUMBER", StartingSequenceNumber=foreign)


@pytest.mark.parametrize("number", ["007", "-1", "tea", "", "1" * 130])
def test_a_number_is_a_plain_decimal(stream, number):
    with pytest.raises(ClientError, match="ValidationException.*'startingSequenceNumber'"):
        stream.iterator("AT_SEQUENCE_NUMBER", StartingSequenceNumber=number)


@pytest.mark.parametrize("parameters", [{"ShardId": FIRST_SHARD}, {"ShardIteratorType": "LATEST"}])
def test_a_place_needs_shard_and_kind(stream, parameters):
    with pytest.raises(ClientError, match="ValidationException.*Value null at .*Member must not be null"):
        stream.get_shard_iterator(**parameters)


# Reading on


def test_a_record_is_told_with_four_members(stream):
    [number] = stream.put_all(b"tea")

    answer = stream.kinesis.get_records(ShardIterator=stream.iterator())

    [record] = answer["Records"]
    arrival = record.pop("ApproximateArrivalTimestamp").timestamp()
    assert record == {"SequenceNumber": number, "Data": b"tea", "PartitionKey": "k"}
    assert int(arrival) == SequenceNumber.parse(number).arrival
    assert answer.keys() - {"ResponseMetadata"} == {"Records", "NextShardIterator", "MillisBehindLatest"}


def test_arrivals_are_told_in_milliseconds_and_never_run_backwards(caller, stream):
    stream.put_all(*[b"tea"] * 10)

    records = caller.call(KINESIS, "GetRecords", {"ShardIterator": stream.iterator()}).json["Records"]

    arrivals = [record["ApproximateArrivalTimestamp"] for record in records]
    assert arrivals == sorted(arrivals)
    assert all(abs(arrival * 1_000 - round(arrival * 1_000)) < 1e-3 for arrival in arrivals)
    assert any(arrival != int(arrival) for arrival in arrivals)


def test_reading_goes_on_where_the_answer_before_it_ended(stream):
    data = [b"%d" % number for number in range(10)]
    stream.put_all(*data)

    read, iterator = [], stream.iterator()
    for _ in range(4):
        answer = stream.kinesis.get_records(ShardIterator=iterator, Limit=3)
        read.append([record["Data"] for record in answer["Records"]])
        iterator = answer["NextShardIterator"]

    assert read == [data[0:3], data[3:6], data[6:9], data[9:]]


def test_an_answer_tells_how_far_behind_it_is(stream):
    stream.put_all(b"1", b"2")

    behind = stream.kinesis.get_records(ShardIterator=stream.iterator(), Limit=1)
    at_the_end = stream.kinesis.get_records(ShardIterator=behind["NextShardIterator"])

    assert behind["MillisBehindLatest"] >= 0
    assert at_the_end["MillisBehindLatest"] == 0


def test_an_empty_answer_has_an_iterator_that_goes_on(stream):
    empty = stream.kinesis.get_records(ShardIterator=stream.iterator())
    stream.put(b"tea")

    records = stream.kinesis.get_records(ShardIterator=empty["NextShardIterator"])["Records"]

    assert empty["Records"] == []
    assert [record["Data"] for record in records] == [b"tea"]


def test_an_iterator_may_be_used_more_than_once(stream):
    stream.put(b"tea")
    iterator = stream.iterator()

    answers = [stream.kinesis.get_records(ShardIterator=iterator)["Records"] for _ in range(3)]

    assert answers[0] == answers[1] == answers[2] != []


def test_an_iterator_in_quotes_is_read(stream):
    assert stream.kinesis.get_records(ShardIterator=f'"{stream.iterator()}"')["Records"] == []


def test_an_iterator_of_the_longest_name_has_512_characters_at_most(client, fresh_region):
    kinesis = client("kinesis", fresh_region)
    kinesis.create_stream(StreamName="x" * 128, ShardCount=1)

    answer = kinesis.get_shard_iterator(StreamName="x" * 128, ShardId=FIRST_SHARD, ShardIteratorType="LATEST")

    assert 1 <= len(answer["ShardIterator"]) <= 512


@pytest.mark.parametrize(
    ("limit", "rule"), [(0, "greater than or equal to 1"), (10_001, "less than or equal to 10000")]
)
def test_an_answer_has_1_to_10000_records(stream, limit, rule):
    with refused("ValidationException", violation(limit, "limit", f"Member must have value {rule}")):
        stream.read(limit=limit)


@pytest.mark.parametrize("iterator", ["AAAA", "garbage!", "x" * 512], ids=["short", "no base64", "long"])
def test_a_made_up_iterator_is_refused(kinesis, iterator):
    with refused("InvalidArgumentException", "Invalid ShardIterator."):
        kinesis.get_records(ShardIterator=iterator)


@pytest.mark.parametrize("place", [0, 10, 30, -30, -3])
def test_an_altered_iterator_is_refused(stream, place):
    iterator = list(stream.iterator())
    iterator[place] = "A" if iterator[place] != "A" else "B"

    with refused("InvalidArgumentException", "Invalid ShardIterator."):
        stream.kinesis.get_records(ShardIterator="".join(iterator))


@pytest.mark.parametrize(("iterator", "rule"), [("", length(least=1)), ("x" * 513, length(512))], ids=["none", "513"])
def test_an_iterator_has_1_to_512_characters(kinesis, iterator, rule):
    with refused("ValidationException", violation(iterator, "shardIterator", rule)):
        kinesis.get_records(ShardIterator=iterator)


def test_reading_needs_an_iterator(kinesis):
    with refused("ValidationException", violation(None, "shardIterator", "Member must not be null")):
        kinesis.get_records()


def test_an_iterator_reads_in_its_own_region_only(client, stream, fresh_region):
    iterator = stream.iterator()

    with refused("ResourceNotFoundException"):
        client("kinesis", fresh_region).get_records(ShardIterator=iterator)


def test_an_arn_beside_an_iterator_must_be_its_streams(make_stream):
    one, other = make_stream(), make_stream()

    assert one.kinesis.get_records(ShardIterator=one.iterator(), StreamARN=one.arn)["Records"] == []
    with pytest.raises(ClientError):
        one.kinesis.get_records(ShardIterator=one.iterator(), StreamARN=other.arn)


def test_a_reader_sees_every_record_once_while_writers_go_on(stream):
    data = [b"%03d" % number for number in range(120)]

    with ThreadPoolExecutor(6) as pool:
        putting = [pool.submit(stream.put, item) for item in data]
        read, iterator = [], stream.iterator()
        while len(read) < len(data):
            answer = stream.kinesis.get_records(ShardIterator=iterator, Limit=7)
            read += [record["Data"] for record in answer["Records"]]
            iterator = answer["NextShardIterator"]
        for put in putting:
            put.result()

    assert sorted(read) == data
