// RUN: loup-opt %s --fuse-mask | FileCheck %s

!heads = tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>
!keys = tensor<?x?x4x32xf32, #loup.axes<batch, target_key, head, head_width>>
!scores = tensor<?x4x?x?xf32, #loup.axes<batch, head, target, target_key>>
!mask = tensor<?x?x?xf32, #loup.axes<batch, target, target_key>>
!q = tensor<?xi32, #loup.axes<target>>
!k = tensor<?xi32, #loup.axes<target_key>>
!n = tensor<?xi32, #loup.axes<batch>>
!key = tensor<i32, #loup.axes<>>

// The textbook's attention becomes one op that carries the set; dropout of the weights joins it.
// CHECK-LABEL: @fused
// CHECK-NOT: loup.product
// CHECK: %[[O:.*]], %{{.*}} = loup.attention %arg0, %arg1, %arg2 mask <"causal & padding"> queries %{{.*}} keys %{{.*}} lengths %arg3 scale {{.*}} dropout %arg5 at %arg4 {rate = 1.000000e-01 : f32}
// CHECK-NEXT: return %[[O]]
func.func @fused(%query: !heads, %key: !keys, %value: !keys, %n: !n, %example: !n, %random: !key) -> !heads {
  %qp = loup.positions : !q
  %kp = loup.positions : !k
  %s = loup.product %query, %key {scale = 0.1767767 : f32} : !heads, !keys -> !scores
  %m = loup.mask <"causal & padding"> queries %qp keys %kp lengths %n : !q, !k, !n -> !mask
  %h = loup.add_mask %s, %m : !scores, !mask
  %w = loup.softmax %h : !scores
  %d = loup.dropout %w rate 0.1 key %random at %example, %qp, %kp : !scores, !key, !n, !q, !k
  %o = loup.product %d, %value : !scores, !keys -> !heads
  return %o : !heads
}

// Weights that something else reads must stay a tensor.
// CHECK-LABEL: @kept
// CHECK-NOT: loup.attention
// CHECK: loup.softmax
func.func @kept(%query: !heads, %key: !keys, %value: !keys) -> (!heads, !scores) {
  %qp = loup.positions : !q
  %kp = loup.positions : !k
  %s = loup.product %query, %key : !heads, !keys -> !scores
  %m = loup.mask <"causal"> queries %qp keys %kp : !q, !k -> tensor<?x?xf32, #loup.axes<target, target_key>>
  %h = loup.add_mask %s, %m : !scores, tensor<?x?xf32, #loup.axes<target, target_key>>
  %w = loup.softmax %h : !scores
  %o = loup.product %w, %value : !scores, !keys -> !heads
  return %o, %w : !heads, !scores
}
