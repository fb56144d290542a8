#include "runtime/CommandLine.h"

#include "runtime/EditDistance.h"
#include "runtime/Errors.h"
#include "runtime/Utf8.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <thread>

namespace loup {

/// The option of `app` spelt most like `name`, or nothing when none is near.
static std::string nearestOption(const CLI::App &app, const std::string &name) {
  std::string nearest;
  size_t least = name.size() / 3 + 2;
  for (const CLI::Option *option : app.get_options())
    for (const std::string &known : option->get_lnames())
      if (size_t distance = editDistance(name, known); distance < least) {
        least = distance;
        nearest = "--" + known;
      }
  return nearest;
}

[[noreturn]] static void refuse(const CLI::App &app, const std::string &option,
                                std::span<const ForeignOption> foreign) {
  std::string name = option.substr(option.find_first_not_of('-'));
  std::replace(name.begin(), name.end(), '_', '-');
  std::string_view answer;
  for (const ForeignOption &entry : foreign)
    if (entry.foreign == name)
      answer = entry.answer;
  std::string nearest = nearestOption(app, name);
  if (answer.empty())
    answer = nearest;
  if (answer.empty())
    throw UserError(fmt::format("{}: no such option; --help lists them all", option));
  if (answer.starts_with("--"))
    throw UserError(fmt::format("{}: did you mean {}?", option, answer));
  throw UserError(fmt::format("{}: {}", option, answer));
}

std::function<std::string(const std::string &)> wholeNumber(int64_t least, int64_t most) {
  return [=](const std::string &text) -> std::string {
    int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && value >= least && value <= most)
      return "";
    return fmt::format("{} is not a whole number from {} to {}", printable(text), least, most);
  };
}

std::function<std::string(const std::string &)> number(double least, double most) {
  return [=](const std::string &text) -> std::string {
    double value = 0;
    if (CLI::detail::lexical_cast(text, value) && value >= least && value <= most)
      return "";
    return fmt::format("{} is not a number from {} to {}", printable(text), least, most);
  };
}

std::function<std::string(const std::string &)> threadNumber() {
  return wholeNumber(1, std::max<int64_t>(16, 4 * std::thread::hardware_concurrency()));
}

std::string positiveNumber(const std::string &text) {
  double value = 0;
  if (CLI::detail::lexical_cast(text, value) && value > 0 && std::isfinite(value))
    return "";
  return fmt::format("{} is not a number above 0", printable(text));
}

bool parseCommandLine(CLI::App &app, int argc, char **argv,
                      std::span<const ForeignOption> foreign) {
  for (int i = 1; i < argc && std::string_view(argv[i]) != "--"; ++i) {
    std::string_view argument = argv[i];
    std::string option(argument.substr(0, argument.find('=')));
    bool isOption = option.size() > 1 && option[0] == '-' &&
                    option.find_first_not_of("-0123456789.") != std::string::npos;
    if (isOption && !app.get_option_no_throw(option))
      refuse(app, option, foreign);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &) {
    fmt::print("{}", app.help());
    return false;
  } catch (const CLI::ParseError &error) {
    throw UserError(fmt::format("{}\n--help lists the options", error.what()));
  }
  return true;
}

} // namespace loup
