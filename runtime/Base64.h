// Bytes as text (RFC 4648).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loup {

std::string encodeBase64(std::string_view bytes);

/// Nothing where `text` is not Base64 with its padding.
std::optional<std::string> decodeBase64(std::string_view text);

} // namespace loup
