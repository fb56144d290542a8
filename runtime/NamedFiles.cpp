#include "runtime/NamedFiles.h"

#include "runtime/AtomicFile.h"
#include "runtime/Errors.h"

#include <filesystem>
#include <fmt/format.h>

namespace loup {

namespace fs = std::filesystem;

/// Whether both paths lead to one file, which need not be there yet.
static bool isSame(const std::string &a, const std::string &b) {
  std::error_code none;
  return !a.empty() && !b.empty() &&
         (fs::equivalent(a, b, none) ||
          (fs::weakly_canonical(a, none) == fs::weakly_canonical(b, none) &&
           !fs::is_other(a, none)));
}

void requireNothingLost(const std::vector<NamedFile> &inputs,
                        const std::vector<NamedFile> &outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto &[option, file] = outputs[i];
    std::error_code none;
    if (fs::exists(file, none) && !fs::is_regular_file(file, none))
      continue;
    for (const auto &[reader, read] : inputs)
      if (isSame(file, read))
        throw UserError(fmt::format("{} would replace {}, which {} reads", option, file, reader));
    for (size_t j = 0; j < i; ++j)
      if (isSame(file, outputs[j].path))
        throw UserError(
            fmt::format("{} and {} name the same file, {}", outputs[j].by, option, file));
  }
}

void requireWritable(const std::vector<NamedFile> &outputs) {
  for (const NamedFile &output : outputs)
    if (!output.path.empty())
      AtomicFile probe(output.path);
}

} // namespace loup
