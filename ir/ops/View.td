#ifndef LOUP_VIEW_TD
#define LOUP_VIEW_TD
include "ir/ops/LoupOp.td"

/// The result is the operand's memory under other axes: no element moves.
def View : NativeOpTrait<"View"> { let cppNamespace = "::loup"; }

class ViewOp<string mnemonic, list<Trait> traits = []>
    : LoupOp<mnemonic, !listconcat(traits, [View, DifferentiableOp])> {
  let arguments = (ins Named:$input);
  let results = (outs Named:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def SplitHeadsOp : ViewOp<"split_heads"> {
  let summary = "splits the last axis into heads";
  let description = [{
        result[..., h, e] = input[..., h * head_width + e]

    ```mlir
    func.func @split(%q: tensor<?x?x128xf32, #loup.axes<batch, target, projection>>)
        -> tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>> {
      %h = loup.split_heads %q : tensor<?x?x128xf32, #loup.axes<batch, target, projection>>
          -> tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>
      return %h : tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>
    }
    ```
  }];
}

def MergeHeadsOp : ViewOp<"merge_heads"> {
  let summary = "joins the last two axes into one";
  let description = [{
        result[..., h * head_width + e] = input[..., h, e]

    ```mlir
    func.func @merge(%h: tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>)
        -> tensor<?x?x128xf32, #loup.axes<batch, target, projection>> {
      %m = loup.merge_heads %h : tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>
          -> tensor<?x?x128xf32, #loup.axes<batch, target, projection>>
      return %m : tensor<?x?x128xf32, #loup.axes<batch, target, projection>>
    }
    ```
  }];
}

def RenameOp : ViewOp<"rename", [DeclareOpInterfaceMethods<SequenceOp, ["getReach"]>]> {
  let summary = "gives an axis another name";
  let description = [{
    Exactly one axis changes its name. Attention reads the positions of a side as its keys: `target`
    becomes `target_key`. Decoding caches a value here, because what follows reads all of its
    positions at once.

    ```mlir
    func.func @as_keys(%k: tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>)
        -> tensor<?x?x4x32xf32, #loup.axes<batch, target_key, head, head_width>> {
      %r = loup.rename %k : tensor<?x?x4x32xf32, #loup.axes<batch, target, head, head_width>>
          -> tensor<?x?x4x32xf32, #loup.axes<batch, target_key, head, head_width>>
      return %r : tensor<?x?x4x32xf32, #loup.axes<batch, target_key, head, head_width>>
    }
    ```
  }];
}

#endif
