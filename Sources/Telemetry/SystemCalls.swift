#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The few calls of the C library that Telemetry needs; its only file that touches pointers.
///
/// Every pointer here comes from `withUnsafe…` or `&`, lives for one call and never escapes.
public enum SystemCalls {
  /// Wall clock in milliseconds since 1970-01-01T00:00:00Z; it may jump when the clock is set.
  public static func wallClockMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Monotonic clock in nanoseconds since an arbitrary start; it never goes backwards.
  public static func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Writes all bytes, continuing after interruptions and short writes.
  /// - Returns: false when the descriptor refused, or stayed full for 100 ms.
  static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let written = write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written >= 0 {
          rest = rest.dropFirst(written)
        } else if errno == EAGAIN {
          var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          guard poll(&state, 1, 100) == 1 else { return false }
        } else if errno != EINTR {
          return false
        }
      }
      return true
    }
  }

  /// Processor time of the whole process, user and system, in seconds.
  static func processorSeconds() -> Double {
    let usage = resourceUsage()
    let seconds = Double(usage.ru_utime.tv_sec) + Double(usage.ru_stime.tv_sec)
    return seconds + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
  }

  /// Largest resident memory that the process has had, in bytes.
  static func peakResidentBytes() -> UInt64 {
    let size = UInt64(clamping: resourceUsage().ru_maxrss)
    #if canImport(Darwin)
      return size
    #else
      return size * 1024
    #endif
  }

  private static func resourceUsage() -> rusage {
    var usage = rusage()
    #if canImport(Glibc)
      getrusage(RUSAGE_SELF.rawValue, &usage)
    #else
      getrusage(RUSAGE_SELF, &usage)
    #endif
    return usage
  }

  /// Ends the process at once: no clean-up, no buffered output, no destructors.
  static func exitImmediately(code: Int32) -> Never { _exit(code) }

  /// Leaves a signal entirely to a dispatch source.
  ///
  /// Darwin delivers to the source in addition to the default action, which would end the process;
  /// on Linux dispatch takes over the signal by itself, and an ignored signal would never reach it.
  static func leaveToDispatch(signal number: Int32) {
    #if canImport(Darwin)
      signal(number, SIG_IGN)
    #endif
  }
}

#if canImport(Darwin)
  extension SystemCalls {
    /// Resident and virtual memory in bytes, or nil when the kernel does not report it.
    static func memoryBytes() -> (resident: UInt64, virtual: UInt64)? {
      var task = proc_taskinfo()
      let size = Int32(MemoryLayout<proc_taskinfo>.size)
      guard proc_pidinfo(getpid(), PROC_PIDTASKINFO, 0, &task, size) == size else { return nil }
      return (task.pti_resident_size, task.pti_virtual_size)
    }

    /// Start of the process in seconds since 1970, or nil when the kernel does not report it.
    static func startSeconds() -> Double? {
      var process = proc_bsdinfo()
      let size = Int32(MemoryLayout<proc_bsdinfo>.size)
      guard proc_pidinfo(getpid(), PROC_PIDTBSDINFO, 0, &process, size) == size else { return nil }
      return Double(process.pbi_start_tvsec) + Double(process.pbi_start_tvusec) / 1e6
    }
  }
#else
  extension SystemCalls {
    /// Resident and virtual memory in bytes, or nil when the kernel does not report it.
    static func memoryBytes() -> (resident: UInt64, virtual: UInt64)? {
      let page = UInt64(clamping: sysconf(Int32(_SC_PAGESIZE)))
      let pages = contents(ofFile: "/proc/self/statm").split(separator: " ").prefix(2)
      guard pages.count == 2, let virtual = UInt64(pages[0]), let resident = UInt64(pages[1])
      else { return nil }
      return (resident * page, virtual * page)
    }

    /// Start of the process in seconds since 1970, or nil when the kernel does not report it.
    ///
    /// The kernel reports clock ticks since boot (field 22 of `/proc/self/stat`) and the moment of
    /// boot; the command's name, in parentheses, may contain spaces, so counting starts after it.
    static func startSeconds() -> Double? {
      let process = contents(ofFile: "/proc/self/stat")
      guard let name = process.lastIndex(of: ")") else { return nil }
      let fields = process[name...].split(separator: " ")
      let boot = contents(ofFile: "/proc/stat").split(separator: "\n")
        .first { $0.hasPrefix("btime ") }?.split(separator: " ").last
      guard fields.count > 20, let ticks = Double(fields[20]), let boot, let start = Double(boot)
      else { return nil }
      return start + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Text of a file of the kernel's, empty when it cannot be read.
    private static func contents(ofFile path: String) -> String {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return "" }
      defer { close(descriptor) }
      var all: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count > 0 {
          all.append(contentsOf: chunk.prefix(count))
        } else if count == 0 || errno != EINTR {
          return String(decoding: all, as: UTF8.self)
        }
      }
    }
  }
#endif
