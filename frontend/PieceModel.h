// What a SentencePiece model file says of itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace loup {

/// The number of pieces in `bytes`, a serialized `sentencepiece.ModelProto`: its repeated field 1.
/// Nothing if the bytes are no protocol buffer message or hold no piece.
std::optional<int64_t> countPieces(std::string_view bytes);

} // namespace loup
