// What a C program without any library but libm does for the same values.
#ifndef PLAIN_OPTIONS_H
#define PLAIN_OPTIONS_H

#include <stddef.h>

// A perpetual option with what does not depend on the index.
struct plain_perpetual {
  double strike, root, decay_above, is_call;
};

// An expiring option on a forward with what does not depend on the forward.
struct plain_dated {
  double strike, deviation, discount, is_call;
};

struct plain_perpetual plain_perpetual_prepare(double strike, double volatility, double years,
                                               int is_call);

// One value per option.
void plain_perpetual_values(const struct plain_perpetual *options, size_t count, double index,
                            double *values);
void plain_dated_values(const struct plain_dated *options, size_t count, double forward,
                        double *values);

#endif
