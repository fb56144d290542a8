// The tokenizers without a learnt segmentation: words, characters, bytes and ids.
#pragma once

#include "runtime/IdSlots.h"
#include "runtime/Tokenizer.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace loup {

/// A list of known words, which white space separates, or of known characters (code points). In
/// text an unknown word shows as "<unk>" and an unknown character as U+FFFD.
class ListTokenizer : public Tokenizer {
public:
  enum class Unit { Word, Character };

  /// The most frequent units of `lines`; among equals the one whose bytes come first.
  static std::vector<std::string> mostFrequent(Unit unit, const std::vector<std::string> &lines,
                                               int32_t count);

  ListTokenizer(Unit unit, const SpecialIds &ids, std::vector<std::string> list);

  /// As serialize() made it.
  static std::vector<std::string> parse(std::string_view serialized);

  using Tokenizer::encode;
  std::vector<int32_t> encode(std::string_view line, std::vector<size_t> *ends) const override;
  std::string decode(std::span<const int32_t> ids) const override;
  int32_t size() const override;
  std::string serialize() const override;

private:
  Unit unit;
  SpecialIds ids;
  IdSlots slots;
  std::vector<std::string> list;
  std::unordered_map<std::string, int32_t> idOf;
};

/// The 256 bytes. Bytes that are no UTF-8 show as U+FFFD in text.
class ByteTokenizer : public Tokenizer {
public:
  static constexpr int32_t entries = 256;

  explicit ByteTokenizer(const SpecialIds &ids) : slots(ids) {}

  using Tokenizer::encode;
  std::vector<int32_t> encode(std::string_view line, std::vector<size_t> *ends) const override;
  std::string decode(std::span<const int32_t> ids) const override;
  int32_t size() const override { return slots.size(entries); }
  std::string serialize() const override { return {}; }

private:
  IdSlots slots;
};

/// Lines of decimal numbers, which are the ids; end, begin and padding are refused.
class IdTokenizer : public Tokenizer {
public:
  IdTokenizer(const SpecialIds &ids, int32_t vocabulary) : ids(ids), vocabulary(vocabulary) {}

  using Tokenizer::encode;
  std::vector<int32_t> encode(std::string_view line, std::vector<size_t> *ends) const override;
  bool refusesText() const override { return true; }
  std::string decode(std::span<const int32_t> ids) const override;
  int32_t size() const override { return vocabulary; }
  std::string serialize() const override { return {}; }

private:
  SpecialIds ids;
  int32_t vocabulary;
};

} // namespace loup
