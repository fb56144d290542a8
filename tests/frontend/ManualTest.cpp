// The list of keys in frontend/README.md is the language's own; LOUP_UPDATE_EXPECTED=1 writes it.
#include "frontend/NotYet.h"
#include "frontend/ParseSpec.h"
#include "runtime/Files.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace loup {
namespace {

/// A line of the manual. Messages have 'words' in quotes, the manual in code.
std::string printKey(const KeyHelp &key) {
  std::string type = key.type;
  std::replace(type.begin(), type.end(), '\'', '`');
  return fmt::format("| `{}` | {} | {} | {} |\n", key.key, type, key.fallback, key.help);
}

struct Table {
  std::string title;
  std::vector<std::string> lines;

  bool has(const std::string &line) const {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
  }
};

std::vector<Table> listTables() {
  std::vector<Table> tables;
  for (const KeyHelp &key : describeLanguage()) {
    if (key.type == "table")
      continue;
    if (tables.empty() || tables.back().title != key.table)
      tables.push_back({key.table, {}});
    tables.back().lines.push_back(printKey(key));
  }
  return tables;
}

/// A table that has all the keys of an earlier one lists only what it has besides.
std::string printManual() {
  std::vector<Table> tables = listTables();
  std::string text;
  for (auto table = tables.begin(); table != tables.end(); ++table) {
    auto isPart = [&](const Table &earlier) {
      return std::all_of(earlier.lines.begin(), earlier.lines.end(),
                         [&](const std::string &line) { return table->has(line); });
    };
    auto earlier = std::find_if(tables.begin(), table, isPart);
    bool isRoot = table->title.front() != '[';
    text += isRoot ? "\nAt the top" : fmt::format("\n`{}`", table->title);
    if (earlier != table)
      text += fmt::format(": as `{}`", earlier->title);
    std::string lines;
    for (const std::string &line : table->lines)
      if (earlier == table || !earlier->has(line))
        lines += line;
    if (!lines.empty())
      text += (earlier == table ? "" : ", and") +
              std::string("\n\n| key | value | default | |\n| --- | --- | --- | --- |\n");
    text += lines.empty() ? "\n" : lines;
  }
  return text;
}

TEST(Manual, ListsEveryKey) {
  std::filesystem::path path = LOUP_SOURCE "/frontend/README.md";
  std::string readme = readFile(path).value();
  std::string_view begin = "<!-- keys: written by tests/frontend/ManualTest.cpp -->\n";
  size_t from = readme.find(begin);
  ASSERT_NE(from, std::string::npos);
  from += begin.size();
  std::string manual = printManual();
  if (std::getenv("LOUP_UPDATE_EXPECTED"))
    std::ofstream(path) << readme.substr(0, from) + manual;
  EXPECT_EQ(readFile(path)->substr(from), manual);
}

TEST(Manual, HelpsWithEveryKey) {
  for (const KeyHelp &key : describeLanguage()) {
    EXPECT_NE(key.help, "") << key.key;
    if (key.type != "table")
      EXPECT_NE(key.fallback, "") << key.table << ' ' << key.key;
  }
}

TEST(NotYet, NamesOnlyWhatTheLanguageLacks) {
  for (const NotYet &entry : notYet)
    for (const KeyHelp &key : describeLanguage()) {
      if (entry.word.empty())
        EXPECT_NE(entry.key, key.key);
      else if (entry.key == key.key)
        EXPECT_THAT(key.type, testing::Not(testing::HasSubstr(fmt::format("'{}'", entry.word))));
    }
}

} // namespace
} // namespace loup
