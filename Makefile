# Each of these does all the set-up it needs on a machine with Swift 6.2 or later.

SWIFT ?= swift
RELEASE = .build/release/orderflow

.PHONY: demo test build bench format lint conformance clean setup

## demo: build for release and play a trading day with outages; ends with a verdict
demo: build
	$(RELEASE) demo

## build: build for release
build: setup
	$(SWIFT) build -c release --product orderflow

## test: build and run every test
test: setup
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --parallel

## conformance: drive the real process with boto3 and the AWS CLI, both from PyPI
conformance: build
	Tests/Conformance/run $(RELEASE)

## bench: what the broker does in a second on this machine, beside plain SQLite
bench: build
	$(RELEASE) bench

## format: lay out all sources
format:
	$(SWIFT) format -i -r Sources Tests Package.swift

## lint: fail when a source is not laid out
lint:
	$(SWIFT) format lint -r --strict Sources Tests Package.swift

## setup: install SQLite's header where it is missing
setup:
	@if [ "$$(uname)" = Linux ] && ! [ -e /usr/include/sqlite3.h ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libsqlite3-dev; \
	  else \
	    echo "SQLite's header is missing. Type: sudo apt-get install libsqlite3-dev" >&2; exit 1; \
	  fi; \
	fi

clean:
	rm -rf .build data runs
