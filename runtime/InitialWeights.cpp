#include "runtime/InitialWeights.h"

#include "runtime/Random.h"

namespace loup {

static float draw(const Initial &initial, uint64_t key, uint64_t index) {
  switch (initial.kind) {
  case Initial::Uniform:
    return static_cast<float>(initial.value * (2 * randomUniform(key, index) - 1));
  case Initial::Normal:
    return static_cast<float>(initial.value * randomNormal(key, index));
  case Initial::Constant:
    break;
  }
  return initial.value;
}

void initializeWeights(Model &model, uint64_t seed) {
  for (const Parameter &parameter : model.parameters()) {
    auto values = model.weights().subspan(parameter.offset, parameter.size());
    uint64_t key = streamKey(seed, parameter.name);
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = draw(parameter.initial, key, i);
  }
}

} // namespace loup
