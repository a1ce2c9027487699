typedef int plimsoll_placeholder_t;
