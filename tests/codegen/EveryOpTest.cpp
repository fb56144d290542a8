// Every op that a kernel can hold is compared with a plain loop: the table says where.
#include "ir/LoupOps.h"

#include <gtest/gtest.h>

#include <map>

namespace loup::test {
namespace {

/// Where the beginning of a test's name stands for all that begin so.
const std::map<std::string, std::string> tests = {
    {"add", "Elementwise.AddsABiasAlongTheAxesItHas"},
    {"add_mask", "Mask.HiddenScoresAreNotLookedAt"},
    {"alibi", "Heads/Alibi.FallsWithTheDistance"},
    {"attention", "Masks/AttentionContract.AgreesWithPlainLoops"},
    {"attention_gradient", "Masks/AttentionContract.AgreesWithPlainLoops"},
    {"constant", "Elementwise.ConstantFillsItsShape"},
    {"cross_entropy", "CrossEntropy.EqualsPlainLoops"},
    {"cross_entropy_gradient", "CrossEntropy.EqualsPlainLoops"},
    {"dropout", "Dropout.IsAFunctionOfKeyExamplePositionAndColumn"},
    {"gelu", "Elementwise.GeluIsExact"},
    {"gelu_gradient", "Elementwise.GeluIsExact"},
    {"kept_positions", "Position.KeptOnesAreThoseWrittenLastInTheirRows"},
    {"layer_norm", "LayerNorm.EqualsPlainLoops"},
    {"layer_norm_gradient", "LayerNorm.EqualsPlainLoops"},
    {"layer_norm_parameter_gradient", "LayerNorm.EqualsPlainLoops"},
    {"log_softmax", "LogSoftmax.EqualsPlainLoops"},
    {"lookup", "Embedding.LooksUpRows"},
    {"ragged_lookup", "Embedding.LooksUpSequencesOutOfMany"},
    {"lookup_gradient", "Embedding.AddsUpTheGradientsOfEachRowInOrder"},
    {"mask", "Mask/MaskWords.MakeTheTensorOfTheSet"},
    {"merge_heads", "View.MergesHeads"},
    {"positions", "Position.CountsFromZero"},
    {"present", "Mask.AbsentTokensAreNotPresent"},
    {"product", "Product/ProductForm.EqualsPlainLoops"},
    {"relative_bucket", "Tables/RelativeBucket.IsThatOfT5"},
    {"relu", "Elementwise.WritesSeveralResultsOfOneChain"},
    {"relu_gradient", "Elementwise.WritesSeveralResultsOfOneChain"},
    {"rename", "View.RenamesAnAxis"},
    {"rotary", "Position.RotaryTurnsNeighbouringColumnsFarOut"},
    {"scale", "Elementwise.WritesSeveralResultsOfOneChain"},
    {"shift_right", "Position.ShiftsRightAfterBegin"},
    {"sinusoid", "Position.SinusoidIsPreciseFarOut"},
    {"softmax", "Softmax.EqualsPlainLoops"},
    {"softmax_gradient", "Softmax.GradientEqualsPlainLoops"},
    {"split_heads", "View.SplitsHeads"},
    {"sum", "Sum.OverBatchAndTimeInOrder"},
};

bool hasTest(const std::string &beginning) {
  const testing::UnitTest &all = *testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite &suite = *all.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      std::string name = std::string(suite.name()) + "." + suite.GetTestInfo(j)->name();
      if (name.starts_with(beginning))
        return true;
    }
  }
  return false;
}

TEST(EveryOp, IsComparedWithAPlainLoop) {
  mlir::MLIRContext context;
  context.loadDialect<LoupDialect>();
  size_t found = 0;
  for (mlir::RegisteredOperationName op : context.getRegisteredOperationsByDialect("loup")) {
    // What computes has a kernel; these two name memory and are done by the driver.
    if (!op.hasInterface<SequenceOp>() || op.getStringRef() == WeightOp::getOperationName() ||
        op.getStringRef() == DropoutKeyOp::getOperationName())
      continue;
    auto test = tests.find(op.stripDialect().str());
    if (test == tests.end()) {
      ADD_FAILURE() << op.getStringRef().str() << " is compared with a plain loop nowhere";
      continue;
    }
    ++found;
    EXPECT_TRUE(hasTest(test->second)) << "there is no test " << test->second;
  }
  EXPECT_EQ(found, tests.size()) << "the table has names that are no ops with a kernel";
}

} // namespace
} // namespace loup::test
