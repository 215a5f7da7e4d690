# Each of these does all the set-up it needs on a machine with Swift 6.2 or later.

SWIFT ?= swift
RELEASE = .build/release/orderflow
# The rules and the ground floor: suites that end within seconds on two cores. `make test-all` runs every suite.
SUITES = ^(Clockwork|JSON|Disk|Orders|Queue|Stream)Tests\.

.PHONY: demo build test test-all bench format setup

## demo: build for release and play a trading day with outages; ends with a verdict
demo: build
	$(RELEASE) demo

## build: build for release
build: setup
	$(SWIFT) build -c release --product orderflow

## test: build everything and run the suites of the rules and of the ground floor
test: setup
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --filter '$(SUITES)'

## test-all: run every suite
test-all: setup
	$(SWIFT) test

## bench: what the broker does in a second on this machine, beside plain SQLite
bench: build
	$(RELEASE) bench

## format: lay out all sources
format:
	$(SWIFT) format -i -r Sources Tests Package.swift

## setup: install SQLite's header where it is missing
setup:
	@if [ "$$(uname)" = Linux ] && ! [ -e /usr/include/sqlite3.h ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libsqlite3-dev; \
	  else \
	    echo "SQLite's header is missing. Type: sudo apt-get install libsqlite3-dev" >&2; exit 1; \
	  fi; \
	fi
