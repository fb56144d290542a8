#include "examples/freight/Manifest.h"

#include <nlohmann/json.hpp>

namespace loup::freight {

namespace {

using Json = nlohmann::ordered_json;

/// Writes the members that are there. Numbers keep the digits they are typed with ("18.50"), which
/// a JSON library would shorten.
class Object {
public:
  void text(const char *key, std::string_view value) {
    if (!value.empty())
      add(key, Json(value).dump());
  }

  void term(const char *key, const Term *value) { text(key, value ? value->value : ""); }

  void number(const char *key, const std::string &value) {
    if (!value.empty())
      add(key, value);
  }

  void quantity(const char *key, const Quantity &quantity) {
    Object inner;
    inner.number("value", quantity.value);
    inner.term("unit", quantity.unit);
    if (!inner.members.empty())
      add(key, inner.str());
  }

  template <typename T> void list(const char *key, const std::vector<T> &values) {
    std::string elements;
    for (const T &value : values)
      elements += (elements.empty() ? "" : ",") + object(value).str();
    if (!elements.empty())
      add(key, "[" + elements + "]");
  }

  std::string str() const { return "{" + members + "}"; }

private:
  std::string members;

  void add(const char *key, const std::string &value) {
    members += (members.empty() ? "\"" : ",\"") + std::string(key) + "\":" + value;
  }

  static Object object(const Container &container) {
    Object result;
    result.number("count", container.count);
    result.text("number", container.number);
    result.term("type", container.type);
    return result;
  }

  static Object object(const Item &item) {
    Object result;
    result.term("name", item.good);
    result.number("count", item.packages.value);
    result.term("package", item.packages.unit);
    result.quantity("weight", item.weight);
    result.quantity("temperature", item.temperature);
    result.text("un", item.unNumber);
    return result;
  }
};

} // namespace

std::string json(const Manifest &manifest) {
  Object result;
  result.text("bill", manifest.bill);
  result.text("shipper", manifest.shipper);
  result.term("from", manifest.from);
  result.term("to", manifest.to);
  result.text("departure", manifest.departure);
  result.text("arrival", manifest.arrival);
  result.list("containers", manifest.containers);
  result.list("goods", manifest.goods);
  return result.str();
}

} // namespace loup::freight
