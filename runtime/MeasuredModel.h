// What `loup bench` gets of a model in a shared library. The library has a thread pool of its own.
#pragma once

#include "runtime/Model.h"
#include "runtime/PartTimes.h"

namespace loup {

struct MeasuredModel {
  Model *model;     // the caller's
  PartTimes *times; // of the marked calls
};

/// The library's function `loup_open`, which takes the number of threads.
using OpenMeasuredModel = MeasuredModel (*)(int threads);

} // namespace loup
