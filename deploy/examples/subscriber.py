#!/usr/bin/env python3
"""Follow margin calls and liquidations: a subscriber written from Schemas/ alone.

Each event is printed on one line, for people or (--json) as JSON. Two things that every
subscriber should do are shown here:

* `sequence` is gapless per topic and partition, so a loss is noticed and told on standard error.
* A worker that rebuilds its state may publish an event again. Its `event_id` is the same, so the
  repetition is recognised and passed over.
"""

import argparse
import collections
import json
import signal
import sys
import time

from confluent_kafka import Consumer, KafkaError
from google.protobuf import json_format

import schemas

# So many of the last event ids are remembered.
REMEMBERED = 100_000


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bootstrap", default="localhost:9092", help="HOST:PORT,... of Kafka")
    parser.add_argument("--group", default="example-subscriber", help="consumer group")
    parser.add_argument("--topic-prefix", default="", help="text before the names of the topics")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--exit-after", type=int, metavar="N", help="end after N events")
    parser.add_argument(
        "--timeout", type=float, metavar="S",
        help="end after S seconds; with 1 when --exit-after was not reached",
    )
    parser.add_argument("--schemas", default=schemas.DEFAULT, help="the directory Schemas/")
    return parser.parse_args()


class Sequences:
    """Tells where the sequence of a topic's partition breaks."""

    def __init__(self):
        self.last = {}

    def take(self, place, sequence, offset):
        # At offset 0 the first event of all is seen; elsewhere one joins midway.
        before = self.last.get(place, 0 if offset == 0 else sequence - 1)
        self.last[place] = sequence
        if sequence > before + 1:
            return f"{sequence - before - 1} events are missing before sequence {sequence}"
        if sequence <= before:
            return f"the sequence went back from {before} to {sequence}: a worker has rebuilt"
        return None


class EventIDs:
    """Recognises an event that came before."""

    def __init__(self):
        self.seen = collections.OrderedDict()

    def is_new(self, event_id):
        if event_id in self.seen:
            return False
        self.seen[event_id] = None
        if len(self.seen) > REMEMBERED:
            self.seen.popitem(last=False)
        return True


class Reader:
    """Turns records into lines."""

    def __init__(self, options):
        margin_calls, liquidations, common = schemas.load(
            options.schemas, "margin_calls", "liquidations", "common"
        )
        self.common, self.kinds = common, margin_calls.MarginCallKind
        self.as_json = options.json
        self.classes = {
            options.topic_prefix + "margin-calls": margin_calls.MarginCallEvent,
            options.topic_prefix + "liquidations": liquidations.LiquidationEvent,
        }

    def event(self, record):
        event = self.classes[record.topic()]()
        event.ParseFromString(record.value())
        if event.schema_version != 1:
            raise ValueError(f"schema version {event.schema_version}, expected 1")
        return event

    def line(self, record, event):
        if self.as_json:
            fields = json_format.MessageToDict(event, preserving_proto_field_name=True)
            place = {
                "topic": record.topic(), "partition": record.partition(), "offset": record.offset()
            }
            return json.dumps(place | fields, separators=(",", ":"))
        header = event.header
        states = [
            self.common.MarginState.Name(state).removeprefix("MARGIN_STATE_").lower()
            for state in (header.previous_state, header.new_state)
        ]
        unit = f" [{header.isolated_symbol}]" if header.isolated_symbol else ""
        asset = header.reporting_asset or "of the reporting asset"
        cause = f"{header.cause.topic}-{header.cause.partition}-{header.cause.offset}"
        return (
            f"{header.account_id}{unit} {self.what(event)}: {' -> '.join(states)}, equity "
            f"{header.equity} {asset}, maintenance margin {header.maintenance_margin} {asset}, "
            f"level {header.margin_level or '-'}, caused by {cause}"
        )

    def what(self, event):
        if event.DESCRIPTOR.name == "MarginCallEvent":
            return self.kinds.Name(event.kind).removeprefix("MARGIN_CALL_KIND_").lower()
        step = event.WhichOneof("step")
        if step == "order":
            order = event.order
            side = "buy" if order.order_side == 1 else "sell"
            return (
                f"liquidation order {side} {order.quantity} {order.symbol} limit "
                f"{order.limit_price}"
            )
        return f"liquidation {step}"


def tell(text):
    print(text, file=sys.stderr, flush=True)


def follow(options, consumer, reader, is_stopped):
    """Print events until the end; return the exit code."""
    deadline = time.monotonic() + options.timeout if options.timeout else None
    sequences, ids, printed = Sequences(), EventIDs(), 0
    while not is_stopped():
        if deadline is not None and time.monotonic() > deadline:
            return 1 if options.exit_after else 0
        record = consumer.poll(0.2)
        if record is None:
            continue
        if record.error():
            # The client heals by itself what passes; a topic that is not there may come yet.
            if record.error().code() != KafkaError._PARTITION_EOF:
                tell(f"kafka: {record.error()}")
            continue
        place = f"{record.topic()}-{record.partition()}"
        try:
            event = reader.event(record)
        except Exception as error:  # One bad record must not hide the next one.
            tell(f"{place} offset {record.offset()} is not an event: {error}")
        else:
            notice = sequences.take(place, event.header.sequence, record.offset())
            if notice:
                tell(f"{place}: {notice}")
            if ids.is_new(event.header.event_id):
                print(reader.line(record, event), flush=True)
                printed += 1
        consumer.store_offsets(message=record)
        if options.exit_after and printed >= options.exit_after:
            return 0
    return 0


def main():
    options = arguments()
    stopped = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.append(True))
        # Some parents start their children with signals blocked.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
    reader = Reader(options)
    consumer = Consumer({
        "bootstrap.servers": options.bootstrap,
        "group.id": options.group,
        "auto.offset.reset": "earliest",
        # Events of a transaction that was aborted never happened.
        "isolation.level": "read_committed",
        # An offset is stored once its event is printed, so that a crash loses none.
        "enable.auto.offset.store": False,
        "fetch.wait.max.ms": 50,
        # A topic that does not exist yet is found soon.
        "topic.metadata.refresh.interval.ms": 2000,
    })
    try:
        consumer.subscribe(list(reader.classes))
        return follow(options, consumer, reader, lambda: bool(stopped))
    except BrokenPipeError:
        # Whoever read has gone; the interpreter must not try to flush once more.
        sys.stdout = None
        return 0
    finally:
        consumer.close()


if __name__ == "__main__":
    sys.exit(main())
