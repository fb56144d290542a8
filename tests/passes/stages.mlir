// Every stage that loup prints is read back, and the passes after it give the same program.
// RUN: loup build %S/../golden/tiny.toml --emit textbook > %t.textbook.mlir
// RUN: loup build %S/../golden/tiny.toml --emit plan-memory > %t.planned.mlir
// RUN: loup-opt --mlir-print-debuginfo %t.textbook.mlir --packed | diff %t.planned.mlir -
// RUN: loup build %S/../golden/tiny.toml --emit fuse-mask | loup-opt --mlir-print-debuginfo --derive-decoder --eliminate-padding --differentiate --specialise-mask --fuse-elementwise --outline-kernels --plan-memory | diff %t.planned.mlir -
// RUN: loup build %S/../golden/tiny.toml --emit derive-decoder | loup-opt --mlir-print-debuginfo --eliminate-padding --differentiate --specialise-mask --fuse-elementwise --outline-kernels --plan-memory | diff %t.planned.mlir -
// RUN: loup build %S/../golden/tiny.toml --emit eliminate-padding | loup-opt --mlir-print-debuginfo --differentiate --specialise-mask --fuse-elementwise --outline-kernels --plan-memory | diff %t.planned.mlir -
// RUN: loup build %S/../golden/tiny.toml --emit differentiate | loup-opt --mlir-print-debuginfo --specialise-mask --fuse-elementwise --outline-kernels --plan-memory | diff %t.planned.mlir -
// RUN: loup build %S/../golden/tiny.toml --emit specialise-mask | loup-opt --mlir-print-debuginfo --fuse-elementwise --outline-kernels --plan-memory | diff %t.planned.mlir -
// RUN: loup build %S/../golden/tiny.toml --emit fuse-elementwise | loup-opt --mlir-print-debuginfo --outline-kernels --plan-memory | diff %t.planned.mlir -
// RUN: loup build %S/../golden/tiny.toml --emit outline-kernels | loup-opt --mlir-print-debuginfo --plan-memory | diff %t.planned.mlir -

// The loops that Halide makes of the kernels.
// RUN: loup build %S/../golden/tiny.toml --emit halide | FileCheck %s
// CHECK: func.func private @attention
// CHECK: produce

// What belongs to a later stage is found.
// RUN: not loup-opt %s --fused 2>&1 | FileCheck %s --check-prefix=EARLY
// EARLY: 'loup.relu_gradient' op is not expected in 'train' at this stage
!losses = tensor<?x?xf32, #loup.axes<batch, target>>
func.func @train(%input: !losses, %gradient: !losses) -> !losses {
  %result = loup.relu_gradient %input, %gradient : !losses
  return %result : !losses
}
