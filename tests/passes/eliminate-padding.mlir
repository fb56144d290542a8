// RUN: loup-opt %s --eliminate-padding --split-input-file --verify-diagnostics | FileCheck %s

!tokens = tensor<?x?xi32, #loup.axes<batch, source>>
!wide = tensor<?x?x8xf32, #loup.axes<batch, source, width>>

// Only types change; positions and examples come with each token.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[TOKENS:[a-z0-9]+]]: tensor<?xi32, #loup.axes<source_token>> {loup.name = "source"}
// CHECK-SAME: %[[KEY:[a-z0-9]+]]: tensor<i32, #loup.axes<>> {loup.name = "dropout_key"}
// CHECK-SAME: %[[POSITIONS:[a-z0-9]+]]: tensor<?xi32, #loup.axes<source_token>> {loup.name = "source_positions"}
// CHECK-SAME: %[[EXAMPLES:[a-z0-9]+]]: tensor<?xi32, #loup.axes<source_token>> {loup.name = "source_examples"}
// CHECK-SAME: -> (tensor<?x8xf32, #loup.axes<source_token, width>> {loup.name = "losses"})
// CHECK: loup.lookup %{{.*}} along "vocabulary" at %[[TOKENS]]
// CHECK: %[[CODE:.*]] = loup.sinusoid %[[POSITIONS]] : {{.*}} -> tensor<?x8xf32, #loup.axes<source_token, width>>
// CHECK: loup.add %{{.*}}, %[[CODE]]
// CHECK: loup.dropout %{{.*}} at %[[EXAMPLES]], %[[POSITIONS]]
func.func @train(%tokens: !tokens {loup.name = "source"},
                 %table: tensor<10x8xf32, #loup.axes<vocabulary, width>> {loup.name = "table"},
                 %examples: tensor<?xi32, #loup.axes<batch>> {loup.name = "examples"},
                 %key: tensor<i32, #loup.axes<>> {loup.name = "dropout_key"})
    -> (!wide {loup.name = "losses"}) {
  %x = loup.lookup %table along "vocabulary" at %tokens
      : tensor<10x8xf32, #loup.axes<vocabulary, width>>, !tokens -> !wide
  %p = loup.positions : tensor<?xi32, #loup.axes<source>>
  %c = loup.sinusoid %p
      : tensor<?xi32, #loup.axes<source>> -> tensor<?x8xf32, #loup.axes<source, width>>
  %y = loup.add %x, %c : !wide, tensor<?x8xf32, #loup.axes<source, width>>
  %z = loup.dropout %y rate 0.1 key %key at %examples, %p
      : !wide, tensor<i32, #loup.axes<>>, tensor<?xi32, #loup.axes<batch>>,
        tensor<?xi32, #loup.axes<source>>
  return %z : !wide
}

// -----

!heads = tensor<?x?x2x4xf32, #loup.axes<batch, target, head, head_width>>
!keys = tensor<?x?x2x4xf32, #loup.axes<batch, source_key, head, head_width>>

// Attention goes by sentence: offsets instead of lengths.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[TARGETS:[a-z0-9]+]]: tensor<?xi32, #loup.axes<boundary>> {loup.name = "target_offsets"}
// CHECK-SAME: %[[SOURCES:[a-z0-9]+]]: tensor<?xi32, #loup.axes<boundary>> {loup.name = "source_offsets"}
// CHECK-NOT: lengths
// CHECK: loup.attention {{.*}} mask <"padding"> {{.*}} offsets %[[TARGETS]], %[[SOURCES]]
// CHECK-SAME: -> tensor<?x2xf32, #loup.axes<target_token, head>>
func.func @train(%q: !heads {loup.name = "queries"}, %k: !keys {loup.name = "keys"},
                 %n: tensor<?xi32, #loup.axes<batch>> {loup.name = "source_lengths"})
    -> (!heads {loup.name = "losses"}) {
  %qp = loup.positions : tensor<?xi32, #loup.axes<target>>
  %kp = loup.positions : tensor<?xi32, #loup.axes<source_key>>
  %o, %l = loup.attention %q, %k, %k mask <"padding"> queries %qp keys %kp lengths %n scale 0.5
      : !heads, !keys, tensor<?xi32, #loup.axes<target>>, tensor<?xi32, #loup.axes<source_key>>,
        tensor<?xi32, #loup.axes<batch>> -> tensor<?x?x2xf32, #loup.axes<batch, target, head>>
  return %o : !heads
}

// -----

!tokens = tensor<?x?xi32, #loup.axes<batch, source>>
!token_keys = tensor<?x?xi32, #loup.axes<batch, source_key>>
!heads = tensor<?x?x2x4xf32, #loup.axes<batch, source, head, head_width>>
!keys = tensor<?x?x2x4xf32, #loup.axes<batch, source_key, head, head_width>>
!n = tensor<?xi32, #loup.axes<batch>>

// Where each document is a sequence of its own, attention goes by document. What the data say of keys
// is as long as they are.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[TOKENS:[a-z0-9]+]]: tensor<?xi32, #loup.axes<source_token>> {loup.name = "source"}
// CHECK-NOT: source_document_positions
// CHECK-SAME: %[[OFFSETS:[a-z0-9]+]]: tensor<?xi32, #loup.axes<document_boundary>> {loup.name = "source_document_offsets"}
// CHECK-SAME: %[[EXAMPLES:[a-z0-9]+]]: tensor<?xi32, #loup.axes<document>> {loup.name = "source_examples_of_documents"}
// CHECK: %[[FLAGS:.*]] = loup.present %[[TOKENS]] absent 7 : tensor<?xi32, #loup.axes<source_token>>
// CHECK: %[[PRESENT:.*]] = loup.rename %[[FLAGS]]
// CHECK: %[[Q:.*]] = loup.positions : tensor<?xi32, #loup.axes<source>>
// CHECK: %[[K:.*]] = loup.positions : tensor<?xi32, #loup.axes<source_key>>
// CHECK: loup.attention {{.*}} queries %[[Q]] keys %[[K]] present %[[PRESENT]] scale
// CHECK-SAME: at %[[EXAMPLES]] offsets %[[OFFSETS]], %[[OFFSETS]]
// CHECK-SAME: present tensor<?xi32, #loup.axes<source_token_key>>
func.func @train(%tokens: !tokens {loup.name = "source"}, %q: !heads {loup.name = "queries"},
                 %k: !keys {loup.name = "keys"},
                 %key: tensor<i32, #loup.axes<>> {loup.name = "dropout_key"},
                 %document: !tokens {loup.name = "source_documents"},
                 %position: !tokens {loup.name = "source_document_positions"},
                 %example: !tokens {loup.name = "source_document_examples"})
    -> (!heads {loup.name = "losses"}) {
  %p = loup.present %tokens absent 7 : !tokens
  %present = loup.rename %p : !tokens -> !token_keys
  %positions = loup.rename %position : !tokens -> !token_keys
  %documents = loup.rename %document : !tokens -> !token_keys
  %o, %l = loup.attention %q, %k, %k mask <"document & present"> queries %position keys %positions
      present %present documents %document, %documents scale 0.5
      dropout %key at %example {rate = 0.5 : f32}
      : !heads, !keys, !tokens, !token_keys present !token_keys documents !tokens, !token_keys
        dropout tensor<i32, #loup.axes<>>, !tokens
        -> tensor<?x?x2xf32, #loup.axes<batch, source, head>>
  return %o : !heads
}

// -----

!scores = tensor<?x2x?x?xf32, #loup.axes<batch, head, target, target_key>>

func.func @train(%scores: !scores {loup.name = "scores"}) -> (!scores {loup.name = "losses"}) {
  // expected-error @+1 {{expected no pairs of positions outside of attention}}
  %weights = loup.softmax %scores : !scores
  return %weights : !scores
}

// -----

// What a step reads of its sentence lies among those of all sentences.
// CHECK: loup.state @memory : tensor<?x4xf32, #loup.axes<source_token_key, width>>
// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[SENTENCE:[a-z0-9]+]]: tensor<?xi32, #loup.axes<hypothesis>> {loup.name = "sentence"}
// CHECK-SAME: %[[OFFSETS:[a-z0-9]+]]: tensor<?xi32, #loup.axes<boundary>> {loup.name = "source_offsets"}
// CHECK: %[[ALL:.*]] = loup.read_state
// CHECK: loup.ragged_lookup %[[ALL]] along "source_token_key" at %[[SENTENCE]] offsets %[[OFFSETS]] axis "source_key"
loup.state @memory : tensor<?x?x4xf32, #loup.axes<batch, source_key, width>>
func.func @step(%sentence: tensor<?xi32, #loup.axes<hypothesis>> {loup.name = "sentence"})
    -> (tensor<?x?x4xf32, #loup.axes<hypothesis, source_key, width>> {loup.name = "seen"}) {
  %all = loup.read_state @memory : tensor<?x?x4xf32, #loup.axes<batch, source_key, width>>
  %seen = loup.lookup %all along "batch" at %sentence
      : tensor<?x?x4xf32, #loup.axes<batch, source_key, width>>,
        tensor<?xi32, #loup.axes<hypothesis>>
     -> tensor<?x?x4xf32, #loup.axes<hypothesis, source_key, width>>
  return %seen : tensor<?x?x4xf32, #loup.axes<hypothesis, source_key, width>>
}
