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

/// The number of an element: `key` stands for seed, step and dropout, `coordinates` are its example
/// and positions, `column` its row-major index along the axes that no coordinate has.
template <class Word>
Word dropoutBits(Word key, const std::vector<Word> &coordinates, Word column) {
  auto add = [](Word hash, Word number) {
    return mixBits<Word>(hash + Word(0x9e3779b9u) * (number + Word(1u)));
  };
  Word hash = key;
  for (const Word &coordinate : coordinates)
    hash = add(hash, coordinate);
  return add(hash, column);
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
                                 Halide::Expr column, float rate) {
  auto word = [](Halide::Expr number) { return Halide::cast<uint32_t>(std::move(number)); };
  std::vector<Halide::Expr> words;
  for (const Halide::Expr &coordinate : coordinates)
    words.push_back(word(coordinate));
  Halide::Expr bits = dropoutBits<Halide::Expr>(word(key), words, word(column));
  return (bits >> 8) >= Halide::Expr(dropoutThreshold(rate));
}

} // namespace loup
