// A rung of the ladder as a program in this process.
#pragma once

#include "codegen/BuildExecutable.h"
#include "frontend/Compilation.h"
#include "frontend/bench/UsefulWork.h"
#include "runtime/MeasuredModel.h"

#include <memory>
#include <string>
#include <vector>

namespace loup {

/// The parts whose times a rung tells: attention i forward is part 2 i, backward 2 i + 1.
constexpr size_t partOf(size_t attention, bool backward) { return 2 * attention + backward; }

class BuiltRung {
public:
  /// Compiles the rung and opens it; `compiler` is the C++ compiler. Throws UserError.
  BuiltRung(const std::string &name, Compilation &compilation, const Compiler &compiler,
            const std::vector<AttentionKind> &attentions, int threads);

  const std::string &name() const { return schedule; }
  Model &model() const { return *opened; }

  /// Of each part since the last call, the mean of the attentions of its kind.
  std::vector<double> partSeconds();

  /// What a training step takes: weights, gradients and values; and decoding: weights, states and
  /// values.
  int64_t trainingBytes(const Batch &batch) const;
  int64_t decodingBytes(const Ragged &source, int32_t steps) const;

  /// Of the masks that are made as tensors.
  int64_t trainingMaskBytes(const Batch &batch) const;
  int64_t decodingMaskBytes(const Ragged &source, int32_t steps) const;

  /// Of what the kernels of one attention write, and of the masks among it.
  int64_t partBytes(size_t part, const Batch &batch) const;
  int64_t partMaskBytes(size_t part, const Batch &batch) const;

  /// Whether padding is computed.
  bool isDense() const;

private:
  void markParts(const std::vector<AttentionKind> &attentions);
  void open(const Description &description, const std::vector<EmittedKernel> &kernels,
            const Compiler &compiler, int threads);
  mlir::func::FuncOp function(const char *name) const;
  template <class Count> int64_t perAttention(size_t part, Count count) const;

  std::string schedule;
  mlir::OwningOpRef<mlir::ModuleOp> module; // planned
  std::vector<int64_t> sharing;             // how many attentions are of a part's kind
  std::unique_ptr<Model> opened;
  PartTimes *times = nullptr;
};

} // namespace loup
