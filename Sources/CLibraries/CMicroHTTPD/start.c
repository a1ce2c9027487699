#include "CMicroHTTPD.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Decoding before routing would let an encoded slash in an account's name change the route.
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text) {
  (void)context;
  (void)connection;
  return strlen(text);
}

static void *measure_target(void *context, const char *target, struct MHD_Connection *connection) {
  (void)context;
  (void)connection;
  return (void *)(uintptr_t)(2 * strlen(target) + 1);
}

static socklen_t parse_address(const struct plimsoll_http_options *options,
                               struct sockaddr_storage *storage) {
  memset(storage, 0, sizeof *storage);
  struct sockaddr_in *four = (struct sockaddr_in *)storage;
  if (inet_pton(AF_INET, options->address, &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(options->port);
    return sizeof *four;
  }
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)storage;
  if (inet_pton(AF_INET6, options->address, &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(options->port);
    return sizeof *six;
  }
  return 0;
}

static int fail(struct plimsoll_http_outcome *outcome, enum plimsoll_http_failure failure,
                int descriptor) {
  outcome->failure = failure;
  outcome->error_number = errno;
  if (descriptor >= 0) close(descriptor);
  return -1;
}

static unsigned short bound_port(int descriptor) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (getsockname(descriptor, (struct sockaddr *)&storage, &length) != 0) return 0;
  if (storage.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&storage)->sin_port);
  return ntohs(((struct sockaddr_in6 *)&storage)->sin6_port);
}

static int open_listener(const struct plimsoll_http_options *options,
                         struct plimsoll_http_outcome *outcome, int *is_version_six) {
  struct sockaddr_storage storage;
  socklen_t length = parse_address(options, &storage);
  if (length == 0) return fail(outcome, PLIMSOLL_HTTP_BAD_ADDRESS, -1);
  *is_version_six = storage.ss_family == AF_INET6;
  int descriptor = socket(storage.ss_family, SOCK_STREAM, 0);
  if (descriptor < 0) return fail(outcome, PLIMSOLL_HTTP_SOCKET, -1);
  int yes = 1;
  // A restarted worker takes its port again while the old connections still linger in the kernel.
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0 ||
      fcntl(descriptor, F_SETFL, O_NONBLOCK) != 0) {
    return fail(outcome, PLIMSOLL_HTTP_SOCKET, descriptor);
  }
  if (bind(descriptor, (struct sockaddr *)&storage, length) != 0 ||
      listen(descriptor, SOMAXCONN) != 0) {
    return fail(outcome, PLIMSOLL_HTTP_BIND, descriptor);
  }
  outcome->port = bound_port(descriptor);
  return descriptor;
}

struct MHD_Daemon *plimsoll_http_start(const struct plimsoll_http_options *options,
                                       MHD_AccessHandlerCallback answer,
                                       MHD_RequestCompletedCallback completed, void *context,
                                       struct plimsoll_http_outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  int is_version_six = 0;
  int listener = open_listener(options, outcome, &is_version_six);
  if (listener < 0) return NULL;
  unsigned int flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                       (is_version_six ? MHD_USE_IPv6 : 0);
  struct MHD_Daemon *daemon = MHD_start_daemon(
      flags, options->port, NULL, NULL, answer, context,
      MHD_OPTION_LISTEN_SOCKET, listener,
      MHD_OPTION_NOTIFY_COMPLETED, completed, context,
      MHD_OPTION_URI_LOG_CALLBACK, measure_target, NULL,
      MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
      MHD_OPTION_CONNECTION_LIMIT, options->connections,
      MHD_OPTION_PER_IP_CONNECTION_LIMIT, options->connections_per_ip,
      MHD_OPTION_CONNECTION_TIMEOUT, options->timeout_seconds,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->connection_memory,
      MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_END);
  if (daemon == NULL) fail(outcome, PLIMSOLL_HTTP_DAEMON, listener);
  return daemon;
}
