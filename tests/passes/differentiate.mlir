// RUN: loup-opt %s --differentiate | FileCheck %s

!x = tensor<?x?x8xf32, #loup.axes<batch, target, width>>
!w = tensor<8x8xf32, #loup.axes<out, width>>
!y = tensor<?x?x8xf32, #loup.axes<batch, target, out>>
!b = tensor<8xf32, #loup.axes<out>>
!tied = tensor<8x8xf32, #loup.axes<width, out>>
!z = tensor<?x?x8xf32, #loup.axes<batch, target, width>>
!n = tensor<?xi32, #loup.axes<batch>>
!q = tensor<?xi32, #loup.axes<target>>
!labels = tensor<?x?xi32, #loup.axes<batch, target>>
!losses = tensor<?x?xf32, #loup.axes<batch, target>>

loup.parameter @weight [8, 8] #loup.initial<uniform, 0.1>
loup.parameter @bias [8] #loup.initial<constant, 0.0>

// Gradients follow the forward pass, in reverse order; the input, which no parameter has a part in,
// gets none.
// CHECK-LABEL: @train
// CHECK: %[[Y:.*]] = loup.add
// CHECK: %[[R:.*]] = loup.relu %[[Y]]
// CHECK: %[[ONE:.*]] = loup.constant 1.000000e+00
// CHECK: %[[DR:.*]] = loup.cross_entropy_gradient %[[R]], {{.*}}, %[[ONE]]
// CHECK: %[[DY:.*]] = loup.relu_gradient %[[R]], %[[DR]]
// CHECK: %[[DB:.*]] = loup.sum %[[DY]]
// CHECK: %[[DW:.*]] = loup.product %[[DY]], %arg0
// CHECK-NOT: loup.product
// CHECK-DAG: loup.store_gradient %[[DW]], @weight row 0
// CHECK-DAG: loup.store_gradient %[[DB]], @bias row 0
// CHECK: return
func.func @train(%x: !x, %labels: !labels, %n: !n) -> !losses {
  %q = loup.positions : !q
  %w = loup.weight @weight row 0 : !w
  %b = loup.weight @bias row 0 : !b
  %p = loup.product %x, %w : !x, !w -> !y
  %y = loup.add %p, %b : !y, !b
  %r = loup.relu %y : !y
  %losses = loup.cross_entropy %r, %labels where %q < %n smoothing 0.0 : !y, !labels, !q, !n -> !losses
  return %losses : !losses
}
