#include "runtime/IdSlots.h"

#include <algorithm>
#include <set>

namespace loup {

IdSlots::IdSlots(const SpecialIds &ids) {
  std::set<int32_t> distinct = {ids.end, ids.unknown, ids.begin, ids.padding};
  special.assign(distinct.begin(), distinct.end());
}

int32_t IdSlots::id(int32_t entry) const {
  int32_t id = entry;
  for (int32_t taken : special)
    if (taken <= id)
      ++id;
  return id;
}

std::optional<int32_t> IdSlots::entry(int32_t id) const {
  auto behind = std::lower_bound(special.begin(), special.end(), id);
  if (behind != special.end() && *behind == id)
    return std::nullopt;
  return id - static_cast<int32_t>(behind - special.begin());
}

int32_t IdSlots::size(int32_t entries) const {
  return std::max(special.back() + 1, entries > 0 ? id(entries - 1) + 1 : 0);
}

} // namespace loup
