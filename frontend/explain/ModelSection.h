// The model in a few words.
#pragma once

#include "frontend/Spec.h"
#include "frontend/explain/Html.h"

#include "mlir/IR/BuiltinOps.h"

namespace loup {

/// `schedule` is the rung's name, `summary` what it stands for.
Section modelSection(const Spec &spec, mlir::ModuleOp module, const std::string &schedule,
                     const std::string &summary);

} // namespace loup
