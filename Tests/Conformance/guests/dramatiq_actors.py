"""Actors as any Dramatiq application has them; only the broker's address is ours."""

import os

import dramatiq
from dramatiq_sqs import SQSBroker

output = os.environ["OUTPUT"]
dramatiq.set_broker(
    SQSBroker(
        namespace="guests",
        dead_letter=True,
        tags={"team": "tea"},
        endpoint_url=f"http://{os.environ['BROKER']}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
)


def note(line: str):
    with open(output, "a") as file:
        file.write(f"{line}\n")


@dramatiq.actor
def double(number):
    note(f"double {number * 2}")


@dramatiq.actor(max_retries=3, min_backoff=100, max_backoff=200)
def hesitate():
    note("hesitate")
    if open(output).read().count("hesitate") < 3:
        raise RuntimeError("not yet")
