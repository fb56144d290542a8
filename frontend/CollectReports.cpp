#include "frontend/CollectReports.h"

#include "mlir/IR/Location.h"

namespace loup {

/// The place in the description, under names or beside others; none where there is none.
static SourceRange placeOf(mlir::Location location) {
  auto place = location->findInstanceOf<mlir::FileLineColRange>();
  if (!place)
    return {};
  return {place.getStartLine(), place.getStartColumn(), place.getEndLine(), place.getEndColumn()};
}

CollectReports::CollectReports(mlir::MLIRContext *context, Diagnostics &diagnostics)
    : ScopedDiagnosticHandler(context) {
  setHandler([&diagnostics](mlir::Diagnostic &reported) {
    bool isError = reported.getSeverity() == mlir::DiagnosticSeverity::Error;
    SourceRange place = placeOf(reported.getLocation());
    Diagnostic &kept = isError ? diagnostics.error(place, reported.str())
                               : diagnostics.warning(place, reported.str());
    for (mlir::Diagnostic &note : reported.getNotes())
      kept.note(placeOf(note.getLocation()), note.str());
  });
}

} // namespace loup
