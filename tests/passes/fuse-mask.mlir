// RUN: loup-opt %s --fuse-mask | FileCheck %s

!heads = tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>
!keys = tensor<?x?x4x32xf32, #loup.axes<batch, target_key, head, head_width>>
!scores = tensor<?x4x?x?xf32, #loup.axes<batch, head, target, target_key>>
!mask = tensor<?x?x?xf32, #loup.axes<batch, target, target_key>>
!q = tensor<?xi32, #loup.axes<target>>
!k = tensor<?xi32, #loup.axes<target_key>>
!h = tensor<4xi32, #loup.axes<head>>
!n = tensor<?xi32, #loup.axes<batch>>
!key = tensor<i32, #loup.axes<>>

// The textbook's attention becomes one op that carries the set; dropout of the weights joins it.
// CHECK-LABEL: @fused
// CHECK-NOT: loup.product
// CHECK: %[[O:.*]], %{{.*}} = loup.attention %arg0, %arg1, %arg2 mask <"causal & padding"> queries %{{.*}} keys %{{.*}} lengths %arg3 scale {{.*}} dropout %arg5 at %arg4 {rate = 1.000000e-01 : f32}
// CHECK-NEXT: return %[[O]]
func.func @fused(%query: !heads, %key: !keys, %value: !keys, %n: !n, %example: !n, %random: !key) -> !heads {
  %hp = loup.positions : !h
  %qp = loup.positions : !q
  %kp = loup.positions : !k
  %s = loup.product %query, %key {scale = 0.1767767 : f32} : !heads, !keys -> !scores
  %m = loup.mask <"causal & padding"> queries %qp keys %kp lengths %n : !q, !k, !n -> !mask
  %h = loup.add_mask %s, %m : !scores, !mask
  %w = loup.softmax %h : !scores
  %d = loup.dropout %w rate 0.1 key %random at %example, %hp, %qp, %kp : !scores, !key, !n, !h, !q, !k
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

// Attention draws by example, head, query and key; a dropout that draws otherwise stays.
// CHECK-LABEL: @drawn_otherwise
// CHECK-NOT: loup.attention
func.func @drawn_otherwise(%query: !heads, %key: !keys, %value: !keys, %example: !n, %random: !key) -> !heads {
  %qp = loup.positions : !q
  %kp = loup.positions : !k
  %s = loup.product %query, %key : !heads, !keys -> !scores
  %m = loup.mask <"causal"> queries %qp keys %kp : !q, !k -> tensor<?x?xf32, #loup.axes<target, target_key>>
  %h = loup.add_mask %s, %m : !scores, tensor<?x?xf32, #loup.axes<target, target_key>>
  %w = loup.softmax %h : !scores
  %d = loup.dropout %w rate 0.1 key %random at %example, %kp, %qp : !scores, !key, !n, !k, !q
  %o = loup.product %d, %value : !scores, !keys -> !heads
  return %o : !heads
}

!term = tensor<4x?x?xf32, #loup.axes<head, target, target_key>>
!rows = tensor<?x?xi32, #loup.axes<target, target_key>>
!table = tensor<32x4xf32, #loup.axes<bucket, head>>
!flat = tensor<?x?xf32, #loup.axes<target, target_key>>

// What distances add to the scores becomes a word of the op.
// CHECK-LABEL: @alibi
// CHECK-NOT: loup.alibi
// CHECK: loup.attention {{.*}} mask <"causal"> queries %{{.*}} keys %{{.*}} alibi scale
func.func @alibi(%query: !heads, %key: !keys, %value: !keys) -> !heads {
  %qp = loup.positions : !q
  %kp = loup.positions : !k
  %s = loup.product %query, %key : !heads, !keys -> !scores
  %t = loup.alibi queries %qp keys %kp : !q, !k -> !term
  %a = loup.add %s, %t : !scores, !term
  %m = loup.mask <"causal"> queries %qp keys %kp : !q, !k -> !flat
  %h = loup.add_mask %a, %m : !scores, !flat
  %w = loup.softmax %h : !scores
  %o = loup.product %w, %value : !scores, !keys -> !heads
  return %o : !heads
}

// The table stays a value; layers may share what was looked up in it.
// CHECK-LABEL: @relative
// CHECK-NOT: loup.lookup
// CHECK-COUNT-2: loup.attention {{.*}} mask <"causal"> queries %{{.*}} keys %{{.*}} buckets <32, 128, one_sided> of %arg3 scale
func.func @relative(%query: !heads, %key: !keys, %value: !keys, %table: !table) -> (!heads, !heads) {
  %qp = loup.positions : !q
  %kp = loup.positions : !k
  %b = loup.relative_bucket <32, 128, one_sided> queries %qp keys %kp : !q, !k -> !rows
  %t = loup.lookup %table along "bucket" at %b : !table, !rows -> !term
  %m = loup.mask <"causal"> queries %qp keys %kp : !q, !k -> !flat
  %s1 = loup.product %query, %key : !heads, !keys -> !scores
  %a1 = loup.add %s1, %t : !scores, !term
  %h1 = loup.add_mask %a1, %m : !scores, !flat
  %w1 = loup.softmax %h1 : !scores
  %o1 = loup.product %w1, %value : !scores, !keys -> !heads
  %s2 = loup.product %query, %key : !heads, !keys -> !scores
  %a2 = loup.add %s2, %t : !scores, !term
  %h2 = loup.add_mask %a2, %m : !scores, !flat
  %w2 = loup.softmax %h2 : !scores
  %o2 = loup.product %w2, %value : !scores, !keys -> !heads
  return %o1, %o2 : !heads, !heads
}

// A term of other positions than the mask's, or one that no attention makes, stays a tensor.
// CHECK-LABEL: @other_terms
// CHECK-NOT: loup.attention
func.func @other_terms(%query: !heads, %key: !keys, %value: !keys, %p: !k, %t2: !term) -> (!heads, !heads) {
  %qp = loup.positions : !q
  %kp = loup.positions : !k
  %m = loup.mask <"causal"> queries %qp keys %kp : !q, !k -> !flat
  %t1 = loup.alibi queries %qp keys %p : !q, !k -> !term
  %s1 = loup.product %query, %key : !heads, !keys -> !scores
  %a1 = loup.add %s1, %t1 : !scores, !term
  %h1 = loup.add_mask %a1, %m : !scores, !flat
  %w1 = loup.softmax %h1 : !scores
  %o1 = loup.product %w1, %value : !scores, !keys -> !heads
  %s2 = loup.product %query, %key : !heads, !keys -> !scores
  %a2 = loup.add %s2, %t2 : !scores, !term
  %h2 = loup.add_mask %a2, %m : !scores, !flat
  %w2 = loup.softmax %h2 : !scores
  %o2 = loup.product %w2, %value : !scores, !keys -> !heads
  return %o1, %o2 : !heads, !heads
}

!b_q = tensor<?x?xi32, #loup.axes<batch, target>>
!b_k = tensor<?x?xi32, #loup.axes<batch, target_key>>
!b_mask = tensor<?x?x?xf32, #loup.axes<batch, target, target_key>>

// Positions that start anew with each document are as far apart as those of the row.
// CHECK-LABEL: @term_within_documents
// CHECK-NOT: loup.alibi
// CHECK: loup.attention {{.*}} queries %{{.*}} keys %{{.*}} documents %arg5, %arg6 alibi scale
func.func @term_within_documents(%query: !heads, %key: !keys, %value: !keys, %q: !b_q, %k: !b_k, %qd: !b_q, %kd: !b_k) -> !heads {
  %qp = loup.positions : !q
  %kp = loup.positions : !k
  %s = loup.product %query, %key : !heads, !keys -> !scores
  %t = loup.alibi queries %qp keys %kp : !q, !k -> !term
  %a = loup.add %s, %t : !scores, !term
  %m = loup.mask <"document & causal"> queries %q keys %k documents %qd, %kd : !b_q, !b_k documents !b_q, !b_k -> !b_mask
  %h = loup.add_mask %a, %m : !scores, !b_mask
  %w = loup.softmax %h : !scores
  %o = loup.product %w, %value : !scores, !keys -> !heads
  return %o : !heads
}
