// The list of op families; each is one file in ops/.
#ifndef LOUP_OPS_TD
#define LOUP_OPS_TD

include "ir/ops/Attention.td"
include "ir/ops/Elementwise.td"
include "ir/ops/Embedding.td"
include "ir/ops/Loss.td"
include "ir/ops/Normalisation.td"
include "ir/ops/Parameter.td"
include "ir/ops/Position.td"
include "ir/ops/Product.td"
include "ir/ops/ScoreTerm.td"
include "ir/ops/Softmax.td"
include "ir/ops/State.td"
include "ir/ops/Structure.td"
include "ir/ops/View.td"

#endif
