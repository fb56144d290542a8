// What is wrong with a description, shown at the place where it stands:
//
//   freight.toml:12:39: error: unknown mask word 'casual'; did you mean 'causal'?
//      12 | self_attention = { heads = 4, mask = "casual & padding" }
//         |                                       ^~~~~~
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loup {

/// A half-open stretch of a file. Lines and columns count from 1; columns count code points, as
/// editors do. Line 0 is no place at all: the message concerns the file as a whole.
struct SourceRange {
  uint32_t line = 0, column = 0;
  uint32_t endLine = 0, endColumn = 0;

  explicit operator bool() const { return line != 0; }
};

struct SourceFile {
  std::string name; // as the user wrote it
  std::string text;

  /// The text of line `number` without its end; empty past the last one.
  std::string_view line(uint32_t number) const;
  uint32_t lineCount() const;
};

enum class Severity { Warning, Error };

struct Diagnostic {
  struct Note {
    SourceRange range;
    std::string message;
  };

  Severity severity = Severity::Error;
  SourceRange range;
  std::string message;
  std::vector<Note> notes; // the other places that matter, shown below

  Diagnostic &note(SourceRange range, std::string message);
};

/// Collects everything found in one file.
class Diagnostics {
public:
  explicit Diagnostics(SourceFile file) : file(std::move(file)) {}

  /// The reference is good until the next call.
  Diagnostic &error(SourceRange range, std::string message);
  Diagnostic &warning(SourceRange range, std::string message);

  const SourceFile &source() const { return file; }
  const std::vector<Diagnostic> &all() const { return found; }
  int errors() const;

  /// All messages in the order of the file, the first 50 of them; in colour for a terminal.
  std::string text(bool colour) const;

  /// Throws UserError, the last line below the messages, where one of them is an error.
  void refuseErrors() const;

private:
  SourceFile file;
  std::vector<Diagnostic> found;
};

} // namespace loup
