// freight-manifests: writes messy freight manifests and the JSON of each, line by line.
#include "examples/freight/Generate.h"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <map>

using namespace loup::freight;

namespace {

const std::map<std::string, Split> splits = {
    {"train", Split::Train}, {"valid", Split::Valid}, {"test", Split::Test}};

/// Checks for CLI::Option: what is wrong with a value, or nothing.
std::string checkCount(const std::string &text) {
  bool number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  bool positive = text.find_first_not_of('0') != std::string::npos;
  return number && positive && text.size() <= 18 ? "" : text + " is not a whole number above 0";
}

std::string checkLevel(const std::string &text) {
  return text == "1" || text == "2" || text == "3" ? "" : text + " is not 1, 2 or 3";
}

std::string checkSplit(const std::string &text) {
  return splits.contains(text) ? "" : text + " is not train, valid or test";
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app("Freight manifests as people type them, and the JSON of each.");
  std::string source, target;
  uint64_t count = 1000, seed = 1;
  int level = 0;
  std::string split = "train";
  app.add_option("SRC", source, "File for the manifests, one a line")->required();
  app.add_option("TGT", target, "File for their JSON, one a line")->required();
  app.add_option("--count", count, "How many")->check(checkCount, "")->capture_default_str();
  app.add_option("--seed", seed, "The same seed gives the same manifests")->capture_default_str();
  app.add_option("--level", level,
                 "1 (a short note) to 3 (a full bill of lading); mixed if left out")
      ->check(checkLevel, "");
  app.add_option("--split", split, "train, valid or test: no JSON occurs in two of them")
      ->check(checkSplit, "")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &help) {
    return app.exit(help);
  } catch (const CLI::ParseError &error) {
    std::cerr << "freight-manifests: " << error.what() << "\n--help lists the options\n";
    return 1;
  }

  std::ofstream texts(source), jsons(target);
  for (uint64_t i = 0; i < count; ++i) {
    Example example = generate(seed, i, level, splits.at(split));
    texts << example.text << '\n';
    jsons << example.json << '\n';
  }
  texts.close();
  jsons.close();
  if (!texts || !jsons) {
    std::cerr << "freight-manifests: cannot write " << (texts ? target : source) << "\n";
    return 1;
  }
  return 0;
}
