// toml++ as Loup uses it, and its places as ours.
#pragma once

#define TOML_EXCEPTIONS 0
#define TOML_MAX_NESTED_VALUES 16

// toml++ 3.3 asserts that a key begins as keys do, just before it reports one that does not
// (`[.a]`). In release builds it lets the compiler assume so, and the check is gone. Neither here.
#define TOML_ASSERT(condition) static_cast<void>(0)
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include "frontend/Diagnostics.h"

namespace loup {

inline SourceRange rangeOf(const toml::source_region &region) {
  return {region.begin.line, region.begin.column, region.end.line, region.end.column};
}

inline SourceRange rangeOf(const toml::node &node) { return rangeOf(node.source()); }
inline SourceRange rangeOf(const toml::key &key) { return rangeOf(key.source()); }

} // namespace loup
