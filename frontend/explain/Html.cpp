#include "frontend/explain/Html.h"

#include <fmt/format.h>

namespace loup {

std::string Html::escaped(std::string_view words) {
  std::string html;
  for (char c : words)
    switch (c) {
    case '&':
      html += "&amp;";
      break;
    case '<':
      html += "&lt;";
      break;
    case '>':
      html += "&gt;";
      break;
    case '"':
      html += "&quot;";
      break;
    default:
      html += c;
    }
  return html;
}

Html Html::verbatim(std::string html) {
  Html whole;
  whole.html = std::move(html);
  return whole;
}

Html &Html::operator+=(const Html &next) {
  html += next.html;
  return *this;
}

Html element(std::string_view name, const HtmlAttributes &attributes, const Html &content) {
  std::string html = fmt::format("<{}", name);
  for (const auto &[key, value] : attributes)
    html += fmt::format(" {}=\"{}\"", key, Html(value).text());
  if (name == "meta" || name == "input") // these have no end
    return Html::verbatim(html + "/>");
  return Html::verbatim(fmt::format("{}>{}</{}>", html, content.text(), name));
}

Html element(std::string_view name, const Html &content) { return element(name, {}, content); }

Html ofClass(std::string_view kind, std::string_view name, const Html &content) {
  return element(name, {{"class", std::string(kind)}}, content);
}

Html details(const Html &summary, const Html &content) {
  return element("details", element("summary", summary) + content);
}

std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3 + (number < 0); at -= 3)
    digits.insert(at - 3, ",");
  return digits;
}

std::string counted(int64_t number, std::string_view what) {
  return fmt::format("{} {}{}", grouped(number), what, number == 1 ? "" : "s");
}

std::string listed(const std::vector<std::string> &parts) {
  std::string list;
  for (size_t i = 0; i < parts.size(); ++i)
    list += (i == 0 ? "" : i + 1 < parts.size() ? ", " : " and ") + parts[i];
  return list;
}

std::string percentage(int64_t part, int64_t whole) {
  return fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

} // namespace loup
