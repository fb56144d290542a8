// RUN: loup-opt %s --check-masks --split-input-file --verify-diagnostics -o /dev/null

// A decoder as a textbook writes it: what is proved is passed over in silence.

!tokens = tensor<?x?xi32, #loup.axes<batch, target>>
!lengths = tensor<?xi32, #loup.axes<batch>>
!q = tensor<?xi32, #loup.axes<target>>
!k = tensor<?xi32, #loup.axes<target_key>>
!table = tensor<8x8xf32, #loup.axes<words, width>>
!hidden = tensor<?x?x8xf32, #loup.axes<batch, target, width>>
!keys = tensor<?x?x8xf32, #loup.axes<batch, target_key, width>>
!scores = tensor<?x?x?xf32, #loup.axes<batch, target, target_key>>
!logits = tensor<?x?x8xf32, #loup.axes<batch, target, words>>
!losses = tensor<?x?xf32, #loup.axes<batch, target>>

func.func @proved(%target: !tokens, %n: !lengths, %words: !table) -> !losses {
  %q = loup.positions : !q
  %k = loup.positions : !k
  %seen0 = loup.shift_right %target along "target" begin 2 : !tokens
  %x = loup.lookup %words along "words" at %seen0 : !table, !tokens -> !hidden
  %keys = loup.rename %x : !hidden -> !keys
  %scores = loup.product %x, %keys : !hidden, !keys -> !scores
  %mask = loup.mask <"causal & padding"> queries %q keys %k lengths %n : !q, !k, !lengths -> !scores
  %visible = loup.add_mask %scores, %mask : !scores, !scores
  %weights = loup.softmax %visible : !scores
  %y = loup.product %weights, %keys : !scores, !keys -> !hidden
  %h = loup.add %x, %y : !hidden, !hidden
  %logits = loup.product %h, %words : !hidden, !table -> !logits
  %losses = loup.cross_entropy %logits, %target where %q < %n smoothing 0.0
      : !logits, !tokens, !q, !lengths -> !losses
  return %losses : !losses
}

// What counts is the whole way from tokens to logits: this mask looks one ahead, at what was shifted
// by two.

func.func @proved_through_the_model(%target: !tokens, %n: !lengths, %words: !table) -> !losses {
  %q = loup.positions : !q
  %k = loup.positions : !k
  %seen0 = loup.shift_right %target along "target" begin 2 : !tokens
  %seen1 = loup.shift_right %seen0 along "target" begin 2 : !tokens
  %x = loup.lookup %words along "words" at %seen1 : !table, !tokens -> !hidden
  %keys = loup.rename %x : !hidden -> !keys
  %scores = loup.product %x, %keys : !hidden, !keys -> !scores
  %mask = loup.mask <"k <= q + 1 & padding"> queries %q keys %k lengths %n : !q, !k, !lengths -> !scores
  %visible = loup.add_mask %scores, %mask : !scores, !scores
  %weights = loup.softmax %visible : !scores
  %y = loup.product %weights, %keys : !scores, !keys -> !hidden
  %h = loup.add %x, %y : !hidden, !hidden
  %logits = loup.product %h, %words : !hidden, !table -> !logits
  %losses = loup.cross_entropy %logits, %target where %q < %n smoothing 0.0
      : !logits, !tokens, !q, !lengths -> !losses
  return %losses : !losses
}

// -----

!tokens = tensor<?x?xi32, #loup.axes<batch, target>>
!lengths = tensor<?xi32, #loup.axes<batch>>
!q = tensor<?xi32, #loup.axes<target>>
!k = tensor<?xi32, #loup.axes<target_key>>
!table = tensor<8x8xf32, #loup.axes<words, width>>
!hidden = tensor<?x?x8xf32, #loup.axes<batch, target, width>>
!keys = tensor<?x?x8xf32, #loup.axes<batch, target_key, width>>
!scores = tensor<?x?x?xf32, #loup.axes<batch, target, target_key>>
!logits = tensor<?x?x8xf32, #loup.axes<batch, target, words>>
!losses = tensor<?x?xf32, #loup.axes<batch, target>>

func.func @sees_the_future(%target: !tokens, %n: !lengths, %words: !table) -> !losses {
  %q = loup.positions : !q
  %k = loup.positions : !k
  %seen0 = loup.shift_right %target along "target" begin 2 : !tokens
  %x = loup.lookup %words along "words" at %seen0 : !table, !tokens -> !hidden
  %keys = loup.rename %x : !hidden -> !keys
  %scores = loup.product %x, %keys : !hidden, !keys -> !scores
  // expected-error @+1 {{position q=0 sees k=1, which comes later; write "causal"}}
  %mask = loup.mask <"padding"> queries %q keys %k lengths %n : !q, !k, !lengths -> !scores
  %visible = loup.add_mask %scores, %mask : !scores, !scores
  %weights = loup.softmax %visible : !scores
  %y = loup.product %weights, %keys : !scores, !keys -> !hidden
  %h = loup.add %x, %y : !hidden, !hidden
  %logits = loup.product %h, %words : !hidden, !table -> !logits
  %losses = loup.cross_entropy %logits, %target where %q < %n smoothing 0.0
      : !logits, !tokens, !q, !lengths -> !losses
  return %losses : !losses
}

// -----

!tokens = tensor<?x?xi32, #loup.axes<batch, target>>
!lengths = tensor<?xi32, #loup.axes<batch>>
!q = tensor<?xi32, #loup.axes<target>>
!k = tensor<?xi32, #loup.axes<target_key>>
!table = tensor<8x8xf32, #loup.axes<words, width>>
!hidden = tensor<?x?x8xf32, #loup.axes<batch, target, width>>
!keys = tensor<?x?x8xf32, #loup.axes<batch, target_key, width>>
!scores = tensor<?x?x?xf32, #loup.axes<batch, target, target_key>>
!logits = tensor<?x?x8xf32, #loup.axes<batch, target, words>>
!losses = tensor<?x?xf32, #loup.axes<batch, target>>

func.func @is_not_shifted(%target: !tokens, %n: !lengths, %words: !table) -> !losses {
  %q = loup.positions : !q
  %k = loup.positions : !k
  %x = loup.lookup %words along "words" at %target : !table, !tokens -> !hidden
  %keys = loup.rename %x : !hidden -> !keys
  %scores = loup.product %x, %keys : !hidden, !keys -> !scores
  %mask = loup.mask <"causal & padding"> queries %q keys %k lengths %n : !q, !k, !lengths -> !scores
  %visible = loup.add_mask %scores, %mask : !scores, !scores
  %weights = loup.softmax %visible : !scores
  %y = loup.product %weights, %keys : !scores, !keys -> !hidden
  %h = loup.add %x, %y : !hidden, !hidden
  %logits = loup.product %h, %words : !hidden, !table -> !logits
  // expected-error @+1 {{what predicts the token at position q=0 sees k=0, its own place; shift the target to the right}}
  %losses = loup.cross_entropy %logits, %target where %q < %n smoothing 0.0
      : !logits, !tokens, !q, !lengths -> !losses
  return %losses : !losses
}

// -----

!tokens = tensor<?x?xi32, #loup.axes<batch, target>>
!lengths = tensor<?xi32, #loup.axes<batch>>
!q = tensor<?xi32, #loup.axes<target>>
!k = tensor<?xi32, #loup.axes<target_key>>
!table = tensor<8x8xf32, #loup.axes<words, width>>
!hidden = tensor<?x?x8xf32, #loup.axes<batch, target, width>>
!keys = tensor<?x?x8xf32, #loup.axes<batch, target_key, width>>
!scores = tensor<?x?x?xf32, #loup.axes<batch, target, target_key>>
!logits = tensor<?x?x8xf32, #loup.axes<batch, target, words>>
!losses = tensor<?x?xf32, #loup.axes<batch, target>>

// Pairs of tokens see each other: two layers of it look no further than one, which residue classes
// show, and a target shifted by two is enough.

func.func @proved_by_residue_classes(%target: !tokens, %n: !lengths, %words: !table) -> !losses {
  %q = loup.positions : !q
  %k = loup.positions : !k
  %seen0 = loup.shift_right %target along "target" begin 2 : !tokens
  %seen1 = loup.shift_right %seen0 along "target" begin 2 : !tokens
  %x = loup.lookup %words along "words" at %seen1 : !table, !tokens -> !hidden
  %mask = loup.mask <"k - k % 2 <= q - q % 2 & padding"> queries %q keys %k lengths %n : !q, !k, !lengths -> !scores
  %keys0 = loup.rename %x : !hidden -> !keys
  %scores0 = loup.product %x, %keys0 : !hidden, !keys -> !scores
  %visible0 = loup.add_mask %scores0, %mask : !scores, !scores
  %weights0 = loup.softmax %visible0 : !scores
  %z0 = loup.product %weights0, %keys0 : !scores, !keys -> !hidden
  %h0 = loup.add %x, %z0 : !hidden, !hidden
  %keys1 = loup.rename %h0 : !hidden -> !keys
  %scores1 = loup.product %h0, %keys1 : !hidden, !keys -> !scores
  %visible1 = loup.add_mask %scores1, %mask : !scores, !scores
  %weights1 = loup.softmax %visible1 : !scores
  %z1 = loup.product %weights1, %keys1 : !scores, !keys -> !hidden
  %h1 = loup.add %h0, %z1 : !hidden, !hidden
  %logits = loup.product %h1, %words : !hidden, !table -> !logits
  %losses = loup.cross_entropy %logits, %target where %q < %n smoothing 0.0
      : !logits, !tokens, !q, !lengths -> !losses
  return %losses : !losses
}

// -----

!tokens = tensor<?x?xi32, #loup.axes<batch, target>>
!lengths = tensor<?xi32, #loup.axes<batch>>
!q = tensor<?xi32, #loup.axes<target>>
!k = tensor<?xi32, #loup.axes<target_key>>
!table = tensor<8x8xf32, #loup.axes<words, width>>
!hidden = tensor<?x?x8xf32, #loup.axes<batch, target, width>>
!keys = tensor<?x?x8xf32, #loup.axes<batch, target_key, width>>
!scores = tensor<?x?x?xf32, #loup.axes<batch, target, target_key>>
!logits = tensor<?x?x8xf32, #loup.axes<batch, target, words>>
!losses = tensor<?x?xf32, #loup.axes<batch, target>>

// What is given may see all of itself; what is scored sees it and what comes before.

func.func @prefix(%target: !tokens, %n: !lengths, %given: !lengths, %words: !table) -> !losses {
  %q = loup.positions : !q
  %k = loup.positions : !k
  %seen0 = loup.shift_right %target along "target" begin 2 : !tokens
  %x = loup.lookup %words along "words" at %seen0 : !table, !tokens -> !hidden
  %mask = loup.mask <"(causal | prefix) & padding"> queries %q keys %k lengths %n prefix %given : !q, !k, !lengths prefix !lengths -> !scores
  %keys0 = loup.rename %x : !hidden -> !keys
  %scores0 = loup.product %x, %keys0 : !hidden, !keys -> !scores
  %visible0 = loup.add_mask %scores0, %mask : !scores, !scores
  %weights0 = loup.softmax %visible0 : !scores
  %z0 = loup.product %weights0, %keys0 : !scores, !keys -> !hidden
  %h0 = loup.add %x, %z0 : !hidden, !hidden
  %keys1 = loup.rename %h0 : !hidden -> !keys
  %scores1 = loup.product %h0, %keys1 : !hidden, !keys -> !scores
  %visible1 = loup.add_mask %scores1, %mask : !scores, !scores
  %weights1 = loup.softmax %visible1 : !scores
  %z1 = loup.product %weights1, %keys1 : !scores, !keys -> !hidden
  %h1 = loup.add %h0, %z1 : !hidden, !hidden
  %logits = loup.product %h1, %words : !hidden, !table -> !logits
  %losses = loup.cross_entropy %logits, %target where %q < %n smoothing 0.0
      : !logits, !tokens, !q, !lengths -> !losses
  return %losses : !losses
}

// -----

!tokens = tensor<?x?xi32, #loup.axes<batch, target>>
!lengths = tensor<?xi32, #loup.axes<batch>>
!q = tensor<?xi32, #loup.axes<target>>
!k = tensor<?xi32, #loup.axes<target_key>>
!table = tensor<8x8xf32, #loup.axes<words, width>>
!hidden = tensor<?x?x8xf32, #loup.axes<batch, target, width>>
!keys = tensor<?x?x8xf32, #loup.axes<batch, target_key, width>>
!scores = tensor<?x?x?xf32, #loup.axes<batch, target, target_key>>
!logits = tensor<?x?x8xf32, #loup.axes<batch, target, words>>
!losses = tensor<?x?xf32, #loup.axes<batch, target>>

// Every fourth key, but of later ones too.

func.func @dilated(%target: !tokens, %n: !lengths, %words: !table) -> !losses {
  %q = loup.positions : !q
  %k = loup.positions : !k
  %seen0 = loup.shift_right %target along "target" begin 2 : !tokens
  %x = loup.lookup %words along "words" at %seen0 : !table, !tokens -> !hidden
  // expected-error @+1 {{position q=0 sees k=4, which comes later; write "causal & padding & (q - k) % 4 == 0"}}
  %mask = loup.mask <"padding & (q - k) % 4 == 0"> queries %q keys %k lengths %n : !q, !k, !lengths -> !scores
  %keys0 = loup.rename %x : !hidden -> !keys
  %scores0 = loup.product %x, %keys0 : !hidden, !keys -> !scores
  %visible0 = loup.add_mask %scores0, %mask : !scores, !scores
  %weights0 = loup.softmax %visible0 : !scores
  %z0 = loup.product %weights0, %keys0 : !scores, !keys -> !hidden
  %h0 = loup.add %x, %z0 : !hidden, !hidden
  %logits = loup.product %h0, %words : !hidden, !table -> !logits
  %losses = loup.cross_entropy %logits, %target where %q < %n smoothing 0.0
      : !logits, !tokens, !q, !lengths -> !losses
  return %losses : !losses
}

// -----

// Masks one by one.

!n = tensor<?xi32, #loup.axes<batch>>
!q = tensor<?xi32, #loup.axes<target>>
!k = tensor<?xi32, #loup.axes<target_key>>
!source = tensor<?xi32, #loup.axes<source_key>>
!own = tensor<?x?xf32, #loup.axes<target, target_key>>
!cross = tensor<?x?x?xf32, #loup.axes<batch, target, source_key>>

func.func @masks(%n: !n, %there: !k) -> (!own, !own, !own, !cross, !cross, !own, !own, !own, !own, !cross, !cross) {
  %q = loup.positions : !q
  %k = loup.positions : !k
  %s = loup.positions : !source
  // expected-error @+1 {{query q=0 of a sequence of length 1 has no key it may see; let each see one, as in "k < q | k == q", or say empty = "zero"}}
  %a = loup.mask <"k < q"> queries %q keys %k : !q, !k -> !own
  // expected-error @+1 {{the mask hides every key from every query}}
  %b = loup.mask <"causal & k > q"> queries %q keys %k : !q, !k -> !own
  // expected-warning @+1 {{the mask can never hide anything; padding is hidden always, and "padding" says that nothing else is}}
  %c = loup.mask <"causal | k > q"> queries %q keys %k : !q, !k -> !own
  // expected-error @unknown {{decoder.layers.0.multihead_attn: query q=64 has no key it may see in a sequence of length 1; let each see one, as in "padding & window(64) | sink(1)"}}
  %d = loup.mask <"padding & window(64)"> queries %q keys %s lengths %n : !q, !source, !n -> !cross
      loc("decoder.layers.0.multihead_attn.mask")
  %e = loup.mask <"padding"> queries %q keys %s lengths %n : !q, !source, !n -> !cross
  %f = loup.mask <"window(3) | sink(1)"> queries %q keys %k : !q, !k -> !own
  // expected-error @+1 {{query q=1 of a sequence of length 2 has no key it may see; let each see one}}
  %g = loup.mask <"causal & q % 2 == 0 & k % 4 == q % 4"> queries %q keys %k : !q, !k -> !own
  // Which keys are present no proof can know: rows without one give zeros, as they do where asked.
  %h = loup.mask <"causal & present"> queries %q keys %k present %there : !q, !k present !k -> !own
  %i = loup.mask <"k < q"> queries %q keys %k empty zero : !q, !k -> !own
  // expected-warning @+1 {{the mask hides every key from every query, which leaves zeros}}
  %z = loup.mask <"causal & k > q"> queries %q keys %k empty zero : !q, !k -> !own
  // expected-warning @+1 {{'causal' on cross-attention means that target position q sees source positions up to q only, though the two sequences do not run in step; write "padding", or "k <= q" for 'causal' if this is meant}}
  %j = loup.mask <"causal & padding"> queries %q keys %s lengths %n : !q, !source, !n -> !cross
  %l = loup.mask <"k <= q + 3 & padding"> queries %q keys %s lengths %n : !q, !source, !n -> !cross
  // No proof knows which keys are present, and this says `present`, though its set is k < q.
  %m = loup.mask <"k < q & (causal | present)"> queries %q keys %k : !q, !k -> !own
  return %a, %b, %c, %d, %e, %f, %g, %h, %i, %j, %l : !own, !own, !own, !cross, !cross, !own, !own, !own, !own, !cross, !cross
}
