#include "runtime/Arena.h"

#include "runtime/Errors.h"

#include <fmt/format.h>

#include <cstdint>

namespace loup {

Arena::Arena(size_t bytes) : bytes(bytes) {
  // calloc gives large blocks as untouched pages, which aligned_alloc followed by memset would not.
  size_t room = bytes + alignment;
  memory.reset(room < bytes ? nullptr : static_cast<std::byte *>(std::calloc(room, 1)));
  if (!memory)
    throw UserError(fmt::format("out of memory: the model's tensors take {:.1f} GB; smaller "
                                "batches need less (--batch-tokens, or --batch-lines if that is "
                                "given)",
                                bytes / 1e9));
  auto address = reinterpret_cast<uintptr_t>(memory.get());
  base = memory.get() + (alignment - address % alignment) % alignment;
}

} // namespace loup
