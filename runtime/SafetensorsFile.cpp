#include "runtime/SafetensorsFile.h"

#include "runtime/AtomicFile.h"
#include "runtime/Errors.h"
#include "runtime/Utf8.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

namespace loup {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little,
              "safetensors holds numbers with the low byte first, and they are not swapped here");

static constexpr uint64_t largestHeader = 100'000'000; // that of the reference implementation
static constexpr const char *metadataKey = "__metadata__";

static std::string formatShape(std::span<const int64_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

/// Bytes of one element, 0 for a type that we do not know.
static uint64_t elementSize(const std::string &type) {
  static const std::map<std::string, uint64_t> sizes = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},   {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"I16", 2},
      {"U16", 2},  {"F16", 2}, {"BF16", 2}, {"I32", 4},     {"U32", 4},     {"F32", 4},
      {"I64", 8},  {"U64", 8}, {"F64", 8},  {"C64", 8},
  };
  auto found = sizes.find(type);
  return found == sizes.end() ? 0 : found->second;
}

/// What a file that is no safetensors file seems to be.
static std::string guessFormat(std::string_view start) {
  if (start.starts_with("version https://git-lfs"))
    return "it is a Git LFS pointer that stands for the file: `git lfs pull` fetches the file "
           "itself";
  if (start.starts_with("PK"))
    return "it is a zip archive, such as PyTorch's .pt or NumPy's .npz: save the tensors with "
           "safetensors.torch.save_file";
  if (start.starts_with("\x80"))
    return "it is a Python pickle: save the tensors with safetensors.torch.save_file";
  return "it is no safetensors file";
}

SafetensorsFile::SafetensorsFile(const std::string &path) : path(path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
    throw UserError(fmt::format("{}: it is not a regular file", path));
  stream.open(path, std::ios::binary);
  if (!stream)
    throw UserError(fmt::format("{}: cannot open it: {}", path, std::strerror(errno)));
  uint64_t size = std::filesystem::file_size(path);

  char start[32] = {};
  readBytes(start, std::min<uint64_t>(size, sizeof start), 0);
  uint64_t headerSize;
  std::memcpy(&headerSize, start, sizeof headerSize);
  if (size < 10 || start[8] != '{' || headerSize < 2 || headerSize > largestHeader)
    throw UserError(fmt::format("{}: {}", path, guessFormat({start, sizeof start})));
  if (headerSize > size - 8)
    throw UserError(fmt::format("{}: it is truncated: its header takes {} bytes, the file has {}",
                                path, headerSize, size));
  std::string header(headerSize, '\0');
  readBytes(header.data(), headerSize, 8);
  dataOffset = 8 + headerSize;
  parseHeader(header, size - dataOffset);
}

void SafetensorsFile::readBytes(void *to, uint64_t bytes, uint64_t offset) {
  stream.seekg(static_cast<std::streamoff>(offset));
  if (!stream.read(static_cast<char *>(to), static_cast<std::streamsize>(bytes)))
    throw UserError(fmt::format("{}: cannot read all of it", path));
}

/// The header's entries. Throws a json::exception or a UserError without the file's name.
static json parseEntries(std::string_view header) {
  std::set<std::string> keys;
  // Deeper values are dropped as they come, so that brackets alone cannot fill the memory.
  auto keep = [&](int depth, json::parse_event_t event, json &value) {
    if (depth == 1 && event == json::parse_event_t::key && !keys.insert(value).second)
      throw UserError(fmt::format("the name {} occurs twice", value.dump()));
    return depth <= 3;
  };
  json entries = json::parse(header, keep);
  if (!entries.is_object())
    throw UserError("its header is not an object");
  return entries;
}

SafetensorsFile::Tensor SafetensorsFile::parseTensor(const std::string &name, const json &entry) {
  auto wrong = [&](const char *what) {
    return UserError(fmt::format("tensor {} has {}", printable(name), what));
  };
  if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") ||
      !entry.contains("data_offsets") || !entry["dtype"].is_string())
    throw wrong("no dtype, shape and data_offsets");
  Tensor tensor;
  tensor.type = entry["dtype"];
  uint64_t bytes = elementSize(tensor.type);
  if (bytes == 0)
    throw wrong("an unknown dtype");

  auto isSize = [](const json &n) {
    return n.is_number_unsigned() && n.get<uint64_t>() >> 63 == 0;
  };
  const json &shape = entry["shape"], &offsets = entry["data_offsets"];
  if (!shape.is_array() || !std::all_of(shape.begin(), shape.end(), isSize))
    throw wrong("a shape that is no list of sizes");
  if (!offsets.is_array() || offsets.size() != 2 || !isSize(offsets[0]) || !isSize(offsets[1]))
    throw wrong("data_offsets that are no two offsets");
  for (const json &extent : shape) {
    tensor.shape.push_back(extent);
    if (__builtin_mul_overflow(bytes, extent.get<uint64_t>(), &bytes))
      throw wrong("more elements than can be counted");
  }
  tensor.begin = offsets[0], tensor.end = offsets[1];
  if (tensor.begin > tensor.end || tensor.end - tensor.begin != bytes)
    throw wrong("data_offsets that do not fit its shape");
  return tensor;
}

void SafetensorsFile::parseHeader(std::string_view header, uint64_t dataSize) {
  try {
    json entries = parseEntries(header);
    for (auto &[name, entry] : entries.items()) {
      if (name != metadataKey)
        tensors[name] = parseTensor(name, entry);
      else if (!entry.is_object())
        throw UserError("its metadata is not an object");
      else
        for (auto &[key, value] : entry.items()) {
          if (!value.is_string())
            throw UserError(fmt::format("its metadata {} is not a string", printable(key)));
          texts[key] = value;
        }
    }
    // Together the tensors cover the data, without holes and without overlaps.
    std::vector<const Tensor *> ordered;
    for (auto &[name, tensor] : tensors)
      ordered.push_back(&tensor);
    std::ranges::sort(ordered, {}, [](const Tensor *t) { return std::pair(t->begin, t->end); });
    uint64_t end = 0;
    for (const Tensor *tensor : ordered) {
      if (tensor->begin != end)
        throw UserError("its tensors overlap, or there are holes between them");
      end = tensor->end;
    }
    if (end > dataSize)
      throw UserError(fmt::format("it is truncated: its tensors take {} bytes, the file has {}",
                                  dataOffset + end, dataOffset + dataSize));
    if (end < dataSize)
      throw UserError(fmt::format("{} bytes follow its last tensor", dataSize - end));
  } catch (const json::exception &) {
    throw UserError(fmt::format("{}: its header is no valid JSON", path));
  } catch (const UserError &error) {
    throw UserError(fmt::format("{}: {}", path, error.what()));
  }
}

std::string SafetensorsFile::difference(const std::vector<FloatTensor> &wanted) const {
  std::map<std::string, Tensor> rest = tensors;
  for (const FloatTensor &want : wanted) {
    auto found = rest.find(want.name);
    if (found == rest.end())
      return fmt::format("tensor {} {} is missing", want.name, formatShape(want.shape));
    auto &[name, tensor] = *found;
    if (tensor.shape != want.shape)
      return fmt::format("tensor {} has shape {}, and should have {}", name,
                         formatShape(tensor.shape), formatShape(want.shape));
    if (tensor.type != "F32")
      return fmt::format("tensor {} is {}, and should be F32", name, tensor.type);
    rest.erase(found);
  }
  if (rest.empty())
    return "";
  auto &[name, tensor] = *rest.begin();
  return fmt::format("tensor {} {} is none of this model's", printable(name),
                     formatShape(tensor.shape));
}

void SafetensorsFile::read(const std::vector<FloatTensor> &wanted) {
  for (const FloatTensor &want : wanted)
    readBytes(want.values.data(), want.values.size_bytes(),
              dataOffset + tensors.at(want.name).begin);
}

void writeSafetensors(AtomicFile &file, const SafetensorsMetadata &metadata,
                      const std::vector<FloatTensor> &tensors) {
  nlohmann::ordered_json entries;
  entries[metadataKey] = metadata;
  uint64_t offset = 0;
  for (const FloatTensor &tensor : tensors) {
    uint64_t end = offset + tensor.values.size_bytes();
    entries[tensor.name] = {
        {"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string header = entries.dump();
  header.resize((header.size() + 7) / 8 * 8, ' '); // so that the tensors are aligned in the file
  uint64_t size = header.size();
  file.write(std::as_bytes(std::span(&size, 1)));
  file.write(std::as_bytes(std::span(header)));
  for (const FloatTensor &tensor : tensors)
    file.write(std::as_bytes(tensor.values));
}

} // namespace loup
