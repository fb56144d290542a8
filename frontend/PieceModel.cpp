#include "frontend/PieceModel.h"

namespace loup {
namespace {

// Wire types of https://protobuf.dev/programming-guides/encoding.
enum WireType { Varint = 0, Fixed64 = 1, Length = 2, Fixed32 = 5 };

/// Takes a number of seven bits a byte, lowest first, off the front of `bytes`.
std::optional<uint64_t> takeVarint(std::string_view &bytes) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    auto byte = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    value |= uint64_t(byte & 0x7F) << shift;
    if (byte < 0x80)
      return value;
  }
  return {};
}

} // namespace

std::optional<int64_t> countPieces(std::string_view bytes) {
  constexpr uint64_t piecesField = 1;
  int64_t pieces = 0;
  while (!bytes.empty()) {
    std::optional<uint64_t> key = takeVarint(bytes);
    if (!key)
      return {};
    std::optional<uint64_t> size;
    switch (*key & 7) {
    case Varint:
      size = takeVarint(bytes) ? std::optional<uint64_t>(0) : std::nullopt;
      break;
    case Fixed64:
      size = 8;
      break;
    case Length:
      size = takeVarint(bytes);
      break;
    case Fixed32:
      size = 4;
      break;
    }
    if (!size || *size > bytes.size())
      return {};
    bytes.remove_prefix(*size);
    pieces += *key >> 3 == piecesField;
  }
  return pieces > 0 ? std::optional(pieces) : std::nullopt;
}

} // namespace loup
