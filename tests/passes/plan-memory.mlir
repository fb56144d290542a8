// RUN: loup-opt %s --outline-kernels --plan-memory | FileCheck %s

!x = tensor<?x?x8xf32, #loup.axes<batch, source, width>>
!g = tensor<8xf32, #loup.axes<width>>
loup.parameter @bias [8] #loup.initial<constant, 0.0>

// The first and the third value do not live at the same time and share their place; the last one is
// made in the caller's memory, the gradient where gradients are.
// CHECK-LABEL: func.func @chain
// CHECK-SAME: loup.arenas = {"batch * source" = 128 : i64}
// CHECK: loup.call @relu(%arg0) {loup.places = [#loup.place<arena, "batch * source", 0>]}
// CHECK: loup.call @scale({{.*}}) {loup.places = [#loup.place<arena, "batch * source", 64>]}
// CHECK: loup.call @relu({{.*}}) {loup.places = [#loup.place<arena, "batch * source", 0>]}
// CHECK: loup.call @sum({{.*}}) {loup.places = [#loup.place<gradient, "bias", 0>]}
// CHECK: loup.call @scale({{.*}}) {loup.places = [#loup.place<result, "losses", 0>]}
func.func @chain(%x: !x) -> (!x {loup.name = "losses"}) {
  %a = loup.relu %x : !x
  %b = loup.scale %a by 2.0 : !x
  %c = loup.relu %b : !x
  %d = loup.sum %c : !x -> !g
  loup.store_gradient %d, @bias row 0 : !g
  %e = loup.scale %c by 2.0 : !x
  return %e : !x
}
