#include "frontend/bench/UsefulWork.h"

#include "frontend/CheckSpec.h"
#include "frontend/DescribeSpec.h"
#include "frontend/ImportSpec.h"
#include "frontend/ParseSpec.h"
#include "ir/LoupDialect.h"
#include "ir/masks/MaskExpression.h"

#include <gmock/gmock.h>

#include <set>

namespace loup {
namespace {

constexpr int32_t gone = 1 << 30; // beside a token's id: a column says that it is absent

Ragged ragged(const std::vector<std::vector<int32_t>> &sequences) {
  Ragged result;
  for (const std::vector<int32_t> &sequence : sequences)
    result.append(sequence);
  return result;
}

/// What brute force knows of one sequence's keys.
struct Keys {
  std::vector<bool> present;
  std::vector<int> document;  // of each
  std::vector<int64_t> place; // in its document
  int64_t prefix = 0;

  int64_t size() const { return std::ssize(present); }
};

/// By the marks of the descriptions below.
Keys keysOfSource(std::span<const int32_t> tokens) {
  Keys keys;
  int document = 0;
  int64_t place = 0;
  for (int32_t token : tokens) {
    keys.present.push_back(token != 7 && token < gone);
    keys.document.push_back(document);
    keys.place.push_back(place++);
    if (token == 6) {
      ++document;
      place = 0;
    }
    if ((token & ~gone) == 5 && keys.prefix == 0)
      keys.prefix = keys.size();
  }
  return keys;
}

Keys keysOfTarget(std::span<const int32_t> tokens) {
  Keys keys;
  for (size_t k = 0; k < tokens.size(); ++k)
    keys.present.push_back(k == 0 || tokens[k - 1] != 9); // behind a begin
  return keys;
}

int64_t pairs(const std::string &mask, int64_t queries, const Keys &keys) {
  MaskSet allowed = MaskExpression::parse(mask).allowed();
  int64_t count = 0;
  for (int64_t q = 0; q < queries; ++q)
    for (int64_t k = 0; k < keys.size(); ++k)
      count +=
          allowed.contains(q, k, {queries, keys.size(), keys.size(), keys.prefix}, keys.present[k]);
  return count;
}

int64_t pairsInDocuments(const std::string &mask, const Keys &keys) {
  MaskSet allowed = MaskExpression::parse(mask).allowed();
  int64_t count = 0;
  for (int64_t q = 0; q < keys.size(); ++q)
    for (int64_t k = 0; k < keys.size(); ++k) {
      int64_t size = std::ranges::count(keys.document, keys.document[k]);
      count +=
          keys.document[q] == keys.document[k] &&
          allowed.contains(keys.place[q], keys.place[k], {size, size, size, 0}, keys.present[k]);
    }
  return count;
}

/// Models with one layer a side, and 2 heads of 4.
class UsefulWorkTest : public testing::Test {
protected:
  /// `marks` are those of the source; on the target, 9 is absent.
  void describe(const std::string &marks, const std::string &encoder, const std::string &decoder,
                const std::string &cross) {
    auto attention = [](const std::string &kind, const std::string &mask) {
      return kind + " = { heads = 2, empty = \"zero\", mask = \"" + mask + "\" }\n";
    };
    Diagnostics diagnostics(
        {"model.toml",
         "[data]\nsource = { tokenizer = \"ids\", vocabulary = 12" + marks + " }\n" +
             "target = { tokenizer = \"ids\", vocabulary = 10, absent = 9 }\n" +
             "[model]\nwidth = 8\nlength = 16\n" + "[[encoder]]\nfeed_forward = { width = 3 }\n" +
             attention("self_attention", encoder) + "[[decoder]]\nfeed_forward = { width = 3 }\n" +
             attention("self_attention", decoder) + attention("cross_attention", cross)});
    spec = parseSpec(diagnostics);
    checkSpec(spec, diagnostics);
    ASSERT_EQ(diagnostics.errors(), 0) << diagnostics.text(false);
    work = std::make_unique<UsefulWork>(importSpec(spec, "model.toml", &context), spec.data);
  }

  /// The pairs that are counted of one attention: of each, two products of two operations.
  double counted(const std::string &attention, const Batch &batch) {
    for (const AttentionKind &kind : work->attentions())
      if (kind.names.front() == attention) {
        double forward = work->attention(kind, batch, /*backward=*/false);
        EXPECT_EQ(work->attention(kind, batch, /*backward=*/true), 2 * forward);
        return forward / (2 * 2 * 2 * 4);
      }
    ADD_FAILURE() << "no " << attention;
    return 0;
  }

  /// Expects what brute force finds in all sentences.
  void expectPairs(const Batch &batch, const std::string &encoder, const std::string &decoder,
                   const std::string &cross) {
    int64_t inSource = 0, inTarget = 0, between = 0;
    for (int32_t i = 0; i < batch.source.count(); ++i) {
      Keys source = keysOfSource(batch.source[i]), target = keysOfTarget(batch.target[i]);
      inSource += pairs(encoder, source.size(), source);
      inTarget += pairs(decoder, target.size(), target);
      between += pairs(cross, target.size(), source);
    }
    EXPECT_EQ(counted("encoder.layers.0.self_attn", batch), inSource);
    EXPECT_EQ(counted("decoder.layers.0.self_attn", batch), inTarget);
    EXPECT_EQ(counted("decoder.layers.0.multihead_attn", batch), between);
  }

  Spec spec;
  mlir::MLIRContext context;
  std::unique_ptr<UsefulWork> work;
};

// Absent tokens first, in the middle, last and everywhere; a prefix early, late, twice and not at
// all; documents of several tokens, of one, and the end as one of its own.
const std::vector<std::vector<int32_t>> sources = {
    {7, 4, 5, 8, 7, 6, 9, 0}, {4, 8, 6, 6, 9, 4, 7, 10, 5, 7, 5, 6, 0}, {7, 7, 7}, {0}};
const std::vector<std::vector<int32_t>> targets = {
    {4, 9, 9, 5, 0}, {9, 0}, {0}, {4, 5, 6, 7, 8, 9, 9, 4, 0}};

TEST_F(UsefulWorkTest, KnowsWhatIsAbsentAndGiven) {
  const char *encoder = "present & (causal | prefix)", *decoder = "causal & present & window(4)",
             *cross = "prefix | present & window(3)";
  describe(", absent = 7, prefix_end = 5", encoder, decoder, cross);
  expectPairs({ragged(sources), ragged(targets), {}}, encoder, decoder, cross);
}

TEST_F(UsefulWorkTest, KnowsWhatAColumnSays) {
  const char *encoder = "present | k == q", *decoder = "causal",
             *cross = "(present | prefix) & k <= q + 4";
  describe(", present = \"column\", prefix_end = 5", encoder, decoder, cross);
  Ragged source = ragged(sources);
  for (int32_t &token : source.tokens)
    token = token == 7 ? 4 | gone : token == 10 ? 5 | gone : token; // the prefix's end, absent
  expectPairs({source, ragged(targets), {}}, encoder, decoder, cross);
}

TEST_F(UsefulWorkTest, KnowsWhereDocumentsEnd) {
  const char *encoder = "document & present & window(3)";
  describe(", absent = 7, document_end = 6", encoder, "causal", "padding");
  Batch batch{ragged(sources), ragged(targets), {}};
  int64_t expected = 0;
  for (int32_t i = 0; i < batch.source.count(); ++i)
    expected += pairsInDocuments(encoder, keysOfSource(batch.source[i]));
  EXPECT_EQ(counted("encoder.layers.0.self_attn", batch), expected);
}

// Step by step there is as much to do as in the forward pass of training, which is a third of it.
TEST_F(UsefulWorkTest, OfDecodingIsThatOfTheTextDecoded) {
  describe(", absent = 7, prefix_end = 5", "present", "causal & present", "present & prefix");
  Ragged source = ragged({sources[0], sources[1]}), target = ragged({{4, 9, 9, 5}, {9, 4, 8, 9}});
  EXPECT_EQ(work->decoding(source, target), work->training({source, target, {}}) / 3);
}

TEST_F(UsefulWorkTest, SentencesDrawnTellMasksNothing) {
  describe(", absent = 7, prefix_end = 5, document_end = 6", "document & present",
           "causal & present", "prefix");
  BenchOptions options;
  options.lengths = {16};
  auto tokensOf = [](const Ragged &side) {
    return std::set(side.tokens.begin(), side.tokens.end());
  };
  std::vector<Workload> workloads =
      makeWorkloads(options, spec.data, makeDescription(spec), [](const std::string &) {});
  ASSERT_EQ(workloads.size(), 1u);
  const Batch &batch = workloads[0].batches[0];
  EXPECT_EQ(tokensOf(batch.source), (std::set{0, 1, 4, 8, 9, 10, 11}));
  EXPECT_EQ(tokensOf(batch.target), (std::set{0, 1, 4, 5, 6, 7, 8}));
}

} // namespace
} // namespace loup
