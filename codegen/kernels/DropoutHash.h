// The random numbers of dropout: a hash of what an element is, the same for every kernel that
// drops it.
#pragma once

#include "Halide.h"

#include <cmath>
#include <cstdint>
#include <vector>

namespace loup {

/// Word is uint32_t or a Halide::Expr of that type.
template <class Word> Word mixBits(Word x) {
  // lowbias32 of Chris Wellons' hash prospector.
  x = (x ^ (x >> 16)) * Word(0x7feb352du);
  x = (x ^ (x >> 15)) * Word(0x846ca68bu);
  return x ^ (x >> 16);
}

/// The number of an element: `key` stands for seed, step and dropout, `coordinates` say which
/// element it is. What is the same for many elements comes first, to be mixed once for them.
template <class Word> Word dropoutBits(Word key, const std::vector<Word> &coordinates) {
  Word hash = key;
  for (const Word &coordinate : coordinates)
    hash = mixBits<Word>(hash + Word(0x9e3779b9u) * (coordinate + Word(1u)));
  return hash;
}

/// An element is kept if the upper 24 bits of its number, as a fraction of 2^24, are at least
/// `rate`: that is, if they are at least this.
inline uint32_t dropoutThreshold(float rate) {
  return static_cast<uint32_t>(std::ceil(std::ldexp(static_cast<double>(rate), 24)));
}

/// What a kept element is multiplied by.
inline float dropoutScale(float rate) { return 1 / (1 - rate); }

/// Whether an element stays; arguments are of type int32.
inline Halide::Expr dropoutKeeps(Halide::Expr key, const std::vector<Halide::Expr> &coordinates,
                                 float rate) {
  auto word = [](Halide::Expr number) { return Halide::cast<uint32_t>(std::move(number)); };
  std::vector<Halide::Expr> words;
  for (const Halide::Expr &coordinate : coordinates)
    words.push_back(word(coordinate));
  Halide::Expr bits = dropoutBits<Halide::Expr>(word(key), words);
  return (bits >> 8) >= Halide::Expr(dropoutThreshold(rate));
}

} // namespace loup
