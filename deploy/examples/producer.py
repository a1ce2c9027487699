#!/usr/bin/env python3
"""Play a tiny venue: one contract, three accounts, and a price that falls.

Writes the four input topics of Plimsoll from Schemas/ alone:

* reference: an underlying, an asset, one linear perpetual future and the rulebook;
* trades: each account's margin mode, deposit and one fill of 0.5 BTC-PERP;
* prices: index and mark, falling step by step, with the present as event time.

With the defaults the price falls from 65000 to 58500. `acct-careful` stays healthy, `acct-called`
ends with a margin call, and `acct-bold` is liquidated on the way. Let the price fall on
(--parts prices --start-price 58500), and `acct-called` is liquidated too.
"""

import argparse
import pathlib
import sys
import time
from decimal import Decimal

from confluent_kafka import Producer

import schemas

UNDERLYING, ASSET, SYMBOL = "BTC-USD", "USDC", "BTC-PERP"
DEPOSITS = {"acct-careful": "50000", "acct-called": "3403.6", "acct-bold": "2000"}
OPENING_PRICE = "65000"
QUANTITY = "0.5"


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bootstrap", default="localhost:9092", help="HOST:PORT,... of Kafka")
    parser.add_argument("--topic-prefix", default="", help="text before the names of the topics")
    parser.add_argument(
        "--parts", default="reference,trades,prices", help="what is written, separated by commas"
    )
    parser.add_argument(
        "--rulebook", type=pathlib.Path, metavar="FILE",
        help="document of the rulebook 'native'; without it the built-in one of that name",
    )
    parser.add_argument("--start-price", type=Decimal, default=Decimal(OPENING_PRICE))
    parser.add_argument("--step", type=Decimal, default=Decimal("-325"), help="change per step")
    parser.add_argument("--steps", type=int, default=20, help="number of changes")
    parser.add_argument("--interval", type=float, default=0.25, help="seconds between steps")
    parser.add_argument(
        "--settle", type=float, default=2, metavar="S",
        help="seconds in which workers learn the definitions before the first trade",
    )
    parser.add_argument("--schemas", default=schemas.DEFAULT, help="the directory Schemas/")
    options = parser.parse_args()
    options.parts = options.parts.split(",")
    for part in options.parts:
        if part not in ("reference", "trades", "prices"):
            parser.error(f"--parts: {part!r}, expected reference, trades or prices")
    return options


class Venue:
    """Writes the messages, and fails when one does not arrive."""

    def __init__(self, options):
        self.options = options
        self.prices, self.reference, self.trades = schemas.load(
            options.schemas, "prices", "reference", "trades"
        )
        self.failures = []
        self.written = 0
        self.source_sequence = 0
        self.producer = Producer({
            "bootstrap.servers": options.bootstrap,
            "enable.idempotence": True,
            # Where an account's records go must not depend on who writes them.
            "partitioner": "murmur2_random",
            "linger.ms": 2,
            "message.timeout.ms": 30000,
        })

    def write(self, topic, key, message):
        message.schema_version = 1
        self.producer.produce(
            self.options.topic_prefix + topic, key=key.encode(),
            value=message.SerializeToString(), on_delivery=self.delivered,
        )
        self.written += 1

    def delivered(self, error, record):
        if error is not None:
            self.failures.append(f"{record.topic()}: {error}")

    def flush(self):
        waiting = self.producer.flush(30)
        if waiting:
            self.failures.append(f"{waiting} records were not acknowledged within 30 s")
        if self.failures:
            raise SystemExit("; ".join(self.failures[:3]))

    # The topics

    def write_reference(self):
        kinds = self.reference
        now = time.time_ns()

        def define(key, **definition):
            self.write(
                "reference", key, kinds.ReferenceUpdate(event_time_ns=now, **definition)
            )

        define(UNDERLYING, underlying=kinds.Underlying(symbol=UNDERLYING))
        define(ASSET, asset=kinds.Asset(asset=ASSET))
        define(
            SYMBOL,
            instrument=kinds.Instrument(
                symbol=SYMBOL, kind=kinds.INSTRUMENT_KIND_PERPETUAL_FUTURE,
                payoff=kinds.PAYOFF_LINEAR, underlying=UNDERLYING, settlement_asset=ASSET,
                multiplier="1", tick_size="0.1", lot_size="0.001", taker_fee="0.0005",
            ),
        )
        document = '{"id": "native"}'
        if self.options.rulebook is not None:
            document = self.options.rulebook.read_text(encoding="utf-8")
        define(
            "native",
            rulebook=kinds.RulebookDocument(rulebook_id="native", version=1, document=document),
        )
        self.flush()

    def write_trades(self):
        kinds = self.trades
        for account, deposit in DEPOSITS.items():
            steps = [
                {"settings": kinds.Settings(margin_mode=kinds.MARGIN_MODE_CROSS)},
                {"transfer": kinds.Transfer(asset=ASSET, amount=deposit)},
                {"fill": kinds.Fill(symbol=SYMBOL, quantity=QUANTITY, price=OPENING_PRICE)},
            ]
            for sequence, step in enumerate(steps, start=1):
                event = kinds.AccountEvent(
                    account_id=account, account_sequence=sequence, event_time_ns=time.time_ns(),
                    **step,
                )
                self.write("trades", account, event)
        self.flush()

    def write_price(self, symbol, **price):
        self.source_sequence += 1
        self.write(
            "prices", symbol,
            self.prices.PriceUpdate(
                symbol=symbol, event_time_ns=time.time_ns(),
                source_sequence=self.source_sequence, **price,
            ),
        )

    def write_prices_of(self, price):
        self.write_price(UNDERLYING, index_price=str(price))
        self.write_price(SYMBOL, mark_price=str(price))
        self.flush()


def main():
    options = arguments()
    venue = Venue(options)
    if "reference" in options.parts:
        venue.write_reference()
        if len(options.parts) > 1:
            time.sleep(options.settle)
    if "prices" in options.parts:
        venue.write_price(ASSET, index_price="1")
        venue.write_prices_of(options.start_price)
    if "trades" in options.parts:
        venue.write_trades()
    if "prices" in options.parts:
        for number in range(1, options.steps + 1):
            time.sleep(options.interval)
            venue.write_prices_of(options.start_price + number * options.step)
    print(f"{venue.written} records written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
