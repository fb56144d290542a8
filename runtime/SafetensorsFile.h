// The safetensors format (https://github.com/huggingface/safetensors): the header's length as a
// little-endian 64-bit number, the header in JSON, the tensors one after the other.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loup {

class AtomicFile;

using SafetensorsMetadata = std::map<std::string, std::string>;

/// A float32 tensor to be read or written.
struct FloatTensor {
  std::string name;
  std::vector<int64_t> shape;
  std::span<float> values;
};

/// A file to read from. Nothing in it is trusted: sizes, offsets and JSON are checked against each
/// other and against the file when it is opened. All errors are UserErrors that name the file.
class SafetensorsFile {
public:
  explicit SafetensorsFile(const std::string &path);

  const SafetensorsMetadata &metadata() const { return texts; }

  /// How the tensors of this file differ from those wanted: the first that is missing, of another
  /// shape or type, or too many; empty where they are the same.
  std::string difference(const std::vector<FloatTensor> &wanted) const;

  /// Fills `tensors`, between which and this file there is no difference.
  void read(const std::vector<FloatTensor> &tensors);

private:
  struct Tensor {
    std::string type; // "F32", "I64", ...
    std::vector<int64_t> shape;
    uint64_t begin = 0, end = 0; // bytes, counted from the first tensor
  };

  void readBytes(void *to, uint64_t bytes, uint64_t offset);
  static Tensor parseTensor(const std::string &name, const nlohmann::json &entry);
  void parseHeader(std::string_view header, uint64_t dataSize);

  std::string path;
  std::ifstream stream;
  uint64_t dataOffset = 0;
  SafetensorsMetadata texts;
  std::map<std::string, Tensor> tensors;
};

void writeSafetensors(AtomicFile &file, const SafetensorsMetadata &metadata,
                      const std::vector<FloatTensor> &tensors);

} // namespace loup
