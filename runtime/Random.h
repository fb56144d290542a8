// Random numbers by counting: number i of a stream is a function of the stream's key and i alone,
// so that no value depends on the order in which values are drawn.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace loup {

/// SplitMix64 (Steele, Lea and Flood 2014), whose state is a counter: number `index` of stream
/// `key`.
inline uint64_t randomBits(uint64_t key, uint64_t index) {
  uint64_t z = key + (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// Uniform in [0, 1): 53 bits.
inline double randomUniform(uint64_t key, uint64_t index) {
  return static_cast<double>(randomBits(key, index) >> 11) * 0x1p-53;
}

/// Standard normal, by Box and Muller; takes numbers 2 `index` and 2 `index` + 1 of the stream.
inline double randomNormal(uint64_t key, uint64_t index) {
  double radius = std::sqrt(-2 * std::log1p(-randomUniform(key, 2 * index)));
  return radius * std::cos(2 * std::numbers::pi * randomUniform(key, 2 * index + 1));
}

/// The key of the stream that belongs to `name`: FNV-1a over the name, mixed with the seed.
inline uint64_t streamKey(uint64_t seed, std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char c : name)
    hash = (hash ^ c) * 0x100000001b3u;
  return randomBits(randomBits(seed, 0), hash);
}

/// What stands for (seed, step) in the keys of dropout.
inline uint32_t dropoutKey(uint64_t seed, int64_t step) {
  return static_cast<uint32_t>(randomBits(streamKey(seed, "dropout"), step) >> 32);
}

/// The key of the dropout at `place` in the model, in the step of `stepKey`.
inline int32_t placeKey(int32_t stepKey, int32_t place) {
  return static_cast<int32_t>(randomBits(static_cast<uint32_t>(stepKey), place) >> 32);
}

} // namespace loup
