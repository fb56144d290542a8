// Sequences of unequal length, one after the other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace loup {

struct Ragged {
  std::vector<int32_t> tokens;        // of all sequences, in order
  std::vector<int32_t> offsets = {0}; // sequence i is tokens[offsets[i] .. offsets[i + 1])

  int32_t count() const { return static_cast<int32_t>(offsets.size()) - 1; }
  int32_t length(int32_t i) const { return offsets[i + 1] - offsets[i]; }
  std::span<const int32_t> operator[](int32_t i) const {
    return {tokens.data() + offsets[i], static_cast<size_t>(length(i))};
  }
  void append(std::span<const int32_t> sequence) {
    tokens.insert(tokens.end(), sequence.begin(), sequence.end());
    offsets.push_back(static_cast<int32_t>(tokens.size()));
  }
  void clear() {
    tokens.clear();
    offsets.assign(1, 0);
  }
};

} // namespace loup
