#ifndef PLIMSOLL_CMICROHTTPD_H
#define PLIMSOLL_CMICROHTTPD_H
#include <microhttpd.h>
#endif
