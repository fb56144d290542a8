// The files that a program is told to read and to write: none may replace another.
#pragma once

#include <string>
#include <vector>

namespace loup {

struct NamedFile {
  std::string by;   // what names it: an option, as a rule
  std::string path; // empty: no file
};

/// Throws UserError where one of `outputs` would replace a file that is read, or another of them,
/// whatever links and spellings lead to it. Devices and pipes hold nothing to be lost.
void requireNothingLost(const std::vector<NamedFile> &inputs,
                        const std::vector<NamedFile> &outputs);

/// Throws UserError where one of `outputs` cannot be written: better now than after the work.
void requireWritable(const std::vector<NamedFile> &outputs);

} // namespace loup
