// The program after each pass, and what each changed.
#pragma once

#include "frontend/explain/Html.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassInstrumentation.h"

#include <string>
#include <vector>

namespace loup {

/// The program as one pass left it.
struct Snapshot {
  std::string pass, summary;
  std::string text;
};

/// Lets programText() print types as `!batch_target_128width`.
void shortenTypes(mlir::MLIRContext *context);

/// The module, or one op in it, as the page shows it: values have the names they have in the model,
/// which stay the same from pass to pass.
std::string programText(mlir::ModuleOp module);
std::string programText(mlir::Operation *op);

/// Adds a snapshot for each pass that has a name.
class PassHistory : public mlir::PassInstrumentation {
public:
  explicit PassHistory(std::vector<Snapshot> &snapshots) : snapshots(snapshots) {}

  void runAfterPass(mlir::Pass *pass, mlir::Operation *op) override;

private:
  std::vector<Snapshot> &snapshots;
};

/// `textbook` is the program before the first pass, of a model of this `width`.
Section passSection(const std::string &textbook, const std::vector<Snapshot> &snapshots,
                    int64_t width);

} // namespace loup
