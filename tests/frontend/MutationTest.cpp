// No bytes bring the frontend down: the main example, damaged thousands of times.
#include "frontend/CheckSpec.h"
#include "frontend/DescribeSpec.h"
#include "frontend/ParseSpec.h"
#include "runtime/Files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace loup {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view pieces[] = {"[",
                                       "]",
                                       "{",
                                       "}",
                                       "\"",
                                       "'",
                                       "\"\"\"",
                                       "'''",
                                       "=",
                                       ".",
                                       ",",
                                       "#",
                                       "\\",
                                       "\\u",
                                       "\\\n",
                                       "\n",
                                       "\r\n",
                                       "\t",
                                       "\0"sv,
                                       "\xff",
                                       "\xe2\x82",
                                       "\xf0\x9f\x91\xa9",
                                       "\xef\xbb\xbf",
                                       "-",
                                       "0",
                                       "1e999",
                                       "nan",
                                       "-inf",
                                       "9223372036854775807",
                                       "-9223372036854775808",
                                       "99999999999999999999",
                                       "0x10",
                                       "true",
                                       "2024-01-31",
                                       "[[encoder]]",
                                       "[[decoder]]",
                                       "[model]",
                                       "[data.ids]",
                                       "width",
                                       "heads",
                                       "share = \"source\"",
                                       "model = \"freight.toml\"",
                                       "tokenizer = \"ids\"",
                                       "kind = \"cosine\"",
                                       "causal",
                                       "padding",
                                       "window(3)",
                                       "!",
                                       "&",
                                       "|",
                                       "(",
                                       ")",
                                       "q",
                                       "k",
                                       "<=",
                                       "*"};

class Mutator {
public:
  explicit Mutator(uint32_t seed) : random(seed) {}

  std::string mutate(std::string text) {
    for (size_t times = 1 + below(6); times > 0; --times)
      mutateOnce(text);
    return text;
  }

private:
  size_t below(size_t limit) { return limit ? random() % limit : 0; }

  void mutateOnce(std::string &text) {
    size_t at = below(text.size() + 1), length = below(1 + below(40));
    switch (below(6)) {
    case 0:
      text.erase(std::min(at, text.size()), length);
      break;
    case 1:
      text.insert(at, text.substr(below(text.size() + 1), length));
      break;
    case 2:
      text.resize(at);
      break;
    case 3:
      if (at < text.size())
        text[at] = static_cast<char>(random());
      break;
    default:
      text.insert(at, pieces[below(std::size(pieces))]);
    }
  }

  std::mt19937 random;
};

/// What must hold of any answer.
void answer(const std::string &text) {
  Diagnostics diagnostics({LOUP_SOURCE "/examples/freight/freight.toml", text});
  Spec spec = parseSpec(diagnostics);
  checkSpec(spec, diagnostics);
  for (const Diagnostic &diagnostic : diagnostics.all()) {
    EXPECT_FALSE(diagnostic.message.empty());
    EXPECT_LE(diagnostic.range.line, diagnostics.source().lineCount());
    for (const Diagnostic::Note &note : diagnostic.notes)
      EXPECT_TRUE(note.range);
  }
  EXPECT_EQ(diagnostics.text(false).empty(), diagnostics.all().empty());
  if (diagnostics.errors() == 0)
    EXPECT_EQ(makeDescription(spec).fingerprint.size(), 64u);
}

TEST(Mutation, NoBytesBringTheFrontendDown) {
  std::string example = readFile(LOUP_SOURCE "/examples/freight/freight.toml").value();
  Mutator mutator(1);
  for (int i = 0; i < 10000; ++i) {
    std::string text = mutator.mutate(example);
    SCOPED_TRACE(text);
    answer(text);
    if (HasFailure())
      return;
  }
}

TEST(Mutation, DeepNestingIsRefused) {
  for (const char *unit : {"[", "{a=", "a.", "[[", "(", "[a.", "a={b="})
    for (const char *before : {"", "x = ", "[x]\ny = "}) {
      std::string text = before;
      for (int i = 0; i < 100000; ++i)
        text += unit;
      answer(text);
    }
  std::string mask;
  for (int i = 0; i < 100000; ++i)
    mask += "!(";
  answer("[[encoder]]\nself_attention = { mask = \"" + mask + "\" }\n");
}

} // namespace
} // namespace loup
