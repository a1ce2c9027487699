// Tells the thread sanitizer of locks that it cannot see.
//
// On Linux a `Mutex` of Swift's Synchronization that is contended is handed on by the kernel
// (FUTEX_LOCK_PI and FUTEX_UNLOCK_PI), which the sanitizer does not know to order anything: it
// reports every use of the protected value as a race. Here, and only in a build with the
// sanitizer, the C library's `syscall` is replaced by one that says what those calls mean.
#define _GNU_SOURCE

#if defined(__linux__) && defined(__has_feature)
#if __has_feature(thread_sanitizer)

#include <dlfcn.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

typedef long (*system_call)(long number, ...);

long syscall(long number, ...) {
  static system_call next;
  if (!next) next = (system_call)dlsym(RTLD_NEXT, "syscall");
  long argument[6];
  va_list list;
  va_start(list, number);
  for (int place = 0; place < 6; place++) argument[place] = va_arg(list, long);
  va_end(list);

  long command = number == SYS_futex ? argument[1] & FUTEX_CMD_MASK : -1;
  void *lock = (void *)argument[0];
  if (command == FUTEX_UNLOCK_PI) __tsan_release(lock);
  long result = next(number, argument[0], argument[1], argument[2], argument[3], argument[4],
                     argument[5]);
  if (result == 0 && (command == FUTEX_LOCK_PI || command == FUTEX_TRYLOCK_PI)) {
    __tsan_acquire(lock);
  }
  return result;
}

#endif
#endif
