"""What the owner of a stream sets: retention, size of records, encryption, metrics, mode, distribution."""

import pytest

from places import Stream
from refusals import refused, violation
from wire import ACCOUNT, KINESIS

METRICS = [
    "IncomingBytes",
    "IncomingRecords",
    "OutgoingBytes",
    "OutgoingRecords",
    "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
    "IteratorAgeMilliseconds",
]
ON_DEMAND = {"StreamMode": "ON_DEMAND"}


def summary(stream: Stream) -> dict:
    return stream.describe_stream_summary()["StreamDescriptionSummary"]


@pytest.fixture
def committed(client, fresh_region):
    """Kinesis in a region whose account is committed to a minimum of throughput."""
    kinesis = client("kinesis", fresh_region)
    kinesis.update_account_settings(MinimumThroughputBillingCommitment={"Status": "ENABLED"})
    return kinesis


# Retention


def test_a_retention_is_lengthened_and_shortened(stream):
    stream.increase_stream_retention_period(RetentionPeriodHours=8760)
    assert stream.description["RetentionPeriodHours"] == summary(stream)["RetentionPeriodHours"] == 8760

    stream.decrease_stream_retention_period(RetentionPeriodHours=25)
    assert summary(stream)["RetentionPeriodHours"] == 25


@pytest.mark.parametrize("operation", ["increase_stream_retention_period", "decrease_stream_retention_period"])
def test_the_retention_that_there_is_is_accepted_either_way(stream, operation):
    getattr(stream, operation)(RetentionPeriodHours=24)

    assert summary(stream)["RetentionPeriodHours"] == 24


@pytest.mark.parametrize("operation", ["increase_stream_retention_period", "decrease_stream_retention_period"])
@pytest.mark.parametrize(("hours", "bound"), [(23, "short"), (-1, "short"), (8761, "long")])
def test_a_retention_is_24_to_8760_hours(stream, operation, hours, bound):
    limit = "Minimum allowed retention period is 24" if bound == "short" else "Maximum allowed retention period is 8760"

    with refused(
        "InvalidArgumentException", f"{limit} hours. Requested retention period ({hours} hours) is too {bound}."
    ):
        getattr(stream, operation)(RetentionPeriodHours=hours)


def test_a_retention_is_not_shortened_by_increasing_it(stream):
    stream.increase_stream_retention_period(RetentionPeriodHours=48)
    words = (
        f"Requested retention period (24 hours) for stream {stream.name} can not be shorter than existing retention "
        "period (48 hours). Use DecreaseRetentionPeriod API."
    )

    with refused("InvalidArgumentException", words):
        stream.increase_stream_retention_period(RetentionPeriodHours=24)


def test_a_retention_is_not_lengthened_by_decreasing_it(stream):
    words = (
        f"Requested retention period (48 hours) for stream {stream.name} can not be longer than existing retention "
        "period (24 hours). Use IncreaseRetentionPeriod API."
    )

    with refused("InvalidArgumentException", words):
        stream.decrease_stream_retention_period(RetentionPeriodHours=48)


# The size of records


def test_a_stream_takes_larger_records_once_it_may(stream):
    large = b"x" * (1 << 20)
    with refused("ValidationException"):
        stream.put(large)

    stream.kinesis.update_max_record_size(StreamARN=stream.arn, MaxRecordSizeInKiB=2048)

    stream.put(large)
    assert summary(stream)["MaxRecordSizeInKiB"] == 2048


def test_records_stay_when_only_smaller_ones_may_come(make_stream):
    stream = make_stream(1, MaxRecordSizeInKiB=2048)
    large = b"x" * (1 << 20)
    stream.put(large)

    stream.kinesis.update_max_record_size(StreamARN=stream.arn, MaxRecordSizeInKiB=1024)

    with refused("ValidationException"):
        stream.put(large)
    assert stream.read() == [large]


@pytest.mark.parametrize(
    ("size", "rule"),
    [
        (1023, "Member must have value greater than or equal to 1024"),
        (10_241, "Member must have value less than or equal to 10240"),
    ],
)
def test_a_record_size_is_1024_to_10240_kib(stream, size, rule):
    with refused("ValidationException", violation(size, "maxRecordSizeInKiB", rule)):
        stream.kinesis.update_max_record_size(StreamARN=stream.arn, MaxRecordSizeInKiB=size)


def test_a_record_size_needs_a_stream(kinesis):
    with refused("InvalidArgumentException", "Either StreamName or StreamARN should be provided."):
        kinesis.update_max_record_size(MaxRecordSizeInKiB=2048)


# Encryption


def test_what_is_put_while_a_stream_is_encrypted_says_so_for_good(stream):
    plain = stream.put(b"1")
    stream.start_stream_encryption(EncryptionType="KMS", KeyId="alias/aws/kinesis")
    secret = stream.put(b"2")
    batch = stream.put_records(Records=[{"Data": b"3", "PartitionKey": "k"}])
    stream.stop_stream_encryption(EncryptionType="KMS", KeyId="alias/aws/kinesis")
    after = stream.put(b"4")

    assert "EncryptionType" not in plain and "EncryptionType" not in after
    assert secret["EncryptionType"] == batch["EncryptionType"] == "KMS"
    records = stream.kinesis.get_records(ShardIterator=stream.iterator())["Records"]
    assert [record.get("EncryptionType") for record in records] == [None, "KMS", "KMS", None]


@pytest.mark.parametrize("key", ["alias/aws/kinesis", "arn:aws:kms:us-east-1:000000000000:key/k", "k" * 2048])
def test_an_encrypted_stream_tells_its_key(stream, key):
    stream.start_stream_encryption(EncryptionType="KMS", KeyId=key)

    for told in (stream.description, summary(stream)):
        assert (told["EncryptionType"], told["KeyId"]) == ("KMS", key)


def test_a_stream_that_is_not_encrypted_tells_no_key(stream):
    for told in (stream.description, summary(stream)):
        assert told["EncryptionType"] == "NONE" and "KeyId" not in told


def test_encryption_that_was_never_begun_can_be_stopped(stream):
    stream.stop_stream_encryption(EncryptionType="KMS", KeyId="k")

    assert summary(stream)["EncryptionType"] == "NONE"


@pytest.mark.parametrize("operation", ["start_stream_encryption", "stop_stream_encryption"])
@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"EncryptionType": "TEA", "KeyId": "k"}, "ValidationException"),
        ({"EncryptionType": "KMS", "KeyId": ""}, "ValidationException"),
        ({"EncryptionType": "KMS", "KeyId": "k" * 2049}, "ValidationException"),
        ({"EncryptionType": "KMS"}, "ValidationException"),
        ({"EncryptionType": "NONE", "KeyId": "k"}, "InvalidArgumentException"),
    ],
    ids=["another type", "an empty key", "a long key", "no key", "none"],
)
def test_encryption_has_a_type_and_a_key(stream, operation, members, code):
    with refused(code):
        getattr(stream, operation)(**members)


def test_a_key_is_changed_25_times_a_day_at_most(stream):
    for number in range(25):
        stream.start_stream_encryption(EncryptionType="KMS", KeyId=f"key-{number}")

    with refused("LimitExceededException"):
        stream.start_stream_encryption(EncryptionType="KMS", KeyId="one too many")
    stream.start_stream_encryption(EncryptionType="KMS", KeyId="key-24")  # which it has


# Metrics


def test_metrics_are_told_before_and_after(stream):
    first = stream.enable_enhanced_monitoring(ShardLevelMetrics=["OutgoingBytes", "IncomingBytes"])
    second = stream.disable_enhanced_monitoring(ShardLevelMetrics=["OutgoingBytes"])

    assert (first["CurrentShardLevelMetrics"], first["DesiredShardLevelMetrics"]) == (
        [],
        ["IncomingBytes", "OutgoingBytes"],
    )
    assert (second["CurrentShardLevelMetrics"], second["DesiredShardLevelMetrics"]) == (
        ["IncomingBytes", "OutgoingBytes"],
        ["IncomingBytes"],
    )
    assert (first["StreamName"], first["StreamARN"]) == (stream.name, stream.arn)
    for told in (stream.description, summary(stream)):
        assert told["EnhancedMonitoring"] == [{"ShardLevelMetrics": ["IncomingBytes"]}]


def test_all_metrics_are_seven_names(stream):
    answer = stream.enable_enhanced_monitoring(ShardLevelMetrics=["ALL"])
    assert answer["DesiredShardLevelMetrics"] == METRICS

    answer = stream.disable_enhanced_monitoring(ShardLevelMetrics=["ALL"])
    assert (answer["CurrentShardLevelMetrics"], answer["DesiredShardLevelMetrics"]) == (METRICS, [])


@pytest.mark.parametrize("metric", METRICS)
def test_each_metric_has_a_name(stream, metric):
    assert stream.enable_enhanced_monitoring(ShardLevelMetrics=[metric])["DesiredShardLevelMetrics"] == [metric]


@pytest.mark.parametrize("operation", ["enable_enhanced_monitoring", "disable_enhanced_monitoring"])
@pytest.mark.parametrize("metrics", [[], ["Tea"], ["IncomingBytes", ""], METRICS + ["ALL"]])
def test_metrics_are_1_to_7_names_of_the_model(stream, operation, metrics):
    with refused("ValidationException"):
        getattr(stream, operation)(ShardLevelMetrics=metrics)


# Mode


def test_a_stream_becomes_on_demand_and_keeps_its_shards_and_records(caller, make_stream):
    stream = make_stream(3)
    stream.put(b"1")

    stream.kinesis.update_stream_mode(StreamARN=stream.arn, StreamModeDetails=ON_DEMAND)

    told = caller.call(KINESIS, "DescribeStreamSummary", {"StreamName": stream.name}).json["StreamDescriptionSummary"]
    assert told["StreamModeDetails"] == ON_DEMAND and told["OpenShardCount"] == 3
    assert told["RecordDistributionStrategy"] == "USER_PARTITION_KEY"
    assert sum((stream.read("TRIM_HORIZON", shard["ShardId"]) for shard in stream.shards), []) == [b"1"]


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("split_shard", {"ShardToSplit": "0", "NewStartingHashKey": "2"}),
        ("merge_shards", {"ShardToMerge": "0", "AdjacentShardToMerge": "1"}),
        ("update_shard_count", {"TargetShardCount": 2, "ScalingType": "UNIFORM_SCALING"}),
    ],
)
def test_the_shards_of_an_on_demand_stream_are_not_its_owners_business(make_stream, operation, members):
    stream = make_stream(2, StreamModeDetails=ON_DEMAND)
    words = f"Request is invalid. Stream {stream.name} under account {ACCOUNT} is in On-Demand mode."

    with refused("ValidationException", words):
        getattr(stream, operation)(**members)


def test_a_mode_changes_twice_a_day_at_most(stream):
    for mode in ("ON_DEMAND", "PROVISIONED"):
        stream.kinesis.update_stream_mode(StreamARN=stream.arn, StreamModeDetails={"StreamMode": mode})

    with refused("LimitExceededException"):
        stream.kinesis.update_stream_mode(StreamARN=stream.arn, StreamModeDetails=ON_DEMAND)
    stream.kinesis.update_stream_mode(StreamARN=stream.arn, StreamModeDetails={"StreamMode": "PROVISIONED"})


@pytest.mark.parametrize("details", [{"StreamMode": "TEA"}, {}])
def test_a_mode_is_one_of_two(stream, details):
    with refused("ValidationException"):
        stream.kinesis.update_stream_mode(StreamARN=stream.arn, StreamModeDetails=details)


def test_an_account_has_50_on_demand_streams_at_most(client, fresh_region):
    kinesis = client("kinesis", fresh_region)
    for number in range(50):
        kinesis.create_stream(StreamName=f"s{number}", ShardCount=1, StreamModeDetails=ON_DEMAND)
    kinesis.create_stream(StreamName="provisioned", ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName="provisioned")["StreamDescriptionSummary"]["StreamARN"]

    with refused("LimitExceededException"):
        kinesis.create_stream(StreamName="one-too-many", StreamModeDetails=ON_DEMAND)
    with refused("LimitExceededException"):
        kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails=ON_DEMAND)
    told = kinesis.describe_limits()
    assert (told["OnDemandStreamCount"], told["OnDemandStreamCountLimit"]) == (50, 50)
    assert (told["OpenShardCount"], told["ShardLimit"]) == (51, 1000)


# Commitment and warm throughput


def test_a_commitment_is_taken_back_after_a_day_at_the_earliest(client, fresh_region):
    kinesis = client("kinesis", fresh_region)
    told = "MinimumThroughputBillingCommitment"
    assert kinesis.describe_account_settings()[told] == {"Status": "DISABLED"}

    enabled = kinesis.update_account_settings(**{told: {"Status": "ENABLED"}})[told]
    assert enabled["Status"] == "ENABLED" and "EndedAt" not in enabled
    assert (enabled["EarliestAllowedEndAt"] - enabled["StartedAt"]).total_seconds() == 86_400
    disabled = kinesis.update_account_settings(**{told: {"Status": "DISABLED"}})[told]
    assert disabled["Status"] == "ENABLED_UNTIL_EARLIEST_ALLOWED_END"
    assert kinesis.describe_account_settings()[told]["StartedAt"] == enabled["StartedAt"]


@pytest.mark.parametrize("members", [{}, {"MinimumThroughputBillingCommitment": {"Status": "TEA"}}])
def test_a_commitment_is_on_or_off(kinesis, members):
    with refused("ValidationException"):
        kinesis.update_account_settings(**members)


def test_a_committed_account_holds_throughput_ready(committed):
    committed.create_stream(StreamName="s", StreamModeDetails=ON_DEMAND, WarmThroughputMiBps=20)
    stream = Stream(committed, "s")
    assert summary(stream)["WarmThroughput"] == {"TargetMiBps": 20, "CurrentMiBps": 20}

    answer = stream.update_stream_warm_throughput(WarmThroughputMiBps=100)

    assert answer["WarmThroughput"] == {"TargetMiBps": 100, "CurrentMiBps": 100}
    assert (answer["StreamName"], answer["StreamARN"]) == ("s", stream.arn)
    committed.update_stream_mode(StreamARN=stream.arn, StreamModeDetails={"StreamMode": "PROVISIONED"})
    assert "WarmThroughput" not in summary(stream)


def test_no_more_than_10_gib_a_second_are_held_ready(committed):
    committed.create_stream(StreamName="s", StreamModeDetails=ON_DEMAND)

    with refused("InvalidArgumentException"):
        Stream(committed, "s").update_stream_warm_throughput(WarmThroughputMiBps=10_241)


@pytest.mark.parametrize("mode", ["ON_DEMAND", "PROVISIONED"])
def test_nothing_is_held_ready_without_a_commitment(make_stream, mode):
    stream = make_stream(1, StreamModeDetails={"StreamMode": mode})

    with refused("ValidationException"):
        stream.update_stream_warm_throughput(WarmThroughputMiBps=10)


def test_nothing_is_held_ready_for_a_provisioned_stream(committed):
    with refused("ValidationException"):
        committed.create_stream(StreamName="s", ShardCount=1, WarmThroughputMiBps=10)
    assert committed.list_streams()["StreamNames"] == []


# Distribution


def distribute(caller, stream: Stream, strategy: str):
    members = {"StreamARN": stream.arn, "RecordDistributionStrategy": strategy}
    return caller.call(KINESIS, "UpdateStreamRecordDistributionStrategy", members)


def test_an_on_demand_stream_spreads_its_records_whatever_their_keys(caller, make_stream):
    stream = make_stream(4, StreamModeDetails=ON_DEMAND)
    assert distribute(caller, stream, "AUTO").status == 200
    told = caller.call(KINESIS, "DescribeStreamSummary", {"StreamName": stream.name}).json
    assert told["StreamDescriptionSummary"]["RecordDistributionStrategy"] == "AUTO"

    entries = [{"Data": b"tea", "PartitionKey": "k"}] * 6 + [{"Data": b"tea"}] * 6
    shards = [record["ShardId"] for record in stream.put_records(Records=entries)["Records"]]

    assert sorted(shards.count(shard) for shard in set(shards)) == [3, 3, 3, 3]
    assert stream.put_record(Data=b"tea")["ShardId"] in shards
    assert distribute(caller, stream, "USER_PARTITION_KEY").status == 200
    with refused("ValidationException", violation(None, "partitionKey", "Member must not be null")):
        stream.put_record(Data=b"tea")


def test_a_provisioned_stream_goes_by_keys(caller, stream):
    assert distribute(caller, stream, "AUTO").code == "InvalidArgumentException"
    assert distribute(caller, stream, "USER_PARTITION_KEY").status == 200


@pytest.mark.parametrize("strategy", ["", "TEA", None])
def test_a_distribution_is_one_of_two(caller, make_stream, strategy):
    stream = make_stream(1, StreamModeDetails=ON_DEMAND)

    assert distribute(caller, stream, strategy).code == "ValidationException"


def test_a_record_needs_a_key_unless_it_is_spread(stream):
    with refused("ValidationException", violation(None, "records.2.member.partitionKey", "Member must not be null")):
        stream.put_records(Records=[{"Data": b"1", "PartitionKey": "k"}, {"Data": b"2"}])


# A stream that is not there


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("increase_stream_retention_period", {"RetentionPeriodHours": 48}),
        ("decrease_stream_retention_period", {"RetentionPeriodHours": 24}),
        ("start_stream_encryption", {"EncryptionType": "KMS", "KeyId": "k"}),
        ("stop_stream_encryption", {"EncryptionType": "KMS", "KeyId": "k"}),
        ("enable_enhanced_monitoring", {"ShardLevelMetrics": ["ALL"]}),
        ("disable_enhanced_monitoring", {"ShardLevelMetrics": ["ALL"]}),
        ("update_stream_warm_throughput", {"WarmThroughputMiBps": 1}),
    ],
)
def test_nothing_is_set_on_a_stream_that_is_not_there(kinesis, operation, members):
    with refused("ResourceNotFoundException", f"Stream nobody under account {ACCOUNT} not found."):
        getattr(kinesis, operation)(StreamName="nobody", **members)
