import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import MarginDomain
import Telemetry

/// What the engine alone costs: per evaluation, per fill, per option that is revalued, per account.
///
/// Run it with `make bench`; figures of a debug build say nothing.
@main
enum EngineBenchmarks {
  static func main() {
    #if DEBUG
      print("engine: this is a debug build; its figures say nothing")
    #endif
    priceTicks(accounts: 20_000, ticks: 200)
    fills(accounts: 20_000, rounds: 20)
    optionMarks(options: 500, ticks: 400)
    memory(accounts: 200_000)
  }

  /// Evaluations of accounts that hold two linear futures, at a change of one mark.
  private static func priceTicks(accounts: Int, ticks: Int) {
    var bench = EngineBench(accounts: accounts)
    let before = bench.engine.statistics.evaluations
    let nanoseconds = measured {
      for tick in 0..<ticks {
        bench.apply(
          bench.builder.price("BTC-PERP", mark: tick % 2 == 0 ? number("60001") : number("60000")))
      }
    }
    let evaluations = bench.engine.statistics.evaluations - before
    precondition(evaluations == UInt64(accounts * ticks), "every holder is evaluated at each tick")
    report("evaluation of a two-position account on a price tick", nanoseconds, evaluations)
  }

  /// Fills of one lot, to and fro, each with the evaluation that follows.
  private static func fills(accounts: Int, rounds: Int) {
    var bench = EngineBench(accounts: accounts)
    var commands: [MarginCommand] = []
    for round in 0..<rounds {
      for account in 0..<accounts {
        commands.append(
          bench.builder.fill(
            EngineBench.name(account), "BTC-PERP",
            round % 2 == 0 ? number("0.001") : number("-0.001"),
            at: number("60000")))
      }
    }
    let nanoseconds = measured { for command in commands { bench.apply(command) } }
    report(
      "fill of a two-position account, with its evaluation", nanoseconds, UInt64(commands.count))
  }

  /// Marks of perpetual options by the model at a change of their index; nobody holds them.
  private static func optionMarks(options: Int, ticks: Int) {
    var bench = EngineBench(accounts: 0)
    for option in 0..<options {
      bench.apply(bench.builder.define(.instrument(EngineBench.option(option))))
    }
    bench.apply(bench.builder.price("BTC-USD", volatility: number("0.6")))
    let nanoseconds = measured {
      for tick in 0..<ticks {
        bench.apply(
          bench.builder.price("BTC-USD", index: tick % 2 == 0 ? number("60010") : number("60000")))
      }
    }
    precondition(
      bench.engine.acceptedPrice(of: EngineBench.option(0).symbol) != nil,
      "the options have marks by the model")
    report(
      "revaluation of a perpetual option at an index tick", nanoseconds, UInt64(options * ticks))
  }

  /// Resident memory that accounts with two positions take.
  private static func memory(accounts: Int) {
    // What makes the commands remembers every account's sequence: that room is not the engine's.
    var builder = CommandBuilder()
    let ownGrowth = residentGrowth {
      for account in 0..<accounts {
        _ = builder.transfer(EngineBench.name(account), "USD", number("1"))
      }
    }
    var bench: EngineBench?
    guard let growth = residentGrowth({ bench = EngineBench(accounts: accounts) }), let ownGrowth
    else {
      print("engine: memory per account is not known on this system")
      return
    }
    precondition(bench?.engine.statistics.accounts == accounts, "all accounts are there")
    withExtendedLifetime(builder) {
      let bytes = max(0, growth - ownGrowth) / accounts
      print("engine: \(bytes) B resident per account with two positions (\(accounts) accounts)")
    }
  }

  private static func residentGrowth(_ body: () -> Void) -> Int? {
    guard let before = ProcessMetrics.residentMemoryBytes else { return nil }
    body()
    return ProcessMetrics.residentMemoryBytes.map { Int($0) - Int(before) }
  }

  private static func measured(_ body: () -> Void) -> Int64 {
    let begun = SystemCalls.monotonicNanoseconds()
    body()
    return SystemCalls.monotonicNanoseconds() - begun
  }

  private static func report(_ what: String, _ nanoseconds: Int64, _ count: UInt64) {
    print("engine: \(nanoseconds / Int64(max(1, count))) ns per \(what) (\(count) times)")
  }
}

/// A decimal written in a benchmark.
func number<Number: FixedDecimal>(_ text: String) -> Number { NativeRules.decimal(text) }
