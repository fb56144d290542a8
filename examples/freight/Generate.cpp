#include "examples/freight/Generate.h"

#include "examples/freight/DrawManifest.h"
#include "examples/freight/TypeManifest.h"

namespace loup::freight {

namespace {

Split splitOf(const std::string &json) {
  uint64_t hash = 0;
  for (unsigned char c : json)
    hash = Random::scramble(hash + c + 1);
  uint64_t part = hash % 20;
  return part == 0 ? Split::Valid : part == 1 ? Split::Test : Split::Train;
}

} // namespace

Example generate(uint64_t seed, uint64_t index, int level, Split split) {
  Random random(seed, 4 * index + level);
  for (;;) {
    uint32_t mixture = random.below(100);
    int drawn = level ? level : mixture < 75 ? 1 : mixture < 93 ? 2 : 3;
    const Level &chances = levels[drawn - 1];
    Manifest manifest = drawManifest(random, chances);
    Example example{"", json(manifest)};
    if (splitOf(example.json) != split)
      continue;
    example.text = typeManifest(random, chances, manifest);
    return example;
  }
}

} // namespace loup::freight
