// toml++ as Loup uses it, and its places as ours.
#pragma once

#define TOML_EXCEPTIONS 0
#define TOML_MAX_NESTED_VALUES 16
#include <toml++/toml.h>

#include "frontend/Diagnostics.h"

namespace loup {

inline SourceRange rangeOf(const toml::source_region &region) {
  return {region.begin.line, region.begin.column, region.end.line, region.end.column};
}

inline SourceRange rangeOf(const toml::node &node) { return rangeOf(node.source()); }
inline SourceRange rangeOf(const toml::key &key) { return rangeOf(key.source()); }

} // namespace loup
