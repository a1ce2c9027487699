#!/usr/bin/env python3
"""Makes Sources/MarketSimulator/Crash/crash-2025-10-10.csv, the market that the demo replays.

    scripts/make_crash_table.py DATA_FOLDER > Sources/MarketSimulator/Crash/crash-2025-10-10.csv

DATA_FOLDER holds gzip CSV files of public trades and marks of 10 October 2025 (tardis.dev and
data.binance.vision downloads that stand in the public repository aaronwu2017/TheGlory):

    prices/oct10/coinbase_spot_<COIN>-USD.csv.gz    exchange_us,local_us,taker_side,price,amount
    prices/oct10/binance_spot_TRXUSDT.csv.gz        same columns
    prices/oct10/gemini_spot_BTCUSD.csv.gz          same columns
    prices/oct10/coinm_trades_<COIN>USD_PERP.csv.gz same columns
    prices/coinm_mark_1m_2025-10-10_BTCUSD_PERP.csv.gz       open_ms,open,high,low,close,updates
    options/okx_2025-10-10_BTC-USD-251031-135000-C.csv.gz    exchange_us,...,mark_iv,...

The result holds facts only: one price per five seconds, four significant digits. Only the
standard library is used, and the output depends on nothing but the files.
"""
import bisect
import csv
import gzip
import os
import sys

STEP_S = 5
START_S = 1760130300  # 2025-10-10T21:05:00Z
STEPS = 301  # to 21:30:00Z, both ends included
INDEX_SOURCE = {"BTC": "gemini_spot_BTCUSD", "TRX": "binance_spot_TRXUSDT"}
COINS = ["BTC", "AVAX", "BCH", "AAVE", "ATOM", "DOT", "TRX"]

HEADER = """\
# Crash of 2025-10-10, 21:05:00 to 21:30:00 UTC, one row per 5 s: facts made from public trades.
# time: seconds since 1970-01-01 UTC. Prices: US dollars per coin, four significant digits.
# X-USD.index: last spot trade at or before the time (BTC Gemini, TRX Binance against USDT,
#   the others Coinbase). X-USD.last: last trade of Binance's COIN-M perpetual at or before it;
#   BTC: index times (1-minute COIN-M mark / index) of the last full minute.
# BTC-USD.volatility: implied, per year (0.6 is 60 %): OKX mark volatility of the call
#   BTC-USD-251031-135000, the most quoted of three at hand, one value per 30 s, carried forward.
# Origin: tardis.dev and data.binance.vision files in github.com/aaronwu2017/TheGlory (929fd9c3).
# Made by scripts/make_crash_table.py."""


def rows(folder, name):
    with gzip.open(os.path.join(folder, name + ".csv.gz"), "rt", newline="") as file:
        yield from csv.DictReader(file)


class Series:
    """Values by time in microseconds; `at` gives the last one at or before a time."""

    def __init__(self, pairs):
        ordered = sorted(pairs, key=lambda pair: pair[0])
        self.times = [time for time, _ in ordered]
        self.values = [value for _, value in ordered]

    def at(self, time_us):
        place = bisect.bisect_right(self.times, time_us)
        if place == 0:
            sys.exit(f"no value at or before {time_us} us")
        return self.values[place - 1]


def trades(folder, name):
    source = rows(folder, "prices/oct10/" + name)
    return Series((int(row["exchange_us"]), float(row["price"])) for row in source)


def four_digits(value):
    """Four significant digits without an exponent."""
    text = f"{value:.3e}"
    mantissa, exponent = text.split("e")
    decimals = max(0, 3 - int(exponent))
    return f"{float(mantissa) * 10 ** int(exponent):.{decimals}f}"


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_crash_table.py DATA_FOLDER")
    folder = sys.argv[1]
    index = {c: trades(folder, INDEX_SOURCE.get(c, f"coinbase_spot_{c}-USD")) for c in COINS}
    last = {c: trades(folder, f"coinm_trades_{c}USD_PERP") for c in COINS if c != "BTC"}
    marks = rows(folder, "prices/coinm_mark_1m_2025-10-10_BTCUSD_PERP")
    mark = {int(row["open_ms"]) // 1000: float(row["open"]) for row in marks}
    chain = rows(folder, "options/okx_2025-10-10_BTC-USD-251031-135000-C")
    volatility = Series((int(r["exchange_us"]), float(r["mark_iv"])) for r in chain if r["mark_iv"])

    columns = ["time"]
    for coin in COINS:
        columns += [f"{coin}-USD.index", f"{coin}-USD.last"]
        columns += [f"{coin}-USD.volatility"] if coin == "BTC" else []
    print(HEADER)
    print(",".join(columns))
    for step in range(STEPS):
        time = START_S + step * STEP_S
        cells = [str(time)]
        for coin in COINS:
            spot = index[coin].at(time * 1_000_000)
            if coin == "BTC":
                minute = time - time % 60
                premium = mark[minute] / index["BTC"].at(minute * 1_000_000)
                level = volatility.at((time - time % 30) * 1_000_000)
                cells += [four_digits(spot), four_digits(spot * premium), four_digits(level)]
            else:
                cells += [four_digits(spot), four_digits(last[coin].at(time * 1_000_000))]
        print(",".join(cells))


if __name__ == "__main__":
    main()
