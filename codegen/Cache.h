// Compiled files that are kept from one build to the next.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace loup {

/// A folder of files, each named by a hash of all that decides its bytes. Several builds may use it
/// at once.
class Cache {
public:
  /// ${XDG_CACHE_HOME:-~/.cache}/loup/`part`, made if it is not there. Throws UserError where it
  /// cannot be.
  explicit Cache(const std::string &part);

  struct Entry {
    std::filesystem::path path;
    bool isNew; // made just now
  };

  /// The file whose bytes `key` decides; `make` gives them where it is not there yet.
  Entry obtain(const std::vector<std::string> &key, const std::function<std::string()> &make) const;

  /// Removes what no build has used for 30 days, and what builds that were killed left behind then.
  void removeUnused() const;

private:
  std::filesystem::path folder;
};

} // namespace loup
