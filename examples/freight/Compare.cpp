#include "examples/freight/Compare.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace loup::freight {

namespace {

using Json = nlohmann::ordered_json;
using Values = std::vector<std::pair<std::string, std::string>>;

void collect(const Json &json, const std::string &path, Values &values) {
  if (json.is_object())
    for (const auto &[key, value] : json.items())
      collect(value, path.empty() ? key : path + "." + key, values);
  else if (json.is_array())
    for (size_t i = 0; i < json.size(); ++i)
      collect(json[i], path + "[" + std::to_string(i) + "]", values);
  else
    values.emplace_back(path, json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string valueAt(const Values &values, const std::string &path) {
  auto found = std::ranges::find(values, path, &Values::value_type::first);
  return found == values.end() ? "" : found->second;
}

} // namespace

Kind Field::kind() const {
  std::string_view key = std::string_view(path).substr(path.rfind('.') + 1);
  if (key == "from" || key == "to")
    return Kind::Ports;
  if (key == "name")
    return Kind::Goods;
  if (key == "unit")
    return Kind::Units;
  if (key == "type")
    return Kind::Containers;
  return key == "package" ? Kind::Packages : Kind::Copied;
}

bool Comparison::right() const { return validJson && std::ranges::all_of(fields, &Field::right); }

Comparison compare(const std::string &predicted, const std::string &expected) {
  Json expectedJson = Json::parse(expected, nullptr, false);
  Json predictedJson = Json::parse(predicted, nullptr, false);
  if (expectedJson.is_discarded())
    throw std::invalid_argument("expected JSON, found " + expected);

  Values expectedValues, predictedValues;
  collect(expectedJson, "", expectedValues);
  if (!predictedJson.is_discarded())
    collect(predictedJson, "", predictedValues);

  Comparison result{!predictedJson.is_discarded(), {}};
  for (const auto &[path, value] : expectedValues)
    result.fields.push_back({path, value, valueAt(predictedValues, path)});
  for (const auto &[path, value] : predictedValues)
    if (valueAt(expectedValues, path).empty())
      result.fields.push_back({path, "", value});
  return result;
}

void Tally::add(const Comparison &comparison) {
  auto count = [](Count &count, bool right) {
    count.right += right;
    ++count.all;
  };
  count(validJson, comparison.validJson);
  count(whole, comparison.right());
  for (const Field &field : comparison.fields)
    count(fields[static_cast<size_t>(field.kind())], field.right());
}

Tally::Count Tally::closedSets() const {
  Count sum;
  for (size_t kind = 0; kind < fields.size(); ++kind)
    if (static_cast<Kind>(kind) != Kind::Copied) {
      sum.right += fields[kind].right;
      sum.all += fields[kind].all;
    }
  return sum;
}

} // namespace loup::freight
