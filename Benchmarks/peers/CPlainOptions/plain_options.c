#include "plain_options.h"

#include <math.h>

struct plain_perpetual plain_perpetual_prepare(double strike, double volatility, double years,
                                               int is_call) {
  double spread = 8 / (volatility * volatility * years);
  double root = sqrt(1 + spread);
  struct plain_perpetual option = {strike, root, 0.5 * spread / (root + 1), is_call};
  return option;
}

// The formula of margin-method 1.2 with the rule of 1.6 for the logarithm.
static inline double perpetual_value(const struct plain_perpetual *option, double index) {
  double strike = option->strike;
  double difference = index - strike;
  double moneyness = fabs(difference) < 0.5 * strike ? log1p(difference / strike)
                                                     : log(index / strike);
  double exponent = moneyness >= 0 ? -moneyness * option->decay_above
                                   : moneyness * (option->decay_above + 1);
  double payoff = option->is_call ? difference : -difference;
  return strike * exp(exponent) / option->root + (payoff > 0 ? payoff : 0);
}

void plain_perpetual_values(const struct plain_perpetual *options, size_t count, double index,
                            double *values) {
  for (size_t i = 0; i < count; i++) values[i] = perpetual_value(&options[i], index);
}

static inline double normal(double value) { return 0.5 * erfc(-value * 0.70710678118654752440); }

void plain_dated_values(const struct plain_dated *options, size_t count, double forward,
                        double *values) {
  for (size_t i = 0; i < count; i++) {
    const struct plain_dated *option = &options[i];
    double deviation = option->deviation;
    double first = log(forward / option->strike) / deviation + 0.5 * deviation;
    double sign = option->is_call ? 1 : -1;
    values[i] = option->discount * sign *
                (forward * normal(sign * first) -
                 option->strike * normal(sign * (first - deviation)));
  }
}
