#include "frontend/explain/Page.h"

#include "frontend/explain/Assets.h"

namespace loup {

std::string page(const std::string &title, const std::vector<Section> &sections) {
  Html entries, body;
  for (const Section &section : sections) {
    entries += element("li", element("a", {{"href", "#" + section.id}}, section.title));
    body +=
        element("section", {{"id", section.id}}, element("h2", section.title) + section.content);
  }
  Html head =
      element("meta", {{"charset", "utf-8"}}) +
      element("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}) +
      element("title", title) + element("style", Html::verbatim(std::string(pageStyle)));
  Html content = element("header", element("h1", title)) +
                 element("nav", {{"aria-label", "Contents"}}, element("ol", entries)) +
                 element("main", body) + element("script", Html::verbatim(std::string(pageScript)));
  return "<!DOCTYPE html>\n" +
         element("html", {{"lang", "en"}}, element("head", head) + element("body", content))
             .text() +
         "\n";
}

} // namespace loup
