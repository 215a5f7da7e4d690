"""How an SDK user sees a refusal."""

from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError

NO_SUCH_QUEUE = "AWS.SimpleQueueService.NonExistentQueue"
IN_FORMS = {"The specified queue does not exist.": "The specified queue does not exist for this wsdl version."}


@contextmanager
def refused(code: str, words: str | None = None, status: int = 400):
    """Expects an error with Amazon's code and status, and with these very words where they are known."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    told = caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert (error["Code"], told) == (code, status), error["Message"]
    if words is not None:
        # In forms and XML, a queue that is not there is told in words of its own.
        assert error["Message"] in (words, IN_FORMS.get(words))


def out_of_range(value, parameter: str, reason: str) -> str:
    return f"Value {value} for parameter {parameter} is invalid. Reason: {reason}"


def violation(value, path: str, constraint: str) -> str:
    """The words of Kinesis for one member that breaks a rule of the model."""
    told = "null" if value is None else f"'{value}'"
    return f"1 validation error detected: Value {told} at '{path}' failed to satisfy constraint: {constraint}"
