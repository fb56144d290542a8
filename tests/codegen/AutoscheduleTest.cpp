// Kernels with Halide's own schedule compute what they do with ours, at all sizes.
#include "codegen/Autoschedule.h"

#include "codegen/CompileKernel.h"
#include "tests/codegen/LoadedKernel.h"
#include "tests/codegen/ParsedKernel.h"

#include <gmock/gmock.h>

namespace loup::test {
namespace {

using testing::ElementsAreArray;
using Checks = LoadedKernel::Checks;

struct Case {
  const char *name;
  std::string arguments, results, body; // of the kernel
};

void PrintTo(const Case &test, std::ostream *stream) { *stream << test.name; }

std::string ours(const Case &test) {
  return "func.func @kernel(" + test.arguments + ") -> " + test.results + " {" + test.body + "}";
}

std::string halides(const Case &test) {
  return "func.func @kernel(" + test.arguments + ") -> " + test.results +
         " attributes {loup.autoscheduled} {" + test.body + "}";
}

/// Random arguments with `size` indices along each dynamic axis.
std::vector<Argument> argumentsOf(const LoadedKernel &kernel, int64_t size) {
  std::vector<Argument> arguments;
  for (const TensorType &type : kernel.argumentTypes()) {
    std::vector<int64_t> shape;
    for (auto &[axis, extent] : type.axes)
      shape.push_back(extent ? extent : size);
    uint64_t key = arguments.size() + 1;
    if (type.axes.empty() && !type.isReal)
      arguments.emplace_back(7);
    else
      arguments.emplace_back(type.isReal ? randomTensor(shape, key)
                                         : randomIntegers(shape, 11, key));
  }
  return arguments;
}

/// To the bit, so that a call with few rows, which ours serves, agrees with one of many.
void expectSame(const std::vector<Tensor> &results, const std::vector<Tensor> &expected) {
  ASSERT_EQ(results.size(), expected.size());
  for (size_t i = 0; i < results.size(); ++i)
    EXPECT_THAT(results[i].real, ElementsAreArray(expected[i].real));
}

class Autoschedule : public testing::TestWithParam<Case> {};

TEST_P(Autoschedule, ComputesTheSameAtAllSizes) {
  LoadedKernel expected(ours(GetParam()), Checks::Off);
  LoadedKernel kernel(halides(GetParam()), Checks::Off);
  // Alone it refuses sizes that it does not fit.
  LoadedKernel alone(halides(GetParam()), Checks::Off, "_autoscheduled");
  for (int64_t size : {0, 1, 2, 3, 7, 16, 17, 33, 130}) {
    SCOPED_TRACE(size);
    std::vector<Argument> arguments = argumentsOf(expected, size);
    expectSame(kernel(arguments), expected(arguments));
  }
  std::vector<Argument> arguments = argumentsOf(expected, 1100);
  expectSame(alone(arguments), expected(arguments));
}

INSTANTIATE_TEST_SUITE_P(
    Kernels, Autoschedule,
    testing::Values(
        Case{"Product", "%x: [token, width:33], %w: [hidden:50, width:33], %b: [hidden:50]",
             "[token, hidden:50]", R"(
               %y = loup.product %x, %w : [token, width:33], [hidden:50, width:33]
                   -> [token, hidden:50]
               %z = loup.add %y, %b : [token, hidden:50], [hidden:50]
               %r = loup.relu %z : [token, hidden:50]
               return %r : [token, hidden:50]
             )"},
        Case{"ProductOverTokens", "%x: [token, width:33], %g: [token, hidden:50]",
             "[hidden:50, width:33]", R"(
               %w = loup.product %g, %x : [token, hidden:50], [token, width:33]
                   -> [hidden:50, width:33]
               return %w : [hidden:50, width:33]
             )"},
        Case{"Norm", "%x: [token, width:100], %w: [width:100], %b: [width:100]",
             "[token, width:100]", R"(
               %y = loup.layer_norm %x, %w, %b epsilon 1.0e-2 : [token, width:100], [width:100]
               return %y : [token, width:100]
             )"},
        Case{"NormParameters", "%x: [token, width:100], %g: [token, width:100]",
             "([width:100], [width:100])", R"(
               %w, %b = loup.layer_norm_parameter_gradient %x, %g epsilon 1.0e-2
                   : [token, width:100] -> [width:100]
               return %w, %b : [width:100], [width:100]
             )"},
        Case{"Loss", "%x: [token, vocabulary:41], %y: i[token], %p: i[token], %n: i[token]",
             "[token]", R"(
               %l = loup.cross_entropy %x, %y where %p < %n smoothing 0.1
                   : [token, vocabulary:41], i[token], i[token], i[token] -> [token]
               return %l : [token]
             )"},
        Case{"LookupGradient", "%g: [token, width:33], %t: i[token]", "[vocabulary:11, width:33]",
             R"(
               %d = loup.lookup_gradient %g along "vocabulary" at %t
                   : [token, width:33], i[token] -> [vocabulary:11, width:33]
               return %d : [vocabulary:11, width:33]
             )"},
        Case{"Pointwise", "%x: [token, width:33], %key: i[], %e: i[token], %p: i[token]",
             "[token, width:33]", R"(
               %d = loup.dropout %x rate 0.3 key %key at %e, %p
                   : [token, width:33], i[], i[token], i[token]
               %y = loup.add %d, %x : [token, width:33], [token, width:33]
               return %y : [token, width:33]
             )"}),
    [](const auto &test) { return test.param.name; });

bool isTaken(const std::string &ir) {
  ParsedKernel kernel(ir);
  return holdsAutoscheduled(compileKernel(kernel.function(), hostTarget(false)), "kernel");
}

TEST(AutoscheduleRefused, LeavesOurSchedule) {
  // Each task of Halide's copies a number of rows that is not known, and would unroll their loop.
  Case rows{"", "%x: [token, width:128], %g: [token, hidden:8000]", "[hidden:8000, width:128]", R"(
    %w = loup.product %g, %x : [token, hidden:8000], [token, width:128]
        -> [hidden:8000, width:128]
    return %w : [hidden:8000, width:128])"};
  EXPECT_FALSE(isTaken(halides(rows)));
  LoadedKernel kernel(halides(rows), Checks::Off), expected(ours(rows), Checks::Off);
  std::vector<Argument> arguments = argumentsOf(expected, 17);
  expectSame(kernel(arguments), expected(arguments));
}

TEST(AutoscheduleRefused, IsNotAskedForAttention) {
  const std::string queries = "[time, head:2, width:8]", keys = "[key, head:2, width:8]";
  EXPECT_FALSE(isTaken("func.func @kernel(%q: " + queries + ", %k: " + keys + ", %v: " + keys +
                       ") -> " + queries + " attributes {loup.autoscheduled} {" + R"(
    %p = loup.positions : i[time]
    %s = loup.positions : i[key]
    %o, %l = loup.attention %q, %k, %v mask <"causal"> queries %p keys %s scale 0.5
        : [time, head:2, width:8], [key, head:2, width:8], i[time], i[key] -> [time, head:2]
    return %o : [time, head:2, width:8]})"));
}

} // namespace
} // namespace loup::test
