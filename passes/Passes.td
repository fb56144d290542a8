// Every pass, in the order of the pipeline. Each description ends with an example, which
// tests/passes/extract_examples.py makes a test of: a program and what the pass makes of it. What is
// not shown again stays as it was.
#ifndef LOUP_PASSES_TD
#define LOUP_PASSES_TD

include "mlir/Pass/PassBase.td"

class LoupPass<string argument> : Pass<argument, "::mlir::ModuleOp"> {
  let dependentDialects = ["::loup::LoupDialect", "::mlir::func::FuncDialect"];
}

def CheckMasks : LoupPass<"check-masks"> {
  let summary = "Proves that no position sees the future and no query is left without a key";
  let description = [{
    Always on. Composes what each op reads (`SequenceOp`) from the tokens to the logits, and proves,
    for all lengths at once, that what predicts a token depends on earlier tokens only; and of each
    mask, that every real query sees some key. What cannot be proved is an error with the smallest
    counterexample:

        decoder.layers.0.self_attn: position q=0 sees k=1, which comes later

    Queries without a key are not asked for where they are defined to give zeros: with `empty zero`,
    and wherever the data say which keys are present. The program does not change. What is proved is
    told by optimization remarks of category
    "check-masks" to those who collect them (mlir/IR/Remarks.h): "every query has a key", with a
    `mask` in words and the sides of its `queries` and `keys`, and "no prediction sees a later
    token", with the `side` that is predicted.

    ```mlir
    func.func @masks() -> tensor<?x?xf32, #loup.axes<target, target_key>> {
      %q = loup.positions : tensor<?xi32, #loup.axes<target>>
      %k = loup.positions : tensor<?xi32, #loup.axes<target_key>>
      // expected-error @+1 {{query q=0 of a sequence of length 1 has no key it may see; let each see one, as in "k < q | k == q"}}
      %mask = loup.mask <"k < q"> queries %q keys %k : tensor<?xi32, #loup.axes<target>>,
          tensor<?xi32, #loup.axes<target_key>> -> tensor<?x?xf32, #loup.axes<target, target_key>>
      return %mask : tensor<?x?xf32, #loup.axes<target, target_key>>
    }
    ```
  }];
}

def FuseMask : LoupPass<"fuse-mask"> {
  let summary = "Makes one attention of scores, mask, softmax and weighted sum";
  let description = [{
    Scores, mask, softmax, perhaps dropout and the product with the values become one `attention`
    that carries the mask as a set. So does what `alibi` or a table of relative positions adds to the
    scores. The mask's tensor and those of [query, key] are gone.

    ```mlir
    !queries = tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>
    !keys = tensor<?x?x4x32xf32, #loup.axes<batch, target_key, head, head_width>>
    !scores = tensor<?x4x?x?xf32, #loup.axes<batch, head, target, target_key>>
    !mask = tensor<?x?x?xf32, #loup.axes<batch, target, target_key>>
    !q = tensor<?xi32, #loup.axes<target>>
    !k = tensor<?xi32, #loup.axes<target_key>>
    !n = tensor<?xi32, #loup.axes<batch>>
    !sums = tensor<?x?x4xf32, #loup.axes<batch, target, head>>
    func.func @attend(%query: !queries, %key: !keys, %value: !keys, %n: !n) -> !queries {
      %q = loup.positions : !q
      %k = loup.positions : !k
      %s = loup.product %query, %key {scale = 0.125 : f32} : !queries, !keys -> !scores
      %m = loup.mask <"causal & padding"> queries %q keys %k lengths %n : !q, !k, !n -> !mask
      %h = loup.add_mask %s, %m : !scores, !mask
      %w = loup.softmax %h : !scores
      %o = loup.product %w, %value : !scores, !keys -> !queries
      return %o : !queries
    }
    // becomes
    func.func @attend(%query: !queries, %key: !keys, %value: !keys, %n: !n) -> !queries {
      %q = loup.positions : !q
      %k = loup.positions : !k
      %o, %log_sum = loup.attention %query, %key, %value mask <"causal & padding">
          queries %q keys %k lengths %n scale 0.125 : !queries, !keys, !q, !k, !n -> !sums
      return %o : !queries
    }
    ```
  }];
}

def DeriveDecoder : LoupPass<"derive-decoder"> {
  let summary = "Derives scoring and step-by-step decoding from the training program";
  let description = [{
    From `train` come `score` (no dropout, no label smoothing), `prefill` and `step`. What has no
    `target` axis goes to `prefill`, so the source's work is done once. In `step` an op that maps each
    target position to itself is emitted again without its `target` axis, and `batch` becomes
    `hypothesis`. Ops that look further get state: where `target` becomes `target_key` the value is
    written to a cache and read back for all positions so far, through `ancestor`; a shifted target
    is the previous token; positions are the step's own.

    A cache keeps the keys that some later query may see. Where the masks let all but the first and
    the last few be forgotten, its rows take turns (`loup.state ... first 2 last 6`), and
    `kept_positions` says which position each row has: the time and the memory of a step do not grow.

    `loup.source_need` at `step` bounds how many source tokens the token at a position depends on,
    through all layers: triples (per position, constant, divisor); or `loup.source_obstacle` says why
    there is no bound.

    ```mlir
    !target = tensor<?x?xi32, #loup.axes<batch, target>>
    !n = tensor<?xi32, #loup.axes<batch>>
    !q = tensor<?xi32, #loup.axes<target>>
    !k = tensor<?xi32, #loup.axes<target_key>>
    !w = tensor<9x1x8xf32, #loup.axes<words, head, width>>
    !x = tensor<?x?x1x8xf32, #loup.axes<batch, target, head, width>>
    !keys = tensor<?x?x1x8xf32, #loup.axes<batch, target_key, head, width>>
    !sums = tensor<?x?x1xf32, #loup.axes<batch, target, head>>
    !logits = tensor<?x?x9xf32, #loup.axes<batch, target, words>>
    !losses = tensor<?x?xf32, #loup.axes<batch, target>>
    loup.parameter @words [9, 1, 8] #loup.initial<uniform, 0.1>
    func.func @train(%target: !target {loup.name = "target"}, %n: !n {loup.name = "target_lengths"})
        -> (!losses {loup.name = "losses"}) {
      %q = loup.positions : !q
      %k = loup.positions : !k
      %w = loup.weight @words row 0 : !w
      %before = loup.shift_right %target along "target" begin 2 : !target
      %x = loup.lookup %w along "words" at %before : !w, !target -> !x
      %keys = loup.rename %x : !x -> !keys loc("keys")
      %y, %sum = loup.attention %x, %keys, %keys mask <"causal"> queries %q keys %k scale 1.0
          : !x, !keys, !q, !k -> !sums
      %logits = loup.product %y, %w : !x, !w -> !logits
      %losses = loup.cross_entropy %logits, %target where %q < %n smoothing 0.1
          : !logits, !target, !q, !n -> !losses
      return %losses : !losses
    }
    // becomes
    loup.state @keys : tensor<?x?x1x8xf32, #loup.axes<target_key, slot, head, width>>
    func.func @score(%target: !target {loup.name = "target"}, %n: !n {loup.name = "target_lengths"})
        -> (!losses {loup.name = "losses"}) {
      %q = loup.positions : !q
      %k = loup.positions : !k
      %w = loup.weight @words row 0 : !w
      %before = loup.shift_right %target along "target" begin 2 : !target
      %x = loup.lookup %w along "words" at %before : !w, !target -> !x
      %keys = loup.rename %x : !x -> !keys
      %y, %sum = loup.attention %x, %keys, %keys mask <"causal"> queries %q keys %k scale 1.0
          : !x, !keys, !q, !k -> !sums
      %logits = loup.product %y, %w : !x, !w -> !logits
      %losses = loup.cross_entropy %logits, %target where %q < %n smoothing 0.0
          : !logits, !target, !q, !n -> !losses
      return %losses : !losses
    }
    func.func @prefill() {
      return
    }
    !hypotheses = tensor<?xi32, #loup.axes<hypothesis>>
    !position = tensor<i32, #loup.axes<>>
    !ancestors = tensor<?x?xi32, #loup.axes<hypothesis, target_key>>
    !state = tensor<?x?x1x8xf32, #loup.axes<target_key, slot, head, width>>
    !one = tensor<?x1x8xf32, #loup.axes<hypothesis, head, width>>
    !seen = tensor<?x?x1x8xf32, #loup.axes<hypothesis, target_key, head, width>>
    !sum = tensor<?x1xf32, #loup.axes<hypothesis, head>>
    !next = tensor<?x9xf32, #loup.axes<hypothesis, words>>
    func.func @step(%token: !hypotheses {loup.name = "token"},
                    %position: !position {loup.name = "position"},
                    %sentence: !hypotheses {loup.name = "sentence"},
                    %ancestor: !ancestors {loup.name = "ancestor"})
        -> (!next {loup.name = "log_probabilities"}) {
      %k = loup.positions : !k
      %w = loup.weight @words row 0 : !w
      %x = loup.lookup %w along "words" at %token : !w, !hypotheses -> !one
      loup.write_state %x, @keys at %position : !one, !position
      %state = loup.read_state @keys : !state
      %keys = loup.lookup %state along "slot" at %ancestor : !state, !ancestors -> !seen
      %y, %sum = loup.attention %x, %keys, %keys mask <"causal"> queries %position keys %k scale 1.0
          : !one, !seen, !position, !k -> !sum
      %logits = loup.product %y, %w : !one, !w -> !next
      %log_probabilities = loup.log_softmax %logits : !next
      return %log_probabilities : !next
    }
    ```
  }];
}

def EliminatePadding : LoupPass<"eliminate-padding"> {
  let summary = "Lets sentences lie one after the other, without padding between them";
  let description = [{
    Before: `[batch, source, ...]`, every sentence as long as the longest. After:
    `[source_token, ...]`, and `source_offsets` says where each begins. Only types change: ops find
    their axes by name. Positions and examples become arguments, one a token; attention gets offsets
    instead of lengths, and in `step` the keys of a sentence are looked up by its offset. Attention
    must be one op: pairs of positions have no packed form.

    ```mlir
    !n = tensor<?xi32, #loup.axes<batch>>
    !q = tensor<?xi32, #loup.axes<source>>
    !k = tensor<?xi32, #loup.axes<source_key>>
    !x = tensor<?x?x1x8xf32, #loup.axes<batch, source, head, width>>
    !keys = tensor<?x?x1x8xf32, #loup.axes<batch, source_key, head, width>>
    !sums = tensor<?x?x1xf32, #loup.axes<batch, source, head>>
    func.func @train(%x: !x {loup.name = "x"}, %n: !n {loup.name = "source_lengths"})
        -> (!x {loup.name = "y"}) {
      %q = loup.positions : !q
      %k = loup.positions : !k
      %keys = loup.rename %x : !x -> !keys
      %y, %sum = loup.attention %x, %keys, %keys mask <"padding"> queries %q keys %k lengths %n
          scale 1.0 : !x, !keys, !q, !k, !n -> !sums
      return %y : !x
    }
    // becomes
    !offsets = tensor<?xi32, #loup.axes<boundary>>
    !tokens = tensor<?x1x8xf32, #loup.axes<source_token, head, width>>
    !token_keys = tensor<?x1x8xf32, #loup.axes<source_token_key, head, width>>
    !token_sums = tensor<?x1xf32, #loup.axes<source_token, head>>
    func.func @train(%x: !tokens {loup.name = "x"}, %offsets: !offsets {loup.name = "source_offsets"})
        -> (!tokens {loup.name = "y"}) {
      %q = loup.positions : !q
      %k = loup.positions : !k
      %keys = loup.rename %x : !tokens -> !token_keys
      %y, %sum = loup.attention %x, %keys, %keys mask <"padding"> queries %q keys %k scale 1.0
          offsets %offsets, %offsets : !tokens, !token_keys, !q, !k offsets !offsets, !offsets
          -> !token_sums
      return %y : !tokens
    }
    ```
  }];
}

def Differentiate : LoupPass<"differentiate"> {
  let summary = "Turns the training program's forward into forward and backward";
  let description = [{
    Appends the gradients of the sum of losses, built by each op's `Differentiable` interface in
    reverse order, and stores those of the parameters.

    ```mlir
    !tokens = tensor<?x?xi32, #loup.axes<batch, target>>
    !x = tensor<?x?x8xf32, #loup.axes<batch, target, width>>
    !w = tensor<9x8xf32, #loup.axes<words, width>>
    !logits = tensor<?x?x9xf32, #loup.axes<batch, target, words>>
    !n = tensor<?xi32, #loup.axes<batch>>
    !q = tensor<?xi32, #loup.axes<target>>
    !losses = tensor<?x?xf32, #loup.axes<batch, target>>
    loup.parameter @output.weight [9, 8] #loup.initial<uniform, 0.1>
    func.func @train(%x: !x, %target: !tokens, %n: !n) -> !losses {
      %q = loup.positions : !q
      %w = loup.weight @output.weight row 0 : !w
      %logits = loup.product %x, %w : !x, !w -> !logits
      %losses = loup.cross_entropy %logits, %target where %q < %n smoothing 0.0
          : !logits, !tokens, !q, !n -> !losses
      return %losses : !losses
    }
    // becomes
    func.func @train(%x: !x, %target: !tokens, %n: !n) -> !losses {
      %q = loup.positions : !q
      %w = loup.weight @output.weight row 0 : !w
      %logits = loup.product %x, %w : !x, !w -> !logits
      %losses = loup.cross_entropy %logits, %target where %q < %n smoothing 0.0
          : !logits, !tokens, !q, !n -> !losses
      %one = loup.constant 1.0 : !losses
      %logits_gradient = loup.cross_entropy_gradient %logits, %target, %one where %q < %n
          smoothing 0.0 : !logits, !tokens, !losses, !q, !n
      %w_gradient = loup.product %logits_gradient, %x : !logits, !x -> !w
      loup.store_gradient %w_gradient, @output.weight row 0 : !w
      return %losses : !losses
    }
    ```
  }];
}

def SpecialiseMask : LoupPass<"specialise-mask"> {
  let summary = "Bounds the keys of each block of queries, and the queries of each block of keys";
  let description = [{
    From the set of allowed pairs follow, for all lengths at once, the keys outside of which no query
    of a block sees any, and those that all of them see: kernels skip the former and do not test the
    latter. After Differentiate, so that gradients are bounded too, whose keys walk along the queries.
    Where each document of a row is a sequence of its own, bounds are in rows and say what follows from
    how far apart a pair is; the rest follows at run time, from where the documents lie.

    ```mlir
    !queries = tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>
    !keys = tensor<?x?x4x32xf32, #loup.axes<batch, target_key, head, head_width>>
    !q = tensor<?xi32, #loup.axes<target>>
    !k = tensor<?xi32, #loup.axes<target_key>>
    !sums = tensor<?x?x4xf32, #loup.axes<batch, target, head>>
    func.func @attend(%query: !queries, %key: !keys) -> !queries {
      %q = loup.positions : !q
      %k = loup.positions : !k
      %o, %log_sum = loup.attention %query, %key, %key mask <"causal & window(64)">
          queries %q keys %k scale 0.125 : !queries, !keys, !q, !k -> !sums
      return %o : !queries
    }
    // becomes
    func.func @attend(%query: !queries, %key: !keys) -> !queries {
      %q = loup.positions : !q
      %k = loup.positions : !k
      %o, %log_sum = loup.attention %query, %key, %key mask <"causal & window(64)">
          queries %q keys %k scale 0.125
          {key_bounds = #loup.bounds<block 16 touched "max(0, 16a - 63) .. min(16a + 16, length)"
                                              full "max(0, 16a - 48) .. min(16a + 1, length)">}
          : !queries, !keys, !q, !k -> !sums
      return %o : !queries
    }
    ```
  }];
}

def FuseElementwise : LoupPass<"fuse-elementwise"> {
  let summary = "Groups pointwise ops with the op that makes or reads their value";
  let description = [{
    Bias, activation, dropout and residual join the product that makes the value; what is looked up
    for one reader only joins the reader. What no anchor takes forms pointwise groups of its own.

    ```mlir
    !x = tensor<?x?x8xf32, #loup.axes<batch, source, width>>
    !w = tensor<16x8xf32, #loup.axes<hidden, width>>
    !b = tensor<16xf32, #loup.axes<hidden>>
    !h = tensor<?x?x16xf32, #loup.axes<batch, source, hidden>>
    func.func @linear_relu(%x: !x, %w: !w, %b: !b) -> !h {
      %p = loup.product %x, %w : !x, !w -> !h
      %y = loup.add %p, %b : !h, !b
      %r = loup.relu %y : !h
      return %r : !h
    }
    // becomes
    func.func @linear_relu(%x: !x, %w: !w, %b: !b) -> !h {
      %r = loup.group {
        %p = loup.product %x, %w : !x, !w -> !h
        %y = loup.add %p, %b : !h, !b
        %r = loup.relu %y : !h
        loup.yield %r : !h
      } : !h
      return %r : !h
    }
    ```
  }];
}

def OutlineKernels : LoupPass<"outline-kernels"> {
  let summary = "Turns groups of ops into kernels and calls of them";
  let options = [Option<"autoscheduled", "autoscheduled", "bool", "false",
                        "Ask for Halide's own autoscheduler">];
  let description = [{
    The border between MLIR and Halide: see "After OutlineKernels" in `passes/README.md`. An op outside
    of any group becomes a kernel of its own. Positions and constants are computed where they are
    read. Inside a kernel axes have general names, so that encoder and decoder share kernels. With the
    option `autoscheduled` kernels carry the unit attribute `loup.autoscheduled`, which asks for
    Halide's own autoscheduler.

    ```mlir
    !source = tensor<?x?x8xf32, #loup.axes<batch, source, width>>
    !target = tensor<?x?x8xf32, #loup.axes<batch, target, hidden>>
    !kernel = tensor<?x?x8xf32, #loup.axes<batch, time, i>>
    func.func @both(%x: !source, %y: !target) -> (!source, !target) {
      %a = loup.relu %x : !source
      %b = loup.relu %y : !target
      return %a, %b : !source, !target
    }
    // becomes
    func.func @both(%x: !source, %y: !target) -> (!source, !target) {
      %a = loup.call @relu(%x) : (!source) -> !source
      %b = loup.call @relu(%y) : (!target) -> !target
      return %a, %b : !source, !target
    }
    func.func private @relu(%x: !kernel) -> !kernel attributes {loup.kernel} {
      %y = loup.relu %x : !kernel
      return %y : !kernel
    }
    ```
  }];
}

def PlanMemory : LoupPass<"plan-memory"> {
  let summary = "Gives every kernel result a place, known before the program runs";
  let description = [{
    Gradients, states and function results are written where they belong. All other values live in
    arenas, one for each product of dynamic axes that sizes are proportional to; inside an arena
    offsets are plain integers, and values whose lifetimes do not meet share memory.

    ```mlir
    !x = tensor<?x?x8xf32, #loup.axes<batch, source, width>>
    !kernel = tensor<?x?x8xf32, #loup.axes<batch, time, i>>
    func.func private @relu(%x: !kernel) -> !kernel attributes {loup.kernel} {
      %y = loup.relu %x : !kernel
      return %y : !kernel
    }
    func.func @train(%x: !x) -> (!x {loup.name = "losses"}) {
      %a = loup.call @relu(%x) : (!x) -> !x
      %b = loup.call @relu(%a) : (!x) -> !x
      %c = loup.call @relu(%b) : (!x) -> !x
      %d = loup.call @relu(%c) : (!x) -> !x
      return %d : !x
    }
    // becomes
    func.func @train(%x: !x) -> (!x {loup.name = "losses"})
        attributes {loup.arenas = {"batch * source" = 128 : i64}} {
      %a = loup.call @relu(%x) {loup.places = [#loup.place<arena, "batch * source", 0>]} : (!x) -> !x
      %b = loup.call @relu(%a) {loup.places = [#loup.place<arena, "batch * source", 64>]} : (!x) -> !x
      %c = loup.call @relu(%b) {loup.places = [#loup.place<arena, "batch * source", 0>]} : (!x) -> !x
      %d = loup.call @relu(%c) {loup.places = [#loup.place<result, "losses", 0>]} : (!x) -> !x
      return %d : !x
    }
    ```
  }];
}

#endif
