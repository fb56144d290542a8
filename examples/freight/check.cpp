// freight-check: compares predicted JSON with the expected, line by line.
#include "examples/freight/Compare.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fstream>
#include <iostream>

using namespace loup::freight;

namespace {

std::vector<std::string> lines(const std::string &path) {
  std::ifstream file;
  if (path != "-") {
    file.open(path);
    if (!file)
      throw std::runtime_error(fmt::format("cannot read {}", path));
  }
  std::vector<std::string> result;
  for (std::string line; std::getline(path == "-" ? std::cin : file, line);)
    result.push_back(line);
  return result;
}

std::string share(const Tally::Count &count) {
  double percent = count.all ? 100.0 * count.right / count.all : 0;
  return fmt::format("{:5.1f} %  {} of {}\n", percent, count.right, count.all);
}

void show(const std::string &source, const std::string &predicted, const Comparison &comparison) {
  if (!source.empty())
    fmt::print("  {}\n", source);
  fmt::print("  {}\n", predicted);
  if (!comparison.validJson)
    fmt::print("    no valid JSON\n");
  else if (comparison.right())
    fmt::print("    all right\n");
  else
    for (const Field &field : comparison.fields)
      if (!field.right() && field.predicted.empty())
        fmt::print("    {} is missing, expected {}\n", field.path, field.expected);
      else if (!field.right() && field.expected.empty())
        fmt::print("    {} is {}, but the manifest names none\n", field.path, field.predicted);
      else if (!field.right())
        fmt::print("    {} is {}, expected {}\n", field.path, field.predicted, field.expected);
  fmt::print("\n");
}

void report(const Tally &tally) {
  fmt::print("{:<26}{}", "valid JSON", share(tally.validJson));
  fmt::print("{:<26}{}", "words of closed sets", share(tally.closedSets()));
  for (size_t kind = 0; kind + 1 < kindNames.size(); ++kind)
    fmt::print("  {:<24}{}", kindNames[kind], share(tally.fields[kind]));
  fmt::print("{:<26}{}", kindNames.back(), share(tally.fields.back()));
  fmt::print("{:<26}{}", "everything right", share(tally.whole));
}

void run(const std::string &predictedPath, const std::string &expectedPath,
         const std::string &sourcePath, size_t shown) {
  std::vector<std::string> predicted = lines(predictedPath), expected = lines(expectedPath),
                           sources;
  if (!sourcePath.empty())
    sources = lines(sourcePath);
  if (predicted.size() != expected.size() ||
      (!sourcePath.empty() && sources.size() != expected.size()))
    throw std::runtime_error(fmt::format(
        "{} has {} lines, {} has {}{}: they belong together line by line", predictedPath,
        predicted.size(), expectedPath, expected.size(),
        sourcePath.empty() ? "" : fmt::format(", {} has {}", sourcePath, sources.size())));
  Tally tally;
  for (size_t i = 0; i < expected.size(); ++i) {
    Comparison comparison = compare(predicted[i], expected[i]);
    tally.add(comparison);
    if (i < shown)
      show(sources.empty() ? "" : sources[i], predicted[i], comparison);
  }
  report(tally);
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app("What is right and what is wrong in JSON predicted for freight manifests.");
  std::string predicted, expected, source;
  size_t shown = 0;
  app.add_option("PREDICTED", predicted, "File of predicted JSON, - for standard input")
      ->required();
  app.add_option("EXPECTED", expected, "File of the right JSON")->required();
  app.add_option("--source", source, "File of the manifests, to show beside their JSON");
  app.add_option("--show", shown, "Show the first so many one by one")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &help) {
    return app.exit(help);
  } catch (const CLI::ParseError &error) {
    std::cerr << "freight-check: " << error.what() << "\n--help lists the options\n";
    return 1;
  }
  try {
    run(predicted, expected, source, shown);
  } catch (const std::exception &error) {
    std::cerr << "freight-check: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
