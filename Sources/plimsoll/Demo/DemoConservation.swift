import Dispatch
import FixedPoint
import LiquidationEngine
import LiquidationWorker
import MarginDomain
import MarketSimulator
import Synchronization

/// The conservation check of the demo: the exchange's books against the worker's ledgers.
enum DemoConservation {
  /// Asks every shard for its ledgers and sums them with the exchange's own side.
  ///
  /// - Parameters:
  ///   - exchange: keeps the books; is told what funding the ledgers have settled.
  ///   - service: the worker.
  /// - Returns: the amounts that do not cancel.
  /// - Throws: `SimulationFailure` when the books do not know an asset.
  static func report(
    exchange: inout SimulatedExchange, service: LiquidationService
  ) throws(SimulationFailure) -> ConservationReport {
    var clients = ClientTotals()
    do throws(ExchangeBooksError) {
      for ledger in ledgers(of: service) {
        for asset in ledger.assets {
          clients.add(asset.held, of: asset.asset)
          try exchange.bookFunding(-asset.funding, of: asset.asset)
        }
        for instrument in ledger.instruments {
          clients.add(instrument.accountQuantity + instrument.fundQuantity, in: instrument.symbol)
        }
      }
    } catch {
      throw .internalFault(error.description)
    }
    return exchange.books.conservation(with: clients)
  }

  /// The ledgers of all partitions, requested from the shards on a thread that may block.
  private static func ledgers(of service: LiquidationService) -> [LedgerTotals] {
    let box = LedgerBox()
    let done = DispatchSemaphore(value: 0)
    Task {
      for shard in service.shards {
        let ledgers = await shard.ledgers().map(\.totals)
        box.append(ledgers)
      }
      done.signal()
    }
    done.wait()
    return box.all
  }
}

/// Ledgers on their way from the shards to a waiting thread.
private final class LedgerBox: Sendable {
  private let ledgers = Mutex<[LedgerTotals]>([])
  var all: [LedgerTotals] { ledgers.withLock { $0 } }
  func append(_ more: [LedgerTotals]) { ledgers.withLock { $0 += more } }
}
