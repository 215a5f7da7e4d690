"""Tags and permissions of a queue."""

import json

import pytest

from refusals import NO_SUCH_QUEUE, refused


def tags_of(queue) -> dict:
    return queue.list_queue_tags().get("Tags", {})


def policy_of(queue) -> dict | None:
    attributes = queue.get_queue_attributes(AttributeNames=["Policy"]).get("Attributes", {})
    return json.loads(attributes["Policy"]) if attributes else None


def test_a_queue_has_no_tags_unless_it_is_given_some(queue):
    assert "Tags" not in queue.list_queue_tags()


def test_tags_are_added_and_overwritten(queue):
    queue.tag_queue(Tags={"team": "tea", "Team": "coffee"})
    queue.tag_queue(Tags={"team": "cocoa", "empty": ""})

    assert tags_of(queue) == {"team": "cocoa", "Team": "coffee", "empty": ""}


def test_a_queue_is_made_with_its_tags(sqs, fresh_name):
    url = sqs.create_queue(QueueName=fresh_name, tags={"team": "tea"})["QueueUrl"]

    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "tea"}


def test_tags_are_taken_off_and_those_that_are_not_there_do_no_harm(queue):
    queue.tag_queue(Tags={"a": "1", "b": "2"})
    queue.untag_queue(TagKeys=["a", "nobody"])

    assert tags_of(queue) == {"b": "2"}


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({"k" * 129: "v"}, "Tag keys must be between 1 and 128 characters in length."),
        ({"": "v"}, "Tag keys must be between 1 and 128 characters in length."),
        ({"k": "v" * 257}, "Tag values must be between 0 and 256 characters in length."),
        ({"aws:owner": "v"}, "Tag keys must not begin with aws:, which is reserved."),
    ],
    ids=["a long key", "an empty key", "a long value", "a reserved key"],
)
def test_a_tag_that_cannot_be_is_refused_and_none_is_added(queue, tags, words):
    with refused("InvalidParameterValue", words):
        queue.tag_queue(Tags={"sound": "x", **tags})

    assert tags_of(queue) == {}


def test_a_tag_may_be_as_long_as_128_and_256_characters_of_any_script(queue):
    tags = {"ü" * 128: "茶" * 256, "aws": "without a colon"}

    queue.tag_queue(Tags=tags)

    assert tags_of(queue) == tags


def test_a_queue_has_50_tags_at_most(queue):
    queue.tag_queue(Tags={f"k{number}": "v" for number in range(50)})
    queue.tag_queue(Tags={"k1": "another"})

    with refused("InvalidParameterValue", f"Too many tags added for queue {queue.name}."):
        queue.tag_queue(Tags={"one": "more"})

    assert len(tags_of(queue)) == 50


@pytest.mark.parametrize("operation", ["tag_queue", "untag_queue"])
def test_no_tags_at_all_are_refused(queue, operation):
    parameter = "Tags" if operation == "tag_queue" else "TagKeys"
    with refused("MissingParameter", f"The request must contain the parameter {parameter}."):
        getattr(queue, operation)()


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("tag_queue", {"Tags": {"": ""}}),
        ("untag_queue", {"TagKeys": ["k"]}),
        ("list_queue_tags", {}),
        ("add_permission", {"Label": " ", "AWSAccountIds": ["x"], "Actions": ["x"]}),
        ("remove_permission", {"Label": "x"}),
    ],
)
def test_a_missing_queue_is_told_first(sqs, broker, operation, parameters):
    with refused(NO_SUCH_QUEUE):
        getattr(sqs, operation)(QueueUrl=f"{broker.url}/000000000000/nowhere", **parameters)


def test_a_permission_is_a_statement_of_the_policy(queue):
    queue.add_permission(Label="partner", AWSAccountIds=["123456789012"], Actions=["SendMessage"])

    assert policy_of(queue) == {
        "Version": "2008-10-17",
        "Id": f"{queue.arn}/SQSDefaultPolicy",
        "Statement": [
            {
                "Sid": "partner",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Action": "SQS:SendMessage",
                "Resource": queue.arn,
            }
        ],
    }


def test_several_accounts_and_actions_are_lists(queue):
    queue.add_permission(
        Label="all", AWSAccountIds=["123456789012", "210987654321"], Actions=["*", "GetQueueUrl"]
    )

    statement = policy_of(queue)["Statement"][0]
    assert statement["Action"] == ["SQS:*", "SQS:GetQueueUrl"]
    assert statement["Principal"]["AWS"] == ["arn:aws:iam::123456789012:root", "arn:aws:iam::210987654321:root"]


def test_a_permission_is_removed_by_its_label_and_the_last_takes_the_policy_along(queue):
    for label in ("one", "two"):
        queue.add_permission(Label=label, AWSAccountIds=["123456789012"], Actions=["SendMessage"])

    queue.remove_permission(Label="one")
    assert [statement["Sid"] for statement in policy_of(queue)["Statement"]] == ["two"]
    queue.remove_permission(Label="two")
    assert policy_of(queue) is None


def test_a_label_is_used_once(queue):
    queue.add_permission(Label="one", AWSAccountIds=["123456789012"], Actions=["SendMessage"])

    with refused("InvalidParameterValue", "Value one for parameter Label is invalid. Reason: Already exists."):
        queue.add_permission(Label="one", AWSAccountIds=["123456789012"], Actions=["ReceiveMessage"])


def test_a_label_that_is_not_there_cannot_be_removed(queue):
    with refused("InvalidParameterValue", "Value x for parameter Label is invalid. Reason: can't find label."):
        queue.remove_permission(Label="x")


@pytest.mark.parametrize("action", ["RemovePermission", "DeleteQueue", "TagQueue", "StartMessageMoveTask"])
def test_what_is_the_owners_alone_is_not_given_away(queue, action):
    words = f"Value SQS:{action} for parameter ActionName is invalid. Reason: Only the queue owner is allowed to invoke this action."
    with refused("InvalidParameterValue", words):
        queue.add_permission(Label="x", AWSAccountIds=["123456789012"], Actions=[action])


def test_an_account_has_12_digits(queue):
    words = "Value [12345] for parameter PrincipalId is invalid. Reason: Unable to verify."
    with refused("InvalidParameterValue", words):
        queue.add_permission(Label="x", AWSAccountIds=["12345"], Actions=["SendMessage"])


def test_a_permission_is_for_7_actions_at_most(queue):
    with refused("OverLimit", "8 Actions were found, maximum allowed is 7.", status=403):
        queue.add_permission(Label="x", AWSAccountIds=["123456789012"], Actions=["SendMessage"] * 8)


@pytest.mark.parametrize("label", ["", "a b", "x" * 81, "ü"])
def test_a_label_is_1_to_80_letters_digits_hyphens_and_underscores(queue, label):
    with refused("InvalidParameterValue"):
        queue.add_permission(Label=label, AWSAccountIds=["123456789012"], Actions=["SendMessage"])


def test_tags_and_permissions_survive_a_death(tmp_path):
    from broker import Broker
    from wire import Caller, SQS

    broker = Broker(tmp_path / "mortal")
    with Caller(broker.address) as caller:
        url = caller.call(SQS, "CreateQueue", {"QueueName": "q"}).json["QueueUrl"]
        caller.call(SQS, "TagQueue", {"QueueUrl": url, "Tags": {"a": "1", "b": "2"}})
        caller.call(SQS, "UntagQueue", {"QueueUrl": url, "TagKeys": ["a"]})
        permission = {"Label": "x", "AWSAccountIds": ["123456789012"], "Actions": ["*"]}
        caller.call(SQS, "AddPermission", {"QueueUrl": url, **permission})
    broker.kill()
    broker.start()

    with Caller(broker.address) as caller:
        assert caller.call(SQS, "ListQueueTags", {"QueueUrl": url}).json == {"Tags": {"b": "2"}}
        answer = caller.call(SQS, "GetQueueAttributes", {"QueueUrl": url, "AttributeNames": ["Policy"]})
        assert "SQS:*" in answer.json["Attributes"]["Policy"]
    assert broker.stop() == 0
