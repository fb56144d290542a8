// Pieces of a page. Text is escaped as it becomes one, so nothing reaches the page unescaped.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loup {

/// Well-formed as XML too: attributes in quotes, every element ended.
class Html {
public:
  Html() = default;
  /// Of anything that is text; a template, so that braces always mean attributes.
  template <std::convertible_to<std::string_view> Words>
  Html(const Words &words) : html(escaped(words)) {}

  /// What is HTML already.
  static Html verbatim(std::string html);

  Html &operator+=(const Html &next);
  friend Html operator+(Html first, const Html &second) { return std::move(first += second); }

  const std::string &text() const { return html; }

private:
  static std::string escaped(std::string_view words);

  std::string html;
};

using HtmlAttributes = std::vector<std::pair<std::string_view, std::string>>;

/// `<name attributes>content</name>`.
Html element(std::string_view name, const HtmlAttributes &attributes, const Html &content = {});
Html element(std::string_view name, const Html &content = {});

/// `<name class="kind">content</name>`.
Html ofClass(std::string_view kind, std::string_view name, const Html &content = {});

/// What is behind `summary` shows when that is opened.
Html details(const Html &summary, const Html &content);

/// A part of the page that its table of contents leads to.
struct Section {
  std::string id, title;
  Html content;
};

/// `1,234,567`.
std::string grouped(int64_t number);

/// `12 layers`, `1 layer`.
std::string counted(int64_t number, std::string_view what);

/// `one, two and three`.
std::string listed(const std::vector<std::string> &parts);

/// `37.5 %` of the whole.
std::string percentage(int64_t part, int64_t whole);

} // namespace loup
