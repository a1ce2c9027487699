#ifndef PLIMSOLL_CLANETHREAD_H
#define PLIMSOLL_CLANETHREAD_H

/// Names the calling thread (at most 15 bytes on Linux), so that profilers and `top -H` show lanes.
void plimsoll_name_current_thread(const char *name);

#endif
