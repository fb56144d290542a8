// What to say of a key that the description language does not have.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loup {

/// One key of the language, as the manual shows it.
struct KeyHelp {
  std::string table, key, type, fallback, help;
};

/// The message for `key`, which is none of `known`, the keys of the table `title`. It looks in this
/// order: is the key planned, does another tool spell it so, does another table have it, is it a
/// misspelling.
std::string unknownKey(const std::vector<KeyHelp> &language, std::string_view title,
                       std::string_view key, const std::vector<std::string_view> &known);

} // namespace loup
