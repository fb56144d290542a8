// The `loup` dialect and its attributes: named axes, masks, initial values.
#ifndef LOUP_DIALECT_TD
#define LOUP_DIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/TensorEncoding.td"
include "mlir/IR/DialectBase.td"

def LoupDialect : Dialect {
  let name = "loup";
  let cppNamespace = "::loup";
  let summary = "Sequence models whose axes have names and whose masks are sets";
  let description = [{
    Values are tensors of `f32` or `i32` whose encoding names their axes:

        tensor<?x?x128xf32, #loup.axes<batch, source, width>>

    Within a function the same name means the same size. Ops find the axes they work on by name, so
    an op says what it does once for dense, packed and step-by-step programs alike.
  }];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    void registerAttributes();
  }];
}

class LoupAttr<string className, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<LoupDialect, className, traits> {
  let mnemonic = attrMnemonic;
}

def AxesAttr : LoupAttr<"Axes", "axes", [
    DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let summary = "the names of a tensor's axes, outermost first";
  let description = [{
    `#loup.axes<batch, target_key>`. Names differ from each other. `target_key` is the axis `target`
    seen by attention as keys: it has a name of its own because scores have both.
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::StringAttr">:$names);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The place of `name`, or -1.
    int64_t find(::llvm::StringRef name) const;
    bool contains(::llvm::StringRef name) const { return find(name) >= 0; }
  }];
}

def MaskAttr : LoupAttr<"Mask", "mask"> {
  let summary = "a set of allowed (query, key) pairs, in the user's words";
  let description = [{
    `#loup.mask<"causal & padding">`. The language is that of `ir/masks/MaskExpression.h`, which gives
    the set that the words stand for. Padding is never seen, for what is computed of a sequence must
    not depend on what else is in its batch: the word `padding` alone says that nothing else is hidden.
  }];
  let parameters = (ins StringRefParameter<>:$words);
  let assemblyFormat = "`<` $words `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// What the words allow among real keys: padding is hidden whether they say so or not.
    MaskSet allowed() const;

    /// Whether each document of a row is a sequence of its own.
    bool isWithinDocuments() const;
  }];
}

def BoundsAttr : LoupAttr<"Bounds", "bounds"> {
  let summary = "where the allowed pairs of each block of queries, or of keys, lie";
  let description = [{
    `#loup.bounds<block 16 touched "0 .. min(16a + 16, length)" full "0 .. min(16a + 1, length)">`:
    block a of 16 queries sees no key outside of the touched ranges, and each of its queries all keys
    of the full ones. It follows from the mask (`ir/masks/MaskBounds.h`); ops verify that it does.
    Of attention within documents these are blocks of rows.
  }];
  let parameters = (ins "int64_t":$size, StringRefParameter<>:$touched, StringRefParameter<>:$full);
  let assemblyFormat = "`<` `block` $size `touched` $touched `full` $full `>`";
  let extraClassDeclaration = [{
    /// Those on the keys, by block of queries, and on the queries, by block of keys.
    static BoundsAttr onKeys(MaskAttr mask, int64_t queriesInBlock, Blocks blocks);
    static BoundsAttr onQueries(MaskAttr mask, int64_t keysInBlock, Blocks blocks);
  }];
}

def BucketsAttr : LoupAttr<"Buckets", "buckets"> {
  let summary = "which row of a table stands for the distance of two positions";
  let description = [{
    `#loup.buckets<32, 128>`: 32 rows, half of them for keys up to the query and half for later ones.
    Of these n, the first n / 2 stand for one distance each; the others grow as powers do, up to
    distance 128, from which on the last one stands for all (Raffel et al., 2020, section 2.1, and
    `_relative_position_bucket` of its code). `#loup.buckets<32, 128, one_sided>`: all rows are for
    keys up to the query; later ones count as its own position.
  }];
  let parameters = (ins "int64_t":$count, "int64_t":$furthest,
                        DefaultValuedParameter<"bool", "false">:$oneSided);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The number of rows that keys on one side of the query have.
    int64_t getCountOfSide() const { return getOneSided() ? getCount() : getCount() / 2; }

    /// The smallest distance of each of these rows, in ascending order.
    ::llvm::SmallVector<int64_t> getFirstDistances() const;
  }];
}

def InitialAttr : LoupAttr<"Initial", "initial"> {
  let summary = "how a parameter starts";
  let description = [{
    `#loup.initial<uniform, 0.1>`: uniform in [-0.1, 0.1); `normal`: with that standard deviation;
    `constant`: that value everywhere.
  }];
  let parameters = (ins StringRefParameter<>:$kind, "::llvm::APFloat":$value);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def PlaceAttr : LoupAttr<"Place", "place"> {
  let summary = "where a kernel writes one of its results";
  let description = [{
    `#loup.place<arena, "batch * target", 4096>`: in the arena of values whose size is proportional to
    batch * target, at 4096 bytes times that product. `#loup.place<gradient, "output.weight", 0>`: in
    the parameter's gradient, from that row on. `#loup.place<state, "decoder.layers.0.key", 0>`: in
    the state, at the step's position if the value lacks the state's first axis.
    `#loup.place<result, "losses", 0>`: in a result of the function, which the caller provides.
  }];
  let parameters = (ins StringRefParameter<>:$kind, StringRefParameter<>:$name,
                        "int64_t":$offset);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

#endif
