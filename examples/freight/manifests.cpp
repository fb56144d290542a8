// freight-manifests: writes messy freight manifests and the JSON of each, line by line.
#include "examples/freight/Generate.h"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <map>

using namespace loup::freight;

int main(int argc, char **argv) {
  CLI::App app("Freight manifests as people type them, and the JSON of each.");
  std::string source, target;
  uint64_t count = 1000, seed = 1;
  int level = 0;
  Split split = Split::Train;
  app.add_option("SRC", source, "File for the manifests, one a line")->required();
  app.add_option("TGT", target, "File for their JSON, one a line")->required();
  app.add_option("--count", count, "How many")->capture_default_str();
  app.add_option("--seed", seed, "The same seed gives the same manifests")->capture_default_str();
  app.add_option("--level", level,
                 "1 (a short note) to 3 (a full bill of lading); mixed if left out")
      ->check(CLI::Range(1, 3));
  app.add_option("--split", split, "train, valid or test: no JSON occurs in two of them (train)")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Split>{
          {"train", Split::Train}, {"valid", Split::Valid}, {"test", Split::Test}}));
  CLI11_PARSE(app, argc, argv);

  std::ofstream texts(source), jsons(target);
  for (uint64_t i = 0; i < count; ++i) {
    Example example = generate(seed, i, level, split);
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
