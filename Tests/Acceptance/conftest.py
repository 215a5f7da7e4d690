"""What every test has at hand: a street of its own, closed in the end whatever happens."""

import sys

sys.dont_write_bytecode = True

import pytest

from street import Street


@pytest.fixture
def make_street(tmp_path):
    streets = []

    def make(**day):
        directory = tmp_path / str(len(streets))
        directory.mkdir()
        streets.append(Street(directory, **day))
        return streets[-1]

    yield make
    for street in streets:
        street.down()


@pytest.fixture
def street(make_street):
    return make_street()
