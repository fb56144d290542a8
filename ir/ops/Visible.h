// What a mask leaves visible, in a program whose masks are still tensors.
#pragma once

#include "ir/LoupOps.h"

namespace loup {

/// The mask that was added to `scores`, the operand of a softmax, if it is over these two axes.
MaskAttr maskOfScores(mlir::Value scores, llvm::StringRef queryAxis, llvm::StringRef keyAxis);

/// The mask outside of which `weights`, a softmax's result with or without dropout, are zero.
MaskAttr maskOfWeights(mlir::Value weights, llvm::StringRef queryAxis, llvm::StringRef keyAxis);

} // namespace loup
