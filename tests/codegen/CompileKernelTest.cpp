#include "codegen/CompileKernel.h"

#include "runtime/Errors.h"
#include "tests/codegen/ParsedKernel.h"

#include <gmock/gmock.h>

#include <thread>

namespace loup::test {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char *linear = R"(
    func.func @encoder_linear(%x: [batch, time, width:33], %w: [hidden:20, width:33])
        -> [batch, time, hidden:20] {
      %y = loup.product %x, %w : [batch, time, width:33], [hidden:20, width:33]
          -> [batch, time, hidden:20]
      %r = loup.relu %y : [batch, time, hidden:20]
      return %r : [batch, time, hidden:20]
    })";

std::string failureOf(const char *ir) {
  ParsedKernel kernel(ir);
  try {
    compileKernel(kernel.function(), hostTarget(true));
  } catch (const InternalError &error) {
    return error.what();
  }
  return "no failure";
}

TEST(CompileKernel, ShowsItsLoops) {
  ParsedKernel kernel(linear);
  EXPECT_THAT(kernelLoops(kernel.function(), hostTarget(false)), HasSubstr("row_tile"));
}

// The objects differ in the names that Halide numbers, so they are only looked at from outside.
TEST(CompileKernel, WorksInSeveralThreads) {
  std::vector<std::string> objects(4);
  std::vector<std::thread> threads;
  for (std::string &object : objects)
    threads.emplace_back([&object] {
      ParsedKernel kernel(linear);
      object = compileKernel(kernel.function(), hostTarget(true));
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_THAT(objects, Each(AllOf(StartsWith("\x7F"
                                             "ELF"),
                                  HasSubstr("encoder_linear"))));
}

TEST(CompileKernel, NamesTheKernelWhereNoneCanBeMade) {
  EXPECT_THAT(failureOf(R"(
    func.func @two(%x: [batch, time, width:3], %w: [width:3, hidden:3]) -> [hidden:3] {
      %y = loup.product %x, %w : [batch, time, width:3], [width:3, hidden:3]
          -> [batch, time, hidden:3]
      %s = loup.sum %y : [batch, time, hidden:3] -> [hidden:3]
      return %s : [hidden:3]
    })"),
              AllOf(HasSubstr("kernel two"),
                    HasSubstr("expected one anchor, got loup.product and loup.sum")));
  EXPECT_THAT(failureOf(R"(
    func.func @ragged(%x: [batch, time], %w: [time]) -> ([batch], [time]) {
      %y = loup.product %x, %w : [batch, time], [time] -> [batch]
      %z = loup.relu %w : [time]
      return %y, %z : [batch], [time]
    })"),
              AllOf(HasSubstr("kernel ragged"), HasSubstr("expected results with the same axes")));
}

} // namespace
} // namespace loup::test
