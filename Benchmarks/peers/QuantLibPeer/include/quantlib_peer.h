// QuantLib's values of the same expiring options, behind plain C.
#ifndef QUANTLIB_PEER_H
#define QUANTLIB_PEER_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct quantlib_dated {
  double strike, deviation, discount, is_call;
};

// Which release was linked, such as 1.29.
const char *quantlib_version(void);

// One value per option by QuantLib's blackFormula, the fastest that it offers.
void quantlib_black_values(const struct quantlib_dated *options, size_t count, double forward,
                           double *values);

// A portfolio of instruments with engines, revalued by moving the quotes that they observe.
struct quantlib_portfolio;
struct quantlib_portfolio *quantlib_portfolio_create(const double *strikes, const int *days,
                                                     const int *is_call, const double *quantities,
                                                     size_t count);
// Sum of quantity times value at one price and one factor on every volatility.
double quantlib_portfolio_value(struct quantlib_portfolio *portfolio, double price,
                                const double *volatilities);
void quantlib_portfolio_destroy(struct quantlib_portfolio *portfolio);

#ifdef __cplusplus
}
#endif

#endif
