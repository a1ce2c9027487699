#!/usr/bin/env bash
# Make the books of the table "plimsoll explain on books" in README.md and time the command on them.
#
#     Benchmarks/explain.sh [ROUNDS]        5 when absent
#
# Builds plimsoll with optimisation, or takes the executable that PLIMSOLL names: that is how two
# commits are compared. Prints a line per book: its name, its accounts, and the median over the
# rounds of the processor seconds (user and system, all threads) of `plimsoll explain --book=BOOK
# --format=json`. The books stay in the directory that BOOKS names; without it they are removed.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-5}
if [[ ! $rounds =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: Benchmarks/explain.sh [ROUNDS]" >&2
  exit 64
fi
plimsoll=${PLIMSOLL:-}
if [[ -z $plimsoll ]]; then
  swift build -c release --product plimsoll >&2
  plimsoll=$(swift build -c release --show-bin-path)/plimsoll
fi
if [[ -n ${BOOKS:-} ]]; then
  books=$BOOKS
  mkdir -p "$books"
else
  books=$(mktemp -d)
  trap 'rm -r "$books"' EXIT
fi

# The portfolio rules of native without its table of vectors, as a part of a rulebook.
without_vectors() {
  printf 'rulebook:\n  id: own\n  preset: native\n'
  awk '/^[a-z]/ { part = /^portfolio:/ } part && !/expected_shortfall/ { print "  " $0 }' \
    Sources/RulebookFiles/Presets/native.yaml
}

underlyings=(BTC ETH SOL)
prices=(60000 3000 150)

# The market and four contracts on each of the first COUNT underlyings: a perpetual future, a call
# and a put of 30 days, and a perpetual call; that of BTC is paid every HOURS, continuously for 0.
market() {
  local count=$1 hours=$2 payment index price coin
  local dated='taker_fee: 0.0003, expiry_ns: 1762722000000000000'
  printf 'as_of_ns: 1760130000000000000\nreporting_asset: USD\n'
  printf 'assets: [ { asset: USDC, index_price: 1 } ]\nunderlyings:\n'
  for ((index = 0; index < count; index++)); do
    printf '  - { symbol: %s-USD, index_price: %s, volatility: 0.6 }\n' \
      "${underlyings[index]}" "${prices[index]}"
  done
  printf 'instruments:\n'
  for ((index = 0; index < count; index++)); do
    price=${prices[index]}
    coin=${underlyings[index]}
    payment=
    if ((index == 0 && hours > 0)); then payment=", payment_interval_hours: $hours"; fi
    printf '  - { symbol: %s%s, underlying: %s-USD, settlement_asset: USDC, multiplier: 1, %s }\n' \
      "$coin" -PERP "$coin" "kind: PERPETUAL_FUTURE, payoff: LINEAR, taker_fee: 0.0005" \
      "$coin" -CALL "$coin" \
      "kind: DATED_OPTION, option: CALL, strike: $((price * 11 / 10)), $dated" \
      "$coin" -PUT "$coin" "kind: DATED_OPTION, option: PUT, strike: $((price * 9 / 10)), $dated" \
      "$coin" -EVER "$coin" \
      "kind: PERPETUAL_OPTION, option: CALL, strike: $price, taker_fee: 0.0003" \
      | sed "/-EVER/s/ }\$/, funding_period_hours: 24$payment }/"
  done
  printf 'marks:\n'
  for ((index = 0; index < count; index++)); do
    printf '  - { symbol: %s-PERP, mark_price: %s, %s }\n' "${underlyings[index]}" \
      "${prices[index]}" 'funding_rate: 0.0001, funding_interval_hours: 8'
  done
}

# ACCOUNTS portfolio accounts with the first LEGS contracts, no two of the same sizes.
accounts() {
  local accounts=$1 legs=$2 account leg coin price size sign
  printf 'accounts:\n'
  for ((account = 1; account <= accounts; account++)); do
    printf '  - account_id: a%d\n    margin_mode: PORTFOLIO\n' "$account"
    printf '    balances: { USDC: %d }\n    positions:\n' $((100000 + 1000 * account))
    for ((leg = 0; leg < legs; leg++)); do
      coin=${underlyings[leg / 4]}
      price=${prices[leg / 4]}
      size=$((account + leg))
      case $((leg % 4)) in
        0)
          printf '      - { symbol: %s-PERP, quantity: 0.%d, entry_price: %s }\n' \
            "$coin" "$size" "$price"
          ;;
        1) printf '      - { symbol: %s-CALL, quantity: -0.%d }\n' "$coin" "$size" ;;
        2) printf '      - { symbol: %s-PUT, quantity: -0.%d }\n' "$coin" "$size" ;;
        3)
          sign=
          if ((account % 2 == 0)); then sign=-; fi
          printf '      - { symbol: %s-EVER, quantity: %s0.%d }\n' "$coin" "$sign" "$size"
          ;;
      esac
    done
  done
}

"$plimsoll" generate --accounts=2000 --book="$books/generated.json" >&2
{ without_vectors; market 3 1; accounts 6 12; } >"$books/hourly.yaml"
{ echo 'rulebook: { id: native }'; market 2 1; accounts 1 6; } >"$books/vectors.yaml"
{ echo 'rulebook: { id: native }'; market 3 0; accounts 20 12; } >"$books/continuous.yaml"

# Processor seconds of one run.
seconds() {
  local TIMEFORMAT='%U %S'
  { time "$plimsoll" explain --book="$1" --format=json >/dev/null; } 2>&1 |
    awk 'END { printf "%.2f\n", $1 + $2 }'
}

measure() {
  local book=$1 count=$2 name=$3
  # A book that is refused would be fast.
  "$plimsoll" explain --book="$book" --format=json >/dev/null
  local median
  median=$(for ((round = 0; round < rounds; round++)); do seconds "$book"; done |
    sort -n | awk '{ line[NR] = $1 } END { print line[int((NR + 1) / 2)] }')
  printf '%-82s %8s %8s\n' "$name" "$count" "$median"
}

printf '%-82s %8s %8s\n' book accounts seconds
measure "$books/generated.json" 2000 'plimsoll generate --accounts=2000'
measure "$books/hourly.yaml" 6 '12 legs on 3 underlyings, one option paid hourly, no vectors'
measure "$books/vectors.yaml" 1 '6 legs on 2 underlyings, one option paid hourly, 300 vectors'
measure "$books/continuous.yaml" 20 '12 legs on 3 underlyings, none paid hourly, 300 vectors'
