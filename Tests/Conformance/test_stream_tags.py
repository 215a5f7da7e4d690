"""Tags and policies of a stream."""

import json

import pytest

from refusals import refused, violation
from wire import ACCOUNT, REGION

TOO_MANY = "because a given stream cannot have more than 50 tags associated with it."
INVALID = (
    "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @."
)
LENGTH_OF_KEY = (
    "constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]"
)


def tags(stream) -> dict:
    answer = stream.list_tags_for_stream()
    assert answer["HasMoreTags"] is False
    return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}


def by_arn(stream) -> dict:
    return {tag["Key"]: tag["Value"] for tag in stream.kinesis.list_tags_for_resource(ResourceARN=stream.arn)["Tags"]}


@pytest.fixture(params=["stream", "resource"])
def tagging(request, stream):
    """Adding and removing tags, in either of the two ways."""
    kinesis, arn = stream.kinesis, stream.arn
    if request.param == "stream":
        return (
            lambda tags: kinesis.add_tags_to_stream(StreamName=stream.name, Tags=tags),
            lambda keys: kinesis.remove_tags_from_stream(StreamName=stream.name, TagKeys=keys),
        )
    return (
        lambda tags: kinesis.tag_resource(ResourceARN=arn, Tags=tags),
        lambda keys: kinesis.untag_resource(ResourceARN=arn, TagKeys=keys),
    )


def test_a_stream_has_no_tags_unless_it_is_given_some(stream):
    assert tags(stream) == by_arn(stream) == {}


def test_both_ways_of_tagging_speak_of_the_same_tags(stream, tagging):
    add, remove = tagging
    add({"team": "tea", "Team": "coffee"})
    add({"team": "cocoa", "empty": ""})
    remove(["Team", "nobody"])

    assert tags(stream) == by_arn(stream) == {"team": "cocoa", "empty": ""}


def test_a_stream_is_made_with_its_tags(make_stream):
    stream = make_stream(1, Tags={"team": "tea"})

    assert tags(stream) == {"team": "tea"}


def test_a_namesake_has_none_of_a_deleted_streams_tags(kinesis, make_stream):
    stream = make_stream(1, Tags={"team": "tea"})
    stream.delete_stream()
    kinesis.create_stream(StreamName=stream.name, ShardCount=1)

    assert tags(stream) == {}


def test_tags_are_listed_by_their_keys_in_pages(stream):
    stream.add_tags_to_stream(Tags={key: "v" for key in ("b", "B", "ä", "a", "_")})
    found, start = [], {}
    while True:
        answer = stream.list_tags_for_stream(Limit=2, **start)
        found.append([tag["Key"] for tag in answer["Tags"]])
        if not answer["HasMoreTags"]:
            break
        start = {"ExclusiveStartTagKey": found[-1][-1]}

    assert found == [["B", "_"], ["a", "b"], ["ä"]]


def test_a_page_begins_behind_a_key_that_need_not_be_there(stream):
    stream.add_tags_to_stream(Tags={"a": "1", "c": "2"})

    assert [tag["Key"] for tag in stream.list_tags_for_stream(ExclusiveStartTagKey="b")["Tags"]] == ["c"]


@pytest.mark.parametrize(
    ("members", "path", "told", "rule"),
    [
        ({"Limit": 0}, "limit", 0, "Member must have value greater than or equal to 1"),
        ({"Limit": 51}, "limit", 51, "Member must have value less than or equal to 50"),
        (
            {"ExclusiveStartTagKey": ""},
            "exclusiveStartTagKey",
            "",
            "Member must have length greater than or equal to 1",
        ),
    ],
)
def test_a_page_has_1_to_50_tags(stream, members, path, told, rule):
    with refused("ValidationException", violation(told, path, rule)):
        stream.list_tags_for_stream(**members)


@pytest.mark.parametrize("text", ["tea", "Tée 茶", "0 9", "_./=+-@", "a:b"])
def test_a_tag_has_letters_digits_spaces_and_some_marks(stream, tagging, text):
    tagging[0]({text: text})

    assert tags(stream) == {text: text}


@pytest.mark.parametrize("text", ["a\tb", "a,b", "a;b", "(a)", "a*b", "a#b", "☕"])
@pytest.mark.parametrize("place", ["key", "value"])
def test_a_tag_has_no_other_characters(stream, tagging, text, place):
    with refused("InvalidArgumentException", INVALID):
        tagging[0]({text: "v"} if place == "key" else {"k": text})

    assert tags(stream) == {}


def test_a_per_cent_sign_is_valid_and_yet_illegal(stream):
    words = (
        f"Failed to add tags to stream {stream.name} under account {ACCOUNT} because some tags contained illegal "
        "characters. The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@'."
    )

    with refused("InvalidArgumentException", words):
        stream.add_tags_to_stream(Tags={"k": "100%"})


def test_a_stream_has_50_tags_at_most(stream, tagging):
    add, remove = tagging
    add({f"k{number}": "v" for number in range(50)})
    add({"k0": "w"})

    with refused(
        "InvalidArgumentException", f"Failed to add tags to stream {stream.name} under account {ACCOUNT} {TOO_MANY}"
    ):
        add({"one": "too many"})
    remove(["k1"])
    add({"one": "more"})
    assert len(tags(stream)) == 50


def test_a_stream_is_not_made_with_51_tags(kinesis, fresh_name):
    with refused("InvalidArgumentException", f"Failed to add tags to stream {fresh_name} under account {ACCOUNT} {TOO_MANY}"):
        kinesis.create_stream(StreamName=fresh_name, ShardCount=1, Tags={f"k{number}": "v" for number in range(51)})
    with refused("ResourceNotFoundException"):
        kinesis.describe_stream_summary(StreamName=fresh_name)


@pytest.mark.parametrize(
    "given",
    [{}, {"": "v"}, {"k" * 129: "v"}, {"k": "v" * 257}, {f"k{number}": "v" for number in range(201)}],
    ids=["none", "an empty key", "a long key", "a long value", "201"],
)
def test_tags_that_the_model_does_not_have_are_refused(stream, tagging, given):
    with refused("ValidationException"):
        tagging[0](given)


@pytest.mark.parametrize("keys", [[], [""], ["k" * 129], [f"k{number}" for number in range(51)]])
def test_1_to_50_tags_are_taken_off_at_once(tagging, keys):
    with refused("ValidationException"):
        tagging[1](keys)


def test_the_rule_for_keys_is_told_as_one(stream):
    with refused(
        "ValidationException",
        f"1 validation error detected: Value '[]' at 'tagKeys' failed to satisfy constraint: Member must have length "
        "greater than or equal to 1",
    ):
        stream.remove_tags_from_stream(TagKeys=[])
    with refused(
        "ValidationException",
        f"1 validation error detected: Value '[]' at 'tagKeys' failed to satisfy constraint: Member must satisfy "
        f"{LENGTH_OF_KEY}",
    ):
        stream.remove_tags_from_stream(TagKeys=[""])


@pytest.mark.parametrize("operation", ["tag_resource", "untag_resource", "list_tags_for_resource"])
@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("tea", "ValidationException"),
        (f"arn:aws:sqs:{REGION}:{ACCOUNT}:tea", "ValidationException"),
        (f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/nobody", "ResourceNotFoundException"),
        (f"arn:aws:kinesis:eu-north-1:{ACCOUNT}:stream/nobody", "ResourceNotFoundException"),
        (f"arn:aws:kinesis:{REGION}:111122223333:stream/nobody", "ResourceNotFoundException"),
    ],
    ids=["no arn", "another service", "not there", "another region", "another account"],
)
def test_what_is_no_stream_has_no_tags(kinesis, operation, arn, code):
    rest = {"tag_resource": {"Tags": {"k": "v"}}, "untag_resource": {"TagKeys": ["k"]}}.get(operation, {})

    with refused(code):
        getattr(kinesis, operation)(ResourceARN=arn, **rest)


# Policies


def policy(arn: str, *actions: str, **changed) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": list(actions), "Resource": arn}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **changed}]})


def test_a_policy_is_given_back_byte_for_byte(stream):
    text = policy(stream.arn, "kinesis:PutRecord", "kinesis:GetRecords").replace(" ", "  ")

    stream.kinesis.put_resource_policy(ResourceARN=stream.arn, Policy=text)

    assert stream.kinesis.get_resource_policy(ResourceARN=stream.arn)["Policy"] == text


def test_a_stream_without_a_policy_has_an_empty_one(stream):
    assert stream.kinesis.get_resource_policy(ResourceARN=stream.arn)["Policy"] == "{}"


def test_a_policy_is_deleted_once(stream):
    stream.kinesis.put_resource_policy(ResourceARN=stream.arn, Policy=policy(stream.arn, "kinesis:PutRecord"))
    stream.kinesis.delete_resource_policy(ResourceARN=stream.arn)

    assert stream.kinesis.get_resource_policy(ResourceARN=stream.arn)["Policy"] == "{}"
    words = f"No resource policy found for resource ARN {stream.arn}."
    with refused("ResourceNotFoundException", words):
        stream.kinesis.delete_resource_policy(ResourceARN=stream.arn)


def test_a_namesake_has_nothing_of_a_deleted_streams_policy(kinesis, make_stream):
    stream = make_stream(1)
    arn = stream.arn
    kinesis.put_resource_policy(ResourceARN=arn, Policy=policy(arn, "kinesis:PutRecord"))
    stream.delete_stream()
    kinesis.create_stream(StreamName=stream.name, ShardCount=1)

    assert kinesis.get_resource_policy(ResourceARN=arn)["Policy"] == "{}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tea", "This policy contains invalid Json"),
        ("[]", "This policy contains invalid Json"),
        ("{}", "Missing required field Version"),
        ('{"Version":"2012-10-17"}', "Missing required field Statement"),
    ],
)
def test_a_policy_is_json_with_a_version_and_statements(stream, text, words):
    with refused("InvalidArgumentException", f"Policy validation error: {words}"):
        stream.kinesis.put_resource_policy(ResourceARN=stream.arn, Policy=text)


@pytest.mark.parametrize("action", ["kinesis:*", "kinesis:SplitShard", "kinesis:SubscribeToShard", "sqs:SendMessage"])
def test_a_policy_of_a_stream_allows_reading_and_writing_and_nothing_else(stream, action):
    text = policy(stream.arn, "kinesis:PutRecord", action)
    words = (
        "Policy validation error: Resource policy contains invalid statement at line 1, column 41: The following "
        f'action names are invalid: "{action}"'
    )

    with refused("InvalidArgumentException", words):
        stream.kinesis.put_resource_policy(ResourceARN=stream.arn, Policy=text)


@pytest.mark.parametrize("resource", ["*", f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/nobody", []])
def test_a_policy_speaks_of_its_own_stream_alone(stream, resource):
    text = json.dumps(json.loads(policy(stream.arn, "kinesis:PutRecord", Resource=resource)), indent=2)
    words = (
        "Policy validation error: Resource policy contains invalid statement at line 4, column 5: The resource "
        "policy's resource must be the same as the resource ARN."
    )

    with refused("InvalidArgumentException", words):
        stream.kinesis.put_resource_policy(ResourceARN=stream.arn, Policy=text)


@pytest.mark.parametrize("operation", ["put_resource_policy", "get_resource_policy", "delete_resource_policy"])
@pytest.mark.parametrize(
    ("arn", "code", "words"),
    [
        ("tea", "InvalidArgumentException", "Invalid ARN: tea"),
        (
            f"arn:aws:kinesis:eu-north-1:{ACCOUNT}:stream/s",
            "InvalidArgumentException",
            f"The region specified in the ARN 'arn:aws:kinesis:eu-north-1:{ACCOUNT}:stream/s' does not match the "
            "endpoint region",
        ),
        (
            f"arn:aws:kinesis:{REGION}:111122223333:stream/s",
            "UnrecognizedClientException",
            "No account found for the given parameters",
        ),
        (
            f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/nobody",
            "ResourceNotFoundException",
            f"Stream nobody under account {ACCOUNT} not found.",
        ),
    ],
    ids=["no arn", "another region", "another account", "not there"],
)
def test_what_is_no_stream_has_no_policy(kinesis, operation, arn, code, words):
    rest = {"Policy": policy(arn, "kinesis:PutRecord")} if operation == "put_resource_policy" else {}

    with refused(code, words):
        getattr(kinesis, operation)(ResourceARN=arn, **rest)
