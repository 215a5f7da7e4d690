"""Shards that are split and merged: lineage, ends and beginnings, and that no record is lost or told twice."""

import hashlib

import pytest

from places import Stream
from refusals import refused, violation
from sequences import LAST_HASH_KEY, SequenceNumber
from wire import ACCOUNT, KINESIS, REGION

LAST_COUNTER = 2**63 - 1
HALF = 2**127


def shard_id(number: int) -> str:
    return f"shardId-{number:012}"


def numbers(shards: list[dict]) -> list[int]:
    return [int(shard["ShardId"][-12:]) for shard in shards]


def is_open(shard: dict) -> bool:
    return "EndingSequenceNumber" not in shard["SequenceNumberRange"]


def keys(shard: dict) -> tuple[int, int]:
    return tuple(int(shard["HashKeyRange"][end]) for end in ("StartingHashKey", "EndingHashKey"))


def start(shard: dict) -> SequenceNumber:
    return SequenceNumber.parse(shard["SequenceNumberRange"]["StartingSequenceNumber"])


def end(shard: dict) -> SequenceNumber:
    return SequenceNumber.parse(shard["SequenceNumberRange"]["EndingSequenceNumber"])


def split(stream: Stream, shard: int = 0, at: int = HALF):
    stream.split_shard(ShardToSplit=shard_id(shard), NewStartingHashKey=str(at))


def merge(stream: Stream, lower: int, upper: int):
    stream.merge_shards(ShardToMerge=shard_id(lower), AdjacentShardToMerge=shard_id(upper))


def scale(stream: Stream, target: int) -> dict:
    return stream.update_shard_count(TargetShardCount=target, ScalingType="UNIFORM_SCALING")


def read_through(stream: Stream, shard: int) -> tuple[list[dict], list[dict] | None]:
    """All records of a shard from its oldest, and what it says of its children once it has ended."""
    iterator, records = stream.iterator(shard=shard_id(shard)), []
    for _ in range(100):
        answer = stream.kinesis.get_records(ShardIterator=iterator, Limit=3)
        records += answer["Records"]
        iterator = answer.get("NextShardIterator")
        if iterator is None:
            return records, answer["ChildShards"]
        assert "ChildShards" not in answer
        if answer["MillisBehindLatest"] == 0 and not answer["Records"]:
            return records, None
    raise AssertionError("the shard never ends")


def assert_open_shards_cover_all_keys(shards: list[dict]):
    ranges = sorted(keys(shard) for shard in shards if is_open(shard))
    assert ranges[0][0] == 0 and ranges[-1][1] == LAST_HASH_KEY
    assert all(lower[1] + 1 == upper[0] for lower, upper in zip(ranges, ranges[1:]))


# Splitting


def test_a_split_ends_the_shard_and_lets_two_go_on(stream):
    split(stream, at=1000)

    parent, lower, upper = stream.shards
    assert not is_open(parent) and is_open(lower) and is_open(upper)
    assert keys(lower) == (0, 999) and keys(upper) == (1000, LAST_HASH_KEY)
    assert all(child["ParentShardId"] == parent["ShardId"] for child in (lower, upper))
    assert all("AdjacentParentShardId" not in child for child in (lower, upper))
    assert "ParentShardId" not in parent


def test_a_shard_ends_with_the_last_counter_and_its_children_begin_a_second_later(stream):
    split(stream)

    parent, *children = stream.shards
    assert end(parent).counter == LAST_COUNTER
    assert end(parent).creation == start(parent).creation
    for child in children:
        assert start(child).counter == 0
        assert start(child).creation == start(child).arrival == end(parent).arrival + 1


def test_every_number_of_a_child_is_greater_than_every_number_of_its_parent(stream):
    before = stream.put(b"before")["SequenceNumber"]
    split(stream)
    after = stream.put(b"after")["SequenceNumber"]

    parent = stream.shards[0]
    ending = parent["SequenceNumberRange"]["EndingSequenceNumber"]
    assert int(before) < int(ending) < int(after)


@pytest.mark.parametrize("at", [2, HALF, LAST_HASH_KEY - 1], ids=["lowest", "middle", "highest"])
def test_a_shard_is_split_anywhere_inside(stream, at):
    split(stream, at=at)

    assert keys(stream.shards[2])[0] == at


@pytest.mark.parametrize("at", [0, 1, LAST_HASH_KEY, LAST_HASH_KEY + 1, 10**39 - 1])
def test_no_shard_is_split_at_its_ends_or_beyond(stream, at):
    words = (
        f"NewStartingHashKey {at} used in SplitShard() on shard shardId-000000000000 in stream {stream.name} under "
        f"account {ACCOUNT} is not both greater than one plus the shard's StartingHashKey 0 and less than the shard's "
        f"EndingHashKey {LAST_HASH_KEY}."
    )

    with refused("InvalidArgumentException", words):
        split(stream, at=at)

    assert len(stream.shards) == 1


def test_a_shard_is_split_once(stream):
    split(stream)
    words = (
        f"Shard shardId-000000000000 in stream {stream.name} under account {ACCOUNT} has already been merged or split, "
        "and thus is not eligible for merging or splitting."
    )

    with refused("InvalidArgumentException", words):
        split(stream)


def test_a_child_is_split_as_its_parent_was(stream):
    split(stream)
    split(stream, 1, at=HALF // 2)

    assert [shard.get("ParentShardId") for shard in stream.shards[3:]] == [shard_id(1)] * 2
    assert_open_shards_cover_all_keys(stream.shards)


@pytest.mark.parametrize("name", ["shardId-0", "x-000", "0", "shardId-000000000000"])
def test_the_shard_to_split_is_named_as_loosely_as_anywhere(stream, name):
    stream.split_shard(ShardToSplit=name, NewStartingHashKey="1000")

    assert len(stream.shards) == 3


def test_a_shard_that_is_not_there_cannot_be_split(stream):
    words = f"Could not find shard shardId-000000000007 in stream {stream.name} under account {ACCOUNT}."

    with refused("ResourceNotFoundException", words):
        split(stream, 7)


def test_a_shard_that_cannot_be_is_told_before_the_stream_is_looked_up(kinesis):
    words = f"Could not find shard tea in stream nobody under account {ACCOUNT}."

    with refused("ResourceNotFoundException", words):
        kinesis.split_shard(StreamName="nobody", ShardToSplit="tea", NewStartingHashKey="2")


@pytest.mark.parametrize("at", ["", "01", "-1", "x", "1" * 40])
def test_a_hash_key_is_a_decimal_number(stream, at):
    rule = r"Member must satisfy regular expression pattern: 0|([1-9]\d{0,38})"

    with refused("ValidationException", violation(at, "newStartingHashKey", rule)):
        stream.split_shard(ShardToSplit="0", NewStartingHashKey=at)


@pytest.mark.parametrize("missing", ["ShardToSplit", "NewStartingHashKey"])
def test_a_split_needs_a_shard_and_a_key(stream, missing):
    members = {"ShardToSplit": "0", "NewStartingHashKey": "1000"}
    del members[missing]
    path = missing[0].lower() + missing[1:]

    with refused("ValidationException", violation(None, path, "Member must not be null")):
        stream.split_shard(**members)


# Merging


def test_a_merge_ends_two_neighbours_and_lets_one_go_on(make_stream):
    stream = make_stream(3)

    merge(stream, 1, 2)

    _, lower, upper, child = stream.shards
    assert not is_open(lower) and not is_open(upper) and is_open(child)
    assert (child["ParentShardId"], child["AdjacentParentShardId"]) == (shard_id(1), shard_id(2))
    assert keys(child) == (keys(lower)[0], LAST_HASH_KEY)
    assert start(child).creation == end(lower).arrival + 1 == end(upper).arrival + 1
    assert_open_shards_cover_all_keys(stream.shards)


@pytest.mark.parametrize(("lower", "upper"), [(1, 0), (0, 2), (2, 0), (1, 1)])
def test_shards_that_are_no_neighbours_in_this_order_cannot_be_merged(make_stream, lower, upper):
    stream = make_stream(3)
    words = (
        f"Shards {shard_id(lower)} and {shard_id(upper)} in stream {stream.name} under account {ACCOUNT} are not an "
        "adjacent pair of shards eligible for merging"
    )

    with refused("InvalidArgumentException", words):
        merge(stream, lower, upper)


def test_a_shard_that_has_ended_cannot_be_merged(make_stream):
    stream = make_stream(2)
    merge(stream, 0, 1)

    with refused("InvalidArgumentException"):
        merge(stream, 0, 1)


def test_what_was_split_can_be_merged_again(stream):
    split(stream)
    merge(stream, 1, 2)

    assert keys(stream.shards[3]) == (0, LAST_HASH_KEY)
    assert is_open(stream.shards[3])


@pytest.mark.parametrize("missing", ["ShardToMerge", "AdjacentShardToMerge"])
def test_a_merge_needs_two_shards(make_stream, missing):
    stream = make_stream(2)
    members = {"ShardToMerge": "0", "AdjacentShardToMerge": "1"}
    del members[missing]
    path = missing[0].lower() + missing[1:]

    with refused("ValidationException", violation(None, path, "Member must not be null")):
        stream.merge_shards(**members)


# Scaling


@pytest.mark.parametrize(
    ("count", "target", "total"), [(2, 4, 6), (4, 2, 6), (4, 5, 15), (5, 3, 7), (10, 13, 37), (1, 2, 3), (2, 1, 3)]
)
def test_a_change_of_the_count_leaves_as_many_shards_as_on_amazon(make_stream, count, target, total):
    stream = make_stream(count)

    answer = scale(stream, target)

    shards = stream.shards
    assert (len(shards), len([shard for shard in shards if is_open(shard)])) == (total, target)
    assert_open_shards_cover_all_keys(shards)
    told = {name: answer[name] for name in ("StreamName", "StreamARN", "CurrentShardCount", "TargetShardCount")}
    assert told == {
        "StreamName": stream.name,
        "StreamARN": stream.arn,
        "CurrentShardCount": count,
        "TargetShardCount": target,
    }


def test_no_shard_becomes_more_than_twice_as_wide_as_another(make_stream):
    stream = make_stream(6)

    scale(stream, 9)

    widths = [high - low + 1 for low, high in (keys(shard) for shard in stream.shards if is_open(shard))]
    assert max(widths) <= 2 * min(widths) + 2


def test_as_many_shards_as_there_are_is_no_change(make_stream):
    stream = make_stream(3)
    before = stream.shards

    assert scale(stream, 3)["CurrentShardCount"] == 3
    assert stream.shards == before


@pytest.mark.parametrize(("count", "target"), [(2, 5), (4, 1), (5, 2), (1, 3), (1, 10_001)])
def test_a_count_is_at_most_doubled_and_at_least_halved(make_stream, count, target):
    stream = make_stream(count)

    with refused("InvalidArgumentException"):
        scale(stream, target)

    assert len(stream.shards) == count


def test_a_count_is_changed_ten_times_a_day_at_most(make_stream):
    stream = make_stream(1)
    for number in range(10):
        scale(stream, 2 if number % 2 == 0 else 1)

    with refused("LimitExceededException"):
        scale(stream, 2)


def test_more_shards_than_an_account_may_have_are_refused_in_amazons_words(client, fresh_region):
    stream = Stream.create(client("kinesis", fresh_region), "wide", 600)
    words = (
        f"This request would exceed the shard limit for the account {ACCOUNT} in {fresh_region}. Current shard count "
        "for the account: 600. Limit: 1000. Number of additional shards that would have resulted from this request: "
        "500. Refer to the AWS Service Limits page "
        "(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request "
        "higher limits."
    )

    with refused("LimitExceededException", words):
        scale(stream, 1100)

    stream.delete_stream()


@pytest.mark.parametrize(
    ("members", "path", "told", "rule"),
    [
        ({"TargetShardCount": 0}, "targetShardCount", 0, "Member must have value greater than or equal to 1"),
        (
            {"ScalingType": "TEA"},
            "scalingType",
            "TEA",
            "Member must satisfy enum value set: [UNIFORM_SCALING]",
        ),
    ],
)
def test_a_change_of_the_count_has_a_target_and_a_way_of_the_model(stream, members, path, told, rule):
    given = {"TargetShardCount": 2, "ScalingType": "UNIFORM_SCALING", **members}

    with refused("ValidationException", violation(told, path, rule)):
        stream.update_shard_count(**given)


# Reading across


def test_records_stay_where_they_are_and_new_ones_go_to_the_children(make_stream):
    stream = make_stream(1)
    stream.put_all(b"1", b"2")
    split(stream)
    stream.put_all(b"3", b"4", key="k")

    records, children = read_through(stream, 0)
    assert [record["Data"] for record in records] == [b"1", b"2"]
    hash_key = int(hashlib.md5(b"k").hexdigest(), 16)
    home = next(number for number, shard in enumerate(stream.shards) if number and hash_key <= keys(shard)[1])
    assert [record["Data"] for record in read_through(stream, home)[0]] == [b"3", b"4"]
    assert [child["ShardId"] for child in children] == [shard_id(1), shard_id(2)]


def test_the_end_of_a_shard_tells_its_children_after_a_split(stream):
    split(stream, at=1000)

    _, children = read_through(stream, 0)

    assert children == [
        {
            "ShardId": shard_id(1),
            "ParentShards": [shard_id(0)],
            "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": "999"},
        },
        {
            "ShardId": shard_id(2),
            "ParentShards": [shard_id(0)],
            "HashKeyRange": {"StartingHashKey": "1000", "EndingHashKey": str(LAST_HASH_KEY)},
        },
    ]


def test_both_parents_tell_their_one_child_after_a_merge(make_stream):
    stream = make_stream(2)
    merge(stream, 0, 1)

    for parent in (0, 1):
        _, [child] = read_through(stream, parent)
        assert (child["ShardId"], child["ParentShards"]) == (shard_id(2), [shard_id(0), shard_id(1)])


def test_an_iterator_of_before_the_split_reads_on_to_the_end(stream):
    stream.put(b"1")
    latest = stream.iterator("LATEST")
    stream.put(b"2")
    split(stream)

    answer = stream.kinesis.get_records(ShardIterator=latest)

    assert [record["Data"] for record in answer["Records"]] == [b"2"]
    assert "NextShardIterator" not in answer and len(answer["ChildShards"]) == 2
    assert answer["MillisBehindLatest"] == 0


def test_the_latest_place_of_a_shard_that_has_ended_is_its_end(stream):
    stream.put(b"1")
    split(stream)

    answer = stream.kinesis.get_records(ShardIterator=stream.iterator("LATEST"))

    assert answer["Records"] == [] and "NextShardIterator" not in answer


def test_the_ending_number_of_a_shard_is_a_place_to_read_from(stream):
    stream.put(b"1")
    split(stream)
    ending = stream.shards[0]["SequenceNumberRange"]["EndingSequenceNumber"]

    for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        assert stream.read(kind, StartingSequenceNumber=ending) == []


def test_a_number_of_the_parent_is_no_place_in_its_child(stream):
    number = stream.put(b"1")["SequenceNumber"]
    split(stream)

    with refused("InvalidArgumentException"):
        stream.iterator("AT_SEQUENCE_NUMBER", shard_id(1), StartingSequenceNumber=number)


def test_a_stream_put_to_while_it_is_resharded_over_and_over_loses_nothing_and_keeps_order(make_stream):
    stream = make_stream(2)
    put = {key: [] for key in ("a", "b", "c", "d", "e")}
    turns = [lambda: scale(stream, 4), lambda: scale(stream, 3), lambda: scale(stream, 2), lambda: scale(stream, 4)]
    for turn in [*turns, lambda: None]:
        for number in range(5):
            entries = [{"Data": f"{key}{len(put[key])}".encode(), "PartitionKey": key} for key in put]
            assert stream.put_records(Records=entries)["FailedRecordCount"] == 0
            for key in put:
                put[key].append(f"{key}{len(put[key])}".encode())
        turn()

    seen, finished, known = {key: [] for key in put}, set(), {shard["ShardId"]: shard for shard in stream.shards}
    while len(finished) < len(known):
        for shard in known.values():
            parents = {shard.get("ParentShardId"), shard.get("AdjacentParentShardId")} - {None}
            if shard["ShardId"] in finished or not parents <= finished:
                continue
            records, _ = read_through(stream, int(shard["ShardId"][-12:]))
            for record in records:
                seen[record["PartitionKey"]].append(record["Data"])
            finished.add(shard["ShardId"])
    assert seen == put


# Listing


def test_the_list_tells_shards_by_lineage(make_stream):
    stream = make_stream(2)
    split(stream, 1, at=HALF + HALF // 2)

    def listed(kind: str, **more) -> list[int]:
        return numbers(stream.list_shards(ShardFilter={"Type": kind, **more})["Shards"])

    assert listed("AT_TRIM_HORIZON") == [0, 1]
    assert listed("FROM_TRIM_HORIZON") == [0, 1, 2, 3]
    assert listed("AT_LATEST") == [0, 2, 3]
    assert listed("AFTER_SHARD_ID", ShardId=shard_id(1)) == [2, 3]
    ended = end(stream.shards[1]).arrival
    assert listed("AT_TIMESTAMP", Timestamp=ended) == [0, 1]
    assert listed("AT_TIMESTAMP", Timestamp=ended + 1) == [0, 2, 3]
    assert listed("FROM_TIMESTAMP", Timestamp=ended) == [0, 1, 2, 3]
    assert listed("FROM_TIMESTAMP", Timestamp=ended + 1) == [0, 2, 3]
    assert listed("AT_TIMESTAMP", Timestamp=1) == [0, 1]


def test_the_count_of_open_shards_leaves_out_those_that_have_ended(make_stream):
    stream = make_stream(2)
    split(stream, 0, at=1000)

    assert stream.describe_stream_summary()["StreamDescriptionSummary"]["OpenShardCount"] == 3


def test_shards_are_listed_in_pages_across_a_reshard(make_stream):
    stream = make_stream(4)
    scale(stream, 5)
    token, pages = {"StreamName": stream.name}, []
    while token:
        answer = stream.kinesis.list_shards(**token, MaxResults=4)
        pages.append(len(answer["Shards"]))
        token = {"NextToken": answer["NextToken"]} if "NextToken" in answer else None

    assert pages == [4, 4, 4, 3]


# By name and by ARN


def test_a_reshard_names_its_stream_by_arn_too(make_stream):
    stream = make_stream(1)
    arn = stream.arn

    stream.kinesis.split_shard(StreamARN=arn, ShardToSplit="0", NewStartingHashKey=str(HALF))
    stream.kinesis.merge_shards(StreamARN=arn, ShardToMerge="1", AdjacentShardToMerge="2")
    told = stream.kinesis.update_shard_count(StreamARN=arn, TargetShardCount=2, ScalingType="UNIFORM_SCALING")

    assert told["StreamName"] == stream.name
    assert len(stream.shards) == 6


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("SplitShard", {"ShardToSplit": "0", "NewStartingHashKey": "2"}),
        ("MergeShards", {"ShardToMerge": "0", "AdjacentShardToMerge": "1"}),
        ("UpdateShardCount", {"TargetShardCount": 2, "ScalingType": "UNIFORM_SCALING"}),
    ],
)
def test_a_stream_that_is_not_there_cannot_be_resharded(caller, operation, members):
    answer = caller.call(KINESIS, operation, {"StreamName": "nobody", **members})

    assert answer.code == "ResourceNotFoundException"
    assert answer.json["message"] == f"Stream nobody under account {ACCOUNT} not found."


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("SplitShard", {"ShardToSplit": "0", "NewStartingHashKey": "2"}),
        ("MergeShards", {"ShardToMerge": "0", "AdjacentShardToMerge": "1"}),
    ],
)
def test_a_reshard_is_answered_with_an_empty_body(caller, make_stream, operation, members):
    stream = make_stream(2)

    answer = caller.call(KINESIS, operation, {"StreamName": stream.name, "StreamId": "x" * 20 + "-abc", **members})

    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["x-amz-id-2"] and answer.headers["x-amzn-requestid"]
    assert stream.arn == f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{stream.name}"
