// One attention in a mask's words, as the IR of its kernels on each rung of the ladder.
#pragma once

#include "ir/masks/MaskExpression.h"
#include "tests/ir/masks/RandomMask.h"

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>

namespace loup::test {

enum class Rung {
  Textbook,    // each op a kernel
  Fused,       // one kernel, which looks at every key
  Specialised, // with the mask's bounds
  Packed       // the same of one sequence, without a batch
};

inline constexpr Rung everyRung[] = {Rung::Textbook, Rung::Fused, Rung::Specialised, Rung::Packed};

inline const char *nameOf(Rung rung) {
  static constexpr const char *names[] = {"Textbook", "Fused", "Specialised", "Packed"};
  return names[static_cast<int>(rung)];
}

struct AttentionSetting {
  std::string mask;
  std::function<bool(int64_t q, int64_t k, const Facts &facts)> truth; // beside `document`
  int64_t heads, width;
  float rate = 0;
  std::string term = ""; // "alibi", or what stands behind "buckets": "<32, 128>"
  Rung rung = Rung::Fused;

  /// Whether the mask asks this of the data.
  bool asks(MaskSet::Column what) const {
    return MaskExpression::parse(mask).allowed().dependsOn(what);
  }
  bool hasDocuments() const { return MaskExpression::parse(mask).perDocument(); }
  bool hasTable() const { return term.starts_with('<'); }
  /// Sequences have their own sizes where they are packed, and where documents say what is real.
  bool hasLengths() const { return rung != Rung::Packed && !hasDocuments(); }
};

inline std::ostream &operator<<(std::ostream &out, const AttentionSetting &setting) {
  return out << nameOf(setting.rung) << ": " << setting.mask << ", " << setting.heads
             << " heads of " << setting.width << ", dropout " << setting.rate << ", term "
             << setting.term;
}

/// "<32, 128, one_sided>"
struct BucketWords {
  int count, furthest;
  bool oneSided;

  explicit BucketWords(const std::string &words)
      : count(std::stoi(words.substr(1))), furthest(std::stoi(words.substr(words.find(',') + 1))),
        oneSided(words.find("one_sided") != std::string::npos) {}
};

/// (query, key, value, the loss's gradient by the output, data ...) -> output, op by op.
std::string textbookText(const AttentionSetting &setting);

/// (query, key, value, data ...) -> output, log_sum.
std::string attentionText(const AttentionSetting &setting);

/// (query, key, value, output, log_sum, the loss's gradient by the output, data ...) -> the
/// gradients by query, key and value, and the buckets' where there is a table.
std::string attentionGradientText(const AttentionSetting &setting);

} // namespace loup::test
