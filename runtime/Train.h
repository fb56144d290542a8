// The entry of every trainer that Loup makes.
#pragma once

#include "runtime/Model.h"

#include <memory>

namespace loup {

/// Trains the model that `makeModel` makes, as the command line asks; `--help` lists its options.
/// Returns the exit code: 0, also after Ctrl-C, or that of runtime/Errors.h.
int trainMain(int argc, char **argv, std::unique_ptr<Model> (*makeModel)());

} // namespace loup
