// page.css and page.js.
#pragma once

#include <string_view>

namespace loup {

extern const std::string_view pageStyle, pageScript;

} // namespace loup
