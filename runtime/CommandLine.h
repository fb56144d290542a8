// Reading a command line, with advice for options that are misspelt or another tool's.
#pragma once

#include "runtime/ForeignOptions.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace CLI {
class App;
}

namespace loup {

/// Checks of an option's value, for CLI::Option::check: what is wrong with it, or nothing.
std::function<std::string(const std::string &)> wholeNumber(int64_t least, int64_t most);
std::function<std::string(const std::string &)> number(double least, double most);
std::function<std::string(const std::string &)> threadNumber(); // up to four a processor, or 16
std::string positiveNumber(const std::string &text);

/// Parses the command line into what `app` binds. Returns false after it has printed the answer to
/// --help, true otherwise. Throws UserError that names the option and what would be right.
bool parseCommandLine(CLI::App &app, int argc, char **argv, std::span<const ForeignOption> foreign);

} // namespace loup
