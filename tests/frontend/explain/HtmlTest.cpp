#include "frontend/explain/Html.h"

#include <gmock/gmock.h>

namespace loup {
namespace {

TEST(Html, EscapesTextAndAttributes) {
  EXPECT_EQ(Html("a < b & \"c\" > d").text(), "a &lt; b &amp; &quot;c&quot; &gt; d");
  EXPECT_EQ(element("p", {{"title", "\"<&"}}, "<script>").text(),
            "<p title=\"&quot;&lt;&amp;\">&lt;script&gt;</p>");
}

TEST(Html, EscapesOnce) {
  EXPECT_EQ(element("p", element("b", "<") + " & " + element("i", ">")).text(),
            "<p><b>&lt;</b> &amp; <i>&gt;</i></p>");
}

TEST(Html, EndsEveryElement) {
  EXPECT_EQ(element("meta", {{"charset", "utf-8"}}).text(), "<meta charset=\"utf-8\"/>");
  EXPECT_EQ(element("td").text(), "<td></td>");
  EXPECT_EQ(details("a", "b").text(), "<details><summary>a</summary>b</details>");
}

TEST(Html, WritesNumbers) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
  EXPECT_EQ(counted(1, "layer"), "1 layer");
  EXPECT_EQ(counted(1200, "layer"), "1,200 layers");
  EXPECT_EQ(listed({"a", "b", "c"}), "a, b and c");
  EXPECT_EQ(listed({"a"}), "a");
  EXPECT_EQ(percentage(3, 8), "37.5 %");
}

} // namespace
} // namespace loup
