// RUN: loup-opt %s --specialise-mask --split-input-file --verify-diagnostics | FileCheck %s

!queries = tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>
!keys = tensor<?x?x4x32xf32, #loup.axes<batch, target_key, head, head_width>>
!query = tensor<?x4x32xf32, #loup.axes<hypothesis, head, head_width>>
!cached = tensor<?x?x4x32xf32, #loup.axes<hypothesis, target_key, head, head_width>>
!q = tensor<?xi32, #loup.axes<target>>
!k = tensor<?xi32, #loup.axes<target_key>>
!position = tensor<i32, #loup.axes<>>
!sums = tensor<?x?x4xf32, #loup.axes<batch, target, head>>
!sum = tensor<?x4xf32, #loup.axes<hypothesis, head>>

// Gradients are bounded both ways. Each way in which a pair may be allowed has its own range.
// CHECK-LABEL: @both_ways
// CHECK: loup.attention_gradient
// CHECK-SAME: key_bounds = #loup.bounds<block 16 touched "0 .. min(4, length), then max(0, 16a - 7) .. min(16a + 16, length)"
// CHECK-SAME: query_bounds = #loup.bounds<block 16 touched "0 .. queries if a <= 0 and 16a < length, then 16a .. min(16a + 23, length + 7, queries) if 16a < length" full "nothing">
func.func @both_ways(%q: !queries, %k: !keys, %l: !sums) -> (!queries, !keys, !keys) {
  %qp = loup.positions : !q
  %kp = loup.positions : !k
  %dq, %dk, %dv = loup.attention_gradient %q, %k, %k, %q, %l, %q mask <"causal & (sink(4) | window(8))">
      queries %qp keys %kp scale 0.125 : !queries, !keys, !sums, !q, !k
  return %dq, %dk, %dv : !queries, !keys, !keys
}

// A step has one query, whose position it is given.
// CHECK-LABEL: @step
// CHECK: loup.attention %
// CHECK-SAME: key_bounds = #loup.bounds<block 1 touched "max(0, a - 7) .. min(a + 1, length)" full "max(0, a - 7) .. min(a + 1, length)">
func.func @step(%q: !query, %k: !cached, %position: !position) -> !query {
  %kp = loup.positions : !k
  %o, %l = loup.attention %q, %k, %k mask <"causal & window(8)"> queries %position keys %kp scale 0.125
      : !query, !cached, !position, !k -> !sum
  return %o : !query
}

// Positions that are data may be in any order.
// CHECK-LABEL: @data
// CHECK: loup.attention %
// CHECK-NOT: bounds
func.func @data(%q: !queries, %k: !keys, %qp: !q, %kp: !k) -> !queries {
  %o, %l = loup.attention %q, %k, %k mask <"causal"> queries %qp keys %kp scale 0.125
      : !queries, !keys, !q, !k -> !sums
  return %o : !queries
}

// -----

!queries = tensor<?x?x4x32xf32, #loup.axes<batch, source, head, head_width>>
!keys = tensor<?x?x4x32xf32, #loup.axes<batch, source_key, head, head_width>>
!q = tensor<?x?xi32, #loup.axes<batch, source>>
!k = tensor<?x?xi32, #loup.axes<batch, source_key>>
!sums = tensor<?x?x4xf32, #loup.axes<batch, source, head>>

// Where documents begin is data: what bounds say of rows goes by how far apart a pair is.
// CHECK-LABEL: @documents
// CHECK: loup.attention_gradient
// CHECK-SAME: key_bounds = #loup.bounds<block 16 touched "0 .. min(16a + 19, keys)" full "0 .. min(16a + 1, keys)">
// CHECK-SAME: query_bounds = #loup.bounds<block 16 touched "max(0, 16a - 3) .. queries" full "16a + 15 .. queries">
func.func @documents(%q: !queries, %k: !keys, %l: !sums, %qp: !q, %qd: !q) -> (!queries, !keys, !keys) {
  %kp = loup.rename %qp : !q -> !k
  %kd = loup.rename %qd : !q -> !k
  %dq, %dk, %dv = loup.attention_gradient %q, %k, %k, %q, %l, %q mask <"document & (causal | sink(4))">
      queries %qp keys %kp documents %qd, %kd scale 0.125
      : !queries, !keys, !sums, !q, !k documents !q, !k
  return %dq, %dk, %dv : !queries, !keys, !keys
}

// Documents of other tokens lie in other rows.
// CHECK-LABEL: @others
// CHECK: loup.attention %
// CHECK-NOT: bounds
func.func @others(%q: !queries, %k: !keys, %qp: !q, %kp: !k, %qd: !q, %kd: !k) -> !queries {
  %o, %l = loup.attention %q, %k, %k mask <"document">
      queries %qp keys %kp documents %qd, %kd scale 0.125 : !queries, !keys, !q, !k documents !q, !k -> !sums
  return %o : !queries
}

// -----

!queries = tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>
!keys = tensor<?x?x4x32xf32, #loup.axes<batch, target_key, head, head_width>>
!q = tensor<?xi32, #loup.axes<target>>
!k = tensor<?xi32, #loup.axes<target_key>>
!sums = tensor<?x?x4xf32, #loup.axes<batch, target, head>>

// Bounds of another mask would hide what is allowed.
func.func @another(%q: !queries, %k: !keys) -> !queries {
  %qp = loup.positions : !q
  %kp = loup.positions : !k
  // expected-error @+1 {{expected the mask's bounds #loup.bounds<block 16 touched "0 .. min(16a + 16, length)" full "0 .. min(16a + 1, length)">, got #loup.bounds<block 16 touched "0 .. 4" full "nothing">}}
  %o, %l = loup.attention %q, %k, %k mask <"causal"> queries %qp keys %kp scale 0.125
      {key_bounds = #loup.bounds<block 16 touched "0 .. 4" full "nothing">} : !queries, !keys, !q, !k -> !sums
  return %o : !queries
}
