// RUN: loup-opt %s --derive-decoder --split-input-file --verify-diagnostics | FileCheck %s

!tokens = tensor<?x?xi32, #loup.axes<batch, target>>
!sources = tensor<?x?xi32, #loup.axes<batch, source>>
!n = tensor<?xi32, #loup.axes<batch>>
!q = tensor<?xi32, #loup.axes<target>>
!sk = tensor<?xi32, #loup.axes<source_key>>
!tk = tensor<?xi32, #loup.axes<target_key>>
!x = tensor<?x?x2x4xf32, #loup.axes<batch, target, head, head_width>>
!tx = tensor<?x?x2x4xf32, #loup.axes<batch, target_key, head, head_width>>
!s = tensor<?x?x2x4xf32, #loup.axes<batch, source, head, head_width>>
!sx = tensor<?x?x2x4xf32, #loup.axes<batch, source_key, head, head_width>>
!table = tensor<9x2x4xf32, #loup.axes<words, head, head_width>>
!lse = tensor<?x?x2xf32, #loup.axes<batch, target, head>>
!logits = tensor<?x?x9xf32, #loup.axes<batch, target, words>>
!losses = tensor<?x?xf32, #loup.axes<batch, target>>
!random = tensor<i32, #loup.axes<>>

loup.parameter @table [9, 2, 4] #loup.initial<uniform, 0.1>

func.func @train(%source: !sources {loup.name = "source"}, %target: !tokens {loup.name = "target"},
                 %sn: !n {loup.name = "source_lengths"}, %tn: !n {loup.name = "target_lengths"},
                 %example: !n {loup.name = "examples"}, %random: !random {loup.name = "dropout_key"})
    -> (!losses {loup.name = "losses"}) {
  %q = loup.positions : !q
  %tk = loup.positions : !tk
  %sk = loup.positions : !sk
  %w = loup.weight @table row 0 : !table
  %memory = loup.lookup %w along "words" at %source : !table, !sources -> !s
  %mk = loup.rename %memory : !s -> !sx loc("memory.keys")
  %seen = loup.shift_right %target along "target" begin 2 : !tokens
  %x0 = loup.lookup %w along "words" at %seen : !table, !tokens -> !x
  %key = loup.dropout_key %random place 0 : !random
  %x = loup.dropout %x0 rate 0.5 key %key at %example, %q : !x, !random, !n, !q
  %k = loup.rename %x : !x -> !tx loc("self.keys")
  %o, %l = loup.attention %x, %k, %k mask <"causal & padding"> queries %q keys %tk lengths %tn scale 0.5 dropout %key at %example {rate = 0.5 : f32}
      : !x, !tx, !q, !tk, !n dropout !random, !n -> !lse
  %c, %m = loup.attention %o, %mk, %mk mask <"padding"> queries %q keys %sk lengths %sn scale 0.5
      : !x, !sx, !q, !sk, !n -> !lse
  %logits = loup.product %c, %w : !x, !table -> !logits
  %losses = loup.cross_entropy %logits, %target where %q < %tn smoothing 0.1
      : !logits, !tokens, !q, !n -> !losses
  return %losses : !losses
}

// The keys of the target grow by one position a step; those of the source are prefill's.
// CHECK-DAG: loup.state @self.keys : tensor<?x?x2x4xf32, #loup.axes<target_key, slot, head, head_width>>
// CHECK-DAG: loup.state @memory.keys : tensor<?x?x2x4xf32, #loup.axes<batch, source_key, head, head_width>>

// CHECK-LABEL: func.func @score(
// CHECK-NOT: dropout
// CHECK: smoothing 0.000000e+00

// CHECK-LABEL: func.func @prefill(%arg0: {{.*}}loup.name = "source"
// CHECK-NOT: target
// CHECK: %[[M:.*]] = loup.rename
// CHECK: loup.write_state %[[M]], @memory.keys
// CHECK: return

// No axis `target` is left: one position for each hypothesis.
// CHECK-LABEL: func.func @step(
// CHECK-SAME: loup.name = "token"
// CHECK-SAME: loup.name = "position"
// CHECK-SAME: loup.name = "sentence"
// CHECK-SAME: loup.name = "ancestor"
// CHECK-NOT: shift_right
// CHECK: %[[X:.*]] = loup.lookup %{{.*}} along "words" at %arg0 : {{.*}} -> tensor<?x2x4xf32, #loup.axes<hypothesis, head, head_width>>
// CHECK: loup.write_state %[[X]], @self.keys at %arg1
// CHECK: %[[CACHE:.*]] = loup.read_state @self.keys
// CHECK: %[[KEYS:.*]] = loup.lookup %[[CACHE]] along "slot" at %arg3
// CHECK: loup.attention %[[X]], %[[KEYS]], %[[KEYS]]
// CHECK: %[[MEMORY:.*]] = loup.read_state @memory.keys
// CHECK: loup.lookup %[[MEMORY]] along "batch" at %arg2
// CHECK: loup.log_softmax
// CHECK: return %{{.*}} : tensor<?x9xf32, #loup.axes<hypothesis, words>>

// -----

// Which keys are present is remembered as they are: of the target what each step says of its token,
// of the source what prefill says. The source's prefix is an argument, like its lengths.

!tokens = tensor<?x?xi32, #loup.axes<batch, target>>
!token_keys = tensor<?x?xi32, #loup.axes<batch, target_key>>
!sources = tensor<?x?xi32, #loup.axes<batch, source>>
!source_keys = tensor<?x?xi32, #loup.axes<batch, source_key>>
!n = tensor<?xi32, #loup.axes<batch>>
!q = tensor<?xi32, #loup.axes<target>>
!sk = tensor<?xi32, #loup.axes<source_key>>
!tk = tensor<?xi32, #loup.axes<target_key>>
!x = tensor<?x?x2x4xf32, #loup.axes<batch, target, head, head_width>>
!tx = tensor<?x?x2x4xf32, #loup.axes<batch, target_key, head, head_width>>
!s = tensor<?x?x2x4xf32, #loup.axes<batch, source, head, head_width>>
!sx = tensor<?x?x2x4xf32, #loup.axes<batch, source_key, head, head_width>>
!table = tensor<9x2x4xf32, #loup.axes<words, head, head_width>>
!lse = tensor<?x?x2xf32, #loup.axes<batch, target, head>>
!logits = tensor<?x?x9xf32, #loup.axes<batch, target, words>>
!losses = tensor<?x?xf32, #loup.axes<batch, target>>

loup.parameter @table [9, 2, 4] #loup.initial<uniform, 0.1>

// CHECK-DAG: loup.state @self.present : tensor<?x?xi32, #loup.axes<target_key, slot>>
// CHECK-DAG: loup.state @memory.present : tensor<?x?xi32, #loup.axes<batch, source_key>>

// CHECK-LABEL: func.func @prefill(
// CHECK: %[[P:.*]] = loup.present %arg0 absent 7
// CHECK: %[[K:.*]] = loup.rename %[[P]]
// CHECK: loup.write_state %[[K]], @memory.present

// CHECK-LABEL: func.func @step(
// CHECK-SAME: loup.name = "source_prefix"
// CHECK: %[[ONE:.*]] = loup.present %arg0 absent 8 : tensor<?xi32, #loup.axes<hypothesis>>
// CHECK: loup.write_state %[[ONE]], @self.present at %arg1
// CHECK: %[[CACHE:.*]] = loup.read_state @self.present
// CHECK: %[[SO_FAR:.*]] = loup.lookup %[[CACHE]] along "slot" at %arg3
// CHECK: loup.attention {{.*}} present %[[SO_FAR]] scale
// CHECK: loup.attention {{.*}} prefix %{{.*}} present %{{.*}} scale
func.func @train(%source: !sources {loup.name = "source"}, %target: !tokens {loup.name = "target"},
                 %sn: !n {loup.name = "source_lengths"}, %tn: !n {loup.name = "target_lengths"},
                 %given: !n {loup.name = "source_prefix"}) -> (!losses {loup.name = "losses"}) {
  %q = loup.positions : !q
  %tk = loup.positions : !tk
  %sk = loup.positions : !sk
  %w = loup.weight @table row 0 : !table
  %sp = loup.present %source absent 7 : !sources
  %source_present = loup.rename %sp : !sources -> !source_keys loc("memory.present")
  %memory = loup.lookup %w along "words" at %source : !table, !sources -> !s
  %mk = loup.rename %memory : !s -> !sx loc("memory.keys")
  %seen = loup.shift_right %target along "target" begin 2 : !tokens
  %tp = loup.present %seen absent 8 : !tokens
  %target_present = loup.rename %tp : !tokens -> !token_keys loc("self.present")
  %x = loup.lookup %w along "words" at %seen : !table, !tokens -> !x
  %k = loup.rename %x : !x -> !tx loc("self.keys")
  %o, %l = loup.attention %x, %k, %k mask <"causal & present"> queries %q keys %tk lengths %tn
      present %target_present scale 0.5 : !x, !tx, !q, !tk, !n present !token_keys -> !lse
  %c, %m = loup.attention %o, %mk, %mk mask <"present & prefix"> queries %q keys %sk lengths %sn
      prefix %given present %source_present scale 0.5
      : !x, !sx, !q, !sk, !n prefix !n present !source_keys -> !lse
  %logits = loup.product %c, %w : !x, !table -> !logits
  %losses = loup.cross_entropy %logits, %target where %q < %tn smoothing 0.1
      : !logits, !tokens, !q, !n -> !losses
  return %losses : !losses
}
