#ifndef PLIMSOLL_CGETOPT_H
#define PLIMSOLL_CGETOPT_H

#include <getopt.h>

/* One answer of getopt_long together with the globals that belong to it. Swift cannot read those
   globals in Swift 6 mode, and the C library's module leaves getopt_long out. */
struct getopt_step {
  int code;          /* as getopt_long returns it: -1 at the end, '?' and ':' for faults */
  int failing_code;  /* optopt */
  int next_index;    /* optind */
  const char *value; /* optarg, pointing into the arguments; NULL when there is none */
};

/* Begins a new vector of arguments. */
void getopt_begin(void);

/* The next option. Silent: the caller writes its own sentences. */
struct getopt_step getopt_next(int count, char **arguments, const char *short_options,
                               const struct option *long_options);

#endif
