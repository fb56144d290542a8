// RUN: loup-opt %s --fuse-elementwise | FileCheck %s

!x = tensor<?x?x8xf32, #loup.axes<batch, source, width>>
!w = tensor<16x8xf32, #loup.axes<hidden, width>>
!h = tensor<?x?x16xf32, #loup.axes<batch, source, hidden>>
!b = tensor<16xf32, #loup.axes<hidden>>
!ids = tensor<?x?xi32, #loup.axes<batch, source>>
!table = tensor<9x8xf32, #loup.axes<words, width>>
!p = tensor<?xi32, #loup.axes<source>>
!e = tensor<?x8xf32, #loup.axes<source, width>>

// Bias and activation join the product; the value that is read elsewhere is a second result.
// CHECK-LABEL: @epilogue
// CHECK: %[[G:.*]]:2 = loup.group {
// CHECK: loup.product
// CHECK: loup.add
// CHECK: loup.gelu
// CHECK: loup.yield
// CHECK: }
// CHECK: return %[[G]]#0, %[[G]]#1
func.func @epilogue(%x: !x, %w: !w, %b: !b) -> (!h, !h) {
  %p = loup.product %x, %w : !x, !w -> !h
  %y = loup.add %p, %b : !h, !b
  %a = loup.gelu %y : !h
  return %y, %a : !h, !h
}

// Without an anchor pointwise ops form a group; the encoding is smaller than what reads it, so it is
// computed once on its own.
// CHECK-LABEL: @embedding
// CHECK: %[[E:.*]] = loup.sinusoid
// CHECK: loup.group {
// CHECK: loup.lookup
// CHECK: loup.scale
// CHECK: loup.add %{{.*}}, %[[E]]
func.func @embedding(%ids: !ids, %table: !table) -> !x {
  %p = loup.positions : !p
  %e = loup.sinusoid %p : !p -> !e
  %x = loup.lookup %table along "words" at %ids : !table, !ids -> !x
  %s = loup.scale %x by 2.0 : !x
  %y = loup.add %s, %e : !x, !e
  return %y : !x
}
