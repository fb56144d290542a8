// Every pass, in the order of the pipeline.
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

    A mask that hides nothing is a warning. The program does not change.
  }];
}

def FuseMask : LoupPass<"fuse-mask"> {
  let summary = "Makes one attention of scores, mask, softmax and weighted sum";
  let description = [{
    Before: `product`, `add_mask`, `softmax`, perhaps `dropout`, and `product` with the values. After:
    one `attention` that carries the mask as a set. The mask's tensor and the tensors of
    [query, key] are gone.
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
  }];
}

def Differentiate : LoupPass<"differentiate"> {
  let summary = "Turns the training program's forward into forward and backward";
  let description = [{
    Appends the gradients of the sum of losses, built by each op's `Differentiable` interface in
    reverse order, and stores those of the parameters.
  }];
}

def FuseElementwise : LoupPass<"fuse-elementwise"> {
  let summary = "Groups pointwise ops with the op that makes or reads their value";
  let description = [{
    Bias, activation, dropout and residual join the product that makes the value; what is looked up
    for one reader only joins the reader. What no anchor takes forms pointwise groups of its own.
  }];
}

def OutlineKernels : LoupPass<"outline-kernels"> {
  let summary = "Turns groups of ops into kernels and calls of them";
  let description = [{
    The border between MLIR and Halide: see "After OutlineKernels" in `passes/README.md`. An op outside
    of any group becomes a kernel of its own. Positions and constants are computed where they are
    read. Inside a kernel axes have general names, so that encoder and decoder share kernels.
  }];
}

def PlanMemory : LoupPass<"plan-memory"> {
  let summary = "Gives every kernel result a place, known before the program runs";
  let description = [{
    Gradients, states and function results are written where they belong. All other values live in
    arenas, one for each product of dynamic axes that sizes are proportional to; inside an arena
    offsets are plain integers, and values whose lifetimes do not meet share memory.
  }];
}

#endif
