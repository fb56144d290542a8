// The page as a whole: everything it needs is in it.
#pragma once

#include "frontend/explain/Html.h"

#include <string>
#include <vector>

namespace loup {

/// An HTML document that refers to nothing outside of itself.
std::string page(const std::string &title, const std::vector<Section> &sections);

} // namespace loup
