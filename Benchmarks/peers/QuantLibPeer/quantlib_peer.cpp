#include "quantlib_peer.h"

#include <ql/exercise.hpp>
#include <ql/instruments/payoffs.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/pricingengines/blackformula.hpp>
#include <ql/pricingengines/vanilla/analyticeuropeanengine.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>
#include <ql/version.hpp>
#include <vector>

using namespace QuantLib;

extern "C" const char *quantlib_version(void) { return QL_VERSION; }

extern "C" void quantlib_black_values(const quantlib_dated *options, size_t count, double forward,
                                      double *values) {
  for (size_t i = 0; i < count; i++) {
    const quantlib_dated &option = options[i];
    values[i] = blackFormula(option.is_call ? Option::Call : Option::Put, option.strike, forward,
                             option.deviation, option.discount);
  }
}

struct quantlib_portfolio {
  ext::shared_ptr<SimpleQuote> price;
  std::vector<ext::shared_ptr<SimpleQuote>> volatilities;
  std::vector<ext::shared_ptr<VanillaOption>> options;
  std::vector<double> quantities;
};

extern "C" quantlib_portfolio *quantlib_portfolio_create(const double *strikes, const int *days,
                                                         const int *is_call,
                                                         const double *quantities, size_t count) {
  Date today(2, January, 2025);
  Settings::instance().evaluationDate() = today;
  DayCounter counter = Actual365Fixed();
  auto *portfolio = new quantlib_portfolio;
  portfolio->price = ext::make_shared<SimpleQuote>(100.0);
  Handle<YieldTermStructure> rates(ext::make_shared<FlatForward>(today, 0.0, counter));
  for (size_t i = 0; i < count; i++) {
    auto quote = ext::make_shared<SimpleQuote>(0.6);
    Handle<BlackVolTermStructure> surface(ext::make_shared<BlackConstantVol>(
        today, NullCalendar(), Handle<Quote>(quote), counter));
    auto process =
        ext::make_shared<BlackProcess>(Handle<Quote>(portfolio->price), rates, surface);
    auto option = ext::make_shared<VanillaOption>(
        ext::make_shared<PlainVanillaPayoff>(is_call[i] ? Option::Call : Option::Put, strikes[i]),
        ext::make_shared<EuropeanExercise>(today + days[i]));
    option->setPricingEngine(ext::make_shared<AnalyticEuropeanEngine>(process));
    portfolio->volatilities.push_back(quote);
    portfolio->options.push_back(option);
    portfolio->quantities.push_back(quantities[i]);
  }
  return portfolio;
}

extern "C" double quantlib_portfolio_value(quantlib_portfolio *portfolio, double price,
                                           const double *volatilities) {
  portfolio->price->setValue(price);
  double sum = 0;
  for (size_t i = 0; i < portfolio->options.size(); i++) {
    portfolio->volatilities[i]->setValue(volatilities[i]);
    sum += portfolio->quantities[i] * portfolio->options[i]->NPV();
  }
  return sum;
}

extern "C" void quantlib_portfolio_destroy(quantlib_portfolio *portfolio) { delete portfolio; }
