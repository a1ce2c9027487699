import FixedPoint
public import MarginDomain
import MarginModel

extension Book {
  /// The instruments that the book defines, in its order; not all of them need be held.
  public var instruments: [Instrument] {
    assembler.definitions.instruments.map(\.value.instrument)
  }

  /// The underlyings that the book defines, in its order.
  public var underlyings: [Symbol] { assembler.definitions.underlyings.map(\.value.symbol) }

  /// The assets that the book defines, in its order.
  public var assets: [Symbol] { assembler.definitions.assets.map(\.value.symbol) }

  /// What would be missing for an answer if an account held an instrument that no account holds
  /// yet.
  ///
  /// - Parameter symbol: an instrument of the book.
  /// - Returns: The faults that the book would have with such a position, at the place where the
  ///   instrument is defined; nil when there are none.
  public func faults(ofHolding symbol: Symbol) -> FaultList? {
    let definitions = assembler.definitions
    guard let written = definitions.instruments.first(where: { $0.value.symbol == symbol }) else {
      return nil
    }
    func located<Value>(_ value: Value) -> LocatedValue<Value> {
      LocatedValue(value: value, position: written.position, path: written.path)
    }
    let position = WrittenPosition(
      symbol: located(symbol), quantity: located(.ulp), entryPrice: located(.one), leverage: nil,
      isolatedMargin: nil, place: located(()))
    var fields = YAMLFields(
      entries: [], position: written.position, path: written.path, reader: YAMLReader(file: file))
    assembler.check(position, of: written.value, mode: .cross, reportingTo: &fields)
    let faults = fields.finish().faults
    return faults.isEmpty ? nil : faults
  }
}
