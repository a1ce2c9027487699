#ifndef PLIMSOLL_CMICROHTTPD_H
#define PLIMSOLL_CMICROHTTPD_H
#include <microhttpd.h>

/// Where to listen and how much to allow; every number is an upper bound.
struct plimsoll_http_options {
  const char *address;              ///< IPv4 or IPv6 address in digits.
  unsigned short port;              ///< TCP port; 0 takes a free one.
  unsigned int connections;         ///< Open connections at one time.
  unsigned int connections_per_ip;  ///< Open connections of one client address.
  unsigned int timeout_seconds;     ///< Silence after which a connection is closed.
  size_t connection_memory;         ///< Bytes for one connection's request line and headers.
};

/// Step of the start that failed.
enum plimsoll_http_failure {
  PLIMSOLL_HTTP_OK = 0,
  PLIMSOLL_HTTP_BAD_ADDRESS,
  PLIMSOLL_HTTP_SOCKET,
  PLIMSOLL_HTTP_BIND,
  PLIMSOLL_HTTP_DAEMON
};

/// What became of a start: the step that failed with its errno, or the port that is listened on.
struct plimsoll_http_outcome {
  enum plimsoll_http_failure failure;
  int error_number;
  unsigned short port;
};

/// Starts a daemon with one polling thread; NULL when a step fails, with `outcome` telling which.
///
/// `MHD_start_daemon` takes variable arguments, which Swift cannot pass; the listening socket is
/// made here too, because the library does not say which step failed or which port it got.
/// URLs arrive undecoded. At the first call of `answer` for a request, `*con_cls` holds
/// 2 * length + 1 of the whole request target; an odd number is never an object's address.
struct MHD_Daemon *plimsoll_http_start(const struct plimsoll_http_options *options,
                                       MHD_AccessHandlerCallback answer,
                                       MHD_RequestCompletedCallback completed, void *context,
                                       struct plimsoll_http_outcome *outcome);

#endif
