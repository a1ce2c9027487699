import FixedPoint
public import MarginDomain

extension OptionSeries {
  /// The series of an option contract at one moment.
  ///
  /// A dated option is on its forward where the contract names one (no discounting: premiums of
  /// margined options earn no interest), else on the index with the contract's interest. A
  /// perpetual one that pays at intervals is at the point of its interval that the moment gives:
  /// intervals are counted from the epoch, so that a day's payment is at midnight UTC.
  ///
  /// - Parameters:
  ///   - instrument: an option; nil comes back for a future.
  ///   - asOf: the moment; nil: a dated option has no series, a payment at intervals is a whole
  ///     interval away.
  public init?(_ instrument: Instrument, asOf: EventTime?) {
    let model: OptionModel
    let terms: OptionTerms
    switch instrument.kind {
    case .perpetualFuture, .datedFuture: return nil
    case .perpetualOption(let own):
      terms = own
      model = OptionModel(own, asOf: asOf)
    case .datedOption(let own, let expiry, let forward):
      guard let asOf else { return nil }
      terms = own
      let years = Double(max(0, expiry.nanoseconds(since: asOf))) / OptionModel.nanosecondsPerYear
      model =
        forward == nil
        ? .datedOnIndex(expiryYears: years, interestRate: ModelMark.double(own.interestRate))
        : .datedOnForward(expiryYears: years, discountFactor: 1)
    }
    self.init(right: terms.right, strike: ModelMark.double(terms.strike), model: model)
  }
}

extension OptionModel {
  /// 365 days, as funding periods and volatilities per year are understood everywhere here.
  static let nanosecondsPerYear = 31_536_000e9

  /// The model of a perpetual option's terms.
  fileprivate init(_ terms: OptionTerms, asOf: EventTime?) {
    let period = ModelMark.double(terms.fundingPeriodHours) / ModelMark.hoursPerYear
    if let interval = terms.paymentIntervalHours {
      let years = ModelMark.double(interval) / ModelMark.hoursPerYear
      self = .perpetualPaidAtIntervals(
        fundingPeriodYears: period, intervalYears: years,
        nextPaymentYears: Self.nextPayment(every: interval, after: asOf) ?? years)
    } else if terms.interestRate.isZero, terms.carryRate.isZero {
      self = .perpetual(fundingPeriodYears: period)
    } else {
      self = .perpetualWithCarry(
        fundingPeriodYears: period, interestRate: ModelMark.double(terms.interestRate),
        carryRate: ModelMark.double(terms.carryRate))
    }
  }

  /// Years until the next whole interval since the epoch; a whole interval right at one.
  private static func nextPayment(every hours: Rate, after moment: EventTime?) -> Double? {
    guard let moment else { return nil }
    // A unit of the rate, 1e-12 hours, is 3.6 nanoseconds.
    let interval = hours.scaled(by: 18, over: 5, rounding: .nearestEven).rawValue
    guard interval > 0 else { return nil }
    let passed = Int128(moment.nanoseconds) % interval
    return Double(interval - passed) / nanosecondsPerYear
  }
}
