// Numbers that are part of a kernel.
#pragma once

#include "Halide.h"

#include <map>
#include <mutex>
#include <string>

namespace loup {

/// `element(i)` for each i < size. A kernel may read a table in several places, and Halide wants
/// one buffer of a name: the same name and size give the same buffer.
template <class T, class Element>
Halide::Buffer<T> constantTable(const std::string &name, int size, Element element) {
  static std::mutex mutex;
  static std::map<std::string, Halide::Buffer<T>> tables;
  std::string sized = name + "_" + std::to_string(size);
  std::lock_guard lock(mutex);
  auto [known, isNew] = tables.try_emplace(sized);
  if (isNew) {
    known->second = Halide::Buffer<T>(size, sized);
    for (int i = 0; i < size; ++i)
      known->second(i) = static_cast<T>(element(i));
  }
  return known->second;
}

} // namespace loup
