// A kernel written as IR, compiled to an object, linked and called as programs do.
#pragma once

#include "tests/codegen/Tensor.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace loup::test {

/// Sizes of dynamic axes that no argument has.
using Sizes = std::map<std::string, int64_t>;

using Argument = std::variant<Tensor, int32_t>;

/// The type of an argument or a result: its axes and their sizes, 0 where they are dynamic.
struct TensorType {
  bool isReal;
  std::vector<std::pair<std::string, int64_t>> axes;
};

class LoadedKernel {
public:
  enum class Checks { On, Off };

  /// `ir` is the text of one function, as for ParsedKernel. Calls it, or what else its object
  /// defines for the same arguments, under the same name and a suffix.
  explicit LoadedKernel(const std::string &ir, Checks checks = Checks::On,
                        const std::string &suffix = "");
  ~LoadedKernel();

  /// The same, compiled once for all who ask for it.
  static std::shared_ptr<const LoadedKernel> shared(const std::string &ir);

  LoadedKernel(const LoadedKernel &) = delete;
  LoadedKernel &operator=(const LoadedKernel &) = delete;

  /// Runs twice, with forbidden memory right behind every buffer and right before it, so that an
  /// access outside ends the test. Both times give the same bits, or the test fails.
  std::vector<Tensor> operator()(const std::vector<Argument> &arguments,
                                 const Sizes &sizes = {}) const;

  /// The call alone, to be timed.
  std::function<void()> prepare(const std::vector<Argument> &arguments,
                                const Sizes &sizes = {}) const;

  std::vector<TensorType> argumentTypes() const;
  std::vector<TensorType> resultTypes() const;

  /// Of compilation, without linking.
  double seconds() const;
  size_t objectSize() const;

private:
  struct Loaded;
  std::unique_ptr<Loaded> loaded;
};

} // namespace loup::test
