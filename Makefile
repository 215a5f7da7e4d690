# Each of these does all the set-up it needs on a machine with Swift 6.2 or later.

SWIFT ?= swift
PYTHON ?= python3
RELEASE = .build/release/orderflow
CLIENTS = .venv/bin/python
OLD_CLIENTS = .venv-old/bin/python
GUESTS = .venv-guests/bin/python
MOTO = .venv-moto/bin/moto_server

# A few tests at a time: some load the cores in virtual time, and others wait for real processes beside them.
WIDTH = $(shell $(SWIFT) test --help-hidden 2>/dev/null | grep -q -e --experimental-maximum-parallelization-width \
	&& echo --experimental-maximum-parallelization-width 4)

.PHONY: demo build test conformance simulate bench format lint setup

## demo: build for release and play a trading day with outages; ends with a verdict
demo: build
	$(RELEASE) demo

## build: build for release
build: setup
	$(SWIFT) build -c release --product orderflow

## test: build everything and run every suite
test: setup
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build $(WIDTH)

## conformance: drive the built program with boto3, the AWS CLI and raw HTTP, and with its own verbs
conformance: build .venv/ready .venv-old/ready .venv-guests/ready .venv-moto/ready
	ORDERFLOW=$(RELEASE) OLD_CLIENTS=$(OLD_CLIENTS) GUESTS=$(CURDIR)/$(GUESTS) $(CLIENTS) -m pytest -q Tests/Conformance
	ORDERFLOW=$(RELEASE) MOTO=$(CURDIR)/$(MOTO) $(CLIENTS) -m pytest -q Tests/Acceptance

# A mark of our own tells what is installed: the Python of each is a link to one and the same.
.venv/ready: Tests/Conformance/requirements.txt
	$(PYTHON) -m venv .venv
	$(CLIENTS) -m pip install -q --disable-pip-version-check -r Tests/Conformance/requirements.txt
	touch $@

# A boto3 that still speaks forms and XML; the newer one borrows its description of SQS.
.venv-old/ready: Tests/Conformance/requirements-old.txt
	$(PYTHON) -m venv .venv-old
	$(OLD_CLIENTS) -m pip install -q --disable-pip-version-check -r Tests/Conformance/requirements-old.txt
	touch $@

.venv-guests/ready: Tests/Conformance/requirements-guests.txt
	$(PYTHON) -m venv .venv-guests
	$(GUESTS) -m pip install -q --disable-pip-version-check -r Tests/Conformance/requirements-guests.txt
	touch $@

# An SQS and a Kinesis that we did not write.
.venv-moto/ready: Tests/Acceptance/requirements-moto.txt
	$(PYTHON) -m venv .venv-moto
	.venv-moto/bin/python -m pip install -q --disable-pip-version-check -r Tests/Acceptance/requirements-moto.txt
	touch $@

## simulate: a thousand seeds of the street in virtual time
simulate: build
	$(RELEASE) simulate --seeds 1000

## bench: what the broker does in a second on this machine, beside plain SQLite
bench: build
	$(RELEASE) bench

## format: lay out all sources
format:
	$(SWIFT) format -i -r Sources Tests Package.swift

## lint: fail where the formatter would change anything
lint:
	$(SWIFT) format lint -s -r Sources Tests Package.swift

## setup: install SQLite's header where it is missing
setup:
	@if [ "$$(uname)" = Linux ] && ! [ -e /usr/include/sqlite3.h ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libsqlite3-dev; \
	  else \
	    echo "SQLite's header is missing. Type: sudo apt-get install libsqlite3-dev" >&2; exit 1; \
	  fi; \
	fi
