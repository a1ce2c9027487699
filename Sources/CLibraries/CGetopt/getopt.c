#include "CGetopt.h"

void getopt_begin(void) {
  opterr = 0;
  optarg = 0;
#ifdef __GLIBC__
  /* Zero, not one: it also resets the place inside a bundle of short options. */
  optind = 0;
#else
  optind = 1;
  optreset = 1;
#endif
}

struct getopt_step getopt_next(int count, char **arguments, const char *short_options,
                               const struct option *long_options) {
  struct getopt_step step;
  optarg = 0;
  optopt = 0;
  step.code = getopt_long(count, arguments, short_options, long_options, 0);
  step.failing_code = optopt;
  step.next_index = optind;
  step.value = optarg;
  return step;
}
