// What is advised where data say nothing of what a mask asks works when it is followed.
#include "frontend/CheckSpec.h"
#include "frontend/ParseSpec.h"

#include <gmock/gmock.h>

namespace loup {
namespace {

struct Case {
  const char *source, *target; // tables of [data]
  const char *encoderMask, *targetMask;
  const char *advice;
  const char *followedSource, *followedTarget;
};

std::string answer(const Case &c, const char *source, const char *target) {
  std::string attention = "self_attention = { heads = 4, mask = \"";
  Diagnostics diagnostics(
      {"a.toml", std::string("[data]\nsource = { ") + source + " }\ntarget = { " + target +
                     " }\n[[encoder]]\n" + attention + c.encoderMask +
                     "\" }\nfeed_forward = {}\n[[decoder]]\n" + attention + c.targetMask +
                     "\" }\ncross_attention = { heads = 4 }\nfeed_forward = {}\n"});
  checkSpec(parseSpec(diagnostics), diagnostics);
  return diagnostics.text(/*colour=*/false);
}

TEST(MarkAdvice, WorksWhenItIsFollowed) {
  for (const Case &c : {
           Case{"", "share = \"source\"", "padding", "causal & present",
                "absent = \"<gap>\" in target, with symbols = [\"<gap>\"] in source\n",
                "symbols = [\"<gap>\"]", "share = \"source\", absent = \"<gap>\""},
           Case{"symbols = [\"<gap>\"]", "share = \"source\"", "padding", "causal & present",
                "absent = \"<gap>\" in target\n", "symbols = [\"<gap>\"]",
                "share = \"source\", absent = \"<gap>\""},
           Case{"symbols = [\"<a>\"]", "", "document", "causal",
                "document_end = \"<doc>\" in source, made one of the symbols in source\n",
                "symbols = [\"<a>\", \"<doc>\"], document_end = \"<doc>\"", ""},
           Case{"tokenizer = \"ids\", vocabulary = 9", "", "document", "causal",
                "document_end = 4 in source\n",
                "tokenizer = \"ids\", vocabulary = 9, document_end = 4", ""},
           Case{"tokenizer = \"bytes\"", "", "document", "causal",
                "document_end = \"|\" in source\n", "tokenizer = \"bytes\", document_end = \"|\"",
                ""},
           Case{"tokenizer = \"bytes\"", "", "prefix | causal", "causal",
                "prefix_end = \">\" in source\n", "tokenizer = \"bytes\", prefix_end = \">\"", ""},
           Case{"", "tokenizer = \"bytes\"", "padding", "causal & present",
                "absent = \"_\" in target\n", "", "tokenizer = \"bytes\", absent = \"_\""},
           Case{"tokenizer = \"characters\"", "", "document", "causal",
                "document_end = \"<doc>\" in source, with tokenizer = \"words\" and symbols = "
                "[\"<doc>\"] in source\n",
                "tokenizer = \"words\", symbols = [\"<doc>\"], document_end = \"<doc>\"", ""},
       }) {
    EXPECT_THAT(answer(c, c.source, c.target), testing::HasSubstr(c.advice));
    EXPECT_EQ(answer(c, c.followedSource, c.followedTarget), "");
  }
}

// What a mask says counts, even where its set does not depend on it.
TEST(MarkAdvice, GoesByTheWordsThatAreWritten) {
  const char *absent = "tokenizer = \"ids\", vocabulary = 9, absent = 7",
             *prefixEnd = "tokenizer = \"ids\", vocabulary = 9, prefix_end = 7";
  for (const Case &c : {
           Case{absent, "", "k < q & (causal | present)", "causal", "", "", ""},
           Case{"", absent, "padding", "causal & (present | causal)", "", "", ""},
           Case{prefixEnd, "", "causal | prefix & !prefix", "causal", "", "", ""},
       })
    EXPECT_EQ(answer(c, c.source, c.target), "") << c.encoderMask << ", " << c.targetMask;
  EXPECT_THAT(answer({"", "", "causal | present & causal", "causal", "", "", ""}, "", ""),
              testing::HasSubstr("the mask 'present' asks which tokens of the source are there"));
}

} // namespace
} // namespace loup
