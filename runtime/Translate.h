// The entry of every translator that Loup makes.
#pragma once

#include "runtime/Model.h"

#include <memory>

namespace loup {

/// Translates standard input with the model that `makeModel` makes, as the command line asks;
/// `--help` says how. Returns the exit code: 0 or those of runtime/Errors.h. Where the reader of
/// the output goes away, the program ends by SIGPIPE.
int translateMain(int argc, char **argv, std::unique_ptr<Model> (*makeModel)());

} // namespace loup
