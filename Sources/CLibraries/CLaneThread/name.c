#define _GNU_SOURCE
#include "CLaneThread.h"
#include <pthread.h>

void plimsoll_name_current_thread(const char *name) {
#if defined(__APPLE__)
  pthread_setname_np(name);
#else
  pthread_setname_np(pthread_self(), name);
#endif
}
