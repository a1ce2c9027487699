import MarginDomain
import RulebookFiles

/// `plimsoll reference check`.
enum ReferenceCheckCommand {
  static let command = Command(
    path: ["reference", "check"],
    summary: "check a reference file",
    details: ["One line per fault: file, line, column, path, what is wrong, what was expected."],
    arguments: [ReferencePublishCommand.file],
    examples: [
      Command.Example(
        line: "plimsoll reference check reference.yaml", meaning: "ends with 0 when all is well")
    ],
    exitStatuses: [.dataError, .noInput],
    run: { options in run(options) })

  private static func run(_ options: ResolvedOptions) -> ExitStatus {
    do throws(YAMLDocument.FileError) {
      // The time of publication is not checked, so any will do.
      let entries = try ReferenceFile.read(options, eventTime: EventTime(nanoseconds: 0))
      return Console.write("\(ReferenceFile.summary(of: entries)): all is well\n")
    } catch {
      return error.complain()
    }
  }
}

/// The file that both reference commands read.
enum ReferenceFile {
  static func read(
    _ options: ResolvedOptions, eventTime: EventTime
  ) throws(YAMLDocument.FileError) -> [ReferenceEntry] {
    let document = try YAMLDocument(path: options.arguments[0])
    do throws(FaultList) {
      return try ReferenceReader.read(document, eventTime: eventTime)
    } catch {
      throw .faults(error)
    }
  }

  /// How many definitions of each kind there are, as the beginning of a sentence.
  static func summary(of entries: [ReferenceEntry]) -> String {
    var counts = [0, 0, 0, 0]
    for entry in entries {
      switch entry.update.definition {
      case .instrument: counts[0] += 1
      case .asset: counts[1] += 1
      case .underlying: counts[2] += 1
      case .rulebook: counts[3] += 1
      }
    }
    let names = ["instrument", "asset", "underlying", "rulebook"]
    return zip(counts, names).map { "\($0) \($1)\($0 == 1 ? "" : "s")" }.joined(separator: ", ")
  }
}
