// The words that stand for the enumerators of a Spec, in the order in which messages list them.
#pragma once

#include "frontend/Spec.h"

#include <array>
#include <string_view>
#include <vector>

namespace loup {

template <class E> struct Word {
  std::string_view text;
  E value;
};

template <class E> inline constexpr std::array<Word<E>, 0> wordsOf{};

template <> inline constexpr std::array wordsOf<Task> = {Word{"translate", Task::Translate}};

template <>
inline constexpr std::array wordsOf<TokenizerKind> = {
    Word{"sentencepiece", TokenizerKind::SentencePiece}, Word{"words", TokenizerKind::Words},
    Word{"characters", TokenizerKind::Characters}, Word{"bytes", TokenizerKind::Bytes},
    Word{"ids", TokenizerKind::Ids}};

template <>
inline constexpr std::array wordsOf<PieceAlgorithm> = {Word{"unigram", PieceAlgorithm::Unigram},
                                                       Word{"bpe", PieceAlgorithm::Bpe}};

template <>
inline constexpr std::array wordsOf<Normalization> = {
    Word{"nmt_nfkc", Normalization::NmtNfkc}, Word{"nfkc", Normalization::Nfkc},
    Word{"nmt_nfkc_cf", Normalization::NmtNfkcCf}, Word{"nfkc_cf", Normalization::NfkcCf},
    Word{"identity", Normalization::Identity}};

template <> inline constexpr std::array wordsOf<ShareWith> = {Word{"source", ShareWith::Source}};

template <>
inline constexpr std::array wordsOf<PresentFrom> = {Word{"column", PresentFrom::Column}};

template <>
inline constexpr std::array wordsOf<NormPlacement> = {Word{"post", NormPlacement::Post},
                                                      Word{"pre", NormPlacement::Pre}};

template <>
inline constexpr std::array wordsOf<PositionKind> = {
    Word{"sinusoidal", PositionKind::Sinusoidal}, Word{"learned", PositionKind::Learned},
    Word{"rotary", PositionKind::Rotary},         Word{"alibi", PositionKind::Alibi},
    Word{"relative", PositionKind::Relative},     Word{"none", PositionKind::None}};

template <>
inline constexpr std::array wordsOf<EmbeddingScale> = {Word{"sqrt", EmbeddingScale::Sqrt},
                                                       Word{"none", EmbeddingScale::None}};

template <>
inline constexpr std::array wordsOf<Matrix> = {
    Word{"source", Matrix::Source}, Word{"target", Matrix::Target}, Word{"output", Matrix::Output}};

template <>
inline constexpr std::array wordsOf<EmptyRows> = {Word{"error", EmptyRows::Error},
                                                  Word{"zero", EmptyRows::Zero}};

template <>
inline constexpr std::array wordsOf<ActivationKind> = {Word{"relu", ActivationKind::Relu},
                                                       Word{"gelu", ActivationKind::Gelu}};

template <>
inline constexpr std::array wordsOf<LossKind> = {Word{"cross_entropy", LossKind::CrossEntropy}};

template <>
inline constexpr std::array wordsOf<OptimizerKind> = {Word{"sgd", OptimizerKind::Sgd},
                                                      Word{"adam", OptimizerKind::Adam},
                                                      Word{"adamw", OptimizerKind::AdamW}};

template <>
inline constexpr std::array wordsOf<ScheduleKind> = {
    Word{"constant", ScheduleKind::Constant}, Word{"inverse_sqrt", ScheduleKind::InverseSqrt},
    Word{"cosine", ScheduleKind::Cosine}, Word{"plateau", ScheduleKind::Plateau}};

template <class E> std::string_view wordOf(E value) {
  for (const Word<E> &word : wordsOf<E>)
    if (word.value == value)
      return word.text;
  return {};
}

template <class E> std::vector<std::string_view> allWordsOf() {
  std::vector<std::string_view> all;
  for (const Word<E> &word : wordsOf<E>)
    all.push_back(word.text);
  return all;
}

} // namespace loup
