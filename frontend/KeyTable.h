// A table of the description language: its keys, each declared once with its type, default and
// help. Reading, the advice in messages and the manual all come from that one declaration.
#pragma once

#include "frontend/KeyAdvice.h"
#include "frontend/KeyTypes.h"

#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loup {

template <class S> class KeyTable {
public:
  /// `title` as messages name it: "[model]". Values that the file leaves out are those of
  /// `defaults`.
  explicit KeyTable(std::string title, S defaults = {})
      : title(std::move(title)), defaults(std::move(defaults)) {}

  /// A value. `fallback` is what the manual says where the default is not a plain value.
  template <class T, class Type>
  KeyTable &key(std::string_view name, Field<T> S::*member, Type type, std::string help,
                std::string fallback = {}) {
    if constexpr (std::is_same_v<T, typename Type::Result>)
      if (fallback.empty())
        fallback = type.write((defaults.*member).value);
    lines.push_back({title, std::string(name), type.describe(), fallback, std::move(help)});
    add(name, member, [type](const Input &input, T &value) {
      auto result = type.read(input);
      if (result)
        value = *std::move(result);
      return result.has_value();
    });
    return *this;
  }

  /// A table inside this one: a plain value, or optional.
  template <class T, class Sub>
  KeyTable &table(std::string_view name, Field<T> S::*member, KeyTable<Sub> sub, std::string help) {
    lines.push_back({title, std::string(name), "table", "", std::move(help)});
    append(sub.help());
    add(
        name, member, [sub](const Input &input, T &value) { return sub.readInto(input, value); },
        [sub](T &value) {
          if constexpr (std::is_same_v<T, Sub>)
            sub.doubt(value);
        });
    return *this;
  }

  /// Any number of tables: [[name]].
  template <class Sub>
  KeyTable &tables(std::string_view name, Field<std::vector<Field<Sub>>> S::*member,
                   KeyTable<Sub> sub, std::string help) {
    lines.push_back({title, std::string(name), "table", "", std::move(help)});
    append(sub.help());
    add(name, member, [sub](const Input &input, std::vector<Field<Sub>> &list) {
      const auto *array = input.node.as_array();
      if (!array) {
        input.refuse(fmt::format("write [[{0}]]: '{0}' may stand here many times", input.key));
        return false;
      }
      for (const toml::node &node : *array) {
        Field<Sub> &element = list.emplace_back();
        element.range = rangeOf(node);
        element.doubtful = !sub.readInto({input.reading, input.key, node}, element.value);
      }
      return true;
    });
    return *this;
  }

  /// Reads the table at `input` into `value`; false if it is no table.
  template <class T> bool readInto(const Input &input, T &value) const {
    const auto *table = input.node.as_table();
    if (!table) {
      input.refuseType(fmt::format("a table such as {{ {} = ... }}", keys.front().name));
      if constexpr (std::is_same_v<T, S>)
        doubt(value);
      return false;
    }
    value = defaults;
    if constexpr (std::is_same_v<T, S>)
      read(input.reading, *table, value);
    else
      read(input.reading, *table, *value);
    return true;
  }

  void read(const Reading &reading, const toml::table &table, S &value) const {
    bool anyUnknown = false;
    for (const auto &[name, node] : table) {
      const Key *key = find(name.str());
      if (key)
        key->read({reading, key->name, node}, value);
      else
        refuseKey(reading, name);
      anyUnknown |= !key;
    }
    // An unknown key may be any of those that are missing.
    for (const Key &key : keys)
      if (anyUnknown && !table.contains(key.name))
        key.doubt(value);
  }

  void doubt(S &value) const {
    for (const Key &key : keys)
      key.doubt(value);
  }

  /// This table's keys, then those of the tables in it.
  std::vector<KeyHelp> help() const {
    std::vector<KeyHelp> all = lines;
    all.insert(all.end(), linesInside.begin(), linesInside.end());
    return all;
  }

private:
  struct Key {
    std::string_view name;
    std::function<void(const Input &, S &)> read;
    std::function<void(S &)> doubt;
  };

  template <class T, class Read, class Doubt = void (*)(T &)>
  void add(std::string_view name, Field<T> S::*member, Read read, Doubt doubtInside = [](T &) {}) {
    keys.push_back({name,
                    [member, read](const Input &input, S &value) {
                      (value.*member).range = rangeOf(input.node);
                      (value.*member).doubtful = !read(input, (value.*member).value);
                    },
                    [member, doubtInside](S &value) {
                      (value.*member).doubtful = true;
                      doubtInside((value.*member).value);
                    }});
  }

  void append(const std::vector<KeyHelp> &more) {
    linesInside.insert(linesInside.end(), more.begin(), more.end());
  }

  const Key *find(std::string_view name) const {
    for (const Key &key : keys)
      if (key.name == name)
        return &key;
    return nullptr;
  }

  void refuseKey(const Reading &reading, const toml::key &key) const {
    std::vector<std::string_view> known;
    for (const Key &each : keys)
      known.push_back(each.name);
    reading.diagnostics.error(rangeOf(key), unknownKey(reading.language, title, key.str(), known));
  }

  std::string title;
  S defaults;
  std::vector<Key> keys;
  std::vector<KeyHelp> lines, linesInside;
};

} // namespace loup
